//! What a call's answer means for access: one of four verdicts.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_types::request_id::RequestId;
use evidence::{Call, Origin, Purpose, Verdict};
use target::DeniedBy;

use crate::cast::Actor;
use crate::request::Request;

/// What a call is, as a step knows it before it is made.
#[derive(Clone, Debug)]
pub struct CallRef {
    /// `S3`, `IAM`, `STS` or `EC2`.
    pub service: &'static str,
    /// Its name in the service's API.
    pub operation: &'static str,
    /// The IAM action that it needs, where one decides.
    pub action: Option<&'static str>,
    /// The ARN of the resource that it is about.
    pub resource: Option<String>,
    /// How to control a denial.
    pub control: Option<Control>,
    /// Error codes by which the service says that it let the call through, and did nothing.
    pub let_through: &'static [&'static str],
}

impl CallRef {
    /// A call that is not about one resource.
    pub fn new(service: &'static str, operation: &'static str) -> Self {
        Self { service, operation, action: None, resource: None, control: None, let_through: &[] }
    }

    /// A call that `action` on `resource` decides.
    pub fn on(
        service: &'static str,
        operation: &'static str,
        action: &'static str,
        resource: String,
    ) -> Self {
        Self { action: Some(action), resource: Some(resource), ..Self::new(service, operation) }
    }

    /// The same with error codes that the service answers only to those whom it let through.
    #[must_use]
    pub fn let_through(mut self, codes: &'static [&'static str]) -> Self {
        self.let_through = codes;
        self
    }

    /// The same with the way to control a denial.
    #[must_use]
    pub fn controlled_by(mut self, control: Control) -> Self {
        self.control = Some(control);
        self
    }
}

/// A call that was answered.
#[derive(Clone)]
pub struct Outcome {
    /// The call with its verdict, code and explanation.
    pub call: Call,
    /// How to show that a refusal is about the caller, and not about something that is not there.
    pub control: Option<Control>,
    /// What denied it, where that was asked without a call.
    pub(crate) denied_by: Option<DeniedBy>,
    /// Makes the call again, where that may be done.
    pub(crate) again: Option<Again>,
}

/// A call that can be made again.
#[derive(Clone)]
pub(crate) struct Again {
    pub(crate) request: Request,
    /// Who made it.
    pub(crate) actor: Actor,
}

/// What somebody entitled does, which must succeed for a denial to prove anything. Who that is tells an ARN in the account
/// whose administrator it is.
#[derive(Clone, Debug)]
pub enum Control {
    /// An object is put where the refused one would have gone.
    Upload {
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
    },
    /// The same.
    Same {
        /// What was refused.
        request: Request,
        /// An ARN in the account.
        entitled: String,
    },
    /// Something that shows that what was refused is about something that is there.
    Seen {
        /// Such as reading the object that was not to be deleted.
        request: Request,
        /// An ARN in the account.
        entitled: String,
    },
}

impl Outcome {
    /// Whether it was done.
    pub fn succeeded(&self) -> bool {
        self.call.verdict == Verdict::Allowed
    }
}

/// Errors of the SDKs, whichever the service.
pub trait ServiceFailure {
    /// The service's error code.
    fn code(&self) -> Option<&str>;
    /// The service's message.
    fn message(&self) -> Option<&str>;
}

impl<E: aws_smithy_types::error::metadata::ProvideErrorMetadata> ServiceFailure for E {
    fn code(&self) -> Option<&str> {
        aws_smithy_types::error::metadata::ProvideErrorMetadata::code(self)
    }

    fn message(&self) -> Option<&str> {
        aws_smithy_types::error::metadata::ProvideErrorMetadata::message(self)
    }
}

