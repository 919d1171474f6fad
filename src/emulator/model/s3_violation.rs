//! S3's words for what a request's members must not be: those of the document, and those of each header.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>

use super::{Location, Shape};
use crate::operation::ServiceError;

/// What is wrong, and where: a member of the request, with the value it has (`None`: it is missing).
pub(super) struct Flaw<'a> {
    /// The name of the request's member in lower camel case.
    pub(super) member: String,
    /// Whether the flaw is inside of that member.
    pub(super) within: bool,
    pub(super) value: Option<&'a str>,
    pub(super) constraint: &'a str,
}

const UNSUPPORTED_CHECKSUM: &str = "Checksum algorithm provided is unsupported. Please try again with any of the \
                                    valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]";

impl Flaw<'_> {
    pub(super) fn error(&self, input: Option<&Shape>) -> ServiceError {
        let members = input.map(|shape| shape.members.0.as_slice()).unwrap_or_default();
        let found = members.iter().find(|(name, _)| super::validate::camel(name) == self.member);
        match found {
            Some((name, member)) if member.location == Location::Body => self.of_document(name),
            Some((name, member)) => self.of_header(member.location_name.as_deref().unwrap_or(name)),
            None => ServiceError::new(400, "InvalidRequest", self.constraint),
        }
    }

    fn of_document(&self, name: &str) -> ServiceError {
        if self.value.is_none() && !self.within {
            return ServiceError::new(400, "MissingRequestBodyError", "Request Body is empty");
        }
        let code = if name == "AccessControlPolicy" { "MalformedACLError" } else { "MalformedXML" };
        let message =
            "The XML you provided was not well-formed or did not validate against our published schema";
        ServiceError::new(400, code, message)
    }

    fn of_header(&self, name: &str) -> ServiceError {
        let argument = |message: &str| {
            ServiceError::new(400, "InvalidArgument", message)
                .with("ArgumentName", name)
                .with("ArgumentValue", self.value.unwrap_or_default())
        };
        let Some(value) = self.value else {
            let message = format!("Missing required header for this request: {name}");
            return ServiceError::new(400, "InvalidRequest", message);
        };
        match name {
            // The one without words.
            "x-amz-acl" => argument(""),
            "x-amz-object-ownership" => {
                let message = format!("Invalid x-amz-object-ownership header: {value}");
                ServiceError::new(400, "InvalidArgument", message).with("ArgumentName", name)
            }
            "x-amz-checksum-algorithm" | "x-amz-sdk-checksum-algorithm" => {
                ServiceError::new(400, "InvalidRequest", UNSUPPORTED_CHECKSUM)
            }
            "x-amz-storage-class" => {
                ServiceError::new(400, "InvalidStorageClass", "The storage class you specified is not valid")
                    .with("StorageClassRequested", value)
            }
            "x-amz-object-lock-mode" => argument("Unknown wormMode directive."),
            "x-amz-metadata-directive" => argument("Unknown metadata directive."),
            "x-amz-tagging-directive" => argument("Unknown tagging directive."),
            "x-amz-server-side-encryption" => argument("The encryption method specified is not supported"),
            "encoding-type" => argument("Invalid Encoding Method specified in Request"),
            _ => argument(self.constraint),
        }
    }
}
