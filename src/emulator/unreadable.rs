//! Signatures that can't be checked: what is wrong with them, in the words of the query services and of S3.
//!
//! The query services show the digest of an `Authorization` header in place of the header.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::operation::ServiceError;

const OTHER_MECHANISM: &str =
    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";
const ONE_MECHANISM: &str = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature \
                             query string parameter or the Authorization header should be specified";
const INCOMPLETE_QUERY: &str = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                                X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";

/// Why a request has no signature that can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is not signed at all.
    Unsigned,
    /// Its header is of another mechanism, such as version 2 or `Basic`, and so has none of these parts.
    OtherHeader(Carrier, Vec<&'static str>),
    /// It is signed by version 2, which only S3 takes, and not everywhere.
    Version2,
    /// Its URL is signed by version 2, and lacks a parameter.
    IncompleteVersion2,
    /// It is signed by version 4A.
    Version4A,
    /// It has a signature in its header and another in its URL.
    Both,
    Flawed(Carrier, Flaw),
}

/// Where a signature is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// With the digest of the `Authorization` header.
    Header(String),
    Query,
}

impl Carrier {
    pub(crate) fn header(authorization: &str) -> Self {
        Self::Header(STANDARD.encode(Sha256::digest(authorization)))
    }

    /// What the query services say of missing parts.
    fn lacks(&self, parts: &[&str]) -> String {
        match self {
            Self::Header(digest) => missing_in_header(parts, digest),
            Self::Query => missing_in_query(parts),
        }
    }
}

/// What is wrong with a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// These parts are not there, of which one may be the date.
    Missing(Vec<&'static str>),
    Algorithm(String),
    /// Not of five parts.
    Credential(String),
    Terminator(String),
    /// The dates of the scope and of the request differ.
    ScopeDate {
        scope: String,
        time: String,
    },
    Time(String),
    /// The validity of a presigned URL.
    Expires(&'static str),
}

/// The name of the date among the missing parts.
pub(crate) const DATE: &str = "X-Amz-Date";

impl Unreadable {
    /// What IAM, STS and EC2 answer.
    pub(crate) fn for_query(self, missing: ServiceError) -> ServiceError {
        let incomplete = |message: String| ServiceError::new(400, "IncompleteSignature", message);
        let mismatch = |message: String| ServiceError::new(403, "SignatureDoesNotMatch", message);
        match self {
            Self::Unsigned => missing,
            Self::OtherHeader(carrier, parts) => incomplete(carrier.lacks(&parts)),
            Self::Version2 | Self::IncompleteVersion2 => incomplete(OTHER_MECHANISM.to_owned()),
            Self::Version4A => version_4a(),
            Self::Both => incomplete(ONE_MECHANISM.to_owned()),
            Self::Flawed(carrier, flaw) => match flaw {
                Flaw::Missing(parts) => incomplete(carrier.lacks(&parts)),
                Flaw::Algorithm(sent) => incomplete(format!("Unsupported AWS 'algorithm': '{sent}'.")),
                Flaw::Credential(sent) => incomplete(format!(
                    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
                     '{sent}'"
                )),
                Flaw::Terminator(sent) => mismatch(format!(
                    "Credential should be scoped with a valid terminator: 'aws4_request', not '{sent}'."
                )),
                Flaw::ScopeDate { scope, time } => mismatch(format!(
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                     '{scope}' != '{}', from '{time}'.",
                    day(&time)
                )),
                Flaw::Time(sent) => incomplete(format!(
                    "Date must be in ISO-8601 'basic format'. Got '{sent}'. See http://en.wikipedia.org/wiki/ISO_8601"
                )),
                Flaw::Expires(words) => incomplete(words.to_owned()),
            },
        }
    }

    pub(crate) fn for_s3(self) -> ServiceError {
        let denied = |message: &str| ServiceError::new(403, "AccessDenied", message);
        match self {
            Self::Unsigned => denied("Access Denied"),
            Self::OtherHeader(..) | Self::Version2 => {
                ServiceError::new(400, "InvalidRequest", OTHER_MECHANISM)
            }
            Self::IncompleteVersion2 => crate::sigv2::incomplete(),
            Self::Version4A => version_4a(),
            Self::Both => ServiceError::new(400, "InvalidArgument", ONE_MECHANISM),
            Self::Flawed(Carrier::Header(_), flaw) => match flaw {
                // https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationTimeStamp
                Flaw::Time(_) => denied("AWS authentication requires a valid Date or x-amz-date header"),
                Flaw::Missing(parts) if parts == [DATE] => {
                    denied("AWS authentication requires a valid Date or x-amz-date header")
                }
                flaw => malformed_header(&flaw.words_for_s3()),
            },
            Self::Flawed(Carrier::Query, flaw) => malformed_query(&flaw),
        }
    }
}

pub(crate) fn malformed_header(words: &str) -> ServiceError {
    let message = format!("The authorization header is malformed; {words}");
    ServiceError::new(400, "AuthorizationHeaderMalformed", message)
}

/// A flaw of `X-Amz-Credential`.
pub(crate) fn malformed_credential(words: &str) -> ServiceError {
    let message = format!("Error parsing the X-Amz-Credential parameter; {words}");
    ServiceError::new(400, "AuthorizationQueryParametersError", message)
}

fn malformed_query(flaw: &Flaw) -> ServiceError {
    let whole = |message: &str| ServiceError::new(400, "AuthorizationQueryParametersError", message);
    match flaw {
        Flaw::Missing(_) => whole(INCOMPLETE_QUERY),
        Flaw::Algorithm(_) => whole("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\""),
        Flaw::Time(_) => whole("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""),
        Flaw::Expires(words) => whole(words),
        _ => malformed_credential(&flaw.words_for_s3()),
    }
}

impl Flaw {
    fn words_for_s3(&self) -> String {
        match self {
            Self::Missing(_) => {
                "the authorization header requires three components: Credential, SignedHeaders, and Signature."
                    .to_owned()
            }
            Self::Credential(_) => {
                "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
                    .to_owned()
            }
            Self::Terminator(sent) => {
                format!("incorrect terminator \"{sent}\". This endpoint uses \"aws4_request\".")
            }
            Self::ScopeDate { scope, time } => format!(
                "Invalid credential date \"{scope}\". This date is not the same as X-Amz-Date: \"{}\".",
                day(time)
            ),
            Self::Algorithm(sent) | Self::Time(sent) => sent.clone(),
            Self::Expires(words) => (*words).to_owned(),
        }
    }
}

fn missing_in_header(parts: &[&str], digest: &str) -> String {
    let mut words = String::new();
    for part in parts {
        words += &match *part {
            DATE => "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
                .to_owned(),
            part => format!("Authorization header requires '{part}' parameter. "),
        };
    }
    format!("{words}(Hashed with SHA-256 and encoded with Base64) Authorization={digest}")
}

fn missing_in_query(parts: &[&str]) -> String {
    let parts: String =
        parts.iter().map(|part| format!("AWS query-string parameters must include '{part}'. ")).collect();
    format!("{parts}Re-examine the query-string parameters.")
}

/// Refused by name: its keys are asymmetric, and we derive none.
fn version_4a() -> ServiceError {
    let message = "Signature Version 4A (AWS4-ECDSA-P256-SHA256) is not emulated by rolecall";
    ServiceError::new(501, "NotImplemented", message)
}

/// `YYYYMMDD`, of the time in any of the formats that are taken.
fn day(time: &str) -> String {
    crate::sigv4::parse_time(time).map(|time| time.format("%Y%m%d").to_string()).unwrap_or_default()
}