/// The call as evidence, without explanation.
pub(crate) fn answered<T, E>(
    call: &CallRef,
    principal: &str,
    answer: &Result<T, SdkError<E, HttpResponse>>,
) -> Call
where
    T: RequestId,
    E: ServiceFailure + std::error::Error + 'static,
    SdkError<E, HttpResponse>: RequestId,
{
    let mut record = Call {
        service: call.service.into(),
        operation: call.operation.into(),
        action: call.action.map(Into::into),
        resource: call.resource.as_deref().map(Into::into),
        principal: principal.into(),
        purpose: Purpose::default(),
        verdict: Verdict::Allowed,
        code: None,
        message: None,
        status: None,
        request_id: None,
        explanation: None,
        decided_by: Origin::NotAvailable,
        exchange: None,
    };
    match answer {
        Ok(output) => record.request_id = output.request_id().map(Into::into),
        Err(error) => {
            record.request_id = error.request_id().map(Into::into);
            record.status = error.raw_response().map(|response| response.status().as_u16());
            match error.as_service_error() {
                Some(service_error) => {
                    record.code = service_error.code().map(Into::into);
                    record.message = service_error.message().map(Into::into);
                    record.verdict = match record.code.as_deref() {
                        _ if is_wrong_code(&record) => Verdict::Unauthenticated,
                        Some(code) if call.let_through.contains(&code) => Verdict::Allowed,
                        code => verdict(code, record.status),
                    };
                }
                None => {
                    record.verdict = Verdict::Unknown;
                    record.message = Some(sources(error).into());
                }
            }
        }
    }
    record
}

/// STS refuses a wrong MFA code, or one of somebody else's device, as it refuses for lack of permission, and only its
/// message tells: `MultiFactorAuthentication failed with invalid MFA one time pass code.`
/// <https://repost.aws/knowledge-center/authenticate-mfa-cli>
fn is_wrong_code(record: &Call) -> bool {
    record.service == "STS"
        && record
            .message
            .as_deref()
            .is_some_and(|message| message.starts_with("MultiFactorAuthentication failed"))
}

/// How the embedded AWS answers an allowed call to a service that it decides and does not emulate.
const DECIDED: &str = "RolecallDecidedNotEmulated";

/// What an error code says about access. A code that is not about access says nothing about it.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>,
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
pub fn verdict(code: Option<&str>, status: Option<u16>) -> Verdict {
    match code {
        Some(DECIDED) => Verdict::Allowed,
        Some("AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "AuthorizationError") => {
            Verdict::Denied
        }
        Some(
            "AuthFailure"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "InvalidToken"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "NotSignedUp"
            | "OptInRequired"
            | "RequestExpired"
            | "RequestTimeTooSkewed"
            | "SignatureDoesNotMatch"
            | "TokenRefreshRequired"
            | "UnrecognizedClientException",
        ) => Verdict::Unauthenticated,
        _ if status.is_some_and(|status| (200..300).contains(&status)) => Verdict::Allowed,
        _ => Verdict::Unknown,
    }
}

/// The error with what caused it.
pub(crate) fn sources(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        source = cause.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: Option<&str>, status: u16, expected: Verdict) {
        assert_eq!(verdict(code, Some(status)), expected);
    }

    #[test]
    fn only_a_lack_of_permission_is_a_denial() {
        check(Some("AccessDenied"), 403, Verdict::Denied);
        check(Some("UnauthorizedOperation"), 403, Verdict::Denied);
        check(Some("ExpiredToken"), 400, Verdict::Unauthenticated);
        check(Some("InvalidClientTokenId"), 403, Verdict::Unauthenticated);
        check(Some("InvalidSignatureException"), 400, Verdict::Unauthenticated);
        check(Some("RolecallDecidedNotEmulated"), 501, Verdict::Allowed);
        check(Some("NotImplemented"), 501, Verdict::Unknown);
        check(Some("NoSuchBucket"), 404, Verdict::Unknown);
        check(Some("SlowDown"), 503, Verdict::Unknown);
        check(None, 403, Verdict::Unknown);
        check(None, 500, Verdict::Unknown);
    }
}
