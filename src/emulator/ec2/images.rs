//! Public machine images: the few that examples launch.
//!
//! Their ids follow from their names, and are the same in each region and run. They are not AWS's own, which
//! change with each release.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::filters::{Field, Filter, Page, select};
use super::request::{error, read};
use super::store::{Place, stable_id};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

const AMAZON: &str = "137112412989";
/// <https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/>
const CANONICAL: &str = "099720109477";

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Image {
    pub(super) image_id: String,
    name: &'static str,
    description: &'static str,
    pub(super) owner_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_owner_alias: Option<&'static str>,
    image_location: String,
    creation_date: &'static str,
    pub(super) architecture: &'static str,
    pub(super) root_device_name: &'static str,
    pub(super) root_device_type: &'static str,
    block_device_mappings: Vec<ImageDevice>,
    /// `v2.0`: instances require IMDSv2 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) imds_support: Option<&'static str>,
    image_type: &'static str,
    pub(super) public: bool,
    state: &'static str,
    virtualization_type: &'static str,
    hypervisor: &'static str,
    ena_support: bool,
    platform_details: &'static str,
    usage_operation: &'static str,
    boot_mode: &'static str,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ImageDevice {
    device_name: &'static str,
    ebs: ImageVolume,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ImageVolume {
    snapshot_id: String,
    volume_size: u32,
    volume_type: &'static str,
    delete_on_termination: bool,
    encrypted: bool,
}

struct Row {
    name: &'static str,
    description: &'static str,
    creation_date: &'static str,
    architecture: &'static str,
    imds_support: Option<&'static str>,
    /// The public parameters of Systems Manager that hold its id.
    parameters: &'static [&'static str],
}

const ROWS: &[Row] = &[
    Row {
        name: "al2023-ami-2023.6.20250115.0-kernel-6.1-x86_64",
        description: "Amazon Linux 2023 AMI 2023.6.20250115.0 x86_64 HVM kernel-6.1",
        creation_date: "2025-01-15T21:36:31.000Z",
        architecture: "x86_64",
        imds_support: Some("v2.0"),
        parameters: &[
            "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
            "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64",
        ],
    },
    Row {
        name: "al2023-ami-2023.6.20250115.0-kernel-6.1-arm64",
        description: "Amazon Linux 2023 AMI 2023.6.20250115.0 arm64 HVM kernel-6.1",
        creation_date: "2025-01-15T21:36:32.000Z",
        architecture: "arm64",
        imds_support: Some("v2.0"),
        parameters: &[
            "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
            "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-arm64",
        ],
    },
    Row {
        name: "ubuntu/images/hvm-ssd/ubuntu-focal-20.04-amd64-server-20250112",
        description: "Canonical, Ubuntu, 20.04 LTS, amd64 focal image build on 2025-01-12",
        creation_date: "2025-01-12T08:11:05.000Z",
        architecture: "x86_64",
        imds_support: None,
        parameters: &[
            "/aws/service/canonical/ubuntu/server/20.04/stable/current/amd64/hvm/ebs-gp2/ami-id",
            "/aws/service/canonical/ubuntu/server/focal/stable/current/amd64/hvm/ebs-gp2/ami-id",
        ],
    },
    Row {
        name: "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20250112",
        description: "Canonical, Ubuntu, 22.04 LTS, amd64 jammy image build on 2025-01-12",
        creation_date: "2025-01-12T08:24:40.000Z",
        architecture: "x86_64",
        imds_support: None,
        parameters: &[
            "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id",
            "/aws/service/canonical/ubuntu/server/jammy/stable/current/amd64/hvm/ebs-gp2/ami-id",
        ],
    },
    Row {
        name: "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20250115",
        description: "Canonical, Ubuntu, 24.04, amd64 noble image",
        creation_date: "2025-01-15T10:31:47.000Z",
        architecture: "x86_64",
        imds_support: Some("v2.0"),
        parameters: &[
            "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
            "/aws/service/canonical/ubuntu/server/noble/stable/current/amd64/hvm/ebs-gp3/ami-id",
        ],
    },
    Row {
        name: "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20250115",
        description: "Canonical, Ubuntu, 24.04, arm64 noble image",
        creation_date: "2025-01-15T10:42:18.000Z",
        architecture: "arm64",
        imds_support: Some("v2.0"),
        parameters: &[
            "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id",
            "/aws/service/canonical/ubuntu/server/noble/stable/current/arm64/hvm/ebs-gp3/ami-id",
        ],
    },
];

/// What a public parameter of Systems Manager says of an image.
pub(crate) struct PublicImage {
    pub(crate) id: String,
    /// RFC 3339.
    pub(crate) published: &'static str,
}

impl PublicImage {
    pub(crate) fn of_parameter(name: &str) -> Option<Self> {
        let row = ROWS.iter().find(|row| row.parameters.contains(&name))?;
        Some(Self { id: row.image_id(), published: row.creation_date })
    }
}

impl Row {
    fn image_id(&self) -> String {
        stable_id("ami-", self.name)
    }

