//! Default encryption.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html>

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

/// How a bucket encrypts objects of which the client says nothing.
#[derive(Clone, Default)]
pub(super) struct BucketEncryption {
    algorithm: BucketAlgorithm,
    /// As it was named; its permissions are asked when it is used.
    kms_key: Option<String>,
    bucket_key: bool,
    /// Whether it was set, though perhaps to what new buckets have.
    configured: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum BucketAlgorithm {
    #[default]
    SseS3,
    Kms,
    DualLayerKms,
}

impl BucketEncryption {
    pub(super) fn algorithm(&self) -> &'static str {
        match self.algorithm {
            BucketAlgorithm::SseS3 => "AES256",
            BucketAlgorithm::Kms => "aws:kms",
            BucketAlgorithm::DualLayerKms => "aws:kms:dsse",
        }
    }

    pub(super) fn kms_key(&self) -> Option<&str> {
        self.kms_key.as_deref()
    }

    pub(super) fn is_configured(&self) -> bool {
        self.configured
    }

    pub(super) fn bucket_key(&self) -> bool {
        self.bucket_key
    }

    fn shown(&self) -> Value {
        let mut default = json!({ "SSEAlgorithm": self.algorithm() });
        if let (Some(members), Some(key)) = (default.as_object_mut(), &self.kms_key) {
            members.insert("KMSMasterKeyID".to_owned(), json!(key));
        }
        json!({ "Rules": [{
            "ApplyServerSideEncryptionByDefault": default,
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
    let (algorithm, kms_key) = match &rule.apply_server_side_encryption_by_default {
        None => (BucketAlgorithm::SseS3, None),
        Some(default) => match default.algorithm.as_str() {
            "AES256" => (BucketAlgorithm::SseS3, default.kms_key.clone()),
            "aws:kms" => (BucketAlgorithm::Kms, default.kms_key.clone()),
            "aws:kms:dsse" => (BucketAlgorithm::DualLayerKms, default.kms_key.clone()),
            _ => return Err(errors::malformed_xml()),
        },
    };
    if algorithm == BucketAlgorithm::SseS3 && kms_key.is_some() {
        let message =
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse";
        return Err(ServiceError::new(400, "InvalidArgument", message)
            .with("ArgumentName", "ApplyServerSideEncryptionByDefault"));
    }
    let encryption =
        BucketEncryption { algorithm, kms_key, bucket_key: rule.bucket_key_enabled, configured: true };
    partition.s3.bucket_mut(&input.bucket)?.encryption = encryption;
    Ok(Reply::empty())
}

pub(super) fn show_encryption(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    let encryption = partition.s3.bucket(&input.bucket)?.encryption.shown();
    Reply::of(&json!({ "ServerSideEncryptionConfiguration": encryption }))
}

/// Back to what new buckets have: there is no bucket without encryption.
pub(super) fn delete_encryption(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Named = call.parse()?;
    partition.s3.bucket_mut(&input.bucket)?.encryption = BucketEncryption::default();
    Ok(Reply { status: Some(204), ..Reply::empty() })
}
