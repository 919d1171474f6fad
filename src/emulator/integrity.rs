//! Checks bodies against the digests that clients send beside them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use http::HeaderMap;
use md5::Md5;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::operation::ServiceError;
use crate::sigv4::hex;

/// The algorithms of S3's additional checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Algorithm {
    Crc32,
    Crc32C,
    Crc64Nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    const ALL: [Self; 5] = [Self::Crc32, Self::Crc32C, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32C => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32C => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// The checksum of `body` in bytes.
    pub(crate) fn digest(self, body: &[u8]) -> Vec<u8> {
        let crc32 = |algorithm| {
            let sum = u32::try_from(crc_fast::checksum(algorithm, body)).unwrap_or_default();
            sum.to_be_bytes().to_vec()
        };
        match self {
            Self::Crc32 => crc32(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32C => crc32(CrcAlgorithm::Crc32Iscsi),
            Self::Crc64Nvme => crc_fast::checksum(CrcAlgorithm::Crc64Nvme, body).to_be_bytes().to_vec(),
            Self::Sha1 => Sha1::digest(body).to_vec(),
            Self::Sha256 => Sha256::digest(body).to_vec(),
        }
    }
}

/// # Errors
/// `InvalidDigest` or `BadDigest`, where a digest can't be read or is not that of the body.
pub(crate) fn verify(operation: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), ServiceError> {
    let sent = |name: &str| {
        headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
    };
    if let Some(md5) = sent("content-md5") {
        let bytes = STANDARD.decode(&md5).ok().filter(|bytes| bytes.len() == 16);
        let bytes = bytes.ok_or_else(|| {
            ServiceError::new(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
                .with("Content-MD5", md5.as_str())
        })?;
        let calculated = Md5::digest(body).to_vec();
        if bytes != calculated {
            let message = "The Content-MD5 you specified did not match what we received.";
            // Puts tell it in hexadecimal digits, uploads of parts as it was sent.
            let expected = if operation == "PutObject" { hex(&bytes) } else { md5 };
            return Err(ServiceError::new(400, "BadDigest", message)
                .with("ExpectedDigest", expected)
                .with("CalculatedDigest", STANDARD.encode(calculated)));
        }
    }
    // There the checksums are those of the whole object, not of the request's body.
    if operation == "CompleteMultipartUpload" {
        return Ok(());
    }
    if Algorithm::ALL.iter().filter(|algorithm| sent(algorithm.header()).is_some()).count() > 1 {
        let message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
        return Err(ServiceError::new(400, "InvalidRequest", message));
    }
    for algorithm in Algorithm::ALL {
        let (header, name) = (algorithm.header(), algorithm.as_str());
        let Some(value) = sent(header) else { continue };
        let expected = algorithm.digest(body);
        match STANDARD.decode(&value) {
            Ok(bytes) if bytes == expected => {}
            Ok(bytes) if bytes.len() == expected.len() => {
                let message = format!("The {name} you specified did not match the calculated checksum.");
                return Err(ServiceError::new(400, "BadDigest", message));
            }
            _ => {
                let message = format!("Value for {header} header is invalid.");
                return Err(ServiceError::new(400, "InvalidRequest", message));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &'static str, value: &str, code: Option<&str>) {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static(header),
            http::HeaderValue::from_str(value).expect("a header"),
        )]);
        assert_eq!(verify("PutObject", &headers, b"abc").err().map(|error| error.code), code);
    }

    #[test]
    fn digests() {
        check("content-md5", "kAFQmDzST7DWlj99KOF/cg==", None);
        check("content-md5", "AAFQmDzST7DWlj99KOF/cg==", Some("BadDigest"));
        check("content-md5", "x", Some("InvalidDigest"));
        check("x-amz-checksum-crc32", "NSRBwg==", None);
        check("x-amz-checksum-crc32", "AAAAAA==", Some("BadDigest"));
        check("x-amz-checksum-sha256", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", None);
        check("x-amz-checksum-sha1", "nope", Some("InvalidRequest"));
    }
}
