//! The permissions that operations need: resources and condition keys.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>
//!
//! A resource that a request names but that does not exist has its ARN without tags: whoever may not touch it
//! learns nothing about it, and whoever may learns that it is missing.

use super::instance_attributes::{ModifyInstanceAttribute, attributes_of};
use super::instance_states::NamedInstances;
use super::key_pairs::{CreateKeyPair, DeleteKeyPair, ImportKeyPair};
use super::launch_templates::{CreateLaunchTemplate, TemplateSpecification};
use super::modify_rules::ModifySecurityGroupRules;
use super::profile_associations::{Associate, Disassociate, ProfileSpecification, Replace};
use super::request::read;
use super::resource::{TagSpecification, requested};
use super::resource_keys::{arn_of, snapshot_arn};
use super::security_group_rules::ChangeRules;
use super::security_groups::{CreateSecurityGroup, DeleteSecurityGroup};
use super::store::{Place, Region};
use super::tags::ChangeTags;
use super::volumes::{CreateVolume, USUAL_TYPE};
use crate::operation::{Access, Call, ServiceError};
use crate::partition::Partition;

pub(super) type Answer = Result<Vec<Access>, ServiceError>;

pub(super) fn access(call: &Call, resource: impl Into<String>) -> Access {
    named(&format!("ec2:{}", call.operation), call, resource)
}

fn named(action: &str, call: &Call, resource: impl Into<String>) -> Access {
    Access::new(action, resource).with("ec2:Region", call.region.clone())
}

/// `ec2:CreateTags` for what an operation creates with tags.
pub(super) fn create_tags_on(
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
pub(super) fn pass_role(
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

/// A resource by its id, known or not.
pub(super) fn on(region: &Region, call: &Call, place: &Place, id: &str) -> Access {
    let arn = arn_of(region, place, id).unwrap_or_else(|| "*".to_owned());
    access(call, arn).of_resource(region, place, id)
}

fn on_group(region: &Region, call: &Call, place: &Place, id: &str) -> Access {
    access(call, place.arn("security-group", id)).of_resource(region, place, id)
}

fn on_instance(region: &Region, call: &Call, place: &Place, id: &str) -> Access {
    access(call, place.arn("instance", id)).of_resource(region, place, id)
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

/// Of an instance's attribute or metadata options, with what is set.
pub(super) fn modify_metadata_options(partition: &Partition, call: &Call) -> Answer {
    let mut needed = on_one_instance(partition, call)?;
    let set = attributes_of(&call.input);
    needed = needed.into_iter().map(|needed| needed.attributes(&set)).collect();
    Ok(needed)
}

/// On no resource, with what is set.
pub(super) fn modify_metadata_defaults(_: &Partition, call: &Call) -> Answer {
    let mut needed = access(call, "*");
    for (name, value) in attributes_of(&call.input) {
        needed = needed.with(&format!("ec2:Attribute/{name}"), value);
    }
    Ok(vec![needed])
}

pub(super) fn modify_instance_attribute(partition: &Partition, call: &Call) -> Answer {
    let input: ModifyInstanceAttribute = read(call)?;
    let mut needed = modify_metadata_options(partition, call)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    needed.extend(input.groups.iter().flatten().map(|id| on_group(&region, call, &place, id)));
    Ok(needed)
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
            .request_tags(requested(specifications, "security-group")),
        on_vpc(&region, call, &place, &vpc_id),
    ];
    needed.extend(create_tags_on(call, &place, specifications, &["security-group"]));
    Ok(needed)
}

pub(super) fn on_vpc(region: &Region, call: &Call, place: &Place, id: &str) -> Access {
    access(call, place.arn("vpc", id)).of_resource(region, place, id)
}

pub(super) fn delete_security_group(partition: &Partition, call: &Call) -> Answer {
    let input: DeleteSecurityGroup = read(call)?;
    on_named_group(partition, call, &input.group_id, &input.group_name)
}

pub(super) fn change_rules(partition: &Partition, call: &Call) -> Answer {
    let input: ChangeRules = read(call)?;
    let mut needed = on_named_group(partition, call, &input.group_id, &input.group_name)?;
    let place = Place::of(call)?;
    let kind = "security-group-rule";
    if requested(&input.tag_specifications, kind).next().is_some() {
        let tags = requested(&input.tag_specifications, kind);
        needed.push(access(call, place.arn(kind, "*")).request_tags(tags));
    }
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &[kind]));
    Ok(needed)
}

