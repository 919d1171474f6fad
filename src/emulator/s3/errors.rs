//! The errors of S3, with the messages and elements that it sends.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>

use crate::operation::ServiceError;

pub(super) fn access_denied() -> ServiceError {
    ServiceError::new(403, "AccessDenied", "Access Denied")
}

pub(super) fn no_such_bucket(name: &str) -> ServiceError {
    ServiceError::new(404, "NoSuchBucket", "The specified bucket does not exist").with("BucketName", name)
}

pub(super) fn no_such_key(key: &str) -> ServiceError {
    ServiceError::new(404, "NoSuchKey", "The specified key does not exist.").with("Key", key)
}

pub(super) fn no_such_version(key: &str, version: &str) -> ServiceError {
    ServiceError::new(404, "NoSuchVersion", "The specified version does not exist.")
        .with("Key", key)
        .with("VersionId", version)
}

pub(super) fn no_such_upload(upload: &str) -> ServiceError {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have \
                   been aborted or completed.";
    ServiceError::new(404, "NoSuchUpload", message).with("UploadId", upload)
}

pub(super) fn invalid_argument(
    message: impl Into<String>,
    name: &str,
    value: impl Into<String>,
) -> ServiceError {
    ServiceError::new(400, "InvalidArgument", message).with("ArgumentName", name).with("ArgumentValue", value)
}

pub(super) fn invalid_request(message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, "InvalidRequest", message)
}

/// A request without a document where there must be one.
pub(super) fn no_body() -> ServiceError {
    ServiceError::new(400, "MissingRequestBodyError", "Request Body is empty")
}

pub(super) fn malformed_xml() -> ServiceError {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    ServiceError::new(400, "MalformedXML", message)
}

pub(super) fn malformed_acl() -> ServiceError {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    ServiceError::new(400, "MalformedACLError", message)
}

pub(super) fn precondition_failed(condition: &str) -> ServiceError {
    let message = "At least one of the pre-conditions you specified did not hold";
    ServiceError::new(412, "PreconditionFailed", message).with("Condition", condition)
}

pub(super) fn not_implemented(header: &str) -> ServiceError {
    let message = "A header you provided implies functionality that is not implemented";
    ServiceError::new(501, "NotImplemented", message).with("Header", header)
}

/// A precondition that this operation does not know.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
pub(super) fn unaccepted_condition(header: &str) -> ServiceError {
    let message = format!("We don't accept the provided value of {header} header for this API");
    not_implemented(header).with("additionalMessage", message)
}

/// The object was changed while the conditional request was under way.
pub(super) fn conditional_conflict(condition: &str, key: &str) -> ServiceError {
    let message =
        "The conditional request cannot succeed due to a conflicting operation against this resource.";
    ServiceError::new(409, "ConditionalRequestConflict", message)
        .with("Condition", condition)
        .with("Key", key)
}

pub(super) fn method_not_allowed(method: &str, resource_type: &str) -> ServiceError {
    ServiceError::new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        .with("Method", method)
        .with("ResourceType", resource_type)
}

pub(super) fn entity_too_large(size: usize, most: usize) -> ServiceError {
    ServiceError::new(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        .with("ProposedSize", size.to_string())
        .with("MaxSizeAllowed", most.to_string())
}

pub(super) fn entity_too_small(size: usize, least: usize) -> ServiceError {
    ServiceError::new(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        .with("ProposedSize", size.to_string())
        .with("MinSizeAllowed", least.to_string())
}
