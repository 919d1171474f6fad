//! Headers that ask for what is not there: AWS refuses those of directory buckets elsewhere, and checksums that are not
//! emulated would be taken for verified.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-differences.html>

use http::HeaderMap;

use super::errors;
use crate::operation::ServiceError;

/// Preconditions and appends that only directory buckets have.
const OF_DIRECTORY_BUCKETS: [&str; 4] = [
    "x-amz-if-match-last-modified-time",
    "x-amz-if-match-size",
    "x-amz-if-match-initiated-time",
    "x-amz-write-offset-bytes",
];

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>
const CHECKSUMS: [&str; 5] = [
    "x-amz-checksum-sha512",
    "x-amz-checksum-md5",
    "x-amz-checksum-xxhash64",
    "x-amz-checksum-xxhash3",
    "x-amz-checksum-xxhash128",
];

/// # Errors
/// `NotImplemented`, with the header.
pub(crate) fn refuse_unserved(headers: &HeaderMap) -> Result<(), ServiceError> {
    if let Some(header) = OF_DIRECTORY_BUCKETS.into_iter().find(|header| headers.contains_key(*header)) {
        return Err(errors::not_implemented(header));
    }
    match CHECKSUMS.into_iter().find(|header| headers.contains_key(*header)) {
        Some(header) => {
            let message = format!("{header} is not emulated by rolecall");
            Err(ServiceError::new(501, "NotImplemented", message).with("Header", header))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn are_refused_by_name() {
        for header in OF_DIRECTORY_BUCKETS.into_iter().chain(CHECKSUMS) {
            let name = HeaderName::from_static(header);
            let headers = HeaderMap::from_iter([(name, HeaderValue::from_static("1"))]);
            let error = refuse_unserved(&headers).unwrap_err();
            assert_eq!((error.status, error.code), (501, "NotImplemented"));
            assert_eq!(error.fields, [("Header", header.to_owned())]);
        }
        let served = HeaderMap::from_iter([(http::header::IF_MATCH, HeaderValue::from_static("1"))]);
        assert!(refuse_unserved(&served).is_ok());
    }
}
