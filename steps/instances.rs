//! EC2 instances, what they are made of, and the role that their programs have.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    Filter, IamInstanceProfileSpecification, Instance, InstanceType, IpPermission, IpRange,
};
use aws_sdk_ec2::types::{KeyType, ResourceType, Tag, TagSpecification};
use cucumber::{given, then, when};
use harness::parameters::{
    InstanceName, KeyPairName, NewInstance, NewInstanceProfile, NewKeyPair, NewSecurityGroup, RoleName,
    SecurityGroupName,
};
use harness::{CallRef, CastInstance, NewThing, Stage, StepError, World, rehearse, unknown};

use target::{Named, Names, ThingKind};

use crate::policy_text::rows;
use crate::principals::iam_tags;
use crate::roles::known_role;

/// A key pair to log in with.
#[given(expr = "a key pair {new-key-pair}")]
async fn a_key_pair(world: &mut World, name: NewKeyPair) -> Result<(), StepError> {
    make_key_pair(world.stage()?, &name.0).await
}

/// A security group of the default VPC that lets all traffic in, from anywhere.
#[given(expr = "a security group {new-security-group} open to all traffic")]
async fn an_open_group(world: &mut World, name: NewSecurityGroup) -> Result<(), StepError> {
    make_open_group(world.stage()?, &name.0).await
}

/// An instance with the given `Name` tag: Ubuntu, `t2.micro`, in a public subnet of the default VPC.
#[given(expr = "an instance {new-instance}")]
async fn an_instance(world: &mut World, name: NewInstance) -> Result<(), StepError> {
    launch(world.stage()?, &name.0, &Launch::default()).await
}

/// An instance with the given `Name` tag, and what the table says: `| attribute | value |` with the
/// attributes `image`, `type`, `key pair` and `security group`.
#[given(expr = "an instance {new-instance} with:")]
async fn an_instance_with(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    name: NewInstance,
) -> Result<(), StepError> {
    let mut launched = Launch::default();
    for row in rows(step, &["attribute", "value"])? {
        let [attribute, value] = row.as_slice() else { continue };
        match attribute.as_str() {
            "image" => launched.image = value.clone(),
            "type" => launched.instance_type = value.clone(),
            "key pair" => launched.key_pair = Some(value.clone()),
            "security group" => launched.security_group = Some(value.clone()),
            _ => {
                return Err(StepError::failed(
                    format!("an instance has no `{attribute}`"),
                    "known here: image, type, key pair, security group",
                ));
            }
        }
    }
    launch(world.stage()?, &name.0, &launched).await
}

rehearse!("an instance {new-instance} with:" => |step| {
    for row in step.rows(&["attribute", "value"], &[]) {
        let (Some(attribute), Some(value)) = (row.cell("attribute"), row.cell("value")) else { continue };
        match attribute.text.as_str() {
            "key pair" => step.names::<KeyPairName>(value),
            "security group" => step.names::<SecurityGroupName>(value),
            _ => step.is_one_of(attribute, "attribute of an instance", &["image", "type", "key pair", "security group"]),
        }
    }
});

/// What is known of an instance: `| attribute | value |` with the attributes `image`, `type`, `state`,
/// `key pair`, `security group`, `tag Name`, `public address` and `in the default VPC` (`yes` or `no`).
#[then(expr = "the instance {instance} has:")]
async fn instance_has(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    name: InstanceName,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let facts = facts(stage, &name.0).await?;
    for row in rows(step, &["attribute", "value"])? {
        let [attribute, expected] = row.as_slice() else { continue };
        let Some(found) = facts.get(attribute.as_str()) else {
            let known: Vec<&str> = facts.keys().copied().collect();
            return Err(StepError::failed(
                format!("an instance has no `{attribute}`"),
                format!("known here: {}", known.join(", ")),
            ));
        };
        let named = attribute == "image" && expected.split_whitespace().all(|word| found.contains(word));
        if found != expected && !named {
            return Err(StepError::failed(
                format!("`{attribute}` is {found}"),
                format!("expected `{attribute}` to be {expected}, it is {found}"),
            ));
        }
    }
    Ok(())
}

