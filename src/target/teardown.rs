//! Removes what a run made, with what hangs on it, in the order that the services ask for.

use std::time::Duration;

use aws_sdk_ec2::types::{Filter, InstanceStateName};
use aws_sdk_iam::types::PolicyScopeType;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;
use tokio::time::Instant;

use crate::connection::said;
use crate::journal::{Thing, ThingKind};

/// The longest that an instance takes to be gone.
const TERMINATION: Duration = Duration::from_secs(300);

pub(crate) struct Teardown {
    iam: aws_sdk_iam::Client,
    s3: aws_sdk_s3::Client,
    ec2: aws_sdk_ec2::Client,
    /// How long something may stay that is removed, or come that was made.
    patience: Duration,
}

/// Why something is still there.
enum Trouble {
    /// It is not there (any more).
    Gone,
    /// It may go when others are gone, or have arrived.
    Later(String),
    /// It can't be removed.
    Final(String),
}

type Removed = Result<(), Trouble>;

impl<E: ProvideErrorMetadata + std::error::Error + 'static> From<SdkError<E, HttpResponse>> for Trouble {
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let said = said(&error);
        match error.code().unwrap_or_default() {
            "NoSuchEntity"
            | "NoSuchBucket"
            | "InvalidGroup.NotFound"
            | "InvalidKeyPair.NotFound"
            | "InvalidInstanceID.NotFound" => Self::Gone,
            "DeleteConflict"
            | "DependencyViolation"
            | "BucketNotEmpty"
            | "OperationAborted"
            | "ConcurrentModification"
            | "EntityTemporarilyUnmodifiable"
            | "InvalidGroup.InUse" => Self::Later(said),
            _ => Self::Final(said),
        }
    }
}

/// What is there no more needs not be removed.
fn gone(removed: Removed) -> Removed {
    match removed {
        Err(Trouble::Gone) => Ok(()),
        removed => removed,
    }
}

impl Teardown {
    /// Removes as the holder of the credentials in `configuration`.
    pub(crate) fn new(configuration: &SdkConfig, buckets_in_path: bool, patience: Duration) -> Self {
        let s3 = aws_sdk_s3::config::Builder::from(configuration).force_path_style(buckets_in_path).build();
        Self {
            iam: aws_sdk_iam::Client::new(configuration),
            s3: aws_sdk_s3::Client::from_conf(s3),
            ec2: aws_sdk_ec2::Client::new(configuration),
            patience,
        }
    }

