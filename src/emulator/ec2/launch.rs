//! `RunInstances`.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html>

use std::net::Ipv4Addr;

use serde_json::Value;

use super::images::{self, Image};
use super::instance_types::{self, InstanceType};
use super::instances::{Instance, InstanceProfile, MetadataOptions, Reservation, State};
use super::launch_request::{DeviceMapping, RunInstances};
use super::network_interfaces::NetworkInterface;
use super::networks::Subnet;
use super::profile_associations::Association;
use super::request::{error, invalid_value, missing, required};
use super::resource::{Tags, tags_for};
use super::security_groups::GroupIdentifier;
use super::store::{Place, Region, Store};
use super::volumes::{self, Volume, VolumeAttachment};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

/// How many instances an account may have in a region.
pub(super) const MAX_INSTANCES: usize = 250;

/// What is launched, checked and found.
struct Launch {
    image: Image,
    kind: &'static InstanceType,
    count: usize,
    subnet: Subnet,
    groups: Vec<GroupIdentifier>,
    public_key: Option<String>,
    profile: Option<InstanceProfile>,
    addresses: Vec<Ipv4Addr>,
    metadata_options: MetadataOptions,
    instance_tags: Tags,
    volume_tags: Tags,
    interface_tags: Tags,
}

pub(super) fn run_instances(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let place = Place::of(call)?;
    let input = RunInstances::of(call, &partition.ec2.region(&place))?;
    let request = call.input.clone();
    let token = input.client_token.clone().unwrap_or_default();
    let region = partition.ec2.region(&place);
    let has_token = |r: &&Reservation| r.instances.iter().any(|instance| instance.client_token == token);
    let repeated = region.reservations.iter().find(|reservation| !token.is_empty() && has_token(reservation));
    if let Some(reservation) = repeated {
        if reservation.request != request {
            let message = "The request uses the same client token as a previous, but non-identical request.";
            return Err(error("IdempotentParameterMismatch", message));
        }
        return Ok(answer(&region, reservation, |instance| instance.state.name()));
    }
    let launch = check(partition, &region, &place, &input)?;
    drop(region);
    let reservation_id = start(partition, &place, &input, launch, call, request)?;
    let region = partition.ec2.region(&place);
    let launched = region.reservations.iter().find(|r| r.reservation_id == reservation_id);
    Ok(launched.map_or_else(Reply::empty, |reservation| answer(&region, reservation, |_| "pending")))
}

fn answer(region: &Region, reservation: &Reservation, state: fn(&Instance) -> &'static str) -> Reply {
    let instances = reservation.instances.iter().map(|instance| instance.describe(region, state(instance)));
    Reply { output: reservation.describe(instances.collect()), ..Reply::empty() }
}

fn check(
    partition: &Partition,
    region: &Region,
    place: &Place,
    input: &RunInstances,
) -> Result<Launch, ServiceError> {
    let image_id = required(&input.image_id, "ImageId")?;
    images::check_form(image_id)?;
    let image = images::find(image_id).ok_or_else(|| images::not_found(&[image_id]))?;
    let kind = kind(input.instance_type.as_deref().unwrap_or("m1.small"), &image)?;
    input.check_combinations()?;
    let other_device =
        |mapping: &&DeviceMapping| mapping.device_name.as_deref() != Some(image.root_device_name);
    if input.block_device_mappings.iter().any(|mapping| other_device(&mapping)) {
        let message = format!("The emulator gives each instance one volume, {}", image.root_device_name);
        return Err(error("UnsupportedOperation", message));
    }
    let public_key = match &input.key_name {
        None => None,
        Some(name) => {
            let found = region.key_pairs.iter().find(|pair| pair.key_name == *name);
            let not_found =
                || error("InvalidKeyPair.NotFound", format!("The key pair '{name}' does not exist"));
            Some(found.ok_or_else(not_found)?.public_key.clone())
        }
    };
    let subnet = input.subnet(region)?;
    let groups = input.groups(region, &subnet.vpc_id)?;
    let count = count(region, input, subnet)?;
    let addresses = addresses(region, input, subnet, count)?;
    let profile = match &input.iam_instance_profile {
        Some(specification) => Some(specification.resolve(partition, &place.account)?),
        None => None,
    };
    let metadata_options = input.metadata_options.apply(&region.metadata_options(image.imds_support))?;
    Ok(Launch {
        kind,
        count,
        subnet: subnet.clone(),
        groups,
        public_key,
        profile,
        addresses,
        metadata_options,
        instance_tags: instance_tags(input)?,
        volume_tags: tags_for(&input.tag_specifications, "volume")?,
        interface_tags: tags_for(&input.tag_specifications, "network-interface")?,
        image,
    })
}