/// The group, and each of the rules.
pub(super) fn modify_rules(partition: &Partition, call: &Call) -> Answer {
    let input: ModifySecurityGroupRules = read(call)?;
    let mut needed = on_named_group(partition, call, &input.group_id, &None)?;
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    for update in &input.security_group_rules {
        let id = update.security_group_rule_id.as_deref().unwrap_or("*");
        let arn = place.arn("security-group-rule", id);
        needed.push(access(call, arn).of_resource(&region, &place, id));
    }
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
    let mut on_pair =
        access(call, place.arn("key-pair", name)).request_tags(requested(specifications, "key-pair"));
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
    let needed = access(call, place.arn("key-pair", &name));
    Ok(vec![match pair {
        Some(pair) => needed.of_key_pair(pair),
        None => needed.with("ec2:KeyPairName", name),
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
        let tags = tags();
        let tags = tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        if call.operation == "CreateTags" {
            return on(&region, call, &place, id).request_tags(tags);
        }
        // Of all the keys of a resource, `DeleteTags` has its tags alone.
        let arn = arn_of(&region, &place, id).unwrap_or_else(|| "*".to_owned());
        let needed = access(call, arn).request_tags(tags);
        match region.resource(id) {
            Some(resource) => needed.resource_tags(resource.tags()),
            None => needed,
        }
    };
    Ok(input.resources.iter().map(on_resource).collect())
}

/// The volume, and the snapshot that it is made of, which may be another account's.
pub(super) fn create_volume(partition: &Partition, call: &Call) -> Answer {
    let input: CreateVolume = read(call)?;
    let place = Place::of(call)?;
    let snapshot = input.snapshot_id.as_deref().and_then(|id| partition.ec2.open_snapshot(&place, id).ok());
    let encrypted = input.encrypted.unwrap_or(false) || snapshot.is_some_and(|snapshot| snapshot.encrypted);
    let mut on_volume = access(call, place.arn("volume", "*"))
        .with("ec2:Encrypted", encrypted.to_string())
        .with("ec2:VolumeType", input.volume_type.as_deref().unwrap_or(USUAL_TYPE))
        .performance(input.iops, input.throughput)
        .parent_snapshot(&place, input.snapshot_id.as_deref().unwrap_or_default())
        .request_tags(requested(&input.tag_specifications, "volume"));
    if let Some(size) = input.size.or(snapshot.map(|snapshot| snapshot.volume_size)) {
        on_volume = on_volume.with("ec2:VolumeSize", size.to_string());
    }
    if let Ok(zone) = input.zone(&place.region) {
        on_volume = on_volume.in_zone(&zone.name, &zone.id);
    }
    let mut needed = vec![on_volume];
    if let Some(id) = &input.snapshot_id {
        let on_snapshot = access(call, snapshot_arn(&place, id));
        needed.push(match snapshot {
            Some(snapshot) => on_snapshot.of_snapshot(&place, snapshot),
            None => on_snapshot,
        });
    }
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &["volume"]));
    Ok(needed)
}

pub(super) fn create_launch_template(_: &Partition, call: &Call) -> Answer {
    let input: CreateLaunchTemplate = read(call)?;
    let place = Place::of(call)?;
    let tags = requested(&input.tag_specifications, "launch-template");
    let mut needed = vec![access(call, place.arn("launch-template", "*")).request_tags(tags)];
    needed.extend(create_tags_on(call, &place, &input.tag_specifications, &["launch-template"]));
    Ok(needed)
}

/// Operations on one launch template, by its id or its name.
pub(super) fn on_launch_template(partition: &Partition, call: &Call) -> Answer {
    let place = Place::of(call)?;
    let region = partition.ec2.region(&place);
    let named = TemplateSpecification::in_input(&call.input);
    let id = named.id(&region);
    Ok(vec![access(call, place.arn("launch-template", &id)).of_resource(&region, &place, &id)])
}

/// With the default version that is set.
pub(super) fn modify_launch_template(partition: &Partition, call: &Call) -> Answer {
    let needed = on_launch_template(partition, call)?;
    let version = call.input.get("DefaultVersion").and_then(|version| version.as_str());
    let set: Vec<_> = version.map(|version| ("DefaultVersion", version.to_owned())).into_iter().collect();
    Ok(needed.into_iter().map(|needed| needed.attributes(&set)).collect())
}
