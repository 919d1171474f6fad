//! What a call's name and answer say by themselves.

use evidence::{Call, Explanation, Origin, Purpose, Text, Verdict};
use target::Place;

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
        service: "shell".into(),
        operation: format!("on {instance}").into(),
        action: None,
        resource: None,
        principal: instance.into(),
        purpose: Purpose::Attempt,
        verdict: Verdict::Unknown,
        code: Some("exit code not zero".into()),
        message: Some(error.into()),
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
    let says = |message: &Text| message.contains(" because no ") || message.contains(" explicit deny");
    call.verdict == Verdict::Denied && call.message.as_ref().is_some_and(says)
}

/// Adds why a call was answered so, as far as the place or the service says.
pub(crate) fn explain(call: &mut Call, place: &dyn Place) {
    let refused = call.verdict != Verdict::Allowed;
    let explained = call.request_id.as_deref().and_then(|id| place.explained(id, refused));
    if let Some(explained) = explained {
        let hides = hides_what_is_missing(call, &explained.action);
        let needed = format!("{} on {}", explained.action, explained.resource);
        if !hides {
            call.action = Some(explained.action.into());
            call.resource = Some(explained.resource.into());
        }
        call.principal = explained.principal.into();
        // A call that policy let through and something else refused is not explained by policy.
        call.explanation = (explained.allowed != refused).then(|| explanation(explained.explanation));
        if let (true, Some(explanation)) = (hides, &mut call.explanation) {
            let why = &explanation.why;
            explanation.why =
                format!("the object is not there, which takes {needed} to be told: {why}").into();
        }
    }
    call.decided_by = match &call.explanation {
        Some(_) => Origin::Model,
        None if says_why(call) => Origin::Observed,
        None => Origin::NotAvailable,
    };
}

/// Whether what was asked for is allowed, and only whether it is there was not to be told: of an object that is missing, S3
/// says so to those who may list the bucket, and denies it to all others.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax>
fn hides_what_is_missing(call: &Call, decided: &str) -> bool {
    decided == "s3:ListBucket" && call.action.as_deref().is_some_and(|asked| asked != decided)
}

/// The reasons for a decision, as evidence.
pub(crate) fn explanation(explained: target::Explanation) -> Explanation {
    let target::Explanation { why, near } = explained;
    Explanation { why: why.into(), near: near.into_iter().map(Into::into).collect() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_an_object_asks_for_no_list() {
        let mut call = failed_command("Testing1", "said by the test");
        let mut check = |asked: &'static str, decided: &str, expected: bool| {
            call.action = Some(asked.into());
            assert_eq!(hides_what_is_missing(&call, decided), expected, "{asked} {decided}");
        };
        check("s3:GetObject", "s3:ListBucket", true);
        check("s3:GetObject", "s3:GetObject", false);
        check("s3:ListBucket", "s3:ListBucket", false);
        check("ec2:RunInstances", "iam:PassRole", false);
    }
}
