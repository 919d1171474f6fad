//! The tree of what an instance can learn about itself.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html#instancedata-data-categories>

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;

use super::facts::{InstanceFacts, SecurityGroupFacts};

/// The dated versions that are served besides `latest`.
const VERSIONS: &[&str] = &["1.0", "2009-04-04", "2019-10-01", "2020-10-27", "2021-03-23", "2022-09-24"];

/// What is at a path.
pub(super) enum Found {
    Text(String),
    /// In base64.
    UserData(String),
    /// The credentials of the role of this name.
    Credentials(String),
}

/// Who asks, and when.
pub(super) struct Asked<'a> {
    pub(super) instance: &'a InstanceFacts,
    pub(super) now: DateTime<Utc>,
}

/// What is at `path`; `None`: nothing.
pub(super) fn find(asked: &Asked<'_>, path: &str) -> Option<Found> {
    let instance = asked.instance;
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let Some((version, rest)) = segments.split_first() else {
        return Some(Found::Text(format!("{}\nlatest", VERSIONS.join("\n"))));
    };
    if *version != "latest" && !VERSIONS.contains(version) {
        return None;
    }
    match rest {
        [] => {
            let user_data = instance.user_data.as_ref().map(|_| "user-data");
            Some(listing(["dynamic", "meta-data"].into_iter().chain(user_data)))
        }
        ["user-data"] => instance.user_data.clone().map(Found::UserData),
        ["dynamic"] => Some(listing(["instance-identity/"])),
        ["dynamic", "instance-identity"] => Some(listing(["document"])),
        ["dynamic", "instance-identity", "document"] => Some(Found::Text(asked.identity_document())),
        ["meta-data", rest @ ..] => asked.metadata(rest),
        _ => None,
    }
}

fn listing<'a>(names: impl IntoIterator<Item = &'a str>) -> Found {
    Found::Text(names.into_iter().collect::<Vec<_>>().join("\n"))
}

fn text(value: impl Into<String>) -> Option<Found> {
    Some(Found::Text(value.into()))
}

