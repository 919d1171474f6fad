//! The permissions that operations need: resources and condition keys.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>
//!
//! A resource that a request names but that does not exist has its ARN without tags: whoever may not touch it
//! learns nothing about it, and whoever may learns that it is missing.

use super::images;
use super::instance_attributes::default_metadata_options;
use super::instance_states::NamedInstances;
use super::instances::Instance;
use super::key_pairs::{CreateKeyPair, DeleteKeyPair, ImportKeyPair};
use super::launch_request::RunInstances;
use super::networks::{CreateSubnet, CreateVpc};
use super::profile_associations::{Associate, Disassociate, ProfileSpecification, Replace};
use super::request::read;
use super::resource::{TagSpecification, Tags, requested};
use super::security_group_rules::ChangeRules;
use super::security_groups::{CreateSecurityGroup, DeleteSecurityGroup};
use super::store::{Place, Region};
use super::tags::{ChangeTags, kind_of};
use crate::operation::{Access, Call, ServiceError};
use crate::partition::Partition;

type Answer = Result<Vec<Access>, ServiceError>;

fn access(call: &Call, resource: impl Into<String>) -> Access {
    named(&format!("ec2:{}", call.operation), call, resource)
}

fn named(action: &str, call: &Call, resource: impl Into<String>) -> Access {
    Access::new(action, resource).with("ec2:Region", call.region.clone())
}

impl Access {
    fn resource_tags(mut self, tags: &Tags) -> Self {
        for (key, value) in &tags.0 {
            self.context.set(&format!("ec2:ResourceTag/{key}"), value.clone());
            self.context.set(&format!("aws:ResourceTag/{key}"), value.clone());
        }
        self
    }

    /// The tags that the request is to set.
    fn request_tags<'a>(mut self, tags: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
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

    fn of_instance(self, place: &Place, instance: &Instance) -> Self {
        let options = &instance.metadata_options;
        let access = self
            .with("ec2:InstanceID", instance.instance_id.clone())
            .with("ec2:InstanceType", instance.instance_type)
            .with("ec2:AvailabilityZone", instance.availability_zone.clone())
            .with("ec2:RootDeviceType", "ebs")
            .with("ec2:Tenancy", "default")
            .with("ec2:MetadataHttpTokens", options.http_tokens.clone())
            .with("ec2:MetadataHttpEndpoint", options.http_endpoint.clone())
            .with("ec2:MetadataHttpPutResponseHopLimit", options.http_put_response_hop_limit.to_string())
            .with("ec2:ImageID", image_arn(place, &instance.image_id))
            .resource_tags(&instance.tags);
        match &instance.profile {
            Some(profile) => access.with("ec2:InstanceProfile", profile.arn.clone()),
            None => access,
        }
    }
}

fn image_arn(place: &Place, image_id: &str) -> String {
    format!("arn:aws:ec2:{}::image/{image_id}", place.region)
}

/// `ec2:CreateTags` for what an operation creates with tags.
fn create_tags_on(
    call: &Call,
    place: &Place,
    specifications: &[TagSpecification],
    kinds: &[&str],
) -> Vec<Access> {
    let tagged = kinds.iter().filter(|kind| requested(specifications, kind).next().is_some());
    tagged
        .map(|kind| {
            named("ec2:CreateTags", call, place.arn(kind, "*"))
                .with("ec2:CreateAction", call.operation)
                .request_tags(requested(specifications, kind))
        })
        .collect()
}

/// `iam:PassRole` for the role in a profile; none where the profile has no role or does not exist, which is an
/// error of its own after authorization.
fn pass_role(
    partition: &Partition,
    place: &Place,
    specification: Option<&ProfileSpecification>,
    instance_arn: String,
) -> Option<Access> {
    let profile = specification?.find(partition, &place.account)?;
    let role = partition.iam.role(&place.account, profile.role.as_deref()?)?;
    Some(
        Access::new("iam:PassRole", role.arn)
            .with("iam:PassedToService", "ec2.amazonaws.com")
            .with("iam:AssociatedResourceArn", instance_arn),
    )
}

/// Operations that cannot be limited to resources.
pub(super) fn on_everything(_: &Partition, call: &Call) -> Answer {
    Ok(vec![access(call, "*")])
}

