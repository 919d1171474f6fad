//! The credentials of an instance's role: the same ones until they are near their end, then new ones.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use policy::AccountId;
use serde_json::{Value, json};

use super::{Delivered, Version};
use crate::ec2::{Instance, InstanceProfile, Place};
use crate::partition::Partition;
use crate::sts::{self, Credentials};

/// How long before their end new credentials are there. AWS promises at least five minutes; the SDKs ask again
/// from fifteen minutes before, and would ask in vain for ten of them.
const RENEWED_BEFORE_END: TimeDelta = TimeDelta::minutes(15);

/// Whether credentials are handed out again.
pub(super) fn are_fresh(expires: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < expires - RENEWED_BEFORE_END
}

/// Who asks, and when.
pub(super) struct Asked<'a> {
    pub(super) partition: &'a mut Partition,
    pub(super) place: &'a Place,
    pub(super) instance: &'a Instance,
    pub(super) version: Version,
    pub(super) now: DateTime<Utc>,
}

/// Credentials that were handed out, and may be again.
pub(super) struct Cached {
    role: String,
    issued: DateTime<Utc>,
    credentials: Credentials,
}

/// The name of the role in an instance's profile; `None`: the profile is empty, or no more.
pub(crate) fn role(partition: &Partition, account: &AccountId, profile: &InstanceProfile) -> Option<String> {
    let current = partition.iam.instance_profile(account, &profile.name)?;
    // A profile that was made again under the same name is another one.
    let role = current.role.filter(|_| current.id == profile.id)?;
    partition.iam.role(account, &role).map(|role| role.name)
}

/// The document at `iam/security-credentials/ROLE`. Each version of the service has credentials of its own.
pub(super) fn document(asked: Asked<'_>, role: &str) -> Value {
    let Asked { partition, place, instance, version, now } = asked;
    let (account, instance_id) = (&place.account, &instance.instance_id);
    // A role that was deleted and made again has another id, and its old credentials are worth nothing.
    let identity = partition.iam.role(account, role).map(|role| role.id).unwrap_or_default();
    let cached = partition.ec2.imds.service(instance_id).credentials.remove(&version);
    let usable = |cached: &Cached| cached.role == identity && are_fresh(cached.credentials.expires, now);
    let cached = cached.filter(usable).or_else(|| {
        let credentials = sts::assume_for_instance(partition, account, role, instance_id, now)?;
        let delivered = Delivered {
            version,
            instance_arn: place.arn("instance", instance_id),
            vpc_id: instance.vpc_id.clone(),
            private_ip_address: instance.private_ip_address.clone(),
        };
        partition.ec2.imds.delivered.insert(credentials.access_key_id.clone(), delivered);
        Some(Cached { role: identity, issued: now, credentials })
    });
    let Some(cached) = cached else {
        return unauthorized(role, now);
    };
    let Credentials { access_key_id, secret_key, session_token, expires } = &cached.credentials;
    let document = success(cached.issued, access_key_id, secret_key, session_token, *expires);
    partition.ec2.imds.service(instance_id).credentials.insert(version, cached);
    document
}

pub(super) fn success(
    issued: DateTime<Utc>,
    access_key_id: &str,
    secret_key: &str,
    session_token: &str,
    expires: DateTime<Utc>,
) -> Value {
    json!({
        "Code": "Success",
        "LastUpdated": seconds(issued),
        "Type": "AWS-HMAC",
        "AccessKeyId": access_key_id,
        "SecretAccessKey": secret_key,
        "Token": session_token,
        "Expiration": seconds(expires),
    })
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html>
pub(super) fn unauthorized(role: &str, now: DateTime<Utc>) -> Value {
    json!({
        "Code": "AssumeRoleUnauthorizedAccess",
        "Message": format!("EC2 cannot assume the role {role}. Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc."),
        "LastUpdated": seconds(now),
    })
}

fn seconds(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