    fn image(&self) -> Image {
        let of_amazon = self.name.starts_with("al2023");
        let (owner_id, root_device_name) =
            if of_amazon { (AMAZON, "/dev/xvda") } else { (CANONICAL, "/dev/sda1") };
        Image {
            image_id: self.image_id(),
            name: self.name,
            description: self.description,
            owner_id,
            // AWS shows its alias for images of verified providers too, of which Canonical is one.
            image_owner_alias: Some("amazon"),
            image_location: format!("amazon/{}", self.name),
            creation_date: self.creation_date,
            architecture: self.architecture,
            root_device_name,
            root_device_type: "ebs",
            block_device_mappings: vec![ImageDevice {
                device_name: root_device_name,
                ebs: ImageVolume {
                    snapshot_id: stable_id("snap-", self.name),
                    volume_size: 8,
                    volume_type: if of_amazon || self.name.contains("gp3") { "gp3" } else { "gp2" },
                    delete_on_termination: true,
                    encrypted: false,
                },
            }],
            imds_support: self.imds_support,
            image_type: "machine",
            public: true,
            state: "available",
            virtualization_type: "hvm",
            hypervisor: "xen",
            ena_support: true,
            platform_details: "Linux/UNIX",
            usage_operation: "RunInstances",
            boot_mode: if self.architecture == "arm64" { "uefi" } else { "uefi-preferred" },
        }
    }
}

impl Image {
    /// Size in GiB and type of the root volume.
    pub(super) fn root_volume(&self) -> (u32, &'static str) {
        self.block_device_mappings
            .first()
            .map_or((8, "gp3"), |device| (device.ebs.volume_size, device.ebs.volume_type))
    }

    /// What the root volume is made of.
    pub(super) fn snapshot_id(&self) -> &str {
        self.block_device_mappings.first().map_or("", |device| device.ebs.snapshot_id.as_str())
    }

    fn is_owned_by(&self, owner: &str) -> bool {
        self.owner_id == owner || self.image_owner_alias == Some(owner)
    }
}

pub(super) fn find(image_id: &str) -> Option<Image> {
    ROWS.iter().find(|row| row.image_id() == image_id).map(Row::image)
}

pub(super) fn check_form(image_id: &str) -> Result<(), ServiceError> {
    let digits = image_id.strip_prefix("ami-").unwrap_or_default();
    if matches!(digits.len(), 8 | 17) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(error("InvalidAMIID.Malformed", format!("Invalid id: \"{image_id}\" (expecting \"ami-...\")")))
}

pub(super) fn not_found(ids: &[&str]) -> ServiceError {
    let (noun, verb) = if ids.len() == 1 { ("id", "does") } else { ("ids", "do") };
    error("InvalidAMIID.NotFound", format!("The image {noun} '[{}]' {verb} not exist", ids.join(", ")))
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeImages {
    image_ids: Vec<String>,
    owners: Vec<String>,
    executable_users: Vec<String>,
    #[serde(rename = "IncludeDeprecated")]
    _include_deprecated: Option<bool>,
    #[serde(rename = "IncludeDisabled")]
    _include_disabled: Option<bool>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

const FIELDS: &[Field<Image>] = &[
    ("image-id", |image| vec![image.image_id.clone()]),
    ("name", |image| vec![image.name.to_owned()]),
    ("description", |image| vec![image.description.to_owned()]),
    ("architecture", |image| vec![image.architecture.to_owned()]),
    ("owner-id", |image| vec![image.owner_id.to_owned()]),
    ("owner-alias", |image| image.image_owner_alias.iter().map(|alias| (*alias).to_owned()).collect()),
    ("root-device-type", |image| vec![image.root_device_type.to_owned()]),
    ("root-device-name", |image| vec![image.root_device_name.to_owned()]),
    ("virtualization-type", |image| vec![image.virtualization_type.to_owned()]),
    ("hypervisor", |image| vec![image.hypervisor.to_owned()]),
    ("state", |image| vec![image.state.to_owned()]),
    ("is-public", |image| vec![image.public.to_string()]),
    ("image-type", |image| vec![image.image_type.to_owned()]),
    ("creation-date", |image| vec![image.creation_date.to_owned()]),
    ("ena-support", |image| vec![image.ena_support.to_string()]),
    ("manifest-location", |image| vec![image.image_location.clone()]),
    // Only Windows images have one.
    ("platform", |_| Vec::new()),
    ("block-device-mapping.volume-type", |image| vec![image.root_volume().1.to_owned()]),
    ("block-device-mapping.volume-size", |image| vec![image.root_volume().0.to_string()]),
    ("block-device-mapping.device-name", |image| vec![image.root_device_name.to_owned()]),
    ("block-device-mapping.delete-on-termination", |_| vec!["true".to_owned()]),
    ("block-device-mapping.encrypted", |_| vec!["false".to_owned()]),
];

pub(super) fn describe_images(_: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DescribeImages = read(call)?;
    let place = Place::of(call)?;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 1 };
    for id in &input.image_ids {
        check_form(id)?;
    }
    let unknown: Vec<&str> =
        input.image_ids.iter().map(String::as_str).filter(|id| find(id).is_none()).collect();
    if !unknown.is_empty() {
        return Err(not_found(&unknown));
    }
    let owned = |image: &Image| {
        let owner = |owner: &String| match owner.as_str() {
            "self" => image.owner_id == place.account.as_str(),
            owner => image.is_owned_by(owner),
        };
        input.owners.is_empty() || input.owners.iter().any(owner)
    };
    // All are launchable by everyone, and by nobody in particular.
    let launchable =
        input.executable_users.is_empty() || input.executable_users.iter().any(|user| user == "all");
    let images: Vec<Image> = ROWS
        .iter()
        .filter(|_| launchable)
        .map(Row::image)
        .filter(|image| input.image_ids.is_empty() || input.image_ids.contains(&image.image_id))
        .filter(owned)
        .collect();
    let (items, next_token) = page.of(select(&images, |_| Some(&NO_TAGS), &input.filters, FIELDS)?)?;
    Ok(Reply { output: json!({ "Images": items, "NextToken": next_token }), ..Reply::empty() })
}

static NO_TAGS: super::resource::Tags = super::resource::Tags(std::collections::BTreeMap::new());