pub(super) fn run_instances(partition: &Partition, call: &Call) -> Answer {
    let input: RunInstances = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let image = input.image_id.as_deref().and_then(images::find);
    let mut needed = Vec::new();

    let image_id = input.image_id.as_deref().unwrap_or("*");
    let mut of_image = access(call, image_arn(&place, image_id)).with("ec2:ImageID", image_id);
    if let Some(image) = &image {
        of_image = of_image
            .with("ec2:ImageType", "machine")
            .with("ec2:Owner", "amazon")
            .with("ec2:Public", image.public.to_string())
            .with("ec2:RootDeviceType", image.root_device_type);
    }
    needed.push(of_image);

    let defaults = default_metadata_options(image.as_ref().and_then(|image| image.imds_support));
    let options = input.metadata_options.apply(&defaults).unwrap_or(defaults);
    let mut of_instance = access(call, place.arn("instance", "*"))
        .with("ec2:InstanceType", input.instance_type.clone().unwrap_or_else(|| "m1.small".to_owned()))
        .with("ec2:ImageID", image_arn(&place, image_id))
        .with("ec2:InstanceMarketType", "on-demand")
        .with("ec2:RootDeviceType", "ebs")
        .with("ec2:Tenancy", "default")
        .with("ec2:MetadataHttpTokens", options.http_tokens)
        .with("ec2:MetadataHttpEndpoint", options.http_endpoint)
        .with("ec2:MetadataHttpPutResponseHopLimit", options.http_put_response_hop_limit.to_string())
        .request_tags(requested(&input.tag_specifications, "instance"));
    if let Some(profile) = input.iam_instance_profile.as_ref().and_then(|s| s.find(partition, &place.account))
    {
        of_instance = of_instance.with("ec2:InstanceProfile", profile.arn);
    }

    let subnet = input.subnet(&region).ok();
    let mut of_interface = access(call, place.arn("network-interface", "*"))
        .request_tags(requested(&input.tag_specifications, "network-interface"));
    let mut of_volume = access(call, place.arn("volume", "*"))
        .with("ec2:Encrypted", "false")
        .request_tags(requested(&input.tag_specifications, "volume"));
    if let Some(image) = &image {
        let (size, kind) = image.root_volume();
        let wish = input.block_device_mappings.first().and_then(|mapping| mapping.ebs.as_ref());
        let size = wish.and_then(|wish| wish.volume_size).unwrap_or(size);
        let kind = wish.and_then(|wish| wish.volume_type.clone()).unwrap_or_else(|| kind.to_owned());
        let encrypted = wish.and_then(|wish| wish.encrypted).unwrap_or(false);
        of_volume = of_volume
            .with("ec2:VolumeSize", size.to_string())
            .with("ec2:VolumeType", kind)
            .with("ec2:Encrypted", encrypted.to_string());
    }
    let mut of_subnet = access(call, place.arn("subnet", input.subnet_id.as_deref().unwrap_or("*")));
    if let Some(subnet) = subnet {
        let (zone, vpc) = (subnet.availability_zone.clone(), place.arn("vpc", &subnet.vpc_id));
        let public = input.wants_public_address(subnet).to_string();
        of_instance = of_instance.with("ec2:AvailabilityZone", zone.clone());
        of_volume = of_volume.with("ec2:AvailabilityZone", zone.clone());
        of_interface = of_interface
            .with("ec2:AvailabilityZone", zone.clone())
            .with("ec2:Subnet", subnet.subnet_arn.clone())
            .with("ec2:Vpc", vpc.clone())
            .with("ec2:AssociatePublicIpAddress", public);
        of_subnet = access(call, subnet.subnet_arn.clone())
            .with("ec2:SubnetID", subnet.subnet_id.clone())
            .with("ec2:AvailabilityZone", zone)
            .with("ec2:Vpc", vpc)
            .resource_tags(&subnet.tags);
    }
    needed.extend([of_instance, of_subnet, of_interface, of_volume]);
    needed.extend(groups_of_launch(&region, call, &place, &input));
    if let Some(name) = &input.key_name {
        let of_key = access(call, place.arn("key-pair", name)).with("ec2:KeyPairName", name.clone());
        needed.push(match region.key_pairs.iter().find(|pair| pair.key_name == *name) {
            Some(pair) => of_key.with("ec2:KeyPairType", pair.key_type).resource_tags(&pair.tags),
            None => of_key,
        });
    }
    let kinds = ["instance", "volume", "network-interface"];
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &kinds));
    let instance_arn = place.arn("instance", "*");
    needed.extend(pass_role(partition, &place, input.iam_instance_profile.as_ref(), instance_arn));
    Ok(needed)
}

fn groups_of_launch(region: &Region, call: &Call, place: &Place, input: &RunInstances) -> Vec<Access> {
    let vpc = input.subnet(region).ok().map(|subnet| subnet.vpc_id.clone()).unwrap_or_default();
    match input.groups(region, &vpc) {
        Ok(groups) => groups.iter().map(|group| on_group(region, call, place, &group.group_id)).collect(),
        // One of them does not exist, which is an error after authorization.
        Err(_) => input.security_group_ids.iter().map(|id| on_group(region, call, place, id)).collect(),
    }
}