/// With those by which AWS says what template an instance was launched from.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-templates.html>
fn instance_tags(input: &RunInstances) -> Result<Tags, ServiceError> {
    let mut tags = tags_for(&input.tag_specifications, "instance")?;
    if let Some(template) = &input.template {
        tags.0.insert("aws:ec2launchtemplate:id".to_owned(), template.id.clone());
        tags.0.insert("aws:ec2launchtemplate:version".to_owned(), template.version.to_string());
    }
    Ok(tags)
}

fn kind(name: &str, image: &Image) -> Result<&'static InstanceType, ServiceError> {
    let kind = instance_types::find(name)
        .ok_or_else(|| invalid_value(format!("Invalid value '{name}' for InstanceType.")))?;
    if kind.architectures.contains(&image.architecture) {
        return Ok(kind);
    }
    let (of_type, of_image) = (kind.architectures.join(","), image.architecture);
    Err(invalid_value(format!(
        "The architecture '{of_type}' of the specified instance type does not match the architecture '{of_image}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again."
    )))
}

/// As many as are asked for, but at least the minimum.
fn count(region: &Region, input: &RunInstances, subnet: &Subnet) -> Result<usize, ServiceError> {
    let min = input.min_count.ok_or_else(|| missing("MinCount"))?;
    let max = input.max_count.ok_or_else(|| missing("MaxCount"))?;
    let positive = |name: &str, value: i64| match usize::try_from(value) {
        Ok(value) if value > 0 => Ok(value),
        _ => Err(invalid_value(format!(
            "Value ({value}) for parameter {name} is invalid. It must be greater than 0."
        ))),
    };
    let (min, max) = (positive("minCount", min)?, positive("maxCount", max)?);
    if max < min {
        let message = format!(
            "Value ({min}) for parameter minCount is invalid. minCount may not be greater than maxCount."
        );
        return Err(invalid_value(message));
    }
    let present = region.instances().filter(|instance| instance.state != State::Terminated).count();
    let allowed = MAX_INSTANCES.saturating_sub(present);
    if min > allowed {
        let message = format!(
            "You have requested more instances ({}) than your current instance limit of {MAX_INSTANCES} allows.",
            present + min
        );
        return Err(error("InstanceLimitExceeded", message));
    }
    let taken = region.network_interfaces.iter().filter(|eni| eni.subnet_id == subnet.subnet_id).count();
    let free = subnet.block.usable_count().saturating_sub(taken);
    if min > free {
        let message = format!(
            "There are not enough free addresses in subnet '{}' to satisfy the requested number of instances.",
            subnet.subnet_id
        );
        return Err(error("InsufficientFreeAddressesInSubnet", message));
    }
    Ok(max.min(allowed).min(free))
}

/// The instances' private addresses: the one that is asked for, or the first that are free.
fn addresses(
    region: &Region,
    input: &RunInstances,
    subnet: &Subnet,
    count: usize,
) -> Result<Vec<Ipv4Addr>, ServiceError> {
    let of_subnet = region.network_interfaces.iter().filter(|eni| eni.subnet_id == subnet.subnet_id);
    let taken: Vec<&str> = of_subnet.map(|eni| eni.private_ip_address.as_str()).collect();
    let of_interface = input.interface().and_then(|interface| interface.private_ip_address.as_deref());
    let Some(wanted) = input.private_ip_address.as_deref().or(of_interface) else {
        let free = subnet.block.usable().filter(|address| !taken.contains(&address.to_string().as_str()));
        return Ok(free.take(count).collect());
    };
    let parsed = wanted.parse().ok();
    let Some(address) = parsed.filter(|address| subnet.block.allows(*address)) else {
        let message = format!("Address {wanted} does not fall within the subnet's address range");
        return Err(invalid_value(message));
    };
    if taken.contains(&wanted) {
        return Err(error("InvalidIPAddress.InUse", format!("Address {wanted} is in use.")));
    }
    if count > 1 {
        let message = "A private IP address can be specified for one instance only";
        return Err(error("InvalidParameterCombination", message));
    }
    Ok(vec![address])
}

