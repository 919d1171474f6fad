//! The credentials of an instance's role: the same ones until they are near their end, then new ones.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use policy::AccountId;
use serde_json::{Value, json};

use super::Delivered;
use super::metadata::Asked;
use crate::ec2::InstanceProfile;
use crate::partition::Partition;
use crate::sts::{self, Credentials};

/// How long before their end new credentials are there. AWS promises at least five minutes; the SDKs ask again
/// from fifteen minutes before, and would ask in vain for ten of them.
const RENEWED_BEFORE_END: TimeDelta = TimeDelta::minutes(15);

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
pub(super) fn document(asked: &mut Asked<'_>, role: &str) -> Value {
    let Asked { partition, place, instance, version, now } = asked;
    let (account, instance_id, version, now) = (&place.account, &instance.instance_id, *version, *now);
    let seconds = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    // A role that was deleted and made again has another id, and its old credentials are worth nothing.
    let identity = partition.iam.role(account, role).map(|role| role.id).unwrap_or_default();
    let cached = partition.ec2.imds.service(instance_id).credentials.remove(&version);
    let usable =
        |cached: &Cached| cached.role == identity && now < cached.credentials.expires - RENEWED_BEFORE_END;
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
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html
        return json!({
            "Code": "AssumeRoleUnauthorizedAccess",
            "Message": format!("EC2 cannot assume the role {role}. Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc."),
            "LastUpdated": seconds(now),
        });
    };
    let document = json!({
        "Code": "Success",
        "LastUpdated": seconds(cached.issued),
        "Type": "AWS-HMAC",
        "AccessKeyId": cached.credentials.access_key_id,
        "SecretAccessKey": cached.credentials.secret_key,
        "Token": cached.credentials.session_token,
        "Expiration": seconds(cached.credentials.expires),
    });
    partition.ec2.imds.service(instance_id).credentials.insert(version, cached);
    document
}