fn on_group(region: &Region, call: &Call, place: &Place, id: &str) -> Access {
    let needed = access(call, place.arn("security-group", id)).with("ec2:SecurityGroupID", id);
    match region.security_group(id) {
        Some(group) => needed.with("ec2:Vpc", place.arn("vpc", &group.vpc_id)).resource_tags(&group.tags),
        None => needed,
    }
}

fn on_instance(region: &Region, call: &Call, place: &Place, id: &str) -> Access {
    let needed = access(call, place.arn("instance", id));
    match region.instance(id) {
        Some(instance) => needed.of_instance(place, instance),
        None => needed,
    }
}

/// Start, stop, reboot, terminate: each instance.
pub(super) fn on_named_instances(partition: &Partition, call: &Call) -> Answer {
    let input: NamedInstances = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    if input.instance_ids.is_empty() {
        return Ok(vec![access(call, place.arn("instance", "*"))]);
    }
    Ok(input.instance_ids.iter().map(|id| on_instance(&region, call, &place, id)).collect())
}

/// Operations with one `InstanceId`.
pub(super) fn on_one_instance(partition: &Partition, call: &Call) -> Answer {
    let place = Place::of(call)?;
    let id = call.input.get("InstanceId").and_then(|id| id.as_str()).unwrap_or("*");
    Ok(vec![on_instance(&partition.ec2.region(&place), call, &place, id)])
}

pub(super) fn associate_profile(partition: &Partition, call: &Call) -> Answer {
    let input: Associate = read(call)?;
    let place = Place::of(call)?;
    let id = input.instance_id.as_deref().unwrap_or("*");
    with_profile(partition, call, &place, id, input.iam_instance_profile.as_ref())
}

pub(super) fn replace_profile(partition: &Partition, call: &Call) -> Answer {
    let input: Replace = read(call)?;
    let place = Place::of(call)?;
    let id = instance_of(&partition.ec2.region(&place), input.association_id.as_deref());
    with_profile(partition, call, &place, &id, input.iam_instance_profile.as_ref())
}

pub(super) fn disassociate_profile(partition: &Partition, call: &Call) -> Answer {
    let input: Disassociate = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let id = instance_of(&region, input.association_id.as_deref());
    Ok(vec![on_instance(&region, call, &place, &id)])
}

fn instance_of(region: &Region, association_id: Option<&str>) -> String {
    let association = association_id.and_then(|id| region.association(id));
    association.map_or("*".to_owned(), |association| association.instance_id.clone())
}

fn with_profile(
    partition: &Partition,
    call: &Call,
    place: &Place,
    instance_id: &str,
    specification: Option<&ProfileSpecification>,
) -> Answer {
    let mut on_instance = on_instance(&partition.ec2.region(place), call, place, instance_id);
    if let Some(profile) = specification.and_then(|s| s.find(partition, &place.account)) {
        on_instance = on_instance.with("ec2:NewInstanceProfile", profile.arn);
    }
    let mut needed = vec![on_instance];
    needed.extend(pass_role(partition, place, specification, place.arn("instance", instance_id)));
    Ok(needed)
}

pub(super) fn create_security_group(partition: &Partition, call: &Call) -> Answer {
    let input: CreateSecurityGroup = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let default = region.default_vpc().map(|vpc| vpc.vpc_id.clone());
    let vpc_id = input.vpc_id.or(default).unwrap_or_else(|| "*".to_owned());
    let specifications = &input.tag_specifications;
    let mut needed = vec![
        access(call, place.arn("security-group", "*"))
            .with("ec2:Vpc", place.arn("vpc", &vpc_id))
            .request_tags(requested(specifications, "security-group")),
        on_vpc(&region, call, &place, &vpc_id),
    ];
    needed.extend(create_tags_on(call, &place, specifications, &["security-group"]));
    Ok(needed)
}

fn on_vpc(region: &Region, call: &Call, place: &Place, id: &str) -> Access {
    let needed = access(call, place.arn("vpc", id)).with("ec2:VpcID", id);
    match region.vpc(id) {
        Some(vpc) => needed.with("ec2:Tenancy", vpc.instance_tenancy).resource_tags(&vpc.tags),
        None => needed,
    }
}

pub(super) fn delete_security_group(partition: &Partition, call: &Call) -> Answer {
    let input: DeleteSecurityGroup = read(call)?;
    on_named_group(partition, call, &input.group_id, &input.group_name)
}

pub(super) fn change_rules(partition: &Partition, call: &Call) -> Answer {
    let input: ChangeRules = read(call)?;
    let mut needed = on_named_group(partition, call, &input.group_id, &input.group_name)?;
    let place = Place::of(call)?;
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &["security-group-rule"]));
    Ok(needed)
}