fn start(
    partition: &mut Partition,
    place: &Place,
    input: &RunInstances,
    launch: Launch,
    call: &Call,
    request: Value,
) -> Result<String, ServiceError> {
    let reservation_id = partition.ids.resource_id("r-");
    let mut reservation = Reservation {
        reservation_id: reservation_id.clone(),
        owner_id: place.account.clone(),
        instances: Vec::new(),
        request,
    };
    for (index, address) in launch.addresses.iter().take(launch.count).enumerate() {
        let Partition { ids, ec2, .. } = &mut *partition;
        let public =
            input.wants_public_address(&launch.subnet).then(|| ec2.next_public_address(&place.region));
        let instance = Instance {
            instance_id: ids.resource_id("i-"),
            reservation_id: reservation_id.clone(),
            client_token: input.client_token.clone().unwrap_or_default(),
            image_id: launch.image.image_id.clone(),
            instance_type: launch.kind.name,
            architecture: launch.image.architecture,
            root_device_name: launch.image.root_device_name,
            volume_id: ids.resource_id("vol-"),
            state: State::Running,
            key_name: input.key_name.clone(),
            public_key: launch.public_key.clone(),
            launch_index: index,
            launch_time: call.now,
            availability_zone: launch.subnet.availability_zone.clone(),
            availability_zone_id: launch.subnet.availability_zone_id.clone(),
            tenancy: input.tenancy().to_owned(),
            subnet_id: launch.subnet.subnet_id.clone(),
            vpc_id: launch.subnet.vpc_id.clone(),
            private_ip_address: Some(address.to_string()),
            private_dns_name: private_dns_name(*address, &place.region),
            wants_public_address: public.is_some(),
            public_ip_address: public.as_ref().map(|(address, _)| address.clone()),
            public_dns_name: public.as_ref().map(|(_, name)| name.clone()).unwrap_or_default(),
            mac_address: mac_address(&ids.hex()),
            security_groups: launch.groups.clone(),
            profile: None,
            metadata_options: launch.metadata_options.clone(),
            user_data: input.user_data.clone(),
            monitoring: input.monitoring.as_ref().and_then(|monitoring| monitoring.enabled).unwrap_or(false),
            ebs_optimized: input.ebs_optimized.unwrap_or(false),
            disable_api_termination: input.disable_api_termination.unwrap_or(false),
            disable_api_stop: input.disable_api_stop.unwrap_or(false),
            source_dest_check: true,
            shutdown_behavior: input
                .instance_initiated_shutdown_behavior
                .clone()
                .unwrap_or_else(|| "stop".to_owned()),
            terminated_at: None,
            transition_reason: String::new(),
            tags: launch.instance_tags.clone(),
        };
        let interface = interface(&instance, place, input, &launch, public, ids.resource_id("eni-"));
        let interface = NetworkInterface { attachment_id: ids.resource_id("eni-attach-"), ..interface };
        let volume = volume(&instance, input, &launch);
        let region = ec2.region_mut(place);
        region.network_interfaces.push(interface);
        region.volumes.push(volume);
        reservation.instances.push(instance);
    }
    let launched: Vec<String> = reservation.instances.iter().map(|i| i.instance_id.clone()).collect();
    let Partition { ids, ec2, .. } = partition;
    let region = ec2.region_mut(place);
    region.reservations.push(reservation);
    for (instance_id, profile) in launched.into_iter().zip(std::iter::repeat(launch.profile)) {
        let Some(profile) = profile else { break };
        let association_id = ids.resource_id("iip-assoc-");
        region.attach(Association { association_id, instance_id, profile, timestamp: call.now });
    }
    Ok(reservation_id)
}

