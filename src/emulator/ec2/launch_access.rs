//! The permissions that a launch needs: one for each resource that it uses or makes.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-ec2-console.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/permissions-for-launch-templates.html>

use super::access::{Answer, access, create_tags_on, pass_role};
use super::images::{self, Image};
use super::launch_request::{DeviceMapping, DeviceVolume, InterfaceSpecification, RunInstances, is_public};
use super::networks::Subnet;
use super::resource::{Resource, requested};
use super::resource_keys::image_arn;
use super::store::{Place, Region};
use super::volumes::USUAL_TYPE;
use crate::operation::{Access, Call};
use crate::partition::Partition;

/// A launch with what it finds of its network and image.
struct Launch<'a> {
    call: &'a Call,
    place: &'a Place,
    region: &'a Region,
    input: &'a RunInstances,
    image: Option<Image>,
    /// `None`: an error after authorization.
    subnet: Option<&'a Subnet>,
}

pub(super) fn run_instances(partition: &Partition, call: &Call) -> Answer {
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let input = RunInstances::for_access(call, &region)?;
    let image = input.image_id.as_deref().and_then(images::find);
    let subnet = input.subnet(&region).ok();
    let launch = Launch { call, place: &place, region: &region, input: &input, image, subnet };

    let mut of_instance = launch.instance();
    if let Some(profile) = input.iam_instance_profile.as_ref().and_then(|s| s.find(partition, &place.account))
    {
        of_instance = of_instance.with("ec2:InstanceProfile", profile.arn);
    }
    let mut needed = vec![launch.image(), of_instance, launch.subnet(), launch.interface()];
    needed.extend(launch.volumes());
    needed.extend(launch.groups());
    needed.extend(input.network_interfaces.iter().skip(1).flat_map(|it| launch.further_interface(it)));
    needed.extend(launch.key_pair());
    needed.extend(launch.template());
    let kinds = ["instance", "volume", "network-interface"];
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &kinds));
    let instance_arn = place.arn("instance", "*");
    needed.extend(pass_role(partition, &place, input.iam_instance_profile.as_ref(), instance_arn));
    Ok(needed)
}