impl Asked<'_> {
    fn metadata(&self, path: &[&str]) -> Option<Found> {
        let instance = self.instance;
        match path {
            [] => Some(self.top()),
            ["ami-id"] => text(&instance.image_id),
            ["ami-launch-index"] => text("0"),
            ["ami-manifest-path"] => text("(unknown)"),
            ["hostname" | "local-hostname"] => text(&instance.private_dns_name),
            ["instance-action"] => text("none"),
            ["instance-id"] => text(&instance.instance_id),
            ["instance-life-cycle"] => text("on-demand"),
            ["instance-type"] => text(&instance.instance_type),
            ["local-ipv4"] => text(instance.private_ip_address.clone()?),
            ["mac"] => text(&instance.mac_address),
            ["profile"] => text("default-hvm"),
            ["public-hostname"] => self.public_hostname(),
            ["public-ipv4"] => text(instance.public_ip_address.clone()?),
            ["reservation-id"] => text(&instance.reservation_id),
            ["security-groups"] => Some(self.security_groups(|group| &group.name)),
            ["services"] => Some(listing(["domain", "partition"])),
            ["services", "domain"] => text("amazonaws.com"),
            ["services", "partition"] => text("aws"),
            ["iam", rest @ ..] => self.iam(rest),
            ["identity-credentials", rest @ ..] => self.identity_credentials(rest),
            ["network", "interfaces", "macs", rest @ ..] => self.network(rest),
            ["network"] => Some(listing(["interfaces/"])),
            ["network", "interfaces"] => Some(listing(["macs/"])),
            ["placement", rest @ ..] => self.placement(rest),
            ["public-keys", rest @ ..] => self.public_keys(rest),
            ["tags", rest @ ..] => self.tags(rest),
            _ => None,
        }
    }

    fn top(&self) -> Found {
        let instance = self.instance;
        let is_public = instance.public_ip_address.is_some();
        let entries = [
            ("ami-id", true),
            ("ami-launch-index", true),
            ("ami-manifest-path", true),
            ("hostname", true),
            ("iam/", instance.profile.is_some()),
            ("identity-credentials/", true),
            ("instance-action", true),
            ("instance-id", true),
            ("instance-life-cycle", true),
            ("instance-type", true),
            ("local-hostname", true),
            ("local-ipv4", true),
            ("mac", true),
            ("network/", true),
            ("placement/", true),
            ("profile", true),
            ("public-hostname", is_public),
            ("public-ipv4", is_public),
            ("public-keys/", instance.public_key.is_some()),
            ("reservation-id", true),
            ("security-groups", true),
            ("services/", true),
            ("tags/", self.has_tags()),
        ];
        listing(entries.iter().filter(|(_, present)| *present).map(|(name, _)| *name))
    }

    fn public_hostname(&self) -> Option<Found> {
        let name = &self.instance.public_dns_name;
        (!name.is_empty()).then(|| Found::Text(name.clone()))
    }

    fn security_groups(&self, of: fn(&SecurityGroupFacts) -> &String) -> Found {
        listing(self.instance.security_groups.iter().map(|group| of(group).as_str()))
    }

    fn iam(&self, path: &[&str]) -> Option<Found> {
        let profile = self.instance.profile.as_ref()?;
        let role = profile.role.as_deref();
        match path {
            [] => Some(listing(["info"].into_iter().chain(role.map(|_| "security-credentials/")))),
            ["info"] => {
                let code = if role.is_some() { "Success" } else { "InstanceProfileNotFound" };
                let info = json!({
                    "Code": code,
                    "LastUpdated": self.now.to_rfc3339_opts(SecondsFormat::Secs, true),
                    "InstanceProfileArn": profile.arn,
                    "InstanceProfileId": profile.id,
                });
                text(pretty(&info))
            }
            ["security-credentials"] => text(role?),
            ["security-credentials", name] if role == Some(*name) => {
                Some(Found::Credentials((*name).to_owned()))
            }
            _ => None,
        }
    }

    /// For AWS's own use: the credentials of the instance itself are not handed out here.
    fn identity_credentials(&self, path: &[&str]) -> Option<Found> {
        match path {
            [] => text("ec2/"),
            ["ec2"] => text("info"),
            ["ec2", "info"] => text(pretty(&json!({
                "Code": "Success",
                "LastUpdated": self.now.to_rfc3339_opts(SecondsFormat::Secs, true),
                "AccountId": self.instance.account,
            }))),
            _ => None,
        }
    }

    fn network(&self, path: &[&str]) -> Option<Found> {
        let instance = self.instance;
        let (mac, path) = match path {
            [] => return text(format!("{}/", instance.mac_address)),
            [mac, path @ ..] => (mac, path),
        };
        if **mac != instance.mac_address {
            return None;
        }
        match path {
            [] => {
                let public = instance.public_ip_address.as_ref().map(|_| ["public-hostname", "public-ipv4s"]);
                let names = [
                    "device-number",
                    "local-hostname",
                    "local-ipv4s",
                    "mac",
                    "owner-id",
                    "security-group-ids",
                    "security-groups",
                    "subnet-id",
                    "vpc-id",
                ];
                Some(listing(names.into_iter().chain(public.into_iter().flatten())))
            }
            ["device-number"] => text("0"),
            ["local-hostname"] => text(&instance.private_dns_name),
            ["local-ipv4s"] => text(instance.private_ip_address.clone()?),
            ["mac"] => text(&instance.mac_address),
            ["owner-id"] => text(self.instance.account.as_str()),
            ["public-hostname"] => self.public_hostname(),
            ["public-ipv4s"] => text(instance.public_ip_address.clone()?),
            ["security-group-ids"] => Some(self.security_groups(|group| &group.id)),
            ["security-groups"] => Some(self.security_groups(|group| &group.name)),
            ["subnet-id"] => text(&instance.subnet_id),
            ["vpc-id"] => text(&instance.vpc_id),
            _ => None,
        }
    }

    fn placement(&self, path: &[&str]) -> Option<Found> {
        match path {
            [] => Some(listing(["availability-zone", "availability-zone-id", "region"])),
            ["availability-zone"] => text(&self.instance.availability_zone),
            ["availability-zone-id"] => text(&self.instance.availability_zone_id),
            ["region"] => text(&self.instance.region),
            _ => None,
        }
    }

    fn public_keys(&self, path: &[&str]) -> Option<Found> {
        let (name, key) = (self.instance.key_name.as_ref()?, self.instance.public_key.as_ref()?);
        match path {
            [] => text(format!("0={name}")),
            ["0"] => text("openssh-key"),
            ["0", "openssh-key"] => text(format!("{key} {name}\n")),
            _ => None,
        }
    }

    fn has_tags(&self) -> bool {
        self.instance.metadata.tags
    }

    fn tags(&self, path: &[&str]) -> Option<Found> {
        let tags = self.has_tags().then_some(&self.instance.tags)?;
        match path {
            [] => text("instance/"),
            ["instance"] => Some(listing(tags.keys().map(String::as_str))),
            ["instance", key] => {
                let key = percent_encoding::percent_decode_str(key).decode_utf8().ok()?;
                text(tags.get(key.as_ref())?)
            }
            _ => None,
        }
    }

    fn identity_document(&self) -> String {
        let instance = self.instance;
        pretty(&json!({
            "accountId": instance.account,
            "architecture": instance.architecture,
            "availabilityZone": instance.availability_zone,
            "billingProducts": null,
            "devpayProductCodes": null,
            "marketplaceProductCodes": null,
            "imageId": instance.image_id,
            "instanceId": instance.instance_id,
            "instanceType": instance.instance_type,
            "kernelId": null,
            "pendingTime": instance.launch_time.to_rfc3339_opts(SecondsFormat::Secs, true),
            "privateIp": instance.private_ip_address,
            "ramdiskId": null,
            "region": instance.region,
            "version": "2017-09-30",
        }))
    }
}

pub(super) fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}")
}
