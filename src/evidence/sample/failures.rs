//! The failures of the fixed run.

use crate::call::{Call, Explanation, Origin, Verdict};
use crate::event::Failure;

use super::calls::put_object_denied;

pub(super) fn denied() -> Failure {
    let call = Some(Box::new(put_object_denied()));
    Failure { label: "denied by policy".into(), call, ..Failure::default() }
}

pub(super) fn allowed() -> Failure {
    let call = Call {
        operation: "ListObjectsV2".into(),
        action: Some("s3:ListBucket".into()),
        resource: Some("arn:aws:s3:::other bucket/with spaces in its key, of all things".into()),
        verdict: Verdict::Allowed,
        code: None,
        message: None,
        status: Some(200),
        explanation: Some(Explanation {
            why: "allowed by s3-full-access-main, Sid AllowFullAccessToTestingS3".into(),
            near: vec![],
        }),
        ..put_object_denied()
    };
    Failure {
        label: "was allowed".into(),
        message: "it should have been denied by policy, but the service let it through".into(),
        call: Some(Box::new(call)),
        help: None,
    }
}

pub(super) fn expired() -> Failure {
    let call = Call {
        action: None,
        principal: "anonymous".into(),
        verdict: Verdict::Unauthenticated,
        code: Some("ExpiredToken".into()),
        message: Some("The provided token has expired.".into()),
        status: Some(400),
        explanation: None,
        decided_by: Origin::NotAvailable,
        ..put_object_denied()
    };
    Failure {
        label: "refused at authentication, which is neither allowed nor denied by policy".into(),
        message: "the upload should have succeeded\nbut the credentials were not accepted".into(),
        call: Some(Box::new(call)),
        help: Some("assume the role again after the time has passed: `When assuming main-role1`".into()),
    }
}

pub(super) fn throttled() -> Failure {
    let call = Call {
        resource: None,
        verdict: Verdict::Unknown,
        code: Some("SlowDown".into()),
        message: None,
        status: Some(503),
        explanation: None,
        decided_by: Origin::NotAvailable,
        ..put_object_denied()
    };
    Failure { label: "could not tell".into(), call: Some(Box::new(call)), ..Failure::default() }
}