impl Launch<'_> {
    /// `parameters`: those by which a request names the resource itself, and not by its launch template.
    fn access(&self, resource: impl Into<String>, parameters: &[&str]) -> Access {
        let needed = access(self.call, resource);
        match &self.input.template {
            Some(template) => needed
                .with("ec2:LaunchTemplate", self.place.arn("launch-template", &template.id))
                .with("ec2:IsLaunchTemplateResource", template.decides(parameters).to_string()),
            None => needed,
        }
    }

    fn image(&self) -> Access {
        let id = self.input.image_id.as_deref().unwrap_or("*");
        let needed = self.access(image_arn(self.place, id), &["ImageId"]);
        match &self.image {
            Some(image) => needed.of_image(image),
            None => needed,
        }
    }

    fn instance(&self) -> Access {
        let input = self.input;
        let imds_support = self.image.as_ref().and_then(|image| image.imds_support);
        let defaults = self.region.metadata_options(imds_support);
        let options = input.metadata_options.apply(&defaults).unwrap_or(defaults);
        let needed = self
            .access(self.place.arn("instance", "*"), &[])
            .with("ec2:InstanceType", input.instance_type.clone().unwrap_or_else(|| "m1.small".to_owned()))
            .with("ec2:InstanceMarketType", input.market_type())
            .with("ec2:EbsOptimized", input.ebs_optimized.unwrap_or(false).to_string())
            .with("ec2:RootDeviceType", "ebs")
            .with("ec2:Tenancy", input.tenancy())
            .with("ec2:MetadataHttpTokens", options.http_tokens)
            .with("ec2:MetadataHttpEndpoint", options.http_endpoint)
            .with("ec2:MetadataHttpPutResponseHopLimit", options.http_put_response_hop_limit.to_string())
            .with("ec2:InstanceMetadataTags", options.instance_metadata_tags)
            .request_tags(requested(&input.tag_specifications, "instance"));
        match self.subnet {
            Some(subnet) => needed.in_zone(&subnet.availability_zone, &subnet.availability_zone_id),
            None => needed,
        }
    }

    fn subnet(&self) -> Access {
        self.subnet_at(self.input.subnet_id.as_deref(), self.subnet)
    }

    /// `id`: as it is named; `subnet`: what is there.
    fn subnet_at(&self, id: Option<&str>, subnet: Option<&Subnet>) -> Access {
        let parameters = ["SubnetId", "NetworkInterfaces"];
        match subnet {
            Some(subnet) => self.access(subnet.subnet_arn.clone(), &parameters).of_subnet(self.place, subnet),
            None => self.access(self.place.arn("subnet", id.unwrap_or("*")), &parameters),
        }
    }

    fn interface(&self) -> Access {
        self.interface_in(self.subnet, self.input.interface())
    }

    /// What an interface needs that is not the first: the emulator makes none, but who may ask for it is decided.
    fn further_interface(&self, wish: &InterfaceSpecification) -> Vec<Access> {
        let subnet = match &wish.subnet_id {
            Some(id) => self.region.subnet(id),
            None => self.subnet,
        };
        let mut needed =
            vec![self.subnet_at(wish.subnet_id.as_deref(), subnet), self.interface_in(subnet, Some(wish))];
        match wish.groups.as_slice() {
            [] => {
                let default = subnet.and_then(|subnet| self.region.default_group(&subnet.vpc_id));
                needed.extend(default.map(|group| self.group(&group.group_id)));
            }
            groups => needed.extend(groups.iter().map(|id| self.group(id))),
        }
        needed
    }

    fn interface_in(&self, subnet: Option<&Subnet>, wish: Option<&InterfaceSpecification>) -> Access {
        let needed = self
            .access(self.place.arn("network-interface", "*"), &["NetworkInterfaces"])
            .request_tags(requested(&self.input.tag_specifications, "network-interface"));
        let Some(subnet) = subnet else { return needed };
        needed
            .with("ec2:AvailabilityZone", subnet.availability_zone.clone())
            .with("ec2:Subnet", subnet.subnet_arn.clone())
            .with("ec2:Vpc", self.place.arn("vpc", &subnet.vpc_id))
            .with("ec2:AssociatePublicIpAddress", is_public(wish, subnet).to_string())
    }

    /// The root volume, which there is whether it is mapped or not, and each other one that is mapped: the emulator makes
    /// no such one, but who may ask for it is decided.
    fn volumes(&self) -> Vec<Access> {
        let root = self.image.as_ref().map(|image| image.root_device_name);
        let is_root = |mapping: &&DeviceMapping| root.is_none() || mapping.device_name.as_deref() == root;
        let (of_root, others): (Vec<_>, Vec<_>) = self.input.block_device_mappings.iter().partition(is_root);
        let mapped = |mapping: &DeviceMapping| self.volume(mapping.ebs.as_ref(), false);
        let root = self.volume(of_root.first().and_then(|mapping| mapping.ebs.as_ref()), true);
        std::iter::once(root).chain(of_root.into_iter().skip(1).chain(others).map(mapped)).collect()
    }

    fn volume(&self, wish: Option<&DeviceVolume>, is_root: bool) -> Access {
        let mut needed = self
            .access(self.place.arn("volume", "*"), &["BlockDeviceMappings"])
            .with("ec2:Encrypted", wish.and_then(|wish| wish.encrypted).unwrap_or(false).to_string())
            .request_tags(requested(&self.input.tag_specifications, "volume"));
        let (size, kind) =
            (wish.and_then(|it| it.volume_size), wish.and_then(|it| it.volume_type.as_deref()));
        match self.image.as_ref().filter(|_| is_root) {
            Some(image) => {
                let (of_image, kind_of_image) = image.root_volume();
                needed = needed
                    .with("ec2:VolumeSize", size.unwrap_or(of_image).to_string())
                    .with("ec2:VolumeType", kind.unwrap_or(kind_of_image))
                    .parent_snapshot(self.place, image.snapshot_id());
            }
            None if !is_root => {
                needed = needed.with("ec2:VolumeType", kind.unwrap_or(USUAL_TYPE));
                if let Some(size) = size {
                    needed = needed.with("ec2:VolumeSize", size.to_string());
                }
            }
            None => {}
        }
        let (iops, throughput) = (wish.and_then(|wish| wish.iops), wish.and_then(|wish| wish.throughput));
        needed = needed.performance(iops, throughput);
        match self.subnet {
            Some(subnet) => needed.in_zone(&subnet.availability_zone, &subnet.availability_zone_id),
            None => needed,
        }
    }

    fn groups(&self) -> Vec<Access> {
        let vpc = self.subnet.map(|subnet| subnet.vpc_id.clone()).unwrap_or_default();
        let mut ids: Vec<String> = match self.input.groups(self.region, &vpc) {
            Ok(groups) => groups.into_iter().map(|group| group.group_id).collect(),
            // One of them does not exist, which is an error after authorization.
            Err(_) => self.input.security_group_ids.clone(),
        };
        if ids.is_empty() {
            ids.push("*".to_owned());
        }
        ids.iter().map(|id| self.group(id)).collect()
    }

    fn group(&self, id: &str) -> Access {
        let parameters = ["SecurityGroupIds", "SecurityGroups", "NetworkInterfaces"];
        let needed = self.access(self.place.arn("security-group", id), &parameters);
        match self.region.security_group(id) {
            Some(group) => needed.of_group(self.place, group),
            None => needed,
        }
    }

    fn key_pair(&self) -> Option<Access> {
        let name = self.input.key_name.as_ref()?;
        let needed = self.access(self.place.arn("key-pair", name), &["KeyName"]);
        Some(match self.region.key_pairs.iter().find(|pair| pair.key_name == *name) {
            Some(pair) => needed.of_key_pair(pair),
            None => needed.with("ec2:KeyPairName", name.clone()),
        })
    }

    fn template(&self) -> Option<Access> {
        let id = self.input.template_id(self.region)?;
        let needed = self.access(self.place.arn("launch-template", &id), &[]);
        Some(match self.region.launch_templates.iter().find(|template| template.id() == id) {
            Some(template) => needed.resource_tags(template.tags()),
            None => needed,
        })
    }
}