rehearse!("the instance {instance} has:" => |step| {
    for row in step.rows(&["attribute", "value"], &[]) {
        row.cell("attribute").into_iter().for_each(|cell| step.is_one_of(cell, "attribute of an instance", &FACTS));
    }
});

/// What `describe_instance` tells.
const FACTS: [&str; 8] = [
    "image",
    "type",
    "state",
    "key pair",
    "security group",
    "tag Name",
    "public address",
    "in the default VPC",
];

/// An instance profile with a role in it.
#[given(expr = "an instance profile {new-instance-profile} with the role {role}")]
async fn a_profile(world: &mut World, profile: NewInstanceProfile, role: RoleName) -> Result<(), StepError> {
    make_profile(world.stage()?, &profile.0, &role.0).await
}

/// Associates an instance with the instance profile of a role, as the console's "Modify IAM role" does:
/// with one of the role's name, which is made where there is none.
#[given(expr = "the role {role} is attached to {instance}")]
#[when(expr = "the role {role} is attached to {instance}")]
async fn attached(world: &mut World, role: RoleName, instance: InstanceName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    attach(stage, &role.0, &instance.0).await
}

/// Replaces the instance profile of an instance by that of another role.
#[when(expr = "the role of {instance} is replaced by {role}")]
async fn replaced(world: &mut World, instance: InstanceName, role: RoleName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let id = known_instance(stage, &instance.0)?;
    let profile = profile_of(stage, &role.0).await?;
    let association = association(stage, &instance.0, &id).await?;
    let administrator = stage.administrator();
    let ec2 = aws_sdk_ec2::Client::new(&administrator.configuration);
    let replace = ec2
        .replace_iam_instance_profile_association()
        .association_id(association)
        .iam_instance_profile(specification(stage, &profile))
        .send();
    let call = CallRef::new("EC2", "ReplaceIamInstanceProfileAssociation");
    stage.must(&administrator, call, replace).await?;
    stage.cast.instance_roles.insert(instance.0, role.0);
    Ok(())
}

/// Takes the instance profile away from an instance.
#[when(expr = "the role of {instance} is removed")]
async fn detached(world: &mut World, instance: InstanceName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let id = known_instance(stage, &instance.0)?;
    let association = association(stage, &instance.0, &id).await?;
    let administrator = stage.administrator();
    let ec2 = aws_sdk_ec2::Client::new(&administrator.configuration);
    let call = CallRef::new("EC2", "DisassociateIamInstanceProfile");
    let disassociate = ec2.disassociate_iam_instance_profile().association_id(association).send();
    stage.must(&administrator, call, disassociate).await?;
    stage.cast.instance_roles.remove(&instance.0);
    Ok(())
}

/// The programs on an instance find no credentials: it has no instance profile, or EC2 may not assume its role.
#[then(expr = "{instance} has no credentials")]
async fn no_credentials(world: &mut World, instance: InstanceName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let id = known_instance(stage, &instance.0)?;
    match stage.credentials_of(&instance.0, &id).await? {
        None => Ok(()),
        Some(credentials) => Err(StepError::failed(
            "has credentials",
            format!("its metadata service hands out the key {}", credentials.key_id),
        )),
    }
}

/// What an instance is made of.
pub(crate) struct Launch {
    pub(crate) image: String,
    pub(crate) instance_type: String,
    pub(crate) key_pair: Option<String>,
    pub(crate) security_group: Option<String>,
}

impl Default for Launch {
    fn default() -> Self {
        Self {
            image: "Ubuntu 20.04".to_owned(),
            instance_type: "t2.micro".to_owned(),
            key_pair: None,
            security_group: None,
        }
    }
}

