//! What runs left behind, found by the tags that everything gets which a run makes.

use std::time::Duration;

use aws_sdk_ec2::types::Filter;
use aws_sdk_iam::types::PolicyScopeType;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use chrono::{DateTime, Utc};
use policy::AccountId;

use crate::bystander::Nobody;
use crate::connection::{Connection, Identity, said};
use crate::journal::{Thing, ThingKind};
use crate::patient::network;
use crate::place::TargetError;
use crate::remote::{EXPIRES_TAG, IAM_PATH, RUN_TAG};
use crate::teardown::Teardown;

/// Removes what is left of runs.
pub struct Sweep {
    teardown: Teardown,
    iam: aws_sdk_iam::Client,
    s3: aws_sdk_s3::Client,
    ec2: aws_sdk_ec2::Client,
    identity: Identity,
    region: String,
}

/// What tags say of something.
#[derive(Default)]
struct Tagged {
    run: bool,
    expires: Option<DateTime<Utc>>,
}

impl Tagged {
    fn of<'a>(tags: impl Iterator<Item = (Option<&'a str>, Option<&'a str>)>) -> Self {
        tags.fold(Self::default(), |tagged, (key, value)| match key {
            Some(RUN_TAG) => Self { run: true, ..tagged },
            Some(EXPIRES_TAG) => {
                let expires = value.and_then(|value| DateTime::parse_from_rfc3339(value).ok());
                Self { expires: expires.map(|expires| expires.to_utc()), ..tagged }
            }
            _ => tagged,
        })
    }

    /// Whether it is of a run, and that run's time is over.
    fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.run && self.expires.is_some_and(|expires| expires < now)
    }
}

impl Sweep {
    /// Asks who we are there; nothing else happens before that is who we must be.
    ///
    /// # Errors
    /// As of [`Connection::identify`].
    pub async fn new(connection: &Connection, patience: Duration) -> Result<Self, TargetError> {
        let identity = connection.identify(&Nobody).await?;
        let client = network(connection.ca_bundle.as_ref())?;
        let configuration = connection.signed(client, connection.credentials.clone());
        let buckets_in_path = connection.endpoint.is_some();
        let s3 = aws_sdk_s3::config::Builder::from(&configuration).force_path_style(buckets_in_path).build();
        Ok(Self {
            teardown: Teardown::new(&configuration, buckets_in_path, patience),
            iam: aws_sdk_iam::Client::new(&configuration),
            s3: aws_sdk_s3::Client::from_conf(s3),
            ec2: aws_sdk_ec2::Client::new(&configuration),
            identity,
            region: connection.region.clone(),
        })
    }

    /// The account that is swept.
    pub fn account(&self) -> &AccountId {
        &self.identity.account
    }

    /// Removes it; what nobody knows to have been made is looked for until it must have arrived.
    ///
    /// # Errors
    /// Why it is still there.
    pub async fn remove(&self, thing: &Thing, certain: bool) -> Result<(), String> {
        self.teardown.remove(thing, certain).await
    }

    /// What is tagged as a run's whose time was over before `now`. IAM's groups have no tags: only journals tell of them.
    ///
    /// # Errors
    /// Where the place can't be asked.
    pub async fn tagged(&self, now: DateTime<Utc>) -> Result<Vec<Thing>, TargetError> {
        let mut things = self.in_iam(now).await?;
        things.extend(self.buckets(now).await?);
        things.extend(self.in_ec2(now).await?);
        Ok(things)
    }

    fn thing(&self, kind: ThingKind, name: &str) -> Thing {
        let account = self.identity.account.to_string();
        Thing { kind, name: name.to_owned(), account, region: self.region.clone() }
    }

