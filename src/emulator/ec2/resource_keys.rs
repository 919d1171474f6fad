//! The condition keys that each kind of resource has.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-resources-for-iam-policies>

use super::images::{self, Image};
use super::instances::Instance;
use super::key_pairs::KeyPair;
use super::network_interfaces::NetworkInterface;
use super::networks::{InternetGateway, Subnet, Vpc};
use super::resource::{Resource, Tags};
use super::route_tables::RouteTable;
use super::security_groups::SecurityGroup;
use super::snapshots::Snapshot;
use super::store::{Place, Region};
use super::tags::kind_of;
use super::volumes::Volume;
use super::vpc_endpoints::VpcEndpoint;
use crate::operation::Access;

/// The ARN of a resource by its id, known or not; `None`: not an id of any kind.
pub(super) fn arn_of(region: &Region, place: &Place, id: &str) -> Option<String> {
    match (region.resource(id), kind_of(id)?) {
        (_, "snapshot") => Some(snapshot_arn(place, id)),
        (Some(resource), _) => Some(place.arn(resource.kind(), resource.arn_name())),
        (None, "image") => Some(image_arn(place, id)),
        (None, kind) => Some(place.arn(kind, id)),
    }
}

/// Snapshots have no account in their ARNs, whosever they are.
pub(super) fn snapshot_arn(place: &Place, snapshot_id: &str) -> String {
    format!("arn:aws:ec2:{}::snapshot/{snapshot_id}", place.region)
}

/// Images belong to no account of the caller's.
pub(super) fn image_arn(place: &Place, image_id: &str) -> String {
    format!("arn:aws:ec2:{}::image/{image_id}", place.region)
}

impl Access {
    /// The keys of a resource by its id; of an unknown one there are none.
    pub(super) fn of_resource(self, region: &Region, place: &Place, id: &str) -> Self {
        if let Some(instance) = region.instance(id) {
            return self.of_instance(instance);
        }
        if let Some(vpc) = region.vpc(id) {
            return self.of_vpc(vpc);
        }
        if let Some(subnet) = region.subnet(id) {
            return self.of_subnet(place, subnet);
        }
        if let Some(group) = region.security_group(id) {
            return self.of_group(place, group);
        }
        if let Some(volume) = region.volumes.iter().find(|volume| volume.id() == id) {
            return self.of_volume(place, volume);
        }
        if let Some(interface) = region.network_interfaces.iter().find(|interface| interface.id() == id) {
            return self.of_interface(place, interface);
        }
        if let Some(pair) = region.key_pairs.iter().find(|pair| pair.id() == id) {
            return self.of_key_pair(pair);
        }
        if let Some(gateway) = region.internet_gateways.iter().find(|gateway| gateway.id() == id) {
            return self.of_gateway(gateway);
        }
        if let Some(table) = region.route_tables.iter().find(|table| table.id() == id) {
            return self.of_route_table(place, table);
        }
        if let Some(snapshot) = region.snapshots.iter().find(|snapshot| snapshot.id() == id) {
            return self.of_snapshot(place, snapshot);
        }
        if let Some(endpoint) = region.vpc_endpoints.iter().find(|endpoint| endpoint.id() == id) {
            return self.of_endpoint(place, endpoint);
        }
        if let Some(image) = images::find(id) {
            return self.of_image(&image);
        }
        match region.resource(id) {
            Some(resource) => self.resource_tags(resource.tags()),
            None => self,
        }
    }

    pub(super) fn resource_tags(mut self, tags: &Tags) -> Self {
        for (key, value) in &tags.0 {
            self.context.set(&format!("ec2:ResourceTag/{key}"), value.clone());
            self.context.set(&format!("aws:ResourceTag/{key}"), value.clone());
        }
        self
    }

