//! Instances of LocalStack, which has no metadata service: here each gets one on loopback, that hands out credentials which
//! LocalStack's own STS made.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use aws_sdk_ec2::types::{
    HttpTokensState, Instance, InstanceMetadataEndpointState, InstanceMetadataTagsState, InstanceStateName,
};
use aws_smithy_types::DateTime as SmithyTime;
use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use emulator::{
    Clock, CredentialsUnknown, InstanceElsewhere, InstanceFacts, MetadataFacts, MetadataServer, ProfileFacts,
    RoleCredentials, SecurityGroupFacts, trusts_service,
};
use percent_encoding::percent_decode_str;
use policy::{AccountId, PolicyDocument, PolicyKind};
use secrecy::SecretString;

use crate::connection::sources;
use crate::place::{AccessKey, TargetError};

/// Who assumes the roles of instances.
const EC2: &str = "ec2.amazonaws.com";

/// The instances of one scenario.
pub(super) struct Instances {
    account: AccountId,
    /// Calls as the account's administrator.
    configuration: SdkConfig,
    clock: fn() -> DateTime<Utc>,
    /// The services that were asked for, by the instance's id.
    services: Mutex<BTreeMap<String, MetadataServer>>,
}

impl Instances {
    pub(super) fn new(account: AccountId, configuration: SdkConfig, clock: fn() -> DateTime<Utc>) -> Self {
        Self { account, configuration, clock, services: Mutex::default() }
    }

    /// Where the metadata service of an instance listens.
    pub(super) fn metadata_address(&self, instance_id: &str) -> Result<SocketAddr, TargetError> {
        let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = services.get(instance_id) {
            return Ok(service.address());
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(std::io::Error::other)?;
        let service = MetadataServer::start(self.instance(instance_id), Clock::over(self.clock), &seed)?;
        let address = service.address();
        services.insert(instance_id.to_owned(), service);
        Ok(address)
    }

    /// The role of an instance and credentials of it, as its metadata service would hand them out.
    pub(super) async fn credentials(
        &self,
        instance_id: &str,
    ) -> Result<Option<(String, AccessKey)>, TargetError> {
        let instance = self.instance(instance_id);
        let facts = instance.facts().await;
        let facts = facts.ok_or_else(|| TargetError::NoSuchInstance(instance_id.to_owned()))?;
        let Some(role) = facts.profile.and_then(|profile| profile.role) else { return Ok(None) };
        let credentials = instance.credentials(&role).await;
        let credentials = credentials.map_err(|error| TargetError::Unexpected(error.to_string()))?;
        Ok(credentials.map(|credentials| {
            let session_token = Some(credentials.session_token);
            (role, AccessKey { id: credentials.access_key_id, secret: credentials.secret, session_token })
        }))
    }

    fn instance(&self, instance_id: &str) -> Elsewhere {
        Elsewhere {
            account: self.account.clone(),
            configuration: self.configuration.clone(),
            clock: self.clock,
            instance_id: instance_id.to_owned(),
        }
    }
}

/// One of them, as its metadata service knows it.
struct Elsewhere {
    account: AccountId,
    configuration: SdkConfig,
    clock: fn() -> DateTime<Utc>,
    instance_id: String,
}

impl InstanceElsewhere for Elsewhere {
    async fn facts(&self) -> Option<InstanceFacts> {
        let ec2 = aws_sdk_ec2::Client::new(&self.configuration);
        let found = ec2.describe_instances().instance_ids(&self.instance_id).send().await.ok()?;
        let reservation = found.reservations().first()?;
        let instance = reservation.instances().first()?;
        let state = instance.state().and_then(|state| state.name());
        (state == Some(&InstanceStateName::Running)).then_some(())?;
        let profile = match instance.iam_instance_profile().and_then(|profile| profile.arn()) {
            Some(arn) => Some(self.profile(arn).await?),
            None => None,
        };
        let reservation_id = reservation.reservation_id().unwrap_or_default().to_owned();
        Some(facts(self, instance, reservation_id, profile))
    }