    async fn in_iam(&self, now: DateTime<Utc>) -> Result<Vec<Thing>, TargetError> {
        let iam = &self.iam;
        let tagged = |tags: &[aws_sdk_iam::types::Tag]| {
            Tagged::of(tags.iter().map(|tag| (Some(tag.key()), Some(tag.value())))).is_over(now)
        };
        let mut things = Vec::new();
        let mut users = iam.list_users().path_prefix(IAM_PATH).into_paginator().items().send();
        while let Some(user) = users.next().await {
            let user = user.map_err(unasked)?;
            let tags = iam.list_user_tags().user_name(user.user_name()).send().await.map_err(unasked)?;
            if tagged(tags.tags()) {
                things.push(self.thing(ThingKind::User, user.user_name()));
            }
        }
        let mut devices = iam.list_virtual_mfa_devices().into_paginator().items().send();
        while let Some(device) = devices.next().await {
            let device = device.map_err(unasked)?;
            let serial = device.serial_number();
            let Some((_, name)) = serial.split_once(&format!(":mfa{IAM_PATH}")) else { continue };
            let tags = iam.list_mfa_device_tags().serial_number(serial).send().await.map_err(unasked)?;
            if tagged(tags.tags()) {
                things.push(self.thing(ThingKind::MfaDevice, name));
            }
        }
        let mut roles = iam.list_roles().path_prefix(IAM_PATH).into_paginator().items().send();
        while let Some(role) = roles.next().await {
            let role = role.map_err(unasked)?;
            let tags = iam.list_role_tags().role_name(role.role_name()).send().await.map_err(unasked)?;
            if tagged(tags.tags()) {
                things.push(self.thing(ThingKind::Role, role.role_name()));
            }
        }
        let mut profiles = iam.list_instance_profiles().path_prefix(IAM_PATH).into_paginator().items().send();
        while let Some(profile) = profiles.next().await {
            let profile = profile.map_err(unasked)?;
            let name = profile.instance_profile_name();
            let tags = iam.list_instance_profile_tags().instance_profile_name(name).send().await;
            if tagged(tags.map_err(unasked)?.tags()) {
                things.push(self.thing(ThingKind::InstanceProfile, name));
            }
        }
        let policies = iam.list_policies().scope(PolicyScopeType::Local).path_prefix(IAM_PATH);
        let mut policies = policies.into_paginator().items().send();
        while let Some(policy) = policies.next().await {
            let policy = policy.map_err(unasked)?;
            let (Some(name), Some(arn)) = (policy.policy_name(), policy.arn()) else { continue };
            let tags = iam.list_policy_tags().policy_arn(arn).send().await.map_err(unasked)?;
            if tagged(tags.tags()) {
                things.push(self.thing(ThingKind::ManagedPolicy, name));
            }
        }
        Ok(things)
    }

    async fn buckets(&self, now: DateTime<Utc>) -> Result<Vec<Thing>, TargetError> {
        let mut things = Vec::new();
        let listed = self.s3.list_buckets().send().await.map_err(unasked)?;
        for name in listed.buckets().iter().filter_map(|bucket| bucket.name()) {
            // A bucket without tags answers with an error; so does one that we may not ask, which is not ours.
            let Ok(tags) = self.s3.get_bucket_tagging().bucket(name).send().await else { continue };
            let tags = tags.tag_set().iter().map(|tag| (Some(tag.key()), Some(tag.value())));
            if Tagged::of(tags).is_over(now) {
                things.push(self.thing(ThingKind::Bucket, name));
            }
        }
        Ok(things)
    }

    async fn in_ec2(&self, now: DateTime<Utc>) -> Result<Vec<Thing>, TargetError> {
        let ours = || Filter::builder().name("tag-key").values(RUN_TAG).build();
        let over = |tags: &[aws_sdk_ec2::types::Tag]| {
            Tagged::of(tags.iter().map(|tag| (tag.key(), tag.value()))).is_over(now)
        };
        let mut things = Vec::new();
        let found = self.ec2.describe_instances().filters(ours()).send().await.map_err(unasked)?;
        for instance in found.reservations().iter().flat_map(|reservation| reservation.instances()) {
            let terminated = instance.state().and_then(|state| state.name())
                == Some(&aws_sdk_ec2::types::InstanceStateName::Terminated);
            if let Some(token) = instance.client_token().filter(|_| !terminated && over(instance.tags())) {
                things.push(self.thing(ThingKind::Instance, token));
            }
        }
        let found = self.ec2.describe_security_groups().filters(ours()).send().await.map_err(unasked)?;
        let groups = found.security_groups().iter().filter(|group| over(group.tags()));
        things.extend(
            groups.filter_map(|group| Some(self.thing(ThingKind::SecurityGroup, group.group_name()?))),
        );
        let found = self.ec2.describe_key_pairs().filters(ours()).send().await.map_err(unasked)?;
        let pairs = found.key_pairs().iter().filter(|pair| over(pair.tags()));
        things.extend(pairs.filter_map(|pair| Some(self.thing(ThingKind::KeyPair, pair.key_name()?))));
        Ok(things)
    }
}

fn unasked<E: ProvideErrorMetadata + std::error::Error + 'static>(
    error: SdkError<E, HttpResponse>,
) -> TargetError {
    TargetError::Unexpected(format!("what is there could not be asked: {}", said(&error)))
}
