//! What a call's name and answer say by themselves.

use evidence::{Call, Origin, Purpose, Verdict};

use crate::recorder::StepError;

pub(crate) fn is_read(operation: &str) -> bool {
    ["Get", "List", "Describe", "Head"].iter().any(|verb| operation.starts_with(verb))
}

/// Whether a decision may come out otherwise after a call.
pub(crate) fn changes_access(operation: &str) -> bool {
    !is_read(operation)
        && !["AssumeRole", "PutObject", "DeleteObject", "PutBucketTagging"].contains(&operation)
}

pub(crate) fn failed_command(instance: &str, error: &str) -> Call {
    Call {
        service: "shell".to_owned(),
        operation: format!("on {instance}"),
        action: None,
        resource: None,
        principal: instance.to_owned(),
        purpose: Purpose::Attempt,
        verdict: Verdict::Unknown,
        code: Some("exit code not zero".to_owned()),
        message: Some(error.to_owned()),
        status: None,
        request_id: None,
        explanation: None,
        decided_by: Origin::NotAvailable,
        exchange: None,
    }
}

/// Whether the service's own message tells why it refused: `… because no identity-based policy allows the … action`, or
/// `… with an explicit deny in a …`.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
pub(crate) fn says_why(call: &Call) -> bool {
    let says = |message: &String| message.contains(" because no ") || message.contains(" explicit deny");
    call.verdict == Verdict::Denied && call.message.as_ref().is_some_and(says)
}

/// A refusal that came as a surprise.
pub(crate) fn surprise(call: &Call) -> StepError {
    StepError::failed("was refused, and no step says so", "")
        .help(
            "say what is expected: `Then it succeeds`, `Then it is denied` or `Then it is refused with CODE`",
        )
        .on(call)
}

pub(crate) fn is_client_error(call: &Call) -> bool {
    call.status.is_some_and(|status| (400..500).contains(&status) && status != 429)
}
