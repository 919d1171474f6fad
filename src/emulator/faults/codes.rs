//! The errors with which a service fails a call that is nothing wrong with, as it documents them.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>,
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html>,
//! <https://docs.aws.amazon.com/organizations/latest/APIReference/CommonErrors.html>

use crate::operation::{Protocol, Service, ServiceError};

use super::failures::{Broken, Effect};

/// A status, a code and its text.
pub(super) type Code = (u16, &'static str, &'static str);

/// The call is not made, and its connection reset.
const RESET: &str = "connection-reset";
/// The call is made, and its connection closed without an answer.
const UNANSWERED: &str = "no-answer-but-done";

const UNKNOWN_FAILURE: &str =
    "The request processing has failed because of an unknown error, exception or failure.";
const UNAVAILABLE: &str = "The request has failed due to a temporary failure of the server.";
const EXPIRED: &str = "The security token included in the request is expired";
const RATE: &str = "Rate exceeded";

const IAM: &[Code] = &[
    (403, "AccessDenied", "Access Denied"),
    (
        409,
        "ConcurrentModification",
        "The request was rejected because multiple requests to change this object were submitted simultaneously. \
         Wait a few minutes and submit your request again.",
    ),
    (403, "ExpiredToken", EXPIRED),
    (500, "InternalFailure", UNKNOWN_FAILURE),
    (
        409,
        "LimitExceeded",
        "The request was rejected because it attempted to create resources beyond the current AWS account limits.",
    ),
    (500, "ServiceFailure", UNKNOWN_FAILURE),
    (503, "ServiceUnavailable", UNAVAILABLE),
    (400, "Throttling", RATE),
];
const QUERY: &[Code] = &[
    (403, "AccessDenied", "Access Denied"),
    (403, "ExpiredToken", EXPIRED),
    (500, "InternalFailure", UNKNOWN_FAILURE),
    (503, "ServiceUnavailable", UNAVAILABLE),
    (400, "Throttling", RATE),
];
const S3: &[Code] = &[
    (403, "AccessDenied", "Access Denied"),
    (400, "ExpiredToken", "The provided token has expired."),
    (500, "InternalError", "We encountered an internal error. Please try again."),
    (
        409,
        "OperationAborted",
        "A conflicting conditional operation is currently in progress against this resource. Try again.",
    ),
    (
        400,
        "RequestTimeout",
        "Your socket connection to the server was not read from or written to within the timeout period.",
    ),
    (503, "ServiceUnavailable", "Reduce your request rate."),
    (503, "SlowDown", "Please reduce your request rate."),
];
const EC2: &[Code] = &[
    (
        500,
        "InsufficientInstanceCapacity",
        "There is not enough capacity to fulfill your request. Reduce the number of instances in your request, or wait \
         for additional capacity to become available.",
    ),
    (500, "InternalError", "An internal error has occurred"),
    (503, "RequestLimitExceeded", "Request limit exceeded."),
    (400, "RequestExpired", "Request has expired."),
    (503, "ServiceUnavailable", UNAVAILABLE),
    (503, "Unavailable", "The server is overloaded and can't handle request"),
    (403, "UnauthorizedOperation", "You are not authorized to perform this operation."),
];
const ORGANIZATIONS: &[Code] = &[
    (400, "AccessDeniedException", "You don't have permissions to perform the requested operation."),
    (
        400,
        "ConcurrentModificationException",
        "The target of the operation is currently being modified by a different request. Try again later.",
    ),
    (400, "ExpiredTokenException", EXPIRED),
    (
        500,
        "ServiceException",
        "AWS Organizations can't complete your request because of an internal service error. Try again later.",
    ),
    (400, "TooManyRequestsException", "You have sent too many requests in too short a period of time."),
];
const SSM: &[Code] = &[
    (400, "AccessDeniedException", "You do not have sufficient access to perform this action."),
    (400, "ExpiredTokenException", EXPIRED),
    (500, "InternalServerError", "An error occurred on the server side."),
    (503, "ServiceUnavailable", UNAVAILABLE),
    (400, "ThrottlingException", RATE),
];
const JSON: &[Code] = &[
    (400, "AccessDeniedException", "You do not have sufficient access to perform this action."),
    (400, "ExpiredTokenException", EXPIRED),
    (500, "InternalFailure", UNKNOWN_FAILURE),
    (503, "ServiceUnavailable", UNAVAILABLE),
    (400, "ThrottlingException", RATE),
];
const LAMBDA: &[Code] = &[
    (403, "AccessDeniedException", "You do not have sufficient access to perform this action."),
    (403, "ExpiredTokenException", EXPIRED),
    (500, "ServiceException", "The AWS Lambda service encountered an internal error."),
    (429, "TooManyRequestsException", RATE),
];

fn of(service: Service) -> &'static [Code] {
    match (service, service.protocol()) {
        (Service::Iam, _) => IAM,
        (Service::Organizations, _) => ORGANIZATIONS,
        (Service::Ssm, _) => SSM,
        (_, Protocol::Query) => QUERY,
        (_, Protocol::S3 | Protocol::RestXml) => S3,
        (_, Protocol::Ec2) => EC2,
        (_, Protocol::Json { .. }) => JSON,
        (_, Protocol::RestJson) => LAMBDA,
    }
}

/// All failures that a call of a service may be given.
pub(super) fn names(service: Service) -> Vec<&'static str> {
    of(service).iter().map(|(_, code, _)| *code).chain([RESET, UNANSWERED]).collect()
}

/// What a failure does; `None`: the service has no such one.
pub(super) fn effect(service: Service, name: &str) -> Option<Effect> {
    match name {
        RESET => Some(Effect::Unanswered(Broken::Reset)),
        UNANSWERED => Some(Effect::Unanswered(Broken::Closed)),
        _ => of(service).iter().find(|(_, code, _)| *code == name).map(|code| Effect::Error(*code)),
    }
}

pub(super) fn error((status, code, message): Code) -> ServiceError {
    ServiceError::new(status, code, message)
}

/// What a service answers to calls that are too many.
pub(super) fn throttled(service: Service) -> ServiceError {
    let is_meant = |code: &&Code| {
        ["Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown", "RequestLimitExceeded"]
            .contains(&code.1)
    };
    let found = of(service).iter().find(is_meant).copied();
    error(found.unwrap_or((400, "Throttling", RATE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_throttles_in_its_own_words() {
        let found: Vec<_> = Service::ALL
            .iter()
            .map(|service| (service.name(), throttled(*service)))
            .map(|(name, error)| format!("{name} {} {}", error.status, error.code))
            .collect();
        assert_eq!(
            found,
            [
                "iam 400 Throttling",
                "sts 400 Throttling",
                "s3 503 SlowDown",
                "s3 503 SlowDown",
                "ec2 503 RequestLimitExceeded",
                "organizations 400 TooManyRequestsException",
                "kms 400 ThrottlingException",
                "ssm 400 ThrottlingException",
                "secretsmanager 400 ThrottlingException",
                "dynamodb 400 ThrottlingException",
                "sqs 400 ThrottlingException",
                "sqs 400 Throttling",
                "sns 400 Throttling",
                "lambda 429 TooManyRequestsException",
            ]
        );
    }
}