pub(crate) async fn make_key_pair(stage: &Stage, name: &str) -> Result<(), StepError> {
    let administrator = stage.administrator();
    let ec2 = aws_sdk_ec2::Client::new(&administrator.configuration);
    let there = stage.place.names().of(Named::InEc2, name);
    let account = stage.place.account();
    let thing = NewThing { account, kind: ThingKind::KeyPair, name: &there };
    let create = ec2.create_key_pair().key_name(&there).key_type(KeyType::Ed25519);
    let create = create.set_tag_specifications(tagged(stage, ResourceType::KeyPair, None)).send();
    stage.create(&administrator, thing, CallRef::new("EC2", "CreateKeyPair"), create).await.map(drop)
}

pub(crate) async fn make_open_group(stage: &Stage, name: &str) -> Result<(), StepError> {
    let administrator = stage.administrator();
    let ec2 = aws_sdk_ec2::Client::new(&administrator.configuration);
    let there = stage.place.names().of(Named::InEc2, name);
    let account = stage.place.account();
    let thing = NewThing { account, kind: ThingKind::SecurityGroup, name: &there };
    let create = ec2.create_security_group().group_name(&there).description("open to all traffic");
    let create = create.set_tag_specifications(tagged(stage, ResourceType::SecurityGroup, None)).send();
    let call = CallRef::new("EC2", "CreateSecurityGroup");
    let made = stage.create(&administrator, thing, call, create).await?;
    let everything = IpPermission::builder()
        .ip_protocol("-1")
        .ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build())
        .build();
    let open = ec2
        .authorize_security_group_ingress()
        .set_group_id(made.group_id().map(str::to_owned))
        .ip_permissions(everything)
        .send();
    stage.must(&administrator, CallRef::new("EC2", "AuthorizeSecurityGroupIngress"), open).await.map(drop)
}

pub(crate) async fn launch(stage: &mut Stage, name: &str, what: &Launch) -> Result<(), StepError> {
    if stage.cast.instances.contains_key(name) {
        let message = format!("two instances `{name}` could not be told apart");
        return Err(StepError::failed("is there already", message));
    }
    stage.cast.free_for("instance", name)?;
    stage.cast.tells_apart("instance", name)?;
    let instead = stage.place.launch();
    let image = image(stage, instead.image.as_deref().unwrap_or(&what.image)).await?;
    let instance_type = instead.instance_type.as_deref().unwrap_or(&what.instance_type);
    let administrator = stage.administrator();
    let ec2 = aws_sdk_ec2::Client::new(&administrator.configuration);
    let names = stage.place.names();
    let token = names.of(Named::InEc2, name);
    let token = (token != name).then_some(token);
    let account = stage.place.account().clone();
    let run = ec2
        .run_instances()
        .image_id(image)
        .instance_type(InstanceType::from(instance_type))
        .set_key_name(what.key_pair.as_ref().map(|name| names.of(Named::InEc2, name)))
        .set_security_groups(what.security_group.as_ref().map(|name| vec![names.of(Named::InEc2, name)]))
        .min_count(1)
        .max_count(1)
        .set_client_token(token.clone())
        .set_tag_specifications(tagged(stage, ResourceType::Instance, Some(name)))
        .send();
    let call = CallRef::new("EC2", "RunInstances");
    let started = match &token {
        Some(token) => {
            let thing = NewThing { account: &account, kind: ThingKind::Instance, name: token };
            stage.create(&administrator, thing, call, run).await?
        }
        None => stage.must(&administrator, call, run).await?,
    };
    let id = started.instances().first().and_then(|instance| instance.instance_id());
    let id = id.ok_or_else(|| StepError::inconclusive("got no instance", "EC2 answered without one"))?;
    let instance = CastInstance {
        id: id.to_owned(),
        image: instead.image.map(|_| what.image.clone()),
        instance_type: instead.instance_type.map(|_| what.instance_type.clone()),
    };
    stage.cast.instances.insert(name.to_owned(), instance);
    Ok(())
}

