//! What is kept: for each account and region, made when first written to.
//!
//! The default network of a region follows from the account and region alone, so that it can be shown, and
//! authorized against, before it has been made.

use std::borrow::Cow;
use std::collections::BTreeMap;

use policy::AccountId;
use sha2::{Digest, Sha256};

use super::instances::{Instance, Reservation};
use super::key_pairs::KeyPair;
use super::launch_templates::LaunchTemplate;
use super::metadata_defaults::MetadataDefaults;
use super::network_interfaces::NetworkInterface;
use super::networks::{InternetGateway, Subnet, Vpc};
use super::profile_associations::Association;
use super::resource::{Resource, Tags};
use super::route_tables::RouteTable;
use super::security_groups::SecurityGroup;
use super::snapshots::Snapshot;
use super::volumes::Volume;
use super::vpc_endpoints::VpcEndpoint;
use crate::imds;
use crate::operation::{Call, ServiceError};
use crate::partition::Partition;

/// Instances, networks, key pairs and images of all accounts and regions.
#[derive(Default)]
pub(crate) struct Store {
    regions: BTreeMap<Place, Region>,
    /// How many public addresses were handed out, in the whole partition.
    pub(super) public_addresses: u32,
    /// The metadata services of the instances.
    pub(crate) imds: imds::State,
}

/// An account and a region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) account: AccountId,
    pub(crate) region: String,
}

impl Place {
    pub(super) fn of(call: &Call) -> Result<Self, ServiceError> {
        Ok(Self { account: call.account()?.clone(), region: call.region.clone() })
    }

    /// An id that this place always has.
    pub(super) fn stable_id(&self, prefix: &str, what: &str) -> String {
        stable_id(prefix, &format!("{}/{}/{what}", self.account, self.region))
    }
}

/// The prefix and 17 hexadecimal digits that follow from `text`.
pub(super) fn stable_id(prefix: &str, text: &str) -> String {
    let digits = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("{prefix}{}", digits.get(..17).unwrap_or_default())
}

/// What an account has in a region.
#[derive(Clone, Default)]
pub(super) struct Region {
    pub(super) vpcs: Vec<Vpc>,
    pub(super) subnets: Vec<Subnet>,
    pub(super) internet_gateways: Vec<InternetGateway>,
    pub(super) route_tables: Vec<RouteTable>,
    pub(super) security_groups: Vec<SecurityGroup>,
    pub(super) key_pairs: Vec<KeyPair>,
    pub(super) reservations: Vec<Reservation>,
    pub(super) network_interfaces: Vec<NetworkInterface>,
    pub(super) volumes: Vec<Volume>,
    pub(super) snapshots: Vec<Snapshot>,
    pub(super) vpc_endpoints: Vec<VpcEndpoint>,
    pub(super) associations: Vec<Association>,
    pub(super) launch_templates: Vec<LaunchTemplate>,
    pub(super) metadata_defaults: MetadataDefaults,
    /// How many RSA keys were made here.
    pub(super) rsa_keys: usize,
}

impl Store {
    /// The region's state, or what it would be when made.
    pub(super) fn region(&self, place: &Place) -> Cow<'_, Region> {
        match self.regions.get(place) {
            Some(region) => Cow::Borrowed(region),
            None => Cow::Owned(Region::with_default_network(place)),
        }
    }

    pub(super) fn region_mut(&mut self, place: &Place) -> &mut Region {
        self.regions.entry(place.clone()).or_insert_with(|| Region::with_default_network(place))
    }

    /// What all accounts have in a region, as far as it was written to.
    pub(super) fn everywhere(&self, region: &str) -> impl Iterator<Item = &Region> {
        self.regions.iter().filter(move |(place, _)| place.region == region).map(|(_, region)| region)
    }

    /// An instance, wherever it is.
    pub(crate) fn find(&self, instance_id: &str) -> Option<(&Place, &Instance)> {
        self.regions.iter().find_map(|(place, region)| Some((place, region.instance(instance_id)?)))
    }
}