    /// Removes it. Where it is not `certain` that it was made, it is looked for until it must have arrived.
    ///
    /// # Errors
    /// Why it is still there.
    pub(crate) async fn remove(&self, thing: &Thing, certain: bool) -> Result<(), String> {
        let until = Instant::now() + self.patience;
        let mut pause = Duration::from_millis(100);
        loop {
            let reason = match self.remove_once(thing).await {
                Ok(()) => return Ok(()),
                Err(Trouble::Final(reason)) => return Err(reason),
                Err(Trouble::Later(reason)) => Some(reason),
                Err(Trouble::Gone) if certain && self.patience.is_zero() => return Ok(()),
                Err(Trouble::Gone) => None,
            };
            if Instant::now() + pause > until {
                return reason.map_or(Ok(()), Err);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    async fn remove_once(&self, thing: &Thing) -> Removed {
        match thing.kind {
            ThingKind::Instance => self.instance(&thing.name).await,
            ThingKind::SecurityGroup => self.security_group(&thing.name).await,
            ThingKind::KeyPair => self.key_pair(&thing.name).await,
            ThingKind::InstanceProfile => self.instance_profile(&thing.name).await,
            ThingKind::MfaDevice => self.mfa_device(&thing.name).await,
            ThingKind::User => self.user(&thing.name).await,
            ThingKind::Role => self.role(&thing.name).await,
            ThingKind::Group => self.group(&thing.name).await,
            ThingKind::ManagedPolicy => self.managed_policy(&thing.name).await,
            ThingKind::Bucket => self.bucket(&thing.name).await,
        }
    }

    async fn user(&self, name: &str) -> Removed {
        let iam = &self.iam;
        for key in iam.list_access_keys().user_name(name).send().await?.access_key_metadata() {
            let delete = iam.delete_access_key().user_name(name).set_access_key_id(key.access_key_id.clone());
            gone(delete.send().await.map(drop).map_err(Trouble::from))?;
        }
        for policy in iam.list_user_policies().user_name(name).send().await?.policy_names() {
            let delete = iam.delete_user_policy().user_name(name).policy_name(policy).send();
            gone(delete.await.map(drop).map_err(Trouble::from))?;
        }
        for policy in iam.list_attached_user_policies().user_name(name).send().await?.attached_policies() {
            let detach = iam.detach_user_policy().user_name(name).set_policy_arn(policy.policy_arn.clone());
            gone(detach.send().await.map(drop).map_err(Trouble::from))?;
        }
        for group in iam.list_groups_for_user().user_name(name).send().await?.groups() {
            let remove = iam.remove_user_from_group().user_name(name).group_name(group.group_name()).send();
            gone(remove.await.map(drop).map_err(Trouble::from))?;
        }
        for device in iam.list_mfa_devices().user_name(name).send().await?.mfa_devices() {
            let serial = device.serial_number();
            let deactivate = iam.deactivate_mfa_device().user_name(name).serial_number(serial).send();
            gone(deactivate.await.map(drop).map_err(Trouble::from))?;
            let delete = iam.delete_virtual_mfa_device().serial_number(serial).send();
            gone(delete.await.map(drop).map_err(Trouble::from))?;
        }
        iam.delete_user().user_name(name).send().await?;
        Ok(())
    }

    async fn mfa_device(&self, name: &str) -> Removed {
        let iam = &self.iam;
        let mut devices = iam.list_virtual_mfa_devices().into_paginator().items().send();
        let device = loop {
            match devices.next().await.transpose()? {
                Some(device) if device.serial_number().rsplit('/').next() == Some(name) => break device,
                Some(_) => {}
                None => return Err(Trouble::Gone),
            }
        };
        let serial = device.serial_number();
        if let Some(user) = device.user() {
            let deactivate = iam.deactivate_mfa_device().user_name(user.user_name()).serial_number(serial);
            gone(deactivate.send().await.map(drop).map_err(Trouble::from))?;
        }
        iam.delete_virtual_mfa_device().serial_number(serial).send().await?;
        Ok(())
    }

    async fn role(&self, name: &str) -> Removed {
        let iam = &self.iam;
        for profile in iam.list_instance_profiles_for_role().role_name(name).send().await?.instance_profiles()
        {
            let profile = profile.instance_profile_name();
            let remove =
                iam.remove_role_from_instance_profile().instance_profile_name(profile).role_name(name);
            gone(remove.send().await.map(drop).map_err(Trouble::from))?;
        }
        for policy in iam.list_role_policies().role_name(name).send().await?.policy_names() {
            let delete = iam.delete_role_policy().role_name(name).policy_name(policy).send();
            gone(delete.await.map(drop).map_err(Trouble::from))?;
        }
        for policy in iam.list_attached_role_policies().role_name(name).send().await?.attached_policies() {
            let detach = iam.detach_role_policy().role_name(name).set_policy_arn(policy.policy_arn.clone());
            gone(detach.send().await.map(drop).map_err(Trouble::from))?;
        }
        iam.delete_role().role_name(name).send().await?;
        Ok(())
    }

    async fn group(&self, name: &str) -> Removed {
        let iam = &self.iam;
        for user in iam.get_group().group_name(name).send().await?.users() {
            let remove = iam.remove_user_from_group().user_name(user.user_name()).group_name(name).send();
            gone(remove.await.map(drop).map_err(Trouble::from))?;
        }
        for policy in iam.list_group_policies().group_name(name).send().await?.policy_names() {
            let delete = iam.delete_group_policy().group_name(name).policy_name(policy).send();
            gone(delete.await.map(drop).map_err(Trouble::from))?;
        }
        for policy in iam.list_attached_group_policies().group_name(name).send().await?.attached_policies() {
            let detach = iam.detach_group_policy().group_name(name).set_policy_arn(policy.policy_arn.clone());
            gone(detach.send().await.map(drop).map_err(Trouble::from))?;
        }
        iam.delete_group().group_name(name).send().await?;
        Ok(())
    }

    /// Who had it is removed before.
    async fn managed_policy(&self, name: &str) -> Removed {
        let iam = &self.iam;
        let mut policies = iam.list_policies().scope(PolicyScopeType::Local).into_paginator().items().send();
        let arn = loop {
            match policies.next().await.transpose()? {
                Some(policy) if policy.policy_name() == Some(name) => break policy.arn,
                Some(_) => {}
                None => return Err(Trouble::Gone),
            }
        };
        let arn = arn.unwrap_or_default();
        let versions = iam.list_policy_versions().policy_arn(&arn).send().await?;
        for version in versions.versions().iter().filter(|version| !version.is_default_version()) {
            let delete =
                iam.delete_policy_version().policy_arn(&arn).set_version_id(version.version_id.clone());
            gone(delete.send().await.map(drop).map_err(Trouble::from))?;
        }
        iam.delete_policy().policy_arn(&arn).send().await?;
        Ok(())
    }

    async fn instance_profile(&self, name: &str) -> Removed {
        let iam = &self.iam;
        let found = iam.get_instance_profile().instance_profile_name(name).send().await?;
        for role in found.instance_profile().map(|profile| profile.roles()).unwrap_or_default() {
            let remove = iam
                .remove_role_from_instance_profile()
                .instance_profile_name(name)
                .role_name(role.role_name());
            gone(remove.send().await.map(drop).map_err(Trouble::from))?;
        }
        iam.delete_instance_profile().instance_profile_name(name).send().await?;
        Ok(())
    }

    /// Its policy first, which may deny what is needed for the rest.
    async fn bucket(&self, name: &str) -> Removed {
        let s3 = &self.s3;
        s3.delete_bucket_policy().bucket(name).send().await?;
        loop {
            let found = s3.list_object_versions().bucket(name).send().await?;
            let versions = found.versions().iter().map(|version| (version.key(), version.version_id()));
            let markers = found.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
            let objects: Vec<ObjectIdentifier> = versions
                .chain(markers)
                .filter_map(|(key, version)| {
                    ObjectIdentifier::builder()
                        .key(key?)
                        .set_version_id(version.map(str::to_owned))
                        .build()
                        .ok()
                })
                .collect();
            if objects.is_empty() {
                break;
            }
            let all = Delete::builder().set_objects(Some(objects)).quiet(true).build();
            let all = all.map_err(|error| Trouble::Final(error.to_string()))?;
            let deleted = s3.delete_objects().bucket(name).delete(all).send().await?;
            if let Some(error) = deleted.errors().first() {
                let said =
                    format!("{}: {}", error.key().unwrap_or_default(), error.message().unwrap_or_default());
                return Err(Trouble::Final(said));
            }
        }
        s3.delete_bucket().bucket(name).send().await?;
        Ok(())
    }

    async fn key_pair(&self, name: &str) -> Removed {
        let described = self.ec2.describe_key_pairs().key_names(name).send().await?;
        if described.key_pairs().is_empty() {
            return Err(Trouble::Gone);
        }
        self.ec2.delete_key_pair().key_name(name).send().await?;
        Ok(())
    }

    async fn security_group(&self, name: &str) -> Removed {
        let named = Filter::builder().name("group-name").values(name).build();
        let found = self.ec2.describe_security_groups().filters(named).send().await?;
        let Some(id) = found.security_groups().first().and_then(|group| group.group_id()) else {
            return Err(Trouble::Gone);
        };
        self.ec2.delete_security_group().group_id(id).send().await?;
        Ok(())
    }

    /// Terminated, and not only on the way there: what it uses can't be removed before.
    async fn instance(&self, client_token: &str) -> Removed {
        let until = Instant::now() + TERMINATION;
        let mut asked = false;
        loop {
            let token = Filter::builder().name("client-token").values(client_token).build();
            let found = self.ec2.describe_instances().filters(token).send().await?;
            let instances = found.reservations().iter().flat_map(|reservation| reservation.instances());
            let states: Vec<(&str, Option<&InstanceStateName>)> = instances
                .filter_map(|instance| {
                    let state = instance.state().and_then(|state| state.name());
                    instance.instance_id().map(|id| (id, state))
                })
                .collect();
            if states.is_empty() {
                return Err(Trouble::Gone);
            }
            let running: Vec<String> = states
                .iter()
                .filter(|(_, state)| *state != Some(&InstanceStateName::Terminated))
                .map(|(id, _)| (*id).to_owned())
                .collect();
            if running.is_empty() {
                return Ok(());
            }
            if !asked {
                self.ec2.terminate_instances().set_instance_ids(Some(running)).send().await?;
                asked = true;
                continue;
            }
            if Instant::now() > until {
                return Err(Trouble::Final(format!("is not terminated after {} s", TERMINATION.as_secs())));
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}