/// The newest image whose name or description has these words.
async fn image(stage: &Stage, words: &str) -> Result<String, StepError> {
    if words.starts_with("ami-") {
        return Ok(words.to_owned());
    }
    let administrator = stage.administrator();
    let ec2 = aws_sdk_ec2::Client::new(&administrator.configuration);
    let filter =
        Filter::builder().name("description").values(format!("*{}*", words.replace(' ', "*"))).build();
    // Anybody can publish an image with such words: only the account's and those under the owner `amazon` count.
    let describe = ec2.describe_images().filters(filter).owners("amazon").owners("self").send();
    let found = stage.must(&administrator, CallRef::new("EC2", "DescribeImages"), describe).await?;
    let newest = found.images().iter().max_by_key(|image| image.creation_date().map(str::to_owned));
    newest.and_then(|image| image.image_id()).map(str::to_owned).ok_or_else(|| {
        StepError::inconclusive(
            format!("there is no image `{words}`"),
            "the target has none; name one by its id, or by words of its description",
        )
    })
}

pub(crate) async fn make_profile(stage: &mut Stage, profile: &str, role: &str) -> Result<(), StepError> {
    known_role(stage, role)?;
    let administrator = stage.administrator();
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let names = stage.place.names();
    let arn = names.arn(&format!("arn:aws:iam::{}:instance-profile/{profile}", stage.place.account()));
    let call = CallRef::on("IAM", "CreateInstanceProfile", "iam:CreateInstanceProfile", arn.clone());
    let there = names.of(Named::InIam, profile);
    let account = stage.place.account();
    let thing = NewThing { account, kind: ThingKind::InstanceProfile, name: &there };
    let create = iam.create_instance_profile().instance_profile_name(&there).set_tags(iam_tags(stage));
    let create = create.set_path(names.iam_path().map(str::to_owned)).send();
    stage.create(&administrator, thing, call, create).await?;
    let call = CallRef::on("IAM", "AddRoleToInstanceProfile", "iam:AddRoleToInstanceProfile", arn);
    let add = iam.add_role_to_instance_profile().instance_profile_name(there);
    let add = add.role_name(names.of(Named::InIam, role)).send();
    stage.must(&administrator, call, add).await?;
    stage.cast.instance_profiles.insert(profile.to_owned(), role.to_owned());
    Ok(())
}

pub(crate) async fn attach(stage: &mut Stage, role: &str, instance: &str) -> Result<(), StepError> {
    let id = known_instance(stage, instance)?;
    let profile = profile_of(stage, role).await?;
    let administrator = stage.administrator();
    let ec2 = aws_sdk_ec2::Client::new(&administrator.configuration);
    let associate = ec2
        .associate_iam_instance_profile()
        .instance_id(id)
        .iam_instance_profile(specification(stage, &profile))
        .send();
    stage.must(&administrator, CallRef::new("EC2", "AssociateIamInstanceProfile"), associate).await?;
    stage.cast.instance_roles.insert(instance.to_owned(), role.to_owned());
    Ok(())
}

fn specification(stage: &Stage, profile: &str) -> IamInstanceProfileSpecification {
    IamInstanceProfileSpecification::builder().name(stage.place.names().of(Named::InIam, profile)).build()
}

/// The tags of what is made: a name, and what the place wants everything tagged with.
fn tagged(stage: &Stage, kind: ResourceType, name: Option<&str>) -> Option<Vec<TagSpecification>> {
    let name = name.map(|name| ("Name", name));
    let tags = stage.place.tags().iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let tags: Vec<Tag> = name
        .into_iter()
        .chain(tags)
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect();
    let specification =
        || TagSpecification::builder().resource_type(kind).set_tags(Some(tags.clone())).build();
    (!tags.is_empty()).then(|| vec![specification()])
}

/// The instance profile that holds a role; one of the role's own name is made where there is none.
async fn profile_of(stage: &mut Stage, role: &str) -> Result<String, StepError> {
    let there = stage.cast.instance_profiles.iter().find(|(_, inside)| *inside == role);
    if let Some((profile, _)) = there {
        return Ok(profile.clone());
    }
    make_profile(stage, role, role).await?;
    Ok(role.to_owned())
}