impl Region {
    pub(super) fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.reservations.iter().flat_map(|reservation| &reservation.instances)
    }

    pub(super) fn instance(&self, id: &str) -> Option<&Instance> {
        self.instances().find(|instance| instance.instance_id == id)
    }

    pub(super) fn instance_mut(&mut self, id: &str) -> Option<&mut Instance> {
        self.reservations
            .iter_mut()
            .flat_map(|reservation| &mut reservation.instances)
            .find(|instance| instance.instance_id == id)
    }

    /// Everything that can have tags.
    pub(super) fn resources(&self) -> impl Iterator<Item = &dyn Resource> {
        let it = self.instances().map(|r| r as &dyn Resource);
        let it = it.chain(self.vpcs.iter().map(|r| r as &dyn Resource));
        let it = it.chain(self.subnets.iter().map(|r| r as &dyn Resource));
        let it = it.chain(self.internet_gateways.iter().map(|r| r as &dyn Resource));
        let it = it.chain(self.route_tables.iter().map(|r| r as &dyn Resource));
        let it = it.chain(self.security_groups.iter().map(|r| r as &dyn Resource));
        let it = it.chain(self.security_groups.iter().flat_map(|g| &g.rules).map(|r| r as &dyn Resource));
        let it = it.chain(self.key_pairs.iter().map(|r| r as &dyn Resource));
        let it = it.chain(self.network_interfaces.iter().map(|r| r as &dyn Resource));
        let it = it.chain(self.launch_templates.iter().map(|r| r as &dyn Resource));
        let it = it.chain(self.snapshots.iter().map(|r| r as &dyn Resource));
        let it = it.chain(self.vpc_endpoints.iter().map(|r| r as &dyn Resource));
        it.chain(self.volumes.iter().map(|r| r as &dyn Resource))
    }

    pub(super) fn resource(&self, id: &str) -> Option<&dyn Resource> {
        self.resources().find(|resource| resource.id() == id)
    }

    /// The tags of a resource, to change.
    pub(super) fn tags_mut(&mut self, id: &str) -> Option<&mut Tags> {
        let instances = self.reservations.iter_mut().flat_map(|r| &mut r.instances);
        let it = instances.map(|r| r as &mut dyn Resource);
        let it = it.chain(self.vpcs.iter_mut().map(|r| r as &mut dyn Resource));
        let it = it.chain(self.subnets.iter_mut().map(|r| r as &mut dyn Resource));
        let it = it.chain(self.internet_gateways.iter_mut().map(|r| r as &mut dyn Resource));
        let it = it.chain(self.route_tables.iter_mut().map(|r| r as &mut dyn Resource));
        let it = it.chain(self.key_pairs.iter_mut().map(|r| r as &mut dyn Resource));
        let it = it.chain(self.network_interfaces.iter_mut().map(|r| r as &mut dyn Resource));
        let it = it.chain(self.launch_templates.iter_mut().map(|r| r as &mut dyn Resource));
        let it = it.chain(self.snapshots.iter_mut().map(|r| r as &mut dyn Resource));
        let it = it.chain(self.vpc_endpoints.iter_mut().map(|r| r as &mut dyn Resource));
        let it = it.chain(self.volumes.iter_mut().map(|r| r as &mut dyn Resource));
        if let Some(found) = it.into_iter().find(|resource| resource.id() == id) {
            return Some(found.tags_mut());
        }
        for group in &mut self.security_groups {
            if group.group_id == id {
                return Some(&mut group.tags);
            }
            if let Some(rule) = group.rules.iter_mut().find(|rule| rule.security_group_rule_id == id) {
                return Some(&mut rule.tags);
            }
        }
        None
    }
}

/// An instance as the control route and the targets see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceView {
    /// The account that runs it.
    pub account: AccountId,
    /// Its region.
    pub region: String,
    /// Its id, `i-…`.
    pub id: String,
    /// Its `Name` tag.
    pub name: Option<String>,
    /// `running`, `stopped` or `terminated`.
    pub state: &'static str,
    /// Its address in its subnet; `None`: terminated.
    pub private_ip: Option<String>,
    /// The name of its instance profile.
    pub instance_profile: Option<String>,
    /// Whether its metadata service asks for a token (IMDSv2 only).
    pub token_required: bool,
    /// Whether its metadata service answers at all.
    pub metadata_enabled: bool,
}

/// All instances, by account, region and launch.
pub(crate) fn instances(partition: &Partition) -> Vec<InstanceView> {
    let view = |(place, instance): (&Place, &Instance)| InstanceView {
        account: place.account.clone(),
        region: place.region.clone(),
        id: instance.instance_id.clone(),
        name: instance.tags.name().map(str::to_owned),
        state: instance.state.name(),
        private_ip: instance.private_ip_address.clone(),
        instance_profile: instance.profile.as_ref().map(|profile| profile.name.clone()),
        token_required: instance.metadata_options.http_tokens == "required",
        metadata_enabled: instance.metadata_options.http_endpoint == "enabled",
    };
    let regions = partition.ec2.regions.iter();
    regions.flat_map(|(place, region)| region.instances().map(move |i| (place, i))).map(view).collect()
}
