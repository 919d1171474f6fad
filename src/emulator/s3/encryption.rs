//! Encryption at rest: with keys of S3's own, with keys of KMS, which the caller must be allowed to use, or with keys
//! that the client sends along with each request.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use md5::{Digest, Md5};
use policy::AccountId;
use serde::{Deserialize, Serialize};

use super::access::{Asked, with_present};
use super::errors;
use super::store::Bucket;
use crate::kms;
use crate::operation::{Access, Call, ServiceError};

const HEADER: &str = "x-amz-server-side-encryption";
/// What using a key for a new object needs.
pub(super) const GENERATE_DATA_KEY: &str = "kms:GenerateDataKey";
/// What using a key for an object that is there needs.
pub(super) const DECRYPT: &str = "kms:Decrypt";
const CUSTOMER_KEY_SIZE: usize = 32;

/// How an object is encrypted at rest.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Encryption {
    /// `None`: with a customer's key.
    #[serde(rename = "ServerSideEncryption")]
    algorithm: Option<String>,
    /// The key's ARN.
    #[serde(rename = "SSEKMSKeyId")]
    kms_key: Option<String>,
    #[serde(rename = "BucketKeyEnabled")]
    bucket_key: Option<bool>,
    #[serde(rename = "SSECustomerAlgorithm")]
    customer_algorithm: Option<&'static str>,
    /// Of the customer's key, which itself is not kept.
    #[serde(rename = "SSECustomerKeyMD5")]
    customer_key_md5: Option<String>,
}

impl Encryption {
    fn with_customer_key(md5: String) -> Self {
        Self { customer_algorithm: Some("AES256"), customer_key_md5: Some(md5), ..Self::default() }
    }

    /// What is told to those who did not send the customer's key.
    pub(super) fn without_customer_key(self) -> Self {
        Self { customer_algorithm: None, customer_key_md5: None, ..self }
    }

    /// What tells the key, unless it is S3's own.
    pub(super) fn key(&self) -> Option<&str> {
        self.customer_key_md5.as_deref().or(self.kms_key.as_deref())
    }

    /// Whether it is with a key of S3's own.
    pub(super) fn is_sse_s3(&self) -> bool {
        self.key().is_none()
    }

    /// Whether S3 can't read the object without a key from the client.
    pub(super) fn is_with_customer_key(&self) -> bool {
        self.customer_key_md5.is_some()
    }

    /// The key that AWS manages is there from its first use on.
    pub(super) fn note_key(&self, kms: &mut kms::Store, now: DateTime<Utc>) {
        if let Some(key) = &self.kms_key {
            kms.use_s3_key(key, now);
        }
    }

    /// The permission to use the object's key; `None`: it is none of KMS.
    /// S3 asks KMS on the caller's behalf, with the object (or with a bucket key, the bucket) as encryption context.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context>
    pub(super) fn access(&self, asked: &Asked<'_>, action: &str, key: &str) -> Option<Access> {
        let arn = self.kms_key.as_deref()?;
        let bucket = asked.bucket;
        let account = arn.split(':').nth(4).and_then(AccountId::new)?;
        let mut access = Access::new(action, arn).forwarded();
        access.resource_policy = match asked.kms().key(&account, &bucket.region, arn) {
            Ok(key) => {
                for (name, values) in key.condition_keys(arn) {
                    access.context.set_all(&name, values);
                }
                key.resource_policy()
            }
            Err(_) => kms::aws_managed_key_policy(&account, &bucket.region, "s3"),
        };
        access.resource_account = Some(account);
        let caller = asked.call.caller.account.as_ref().map(AccountId::as_str);
        let context = if self.bucket_key == Some(true) { bucket.arn() } else { bucket.object_arn(key) };
        Some(
            with_present(access, "kms:CallerAccount", caller)
                .with("kms:ViaService", format!("s3.{}.amazonaws.com", bucket.region))
                .with("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT")
                .with("kms:EncryptionContext:aws:s3:arn", context)
                .with("kms:EncryptionContextKeys", "aws:s3:arn"),
        )
    }
}

/// What a request says of the encryption of an object that it makes.
#[derive(Deserialize)]
pub(super) struct EncryptionMembers {
    #[serde(rename = "ServerSideEncryption")]
    algorithm: Option<String>,
    #[serde(rename = "SSEKMSKeyId")]
    kms_key: Option<String>,
    #[serde(rename = "BucketKeyEnabled")]
    bucket_key: Option<bool>,
    #[serde(rename = "SSEKMSEncryptionContext")]
    context: Option<String>,
    #[serde(flatten)]
    customer_key: CustomerKey,
}

