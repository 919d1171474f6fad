//! Key pairs. What they are made of is in `key_material`.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateKeyPair.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::filters::{Field, Filter, select};
use super::key_material::{self, PublicKey};
use super::request::{error, invalid_value, missing, read, required};
use super::resource::{Resource, TagSpecification, Tags, check_kinds, tags_for};
use super::store::Place;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyPair {
    pub(super) key_pair_id: String,
    pub(super) key_name: String,
    /// `rsa` or `ed25519`.
    pub(super) key_type: &'static str,
    key_fingerprint: String,
    create_time: DateTime<Utc>,
    /// In OpenSSH's form.
    #[serde(skip)]
    pub(super) public_key: String,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub(super) tags: Tags,
}

impl Resource for KeyPair {
    fn kind(&self) -> &'static str {
        "key-pair"
    }

    fn id(&self) -> &str {
        &self.key_pair_id
    }

    fn arn_name(&self) -> &str {
        &self.key_name
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateKeyPair {
    pub(super) key_name: Option<String>,
    pub(super) key_type: Option<String>,
    key_format: Option<String>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
}

pub(super) fn create_key_pair(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CreateKeyPair = read(call)?;
    let place = Place::of(call)?;
    let name = new_name(partition, &place, &input.key_name)?;
    check_kinds(&input.tag_specifications, &["key-pair"])?;
    let tags = tags_for(&input.tag_specifications, "key-pair")?;
    match input.key_format.as_deref().unwrap_or("pem") {
        "pem" => {}
        "ppk" => {
            return Err(error("UnsupportedOperation", "The emulator makes keys in the format 'pem' only"));
        }
        other => return Err(invalid_value(format!("Invalid value '{other}' for keyFormat"))),
    }
    let Partition { ids, ec2, .. } = partition;
    let region = ec2.region_mut(&place);
    let key = match input.key_type.as_deref().unwrap_or("rsa") {
        "rsa" => {
            region.rsa_keys += 1;
            key_material::rsa(&place.stable_id("", "rsa"), region.rsa_keys)
        }
        "ed25519" => key_material::ed25519(&ids.hex()),
        other => return Err(invalid_value(format!("Invalid value '{other}' for keyType"))),
    };
    let pair = KeyPair {
        key_pair_id: ids.resource_id("key-"),
        key_name: name,
        key_type: key.public.key_type,
        key_fingerprint: key.fingerprint,
        create_time: call.now,
        public_key: key.public.openssh,
        tags,
    };
    let mut output = created(&pair);
    if let Some(members) = output.as_object_mut() {
        members.insert("KeyMaterial".to_owned(), json!(key.private_pem));
    }
    region.key_pairs.push(pair);
    Ok(Reply { output, ..Reply::empty() })
}

fn new_name(partition: &Partition, place: &Place, name: &Option<String>) -> Result<String, ServiceError> {
    let name = required(name, "KeyName")?;
    let printable = name.chars().all(|c| c.is_ascii_graphic() || c == ' ') && name.trim() == name;
    if name.len() > 255 || !printable {
        return Err(invalid_value(format!(
            "Value ({name}) for parameter KeyName is invalid. Up to 255 ASCII characters, without leading or trailing spaces."
        )));
    }
    if partition.ec2.region(place).key_pairs.iter().any(|pair| pair.key_name == name) {
        return Err(error("InvalidKeyPair.Duplicate", format!("The keypair '{name}' already exists.")));
    }
    Ok(name.to_owned())
}

/// What the operations that make a key pair say of it.
fn created(pair: &KeyPair) -> Value {
    json!({
        "KeyPairId": pair.key_pair_id, "KeyName": pair.key_name, "KeyFingerprint": pair.key_fingerprint,
        "Tags": (!pair.tags.is_empty()).then_some(&pair.tags),
    })
}

fn describe(pair: &KeyPair, with_public_key: bool) -> Value {
    let mut described = json!(pair);
    if with_public_key && let Some(members) = described.as_object_mut() {
        members.insert("PublicKey".to_owned(), json!(format!("{} {}", pair.public_key, pair.key_name)));
    }
    described
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ImportKeyPair {
    pub(super) key_name: Option<String>,
    public_key_material: Option<String>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
}

pub(super) fn import_key_pair(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ImportKeyPair = read(call)?;
    let place = Place::of(call)?;
    let name = new_name(partition, &place, &input.key_name)?;
    let material = required(&input.public_key_material, "PublicKeyMaterial")?;
    let public = STANDARD
        .decode(material)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| PublicKey::parse(&text))
        .ok_or_else(|| error("InvalidKey.Format", "Key is not in valid OpenSSH public key format"))?;
    check_kinds(&input.tag_specifications, &["key-pair"])?;
    let tags = tags_for(&input.tag_specifications, "key-pair")?;
    let pair = KeyPair {
        key_pair_id: partition.ids.resource_id("key-"),
        key_name: name,
        key_type: public.key_type,
        key_fingerprint: public.imported_fingerprint(),
        create_time: call.now,
        public_key: public.openssh,
        tags,
    };
    let output = created(&pair);
    partition.ec2.region_mut(&place).key_pairs.push(pair);
    Ok(Reply { output, ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct DeleteKeyPair {
    pub(super) key_name: Option<String>,
    key_pair_id: Option<String>,
}

impl DeleteKeyPair {
    pub(super) fn names(&self, pair: &KeyPair) -> bool {
        match (&self.key_name, &self.key_pair_id) {
            (Some(name), _) => pair.key_name == *name,
            (None, Some(id)) => pair.key_pair_id == *id,
            (None, None) => false,
        }
    }
}

/// Deletes a key pair; one that does not exist counts as deleted.
pub(super) fn delete_key_pair(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DeleteKeyPair = read(call)?;
    if input.key_name.is_none() && input.key_pair_id.is_none() {
        return Err(missing("KeyName"));
    }
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let id = region.key_pairs.iter().find(|pair| input.names(pair)).map(|pair| pair.key_pair_id.clone());
    region.key_pairs.retain(|pair| !input.names(pair));
    Ok(Reply { output: json!({ "Return": true, "KeyPairId": id }), ..Reply::empty() })
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeKeyPairs {
    key_names: Vec<String>,
    key_pair_ids: Vec<String>,
    include_public_key: bool,
    filters: Vec<Filter>,
}

const FIELDS: &[Field<KeyPair>] = &[
    ("key-pair-id", |pair| vec![pair.key_pair_id.clone()]),
    ("key-name", |pair| vec![pair.key_name.clone()]),
    ("fingerprint", |pair| vec![pair.key_fingerprint.clone()]),
];

pub(super) fn describe_key_pairs(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DescribeKeyPairs = read(call)?;
    let region = partition.ec2.region(&Place::of(call)?);
    let pairs = &region.key_pairs;
    if let Some(name) = input.key_names.iter().find(|name| !pairs.iter().any(|pair| pair.key_name == **name))
    {
        return Err(error("InvalidKeyPair.NotFound", format!("The key pair '{name}' does not exist")));
    }
    if let Some(id) = input.key_pair_ids.iter().find(|id| !pairs.iter().any(|pair| pair.key_pair_id == **id))
    {
        return Err(error("InvalidKeyPair.NotFound", format!("The key pair '{id}' does not exist")));
    }
    let named = pairs.iter().filter(|pair| {
        (input.key_names.is_empty() || input.key_names.contains(&pair.key_name))
            && (input.key_pair_ids.is_empty() || input.key_pair_ids.contains(&pair.key_pair_id))
    });
    let pairs = select(named, |pair| Some(&pair.tags), &input.filters, FIELDS)?;
    let pairs: Vec<Value> = pairs.into_iter().map(|pair| describe(pair, input.include_public_key)).collect();
    Ok(Reply { output: json!({ "KeyPairs": pairs }), ..Reply::empty() })
}
