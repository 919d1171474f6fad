//! What an instance can learn about itself, wherever it lives.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use policy::AccountId;

use super::credentials;
use crate::ec2::{Instance, Place};
use crate::partition::Partition;

/// An instance that runs, in the words of `DescribeInstances`.
#[derive(Clone, Debug)]
pub struct InstanceFacts {
    /// Whose it is.
    pub account: AccountId,
    /// Where it is.
    pub region: String,
    /// `i-…`.
    pub instance_id: String,
    /// `r-…`.
    pub reservation_id: String,
    /// `ami-…`.
    pub image_id: String,
    /// Such as `t3.micro`.
    pub instance_type: String,
    /// Such as `x86_64`.
    pub architecture: String,
    /// When it was launched.
    pub launch_time: DateTime<Utc>,
    /// Such as `us-east-1a`.
    pub availability_zone: String,
    /// Such as `use1-az1`.
    pub availability_zone_id: String,
    /// `subnet-…`.
    pub subnet_id: String,
    /// `vpc-…`.
    pub vpc_id: String,
    /// Its address in the VPC.
    pub private_ip_address: Option<String>,
    /// Its name in the VPC.
    pub private_dns_name: String,
    /// Its public address.
    pub public_ip_address: Option<String>,
    /// Empty: none.
    pub public_dns_name: String,
    /// Of its network interface.
    pub mac_address: String,
    /// Of its network interface.
    pub security_groups: Vec<SecurityGroupFacts>,
    /// The name of its key pair.
    pub key_name: Option<String>,
    /// The public key of its key pair, in OpenSSH's form.
    pub public_key: Option<String>,
    /// In base64.
    pub user_data: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its instance profile.
    pub profile: Option<ProfileFacts>,
    /// How its metadata are served.
    pub metadata: MetadataFacts,
}

/// A security group of an instance.
#[derive(Clone, Debug)]
pub struct SecurityGroupFacts {
    /// `sg-…`.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// The instance profile of an instance.
#[derive(Clone, Debug)]
pub struct ProfileFacts {
    /// Its ARN.
    pub arn: String,
    /// Its unique id.
    pub id: String,
    /// The name of its role. `None`: it is empty, or no more.
    pub role: Option<String>,
}

/// The metadata options of an instance.
#[derive(Clone, Debug)]
pub struct MetadataFacts {
    /// Whether metadata are served at all (`HttpEndpoint`).
    pub enabled: bool,
    /// Whether each request needs a session token (`HttpTokens`).
    pub token_required: bool,
    /// Whether tags are among the metadata (`InstanceMetadataTags`).
    pub tags: bool,
}

impl InstanceFacts {
    pub(super) fn of(partition: &Partition, place: &Place, instance: &Instance) -> Self {
        let profile = instance.profile.as_ref().map(|profile| ProfileFacts {
            arn: profile.arn.clone(),
            id: profile.id.clone(),
            role: credentials::role(partition, &place.account, profile),
        });
        let options = &instance.metadata_options;
        let metadata = MetadataFacts {
            enabled: options.http_endpoint != "disabled",
            token_required: options.http_tokens == "required",
            tags: options.instance_metadata_tags == "enabled",
        };
        let group = |group: &crate::ec2::GroupIdentifier| SecurityGroupFacts {
            id: group.group_id.clone(),
            name: group.group_name.clone(),
        };
        Self {
            account: place.account.clone(),
            region: place.region.clone(),
            instance_id: instance.instance_id.clone(),
            reservation_id: instance.reservation_id.clone(),
            image_id: instance.image_id.clone(),
            instance_type: instance.instance_type.to_owned(),
            architecture: instance.architecture.to_owned(),
            launch_time: instance.launch_time,
            availability_zone: instance.availability_zone.clone(),
            availability_zone_id: instance.availability_zone_id.clone(),
            subnet_id: instance.subnet_id.clone(),
            vpc_id: instance.vpc_id.clone(),
            private_ip_address: instance.private_ip_address.clone(),
            private_dns_name: instance.private_dns_name.clone(),
            public_ip_address: instance.public_ip_address.clone(),
            public_dns_name: instance.public_dns_name.clone(),
            mac_address: instance.mac_address.clone(),
            security_groups: instance.security_groups.iter().map(group).collect(),
            key_name: instance.key_name.clone(),
            public_key: instance.public_key.clone(),
            user_data: instance.user_data.clone(),
            tags: instance.tags.0.clone(),
            profile,
            metadata,
        }
    }
}
