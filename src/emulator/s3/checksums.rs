//! Checksums of objects and parts. The front has verified what the client sent; here they are kept,
//! computed where the client sent none, and combined for multipart uploads.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::encryption::Encryption;
pub(super) use crate::integrity::Algorithm;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum ChecksumType {
    /// Of the checksums of the parts.
    Composite,
    FullObject,
}

/// The checksum members of a request or an answer: at most one of them is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ChecksumMembers {
    #[serde(rename = "ChecksumCRC32", skip_serializing_if = "Option::is_none")]
    crc32: Option<String>,
    #[serde(rename = "ChecksumCRC32C", skip_serializing_if = "Option::is_none")]
    crc32c: Option<String>,
    #[serde(rename = "ChecksumCRC64NVME", skip_serializing_if = "Option::is_none")]
    crc64nvme: Option<String>,
    #[serde(rename = "ChecksumSHA1", skip_serializing_if = "Option::is_none")]
    sha1: Option<String>,
    #[serde(rename = "ChecksumSHA256", skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

/// A checksum in base64, with a count of parts behind it where it is composite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checksum {
    pub(super) algorithm: Algorithm,
    pub(super) value: String,
    pub(super) kind: ChecksumType,
}

impl ChecksumType {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Composite => "COMPOSITE",
            Self::FullObject => "FULL_OBJECT",
        }
    }

    /// What a multipart upload computes where it says nothing of the type.
    pub(super) fn default_of(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Crc64Nvme => Self::FullObject,
            _ => Self::Composite,
        }
    }
}

impl ChecksumMembers {
    /// The one checksum that is there.
    pub(super) fn sent(&self) -> Option<(Algorithm, &str)> {
        let members = [
            (Algorithm::Crc32, &self.crc32),
            (Algorithm::Crc32C, &self.crc32c),
            (Algorithm::Crc64Nvme, &self.crc64nvme),
            (Algorithm::Sha1, &self.sha1),
            (Algorithm::Sha256, &self.sha256),
        ];
        members.into_iter().find_map(|(algorithm, value)| Some((algorithm, value.as_deref()?)))
    }
}

impl Checksum {
    /// What the client sent of a whole body, or what S3 computes: by the algorithm the client named, or CRC64NVME.
    pub(super) fn of(body: &[u8], sent: &ChecksumMembers, asked: Option<Algorithm>) -> Self {
        let kind = ChecksumType::FullObject;
        match sent.sent() {
            Some((algorithm, value)) => Self { algorithm, value: value.to_owned(), kind },
            None => Self::computed(body, asked.unwrap_or(Algorithm::Crc64Nvme)),
        }
    }

    /// The checksum of a whole body.
    pub(super) fn computed(body: &[u8], algorithm: Algorithm) -> Self {
        let value = STANDARD.encode(algorithm.digest(body));
        Self { algorithm, value, kind: ChecksumType::FullObject }
    }

    /// The checksum of the checksums of parts.
    pub(super) fn composite<'a>(algorithm: Algorithm, parts: impl Iterator<Item = &'a Self>) -> Self {
        let mut count = 0;
        let mut bytes = Vec::new();
        for part in parts {
            count += 1;
            bytes.extend(STANDARD.decode(&part.value).unwrap_or_default());
        }
        let value = format!("{}-{count}", STANDARD.encode(algorithm.digest(&bytes)));
        Self { algorithm, value, kind: ChecksumType::Composite }
    }

    /// The members without the count of parts, as `GetObjectAttributes` has them.
    pub(super) fn members_without_count(&self) -> ChecksumMembers {
        let value = self.value.split('-').next().unwrap_or_default().to_owned();
        Self { value, ..self.clone() }.members()
    }

    pub(super) fn members(&self) -> ChecksumMembers {
        let mut members = ChecksumMembers::default();
        let member = match self.algorithm {
            Algorithm::Crc32 => &mut members.crc32,
            Algorithm::Crc32C => &mut members.crc32c,
            Algorithm::Crc64Nvme => &mut members.crc64nvme,
            Algorithm::Sha1 => &mut members.sha1,
            Algorithm::Sha256 => &mut members.sha256,
        };
        *member = Some(self.value.clone());
        members
    }
}

/// The entity tag of a body, in quotes: its MD5 digest, unless a key of the customer's or of KMS encrypts it.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>
pub(super) fn etag(body: &[u8], encryption: &Encryption) -> String {
    let digest = Md5::new().chain_update(body).chain_update(encryption.key().unwrap_or_default());
    format!("\"{}\"", hexadecimal(&digest.finalize()))
}

/// The entity tag of an object of parts: of the entity tags of the parts, with their count.
pub(super) fn multipart_etag<'a>(etags: impl Iterator<Item = &'a str>) -> String {
    let mut count = 0;
    let mut digest = Md5::new();
    for etag in etags {
        count += 1;
        digest.update(binary(etag.trim_matches('"')));
    }
    format!("\"{}-{count}\"", hexadecimal(&digest.finalize()))
}

fn binary(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<u32> = hexadecimal.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits
        .chunks_exact(2)
        .filter_map(|pair| u8::try_from(pair.iter().fold(0, |all, digit| all * 16 + digit)).ok())
        .collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