    /// The tags that the request is to set.
    pub(super) fn request_tags<'a>(mut self, tags: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut keys = Vec::new();
        for (key, value) in tags {
            self.context.set(&format!("aws:RequestTag/{key}"), value);
            keys.push(key.to_owned());
        }
        if !keys.is_empty() {
            self.context.set_all("aws:TagKeys", keys);
        }
        self
    }

    /// The attributes that a request sets, by the names of its parameters.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-instance-metadata>
    pub(super) fn attributes(mut self, set: &[(&str, String)]) -> Self {
        for (name, value) in set {
            self.context.set(&format!("ec2:Attribute/{name}"), value.clone());
        }
        if !set.is_empty() {
            self.context.set_all("ec2:Attribute", set.iter().map(|(name, _)| (*name).to_owned()).collect());
        }
        self
    }

    pub(super) fn in_zone(self, name: &str, id: &str) -> Self {
        self.with("ec2:AvailabilityZone", name).with("ec2:AvailabilityZoneId", id)
    }

    pub(super) fn of_instance(self, instance: &Instance) -> Self {
        let options = &instance.metadata_options;
        // `StartInstances` has fewer keys than the others.
        let is_start = self.action == "ec2:StartInstances";
        let mut access = self
            .with("ec2:InstanceID", instance.instance_id.clone())
            .with("ec2:InstanceType", instance.instance_type)
            .in_zone(&instance.availability_zone, &instance.availability_zone_id)
            .with("ec2:InstanceMarketType", "on-demand")
            .with("ec2:EbsOptimized", instance.ebs_optimized.to_string())
            .with("ec2:RootDeviceType", "ebs")
            .with("ec2:Tenancy", instance.tenancy.clone())
            .with("ec2:MetadataHttpTokens", options.http_tokens.clone())
            .with("ec2:MetadataHttpEndpoint", options.http_endpoint.clone())
            .with("ec2:MetadataHttpPutResponseHopLimit", options.http_put_response_hop_limit.to_string())
            .resource_tags(&instance.tags);
        if !is_start {
            access = access
                .with("ec2:InstanceMetadataTags", options.instance_metadata_tags.clone())
                .with("ec2:InstanceAutoRecovery", "default");
        }
        match &instance.profile {
            Some(profile) => access.with("ec2:InstanceProfile", profile.arn.clone()),
            None => access,
        }
    }

    /// The account that owns an image is told to conditions, and has no say in who uses it.
    pub(super) fn of_image(self, image: &Image) -> Self {
        self.with("aws:ResourceAccount", image.owner_id)
            .with("ec2:ImageID", image.image_id.clone())
            .with("ec2:ImageType", "machine")
            .with("ec2:Owner", "amazon")
            .with("ec2:Public", image.public.to_string())
            .with("ec2:RootDeviceType", image.root_device_type)
    }

    pub(super) fn of_vpc(self, vpc: &Vpc) -> Self {
        self.with("ec2:VpcID", vpc.vpc_id.clone())
            .with("ec2:Tenancy", vpc.instance_tenancy)
            .resource_tags(&vpc.tags)
    }

    pub(super) fn of_subnet(self, place: &Place, subnet: &Subnet) -> Self {
        self.with("ec2:SubnetID", subnet.subnet_id.clone())
            .in_zone(&subnet.availability_zone, &subnet.availability_zone_id)
            .with("ec2:Vpc", place.arn("vpc", &subnet.vpc_id))
            .resource_tags(&subnet.tags)
    }

    pub(super) fn of_group(self, place: &Place, group: &SecurityGroup) -> Self {
        self.with("ec2:SecurityGroupID", group.group_id.clone())
            .with("ec2:Vpc", place.arn("vpc", &group.vpc_id))
            .resource_tags(&group.tags)
    }

    pub(super) fn of_volume(self, place: &Place, volume: &Volume) -> Self {
        self.with("ec2:VolumeID", volume.volume_id.clone())
            .in_zone(&volume.availability_zone, &volume.availability_zone_id)
            .with("ec2:Encrypted", volume.encrypted.to_string())
            .with("ec2:VolumeSize", volume.size.to_string())
            .with("ec2:VolumeType", volume.volume_type.clone())
            .performance(volume.iops, volume.throughput)
            .parent_snapshot(place, &volume.snapshot_id)
            .resource_tags(&volume.tags)
    }

    /// Of a volume.
    pub(super) fn performance(mut self, iops: Option<i64>, throughput: Option<i64>) -> Self {
        for (key, value) in [("ec2:VolumeIops", iops), ("ec2:VolumeThroughput", throughput)] {
            if let Some(value) = value {
                self = self.with(key, value.to_string());
            }
        }
        self
    }

    pub(super) fn parent_snapshot(self, place: &Place, id: &str) -> Self {
        if id.is_empty() {
            return self;
        }
        self.with("ec2:ParentSnapshot", snapshot_arn(place, id))
    }

    pub(super) fn of_snapshot(mut self, place: &Place, snapshot: &Snapshot) -> Self {
        // Not all operations on snapshots have this one.
        if ["ec2:CreateTags", "ec2:CreateVolume", "ec2:DescribeSnapshotAttribute"]
            .contains(&self.action.as_str())
        {
            self = self.with("ec2:Encrypted", snapshot.encrypted.to_string());
        }
        self.with("aws:ResourceAccount", snapshot.owner_id.as_str())
            .with("ec2:SnapshotID", snapshot.snapshot_id.clone())
            .with("ec2:Owner", snapshot.owner_id.as_str())
            .with("ec2:ParentVolume", place.arn("volume", &snapshot.volume_id))
            .with("ec2:SnapshotTime", snapshot.start_time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
            .with("ec2:VolumeSize", snapshot.volume_size.to_string())
            .resource_tags(&snapshot.tags)
    }

    pub(super) fn of_endpoint(self, place: &Place, endpoint: &VpcEndpoint) -> Self {
        self.of_endpoint_service(place, &endpoint.service_name).resource_tags(&endpoint.tags)
    }

    pub(super) fn of_endpoint_service(self, place: &Place, service: &str) -> Self {
        self.with("ec2:VpceServiceName", service)
            .with("ec2:VpceServiceOwner", "amazon")
            .with("ec2:VpceServiceRegion", place.region.clone())
    }

    pub(super) fn of_interface(self, place: &Place, interface: &NetworkInterface) -> Self {
        self.with("ec2:NetworkInterfaceID", interface.network_interface_id.clone())
            .with("ec2:AvailabilityZone", interface.availability_zone.clone())
            .with("ec2:Subnet", place.arn("subnet", &interface.subnet_id))
            .with("ec2:Vpc", place.arn("vpc", &interface.vpc_id))
            .resource_tags(&interface.tags)
    }

    pub(super) fn of_key_pair(self, pair: &KeyPair) -> Self {
        self.with("ec2:KeyPairName", pair.key_name.clone())
            .with("ec2:KeyPairType", pair.key_type)
            .resource_tags(&pair.tags)
    }

    pub(super) fn of_gateway(self, gateway: &InternetGateway) -> Self {
        self.with("ec2:InternetGatewayID", gateway.internet_gateway_id.clone()).resource_tags(&gateway.tags)
    }

    pub(super) fn of_route_table(self, place: &Place, table: &RouteTable) -> Self {
        self.with("ec2:RouteTableID", table.route_table_id.clone())
            .with("ec2:Vpc", place.arn("vpc", &table.vpc_id))
            .resource_tags(&table.tags)
    }
}
