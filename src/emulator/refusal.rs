//! What each service answers where a request fails before anybody looks at permissions.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::authenticate::SKEW;
use crate::operation::{Protocol, Service, ServiceError};
use crate::unreadable::{Unreadable, malformed_credential, malformed_header};

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
const NO_SUCH_KEY: &str = "The AWS Access Key Id you provided does not exist in our records.";

/// A signature that is not the one that the holder of the key makes; S3 shows what it has signed.
#[derive(Debug)]
pub(crate) struct Mismatch {
    pub(crate) access_key_id: String,
    pub(crate) provided: String,
    pub(crate) string_to_sign: String,
    /// `None`: there is a session token in it.
    pub(crate) canonical_request: Option<String>,
}

/// Why a request is refused before anybody looks at permissions.
#[derive(Debug)]
pub(crate) enum Refusal {
    Unreadable(Unreadable),
    /// An unknown or inactive key, or a temporary one without its token.
    UnknownKey(String),
    WrongSignature(Box<Mismatch>),
    /// The signature of a chunk, or of the trailer.
    WrongChunk(String),
    WrongScope {
        sent: String,
        scope: &'static str,
        presigned: bool,
    },
    HostNotSigned(String),
    HeadersNotSigned(String),
    NoContentHash,
    WrongToken,
    Expired,
    Skewed {
        signed: DateTime<Utc>,
        now: DateTime<Utc>,
    },
    PresignedExpired {
        signed: DateTime<Utc>,
        seconds: i64,
        now: DateTime<Utc>,
    },
    /// A URL that version 2 signed.
    UrlExpired {
        expires: DateTime<Utc>,
        now: DateTime<Utc>,
    },
    PayloadHash {
        declared: String,
        computed: String,
    },
    IncompleteBody,
    MissingTrailer,
}

impl Refusal {
    pub(crate) fn for_service(self, service: Service) -> ServiceError {
        match service.protocol() {
            Protocol::Query => self.for_query(),
            Protocol::Ec2 => self.for_ec2(),
            Protocol::S3 | Protocol::RestXml => self.for_s3(),
            Protocol::Json { .. } => self.for_json(400),
            Protocol::RestJson => self.for_json(403),
        }
    }

    /// As the query services, under the names that exceptions have in JSON.
    ///
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>
    fn for_json(self, status: u16) -> ServiceError {
        let mut error = self.for_query();
        error.status = status;
        error.code = match error.code {
            "MissingAuthenticationToken" => "MissingAuthenticationTokenException",
            "IncompleteSignature" => "IncompleteSignatureException",
            "InvalidClientTokenId" => "UnrecognizedClientException",
            "ExpiredToken" => "ExpiredTokenException",
            _ => "InvalidSignatureException",
        };
        error
    }

    fn for_query(self) -> ServiceError {
        let signature = "The request signature we calculated does not match the signature you provided. Check your \
                         AWS Secret Access Key and signing method. Consult the service documentation for details.";
        let mismatch = |message: &str| ServiceError::new(403, "SignatureDoesNotMatch", message);
        match self {
            Self::Unreadable(unreadable) => unreadable.for_query(ServiceError::new(
                403,
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
            )),
            Self::UnknownKey(_) | Self::WrongToken => ServiceError::new(
                403,
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
            ),
            Self::HostNotSigned(_) => {
                mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
            }
            Self::WrongScope { scope, .. } => {
                mismatch(&format!("Credential should be scoped to correct service: '{scope}'. "))
            }
            Self::Expired => ServiceError::new(
                403,
                "ExpiredToken",
                "The security token included in the request is expired",
            ),
            Self::Skewed { signed, now } => mismatch(&skew(signed, now)),
            Self::PresignedExpired { signed, seconds, now } => mismatch(&format!(
                "Signature expired: {} is now earlier than {}",
                basic(signed + TimeDelta::seconds(seconds)),
                basic(now)
            )),
            Self::WrongSignature(_)
            | Self::WrongChunk(_)
            | Self::HeadersNotSigned(_)
            | Self::NoContentHash
            | Self::UrlExpired { .. }
            | Self::PayloadHash { .. }
            | Self::IncompleteBody
            | Self::MissingTrailer => mismatch(signature),
        }
    }

    fn for_ec2(self) -> ServiceError {
        match self {
            Self::Unreadable(unreadable) => unreadable.for_query(ServiceError::new(
                403,
                "MissingAuthenticationToken",
                "The request must contain valid (registered) AWS access key ID or X.509 certificate",
            )),
            Self::Expired | Self::Skewed { .. } | Self::PresignedExpired { .. } => {
                ServiceError::new(400, "RequestExpired", "Request has expired.")
            }
            _ => ServiceError::new(
                401,
                "AuthFailure",
                "AWS was not able to validate the provided access credentials",
            ),
        }
    }

