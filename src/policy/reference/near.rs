//! What somebody may have meant: the names nearest to one that is not known.

use super::services::{service, services};
use crate::known_keys;
use crate::nearest::nearest;

/// Actions, with their services, that a name such as `s3:GetObjekt` may be a slip of; nearest first.
pub fn nearest_actions(name: &str) -> Vec<String> {
    let Some((prefix, name)) = name.split_once(':') else { return Vec::new() };
    let own = service(prefix).map(|service| vec![service.prefix]);
    let prefixes = own.unwrap_or_else(|| nearest_services(prefix));
    let services = prefixes.into_iter().filter_map(service);
    let near = services.flat_map(|service| {
        nearest(name, service.action_names()).into_iter().map(|name| format!("{}:{name}", service.prefix))
    });
    near.take(3).collect()
}

/// Services that a prefix may be a slip of; nearest first.
pub fn nearest_services(prefix: &str) -> Vec<&'static str> {
    nearest(prefix, services())
}

/// Condition keys that a name may be a slip of, nearest first: those that all services have, and those of the service
/// that it names.
pub fn nearest_condition_keys(key: &str) -> Vec<&'static str> {
    let prefix = key.split(':').next().unwrap_or("");
    let own = service(prefix).into_iter().flat_map(|service| &service.condition_keys);
    nearest(key, known_keys::global_keys().chain(own.map(|key| key.name.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        assert_eq!(nearest_actions("s3:GetObjekt").first().map(String::as_str), Some("s3:GetObject"));
        assert_eq!(nearest_actions("S3:getobjects").first().map(String::as_str), Some("s3:GetObject"));
        assert_eq!(nearest_actions("dynamobd:PutItem"), ["dynamodb:PutItem"]);
        assert_eq!(nearest_actions("s3:FrobnicateWidgets"), Vec::<String>::new());
        assert_eq!(nearest_services("dynamo"), Vec::<&str>::new());
        assert_eq!(nearest_services("lamda").first(), Some(&"lambda"));
        assert_eq!(nearest_condition_keys("aws:PrincipalOrgld").first(), Some(&"aws:PrincipalOrgID"));
        assert_eq!(nearest_condition_keys("s3:prefixes").first(), Some(&"s3:prefix"));
    }
}