impl EncryptionMembers {
    pub(super) fn is_sent(&self) -> bool {
        self.algorithm.is_some() || self.customer_key.is_sent()
    }

    pub(super) fn with_keys(&self, access: Access) -> Access {
        let headers = [
            ("s3:x-amz-server-side-encryption", &self.algorithm),
            ("s3:x-amz-server-side-encryption-aws-kms-key-id", &self.kms_key),
            ("s3:x-amz-server-side-encryption-customer-algorithm", &self.customer_key.algorithm),
        ];
        headers.iter().fold(access, |access, (key, value)| with_present(access, key, value.as_deref()))
    }

    /// The permission to encrypt the new object; none where the encryption will be refused.
    pub(super) fn access(&self, asked: &Asked<'_>, key: &str) -> Option<Access> {
        let encryption = self.of_new_object(asked.bucket, asked.kms(), asked.call).ok()?;
        encryption.access(asked, GENERATE_DATA_KEY, key)
    }

    /// How the new object will be encrypted: as the request says, else as the bucket does.
    pub(super) fn of_new_object(
        &self,
        bucket: &Bucket,
        kms: &kms::Store,
        call: &Call,
    ) -> Result<Encryption, ServiceError> {
        if self.customer_key.is_sent() {
            if let Some(algorithm) = &self.algorithm {
                let message = "Server Side Encryption with Customer provided key is incompatible with the encryption \
                               method specified";
                return Err(errors::invalid_argument(message, HEADER, algorithm));
            }
            return self.customer_key.checked().map(Encryption::with_customer_key);
        }
        if self.context.is_some() {
            return Err(errors::not_implemented("x-amz-server-side-encryption-context"));
        }
        let default = &bucket.encryption;
        let (algorithm, key) = match self.algorithm.as_deref() {
            Some(algorithm) => (algorithm, self.kms_key.as_deref()),
            None => (default.algorithm(), default.kms_key()),
        };
        let is_kms = matches!(algorithm, "aws:kms" | "aws:kms:dsse");
        if self.kms_key.is_some() && (self.algorithm.is_none() || !is_kms) {
            let message = "Server Side Encryption with AWS KMS managed key requires HTTP header \
                           x-amz-server-side-encryption : aws:kms";
            let value = self.algorithm.as_deref().unwrap_or("null");
            return Err(errors::invalid_argument(message, HEADER, value));
        }
        let (kms_key, bucket_key) = match algorithm {
            "AES256" => (None, false),
            _ if is_kms => {
                let key = kms_key(kms, call, bucket, key)?;
                // Dual-layer encryption has no bucket keys.
                let bucket_key = self.bucket_key.unwrap_or(default.bucket_key());
                (Some(key), bucket_key && algorithm == "aws:kms")
            }
            "aws:fsx" => return Err(errors::not_implemented(HEADER)),
            _ => {
                let message = "The encryption method specified is not supported";
                return Err(errors::invalid_argument(message, HEADER, algorithm));
            }
        };
        Ok(Encryption {
            algorithm: Some(algorithm.to_owned()),
            kms_key,
            bucket_key: bucket_key.then_some(true),
            ..Encryption::default()
        })
    }
}

/// The ARN of the key that is named, in the caller's account unless it says another; without a name, of the one that
/// AWS manages for S3 there.
fn kms_key(
    kms: &kms::Store,
    call: &Call,
    bucket: &Bucket,
    name: Option<&str>,
) -> Result<String, ServiceError> {
    let account = call.caller.account.as_ref().unwrap_or(&bucket.owner);
    let managed = kms::aws_managed_key(account, &bucket.region, "s3");
    let Some(name) = name else { return Ok(managed) };
    if name == managed || name.ends_with("alias/aws/s3") {
        return Ok(managed);
    }
    match kms.key(account, &bucket.region, name) {
        Ok(key) if key.is_symmetric() => Ok(key.arn()),
        Ok(_) => Err(errors::not_implemented("x-amz-server-side-encryption-aws-kms-key-id")),
        Err(error) => Err(ServiceError::new(400, "KMS.NotFoundException", error.message)),
    }
}