    fn for_s3(self) -> ServiceError {
        match self {
            Self::Unreadable(unreadable) => unreadable.for_s3(),
            Self::UnknownKey(id) => {
                ServiceError::new(403, "InvalidAccessKeyId", NO_SUCH_KEY).with("AWSAccessKeyId", id)
            }
            Self::WrongToken => ServiceError::new(
                400,
                "InvalidToken",
                "The provided token is malformed or otherwise invalid.",
            ),
            Self::WrongSignature(mismatch) => mismatch.for_s3(),
            Self::WrongChunk(id) | Self::HostNotSigned(id) => {
                ServiceError::new(403, "SignatureDoesNotMatch", MISMATCH).with("AWSAccessKeyId", id)
            }
            Self::WrongScope { sent, scope, presigned } => {
                let flaw = format!("incorrect service \"{sent}\". This endpoint belongs to \"{scope}\".");
                if presigned { malformed_credential(&flaw) } else { malformed_header(&flaw) }
            }
            Self::HeadersNotSigned(names) => {
                let message = "There were headers present in the request which were not signed";
                ServiceError::new(403, "AccessDenied", message).with("HeadersNotSigned", names)
            }
            Self::NoContentHash => ServiceError::new(
                400,
                "InvalidRequest",
                "Missing required header for this request: x-amz-content-sha256",
            ),
            Self::Expired => ServiceError::new(400, "ExpiredToken", "The provided token has expired."),
            Self::Skewed { signed, now } => {
                let message = "The difference between the request time and the current time is too large.";
                ServiceError::new(403, "RequestTimeTooSkewed", message)
                    .with("RequestTime", basic(signed))
                    .with("ServerTime", extended(now))
                    .with("MaxAllowedSkewMilliseconds", SKEW.num_milliseconds().to_string())
            }
            Self::PresignedExpired { signed, seconds, now } => {
                ServiceError::new(403, "AccessDenied", "Request has expired")
                    .with("X-Amz-Expires", seconds.to_string())
                    .with("Expires", extended(signed + TimeDelta::seconds(seconds)))
                    .with("ServerTime", extended(now))
            }
            Self::UrlExpired { expires, now } => {
                ServiceError::new(403, "AccessDenied", "Request has expired")
                    .with("Expires", extended(expires))
                    .with("ServerTime", extended(now))
            }
            Self::PayloadHash { declared, computed } => payload_hash(declared, computed),
            Self::MissingTrailer => ServiceError::new(
                400,
                "MalformedTrailerError",
                "The request contained trailing data that was not well-formed or did not conform to our published \
                 schema.",
            ),
            Self::IncompleteBody => ServiceError::new(
                400,
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
            ),
        }
    }
}

impl Mismatch {
    fn for_s3(self) -> ServiceError {
        let bytes = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
        let (text, request) = (self.string_to_sign, self.canonical_request);
        let error = ServiceError::new(403, "SignatureDoesNotMatch", MISMATCH)
            .with("AWSAccessKeyId", self.access_key_id)
            .with("StringToSign", text.clone())
            .with("SignatureProvided", self.provided)
            .with("StringToSignBytes", bytes(&text));
        match request {
            Some(request) => {
                error.with("CanonicalRequest", request.clone()).with("CanonicalRequestBytes", bytes(&request))
            }
            None => error,
        }
    }
}

fn payload_hash(declared: String, computed: String) -> ServiceError {
    if declared.len() != 64 || !declared.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
                       STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid \
                       sha256 value.";
        return ServiceError::new(400, "InvalidArgument", message)
            .with("ArgumentName", "x-amz-content-sha256")
            .with("ArgumentValue", declared);
    }
    let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    ServiceError::new(400, "XAmzContentSHA256Mismatch", message)
        .with("ClientComputedContentSHA256", declared)
        .with("S3ComputedContentSHA256", computed)
}

fn skew(signed: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (sent, at) = (basic(signed), basic(now));
    if signed < now {
        format!("Signature expired: {sent} is now earlier than {} ({at} - 15 min.)", basic(now - SKEW))
    } else {
        format!(
            "Signature not yet current: {sent} is still later than {} ({at} + 15 min.)",
            basic(now + SKEW)
        )
    }
}

/// `20260102T030405Z`.
fn basic(time: DateTime<Utc>) -> String {
    time.format("%Y%m%dT%H%M%SZ").to_string()
}

/// `2026-01-02T03:04:05Z`.
fn extended(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