    async fn credentials(&self, role: &str) -> Result<Option<RoleCredentials>, CredentialsUnknown> {
        let iam = aws_sdk_iam::Client::new(&self.configuration);
        let found = iam.get_role().role_name(role).send().await.map_err(unknown)?;
        let Some(role) = found.role() else { return Ok(None) };
        let trust = percent_decode_str(role.assume_role_policy_document().unwrap_or_default());
        let trust = trust.decode_utf8().map_err(unknown)?;
        let trust = PolicyDocument::parse(&trust, PolicyKind::Trust).map_err(unknown)?;
        // LocalStack's STS refuses nobody.
        if !trusts_service(EC2, role.arn(), trust, (self.clock)()) {
            return Ok(None);
        }
        let sts = aws_sdk_sts::Client::new(&self.configuration);
        let assume = sts.assume_role().role_arn(role.arn()).role_session_name(&self.instance_id);
        let assumed = assume.send().await.map_err(unknown)?;
        let Some(credentials) = assumed.credentials() else {
            return Err(CredentialsUnknown("STS gave none".to_owned()));
        };
        let expires = time(credentials.expiration());
        Ok(Some(RoleCredentials {
            access_key_id: credentials.access_key_id().to_owned(),
            secret: SecretString::from(credentials.secret_access_key().to_owned()),
            session_token: SecretString::from(credentials.session_token().to_owned()),
            expires: expires.ok_or_else(|| CredentialsUnknown("they have no end".to_owned()))?,
        }))
    }
}

impl Elsewhere {
    async fn profile(&self, arn: &str) -> Option<ProfileFacts> {
        let name = arn.rsplit('/').next()?;
        let iam = aws_sdk_iam::Client::new(&self.configuration);
        let found = iam.get_instance_profile().instance_profile_name(name).send().await.ok()?;
        let profile = found.instance_profile()?;
        Some(ProfileFacts {
            arn: arn.to_owned(),
            id: profile.instance_profile_id().to_owned(),
            role: profile.roles().first().map(|role| role.role_name().to_owned()),
        })
    }
}

fn unknown(error: impl std::error::Error) -> CredentialsUnknown {
    CredentialsUnknown(sources(&error))
}

fn time(time: &SmithyTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time.secs(), time.subsec_nanos())
}

fn facts(
    place: &Elsewhere,
    instance: &Instance,
    reservation_id: String,
    profile: Option<ProfileFacts>,
) -> InstanceFacts {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let maybe = |value: Option<&str>| value.filter(|value| !value.is_empty()).map(str::to_owned);
    let options = instance.metadata_options();
    let groups = instance.security_groups().iter();
    let tags = instance.tags().iter();
    InstanceFacts {
        account: place.account.clone(),
        region: place.configuration.region().map(ToString::to_string).unwrap_or_default(),
        instance_id: place.instance_id.clone(),
        reservation_id,
        image_id: text(instance.image_id()),
        instance_type: text(instance.instance_type().map(|kind| kind.as_str())),
        architecture: text(instance.architecture().map(|kind| kind.as_str())),
        launch_time: instance.launch_time().and_then(time).unwrap_or_else(place.clock),
        availability_zone: text(instance.placement().and_then(|placement| placement.availability_zone())),
        availability_zone_id: text(
            instance.placement().and_then(|placement| placement.availability_zone_id()),
        ),
        subnet_id: text(instance.subnet_id()),
        vpc_id: text(instance.vpc_id()),
        private_ip_address: maybe(instance.private_ip_address()),
        private_dns_name: text(instance.private_dns_name()),
        public_ip_address: maybe(instance.public_ip_address()),
        public_dns_name: text(instance.public_dns_name()),
        mac_address: text(instance.network_interfaces().first().and_then(|it| it.mac_address())),
        security_groups: groups
            .map(|group| SecurityGroupFacts { id: text(group.group_id()), name: text(group.group_name()) })
            .collect(),
        key_name: maybe(instance.key_name()),
        // Neither is among what DescribeInstances tells.
        public_key: None,
        user_data: None,
        tags: tags.map(|tag| (text(tag.key()), text(tag.value()))).collect(),
        profile,
        metadata: MetadataFacts {
            enabled: options.and_then(|options| options.http_endpoint())
                != Some(&InstanceMetadataEndpointState::Disabled),
            token_required: options.and_then(|options| options.http_tokens())
                == Some(&HttpTokensState::Required),
            tags: options.and_then(|options| options.instance_metadata_tags())
                == Some(&InstanceMetadataTagsState::Enabled),
        },
    }
}