async fn association(stage: &Stage, name: &str, id: &str) -> Result<String, StepError> {
    let administrator = stage.administrator();
    let ec2 = aws_sdk_ec2::Client::new(&administrator.configuration);
    let filters = [("instance-id", id), ("state", "associated")]
        .map(|(name, value)| Filter::builder().name(name).values(value).build());
    let describe =
        ec2.describe_iam_instance_profile_associations().set_filters(Some(filters.to_vec())).send();
    let call = CallRef::new("EC2", "DescribeIamInstanceProfileAssociations");
    let found = stage.must(&administrator, call, describe).await?;
    let first = found.iam_instance_profile_associations().first();
    first.and_then(|association| association.association_id()).map(str::to_owned).ok_or_else(|| {
        StepError::failed("has no role", format!("no instance profile is associated with `{name}`"))
    })
}

async fn facts(stage: &Stage, name: &str) -> Result<BTreeMap<&'static str, String>, StepError> {
    let id = known_instance(stage, name)?;
    let administrator = stage.administrator();
    let ec2 = aws_sdk_ec2::Client::new(&administrator.configuration);
    let describe = ec2.describe_instances().instance_ids(id).send();
    let found = stage.must(&administrator, CallRef::new("EC2", "DescribeInstances"), describe).await?;
    let instance = found.reservations().iter().flat_map(|reservation| reservation.instances()).next();
    let instance =
        instance.ok_or_else(|| StepError::failed("is not there", format!("EC2 does not know `{name}`")))?;
    let describe =
        ec2.describe_images().set_image_ids(instance.image_id().map(|id| vec![id.to_owned()])).send();
    let images = stage.must(&administrator, CallRef::new("EC2", "DescribeImages"), describe).await?;
    let filter = Filter::builder().name("is-default").values("true").build();
    let describe = ec2.describe_vpcs().filters(filter).send();
    let vpcs = stage.must(&administrator, CallRef::new("EC2", "DescribeVpcs"), describe).await?;
    let default_vpc = vpcs.vpcs().first().and_then(|vpc| vpc.vpc_id());
    let image = images.images().first().and_then(|image| image.description());
    let mut facts = describe_instance(stage.place.names(), instance, image.unwrap_or("unknown"), default_vpc);
    // What the place was told to take instead means what the feature says.
    let asked = stage.cast.instances.get(name);
    let asked = asked.map(|asked| [("image", &asked.image), ("type", &asked.instance_type)]);
    for (attribute, said) in asked.into_iter().flatten() {
        if let Some(said) = said {
            facts.insert(attribute, said.clone());
        }
    }
    Ok(facts)
}

fn describe_instance(
    names: &Names,
    instance: &Instance,
    image: &str,
    default_vpc: Option<&str>,
) -> BTreeMap<&'static str, String> {
    let tag = instance.tags().iter().find(|tag| tag.key() == Some("Name")).and_then(|tag| tag.value());
    let group = instance.security_groups().first().and_then(|group| group.group_name());
    let state = instance.state().and_then(|state| state.name()).map_or("unknown", |name| name.as_str());
    let yes_or_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    BTreeMap::from([
        ("image", image.to_owned()),
        ("type", instance.instance_type().map_or("unknown", |kind| kind.as_str()).to_owned()),
        ("state", state.to_owned()),
        ("key pair", instance.key_name().map_or("none", |name| names.back(name)).to_owned()),
        ("security group", group.map_or("none", |name| names.back(name)).to_owned()),
        ("tag Name", tag.unwrap_or("none").to_owned()),
        ("public address", yes_or_no(instance.public_ip_address().is_some())),
        ("in the default VPC", yes_or_no(default_vpc.is_some() && instance.vpc_id() == default_vpc)),
    ])
}

/// The id of an instance of the cast.
///
/// # Errors
/// Where the scenario has no such instance.
pub(crate) fn known_instance(stage: &Stage, name: &str) -> Result<String, StepError> {
    let instances = &stage.cast.instances;
    let known = instances.get(name).map(|instance| instance.id.clone());
    known.ok_or_else(|| unknown("instance", name, instances.keys()))
}