fn interface(
    instance: &Instance,
    place: &Place,
    input: &RunInstances,
    launch: &Launch,
    public: Option<(String, String)>,
    id: String,
) -> NetworkInterface {
    NetworkInterface {
        network_interface_id: id,
        attachment_id: String::new(),
        attach_time: instance.launch_time,
        instance_id: instance.instance_id.clone(),
        delete_on_termination: input.interface().and_then(|i| i.delete_on_termination).unwrap_or(true),
        owner_id: place.account.clone(),
        description: input.interface().and_then(|i| i.description.clone()).unwrap_or_default(),
        availability_zone: instance.availability_zone.clone(),
        subnet_id: instance.subnet_id.clone(),
        vpc_id: instance.vpc_id.clone(),
        groups: instance.security_groups.clone(),
        mac_address: instance.mac_address.clone(),
        private_ip_address: instance.private_ip_address.clone().unwrap_or_default(),
        private_dns_name: instance.private_dns_name.clone(),
        public,
        source_dest_check: instance.source_dest_check,
        tags: launch.interface_tags.clone(),
    }
}

/// The root volume, as the image says and the request changes. Further volumes are not modelled.
fn volume(instance: &Instance, input: &RunInstances, launch: &Launch) -> Volume {
    let (size, volume_type) = launch.image.root_volume();
    let root = |mapping: &&DeviceMapping| mapping.device_name.as_deref() == Some(instance.root_device_name);
    let wish = input.block_device_mappings.iter().find(root).and_then(|mapping| mapping.ebs.as_ref());
    let size = wish.and_then(|wish| wish.volume_size).unwrap_or(size);
    let volume_type = wish.and_then(|wish| wish.volume_type.as_deref()).unwrap_or(volume_type);
    Volume {
        volume_id: instance.volume_id.clone(),
        availability_zone: instance.availability_zone.clone(),
        availability_zone_id: instance.availability_zone_id.clone(),
        create_time: instance.launch_time,
        size,
        volume_type: volume_type.to_owned(),
        iops: volumes::iops(wish.and_then(|wish| wish.iops), volume_type, size),
        throughput: volumes::throughput(wish.and_then(|wish| wish.throughput), volume_type),
        encrypted: wish.and_then(|wish| wish.encrypted).unwrap_or(false),
        snapshot_id: launch.image.snapshot_id().to_owned(),
        state: "in-use",
        attachments: vec![VolumeAttachment {
            attach_time: instance.launch_time,
            delete_on_termination: wish.and_then(|wish| wish.delete_on_termination).unwrap_or(true),
            device: instance.root_device_name.to_owned(),
            instance_id: instance.instance_id.clone(),
            state: "attached",
            volume_id: instance.volume_id.clone(),
        }],
        tags: launch.volume_tags.clone(),
    }
}

impl Store {
    /// An address that no one on the internet has (198.18.0.0/15 is for benchmarks, RFC 2544), and its name.
    pub(super) fn next_public_address(&mut self, region: &str) -> (String, String) {
        self.public_addresses = (self.public_addresses + 1) % (1 << 17);
        let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + self.public_addresses);
        let dashed = address.to_string().replace('.', "-");
        let zone = if region == "us-east-1" { "compute-1".to_owned() } else { format!("{region}.compute") };
        (address.to_string(), format!("ec2-{dashed}.{zone}.amazonaws.com"))
    }
}

fn private_dns_name(address: Ipv4Addr, region: &str) -> String {
    let dashed = address.to_string().replace('.', "-");
    if region == "us-east-1" {
        format!("ip-{dashed}.ec2.internal")
    } else {
        format!("ip-{dashed}.{region}.compute.internal")
    }
}

/// A locally administered address.
fn mac_address(hex: &str) -> String {
    let pair = |at: usize| hex.get(at..at + 2).unwrap_or("00").to_owned();
    format!("02:{}:{}:{}:{}:{}", pair(0), pair(2), pair(4), pair(6), pair(8))
}
