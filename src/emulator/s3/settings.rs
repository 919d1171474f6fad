//! Default encryption.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html>

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::store::Encryption;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

/// How a bucket encrypts objects of which the client says nothing.
#[derive(Clone, Copy, Default)]
pub(super) struct BucketEncryption {
    algorithm: BucketAlgorithm,
    bucket_key: bool,
}

#[derive(Clone, Copy, Default, Deserialize)]
enum BucketAlgorithm {
    #[default]
    #[serde(rename = "AES256")]
    SseS3,
    #[serde(rename = "aws:kms")]
    Kms,
}

impl BucketEncryption {
    pub(super) fn of_new_object(self) -> Encryption {
        match self.algorithm {
            BucketAlgorithm::SseS3 => Encryption::sse_s3(),
            BucketAlgorithm::Kms => Encryption {
                algorithm: "aws:kms".to_owned(),
                kms_key: None,
                bucket_key: self.bucket_key.then_some(true),
            },
        }
    }

    fn shown(self) -> Value {
        let algorithm = match self.algorithm {
            BucketAlgorithm::SseS3 => "AES256",
            BucketAlgorithm::Kms => "aws:kms",
        };
        json!({ "Rules": [{
            "ApplyServerSideEncryptionByDefault": { "SSEAlgorithm": algorithm },
            "BucketKeyEnabled": self.bucket_key,
        }] })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    bucket: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEncryptionInput {
    bucket: String,
    server_side_encryption_configuration: EncryptionConfiguration,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EncryptionConfiguration {
    #[serde(default)]
    rules: Vec<EncryptionRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EncryptionRule {
    apply_server_side_encryption_by_default: Option<ByDefault>,
    #[serde(default)]
    bucket_key_enabled: bool,
}

#[derive(Deserialize)]
struct ByDefault {
    #[serde(rename = "SSEAlgorithm")]
    algorithm: String,
    #[serde(rename = "KMSMasterKeyID")]
    kms_key: Option<String>,
}

pub(super) fn put_encryption(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: PutEncryptionInput = call.parse()?;
    let [rule] = input.server_side_encryption_configuration.rules.as_slice() else {
        return Err(errors::malformed_xml());
    };
    let algorithm = match &rule.apply_server_side_encryption_by_default {
        None => BucketAlgorithm::SseS3,
        // Permissions on keys are not emulated.
        Some(ByDefault { kms_key: Some(_), .. }) => return Err(errors::not_implemented("KMSMasterKeyID")),
        Some(default) => match default.algorithm.as_str() {
            "AES256" => BucketAlgorithm::SseS3,
            "aws:kms" => BucketAlgorithm::Kms,
            _ => return Err(errors::malformed_xml()),
        },
    };
    let encryption = BucketEncryption { algorithm, bucket_key: rule.bucket_key_enabled };
    partition.s3.bucket_mut(&input.bucket)?.encryption = encryption;
    Ok(Reply::empty())
}

pub(super) fn show_encryption(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let encryption = partition.s3.bucket(&input.bucket)?.encryption;
    Reply::of(&json!({ "ServerSideEncryptionConfiguration": encryption.shown() }))
}

/// Back to what new buckets have: there is no bucket without encryption.
pub(super) fn delete_encryption(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    partition.s3.bucket_mut(&input.bucket)?.encryption = BucketEncryption::default();
    Ok(Reply { status: Some(204), ..Reply::empty() })
}