fn on_named_group(partition: &Partition, call: &Call, id: &Option<String>, name: &Option<String>) -> Answer {
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let found = region.named_group(id, name).ok().map(|group| group.group_id.clone());
    let id = found.or_else(|| id.clone()).unwrap_or_else(|| "*".to_owned());
    Ok(vec![on_group(&region, call, &place, &id)])
}

pub(super) fn create_key_pair(_: &Partition, call: &Call) -> Answer {
    let input: CreateKeyPair = read(call)?;
    let kind = input.key_type.as_deref().unwrap_or("rsa").to_owned();
    new_key_pair(call, input.key_name.as_deref(), &input.tag_specifications, Some(kind))
}

pub(super) fn import_key_pair(_: &Partition, call: &Call) -> Answer {
    let input: ImportKeyPair = read(call)?;
    new_key_pair(call, input.key_name.as_deref(), &input.tag_specifications, None)
}

fn new_key_pair(
    call: &Call,
    name: Option<&str>,
    specifications: &[TagSpecification],
    kind: Option<String>,
) -> Answer {
    let place = Place::of(call)?;
    let name = name.unwrap_or("*");
    let mut on_pair = access(call, place.arn("key-pair", name))
        .with("ec2:KeyPairName", name)
        .request_tags(requested(specifications, "key-pair"));
    if let Some(kind) = kind {
        on_pair = on_pair.with("ec2:KeyPairType", kind);
    }
    let mut needed = vec![on_pair];
    if requested(specifications, "key-pair").next().is_some() {
        let on_tags = named("ec2:CreateTags", call, place.arn("key-pair", name))
            .with("ec2:CreateAction", call.operation)
            .request_tags(requested(specifications, "key-pair"));
        needed.push(on_tags);
    }
    Ok(needed)
}

pub(super) fn delete_key_pair(partition: &Partition, call: &Call) -> Answer {
    let input: DeleteKeyPair = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let pair = region.key_pairs.iter().find(|pair| input.names(pair));
    let name =
        input.key_name.clone().or_else(|| Some(pair?.key_name.clone())).unwrap_or_else(|| "*".to_owned());
    let needed = access(call, place.arn("key-pair", &name)).with("ec2:KeyPairName", name);
    Ok(vec![match pair {
        Some(pair) => needed.with("ec2:KeyPairType", pair.key_type).resource_tags(&pair.tags),
        None => needed,
    }])
}

/// `CreateTags` and `DeleteTags`: each resource, by what its id is for.
pub(super) fn change_tags(partition: &Partition, call: &Call) -> Answer {
    let input: ChangeTags = read(call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let tags = || {
        let value = |value: &Option<String>| value.as_deref().unwrap_or_default().to_owned();
        input.tags.iter().map(move |tag| (value(&tag.key), value(&tag.value))).collect::<Vec<_>>()
    };
    let on_resource = |id: &String| {
        let resource = region.resource(id);
        let arn = match (resource, kind_of(id)) {
            (Some(resource), _) => place.arn(resource.kind(), resource.arn_name()),
            (None, Some("image")) => image_arn(&place, id),
            (None, Some(kind)) => place.arn(kind, id),
            (None, None) => "*".to_owned(),
        };
        let tags = tags();
        let tags = tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let needed = access(call, arn).request_tags(tags);
        match (resource, region.instance(id)) {
            (_, Some(instance)) => needed.of_instance(&place, instance),
            (Some(resource), None) => needed.resource_tags(resource.tags()),
            (None, None) => needed,
        }
    };
    Ok(input.resources.iter().map(on_resource).collect())
}

pub(super) fn create_vpc(_: &Partition, call: &Call) -> Answer {
    let input: CreateVpc = read(call)?;
    let place = Place::of(call)?;
    let on_vpc =
        access(call, place.arn("vpc", "*")).request_tags(requested(&input.tag_specifications, "vpc"));
    let mut needed = vec![on_vpc];
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &["vpc"]));
    Ok(needed)
}

pub(super) fn create_subnet(partition: &Partition, call: &Call) -> Answer {
    let input: CreateSubnet = read(call)?;
    let place = Place::of(call)?;
    let vpc_id = input.vpc_id.as_deref().unwrap_or("*");
    let mut needed = vec![
        access(call, place.arn("subnet", "*"))
            .with("ec2:Vpc", place.arn("vpc", vpc_id))
            .request_tags(requested(&input.tag_specifications, "subnet")),
        on_vpc(&partition.ec2.region(&place), call, &place, vpc_id),
    ];
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &["subnet"]));
    Ok(needed)
}