/// A key that the client keeps and sends with each request.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html>
#[derive(Default, Deserialize)]
pub(super) struct CustomerKey {
    #[serde(rename = "SSECustomerAlgorithm")]
    algorithm: Option<String>,
    #[serde(rename = "SSECustomerKey")]
    key: Option<String>,
    #[serde(rename = "SSECustomerKeyMD5")]
    md5: Option<String>,
}

/// The key of a copy's source.
#[derive(Default, Deserialize)]
pub(super) struct SourceCustomerKey {
    #[serde(rename = "CopySourceSSECustomerAlgorithm")]
    algorithm: Option<String>,
    #[serde(rename = "CopySourceSSECustomerKey")]
    key: Option<String>,
    #[serde(rename = "CopySourceSSECustomerKeyMD5")]
    md5: Option<String>,
}

impl From<&SourceCustomerKey> for CustomerKey {
    fn from(source: &SourceCustomerKey) -> Self {
        Self { algorithm: source.algorithm.clone(), key: source.key.clone(), md5: source.md5.clone() }
    }
}

impl CustomerKey {
    fn is_sent(&self) -> bool {
        self.algorithm.is_some() || self.key.is_some() || self.md5.is_some()
    }

    /// The digest of a key that is whole and valid.
    fn checked(&self) -> Result<String, ServiceError> {
        let refused = |message: &str| {
            Err(ServiceError::new(400, "InvalidArgument", message).with("ArgumentName", HEADER))
        };
        self.check_algorithm()?;
        if self.algorithm.is_none() {
            return refused(
                "Requests specifying Server Side Encryption with Customer provided keys must provide a valid \
                 encryption algorithm.",
            );
        }
        let Some(key) = &self.key else {
            return refused(
                "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate \
                 secret key.",
            );
        };
        let Some(md5) = &self.md5 else {
            return refused(
                "Requests specifying Server Side Encryption with Customer provided keys must provide the client \
                 calculated MD5 of the secret key.",
            );
        };
        let key = STANDARD.decode(key).ok().filter(|key| key.len() == CUSTOMER_KEY_SIZE);
        let Some(key) = key else {
            return refused("The secret key was invalid for the specified algorithm.");
        };
        if STANDARD.encode(Md5::digest(&key)) != *md5 {
            return refused("The calculated MD5 hash of the key did not match the hash that was provided.");
        }
        Ok(md5.clone())
    }

    fn check_algorithm(&self) -> Result<(), ServiceError> {
        match self.algorithm.as_deref() {
            None | Some("AES256") => Ok(()),
            Some(other) => {
                let message = "The Encryption request you specified is not valid. Supported value: AES256.";
                Err(ServiceError::new(400, "InvalidEncryptionAlgorithmError", message)
                    .with("ArgumentName", HEADER)
                    .with("ArgumentValue", other))
            }
        }
    }

    /// Refuses to read an object without its key, or with a key that it has none of.
    pub(super) fn check_opens(&self, encryption: &Encryption) -> Result<(), ServiceError> {
        self.check_algorithm()?;
        match (&encryption.customer_key_md5, self.is_sent()) {
            (None, false) => Ok(()),
            (None, true) => {
                let message = "The encryption parameters are not applicable to this object.";
                Err(errors::invalid_request(message))
            }
            (Some(_), false) => {
                let message = "The object was stored using a form of Server Side Encryption. The correct parameters \
                               must be provided to retrieve the object.";
                Err(errors::invalid_request(message))
            }
            (Some(md5), true) if self.checked().is_ok_and(|sent| sent == *md5) => Ok(()),
            (Some(_), true) => {
                let message = "Requests specifying Server Side Encryption with Customer provided keys must provide \
                               the correct secret key.";
                Err(ServiceError::new(403, "AccessDenied", message))
            }
        }
    }

    /// Refuses a part that is sent with another key than the one that its upload was begun with.
    pub(super) fn check_continues(&self, encryption: &Encryption) -> Result<(), ServiceError> {
        let sent = if self.is_sent() { Some(self.checked()?) } else { None };
        if sent == encryption.customer_key_md5 {
            return Ok(());
        }
        let message = match (&sent, &encryption.customer_key_md5) {
            (Some(_), Some(_)) => {
                "The provided encryption parameters did not match the ones used originally."
            }
            _ => {
                "The multipart upload initiate requested encryption. Subsequent part requests must include the \
                 appropriate encryption parameters."
            }
        };
        Err(errors::invalid_request(message))
    }
}
