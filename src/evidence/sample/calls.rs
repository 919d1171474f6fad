//! The calls of the fixed run.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::call::{
    Attempt, Call, Exchange, Explanation, Origin, Parameter, Purpose, Value, Verdict, Withheld,
};
use crate::digest::Sha256;

/// A policy that a call sends.
pub(crate) const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "AllowFullAccessToTestingS3", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::testing-s3"}]}"#;

pub(super) fn assume_role() -> Call {
    Call {
        service: "STS".into(),
        operation: "AssumeRole".into(),
        action: Some("sts:AssumeRole".into()),
        resource: Some("arn:aws:iam::111122223333:role/main-role1".into()),
        principal: "arn:aws:iam::111122223333:user/main-user".into(),
        purpose: Purpose::Attempt,
        verdict: Verdict::Allowed,
        code: None,
        message: None,
        status: Some(200),
        request_id: Some("c6104cbe-af31-11e0-8154-cbc7ccf896c7".into()),
        explanation: None,
        decided_by: Origin::NotAvailable,
        exchange: Some(Box::new(Exchange {
            response: vec![
                text("AssumedRoleUser.Arn", "arn:aws:sts::111122223333:assumed-role/main-role1/testSession"),
                text("Credentials.AccessKeyId", "ASIAIOSFODNN7EXAMPLE"),
                withheld("Credentials.SecretAccessKey", Withheld::Secret),
                withheld("Credentials.SessionToken", Withheld::Secret),
            ],
            ..exchange(
                "https://sts.us-east-1.amazonaws.com",
                vec![
                    text("RoleArn", "arn:aws:iam::111122223333:role/main-role1"),
                    text("RoleSessionName", "testSession"),
                ],
                vec![attempt(5, 200, "c6104cbe-af31-11e0-8154-cbc7ccf896c7")],
            )
        })),
    }
}

pub(super) fn put_object_denied() -> Call {
    Call {
        service: "S3".into(),
        operation: "PutObject".into(),
        action: Some("s3:PutObject".into()),
        resource: Some("arn:aws:s3:::testing-s3/testfile.txt".into()),
        principal: "arn:aws:sts::111122223333:assumed-role/main-role1/testSession".into(),
        purpose: Purpose::Attempt,
        verdict: Verdict::Denied,
        code: Some("AccessDenied".into()),
        message: Some("Access Denied".into()),
        status: Some(403),
        request_id: Some("656C76696E6727732072657175657374".into()),
        explanation: Some(Explanation {
            why: "no statement allows it (implicit denial)".into(),
            near: vec![
                "s3-full-access-main, Sid AllowFullAccessToTestingS3: the action matches; Resource \
                 arn:aws:s3:::testing-s3 does not cover the object (arn:aws:s3:::testing-s3/* would)"
                    .into(),
            ],
        }),
        decided_by: Origin::Model,
        exchange: Some(Box::new(exchange(
            "https://testing-s3.s3.us-east-1.amazonaws.com",
            vec![
                text("Bucket", "testing-s3"),
                Parameter {
                    name: "Body".into(),
                    value: Value::Contents { sha256: Sha256::of("hello"), length: 5 },
                },
                text("Key", "testfile.txt"),
            ],
            vec![
                Attempt { code: Some("SlowDown".into()), ..attempt(7, 503, "4442587FB7D0A2F9") },
                Attempt {
                    code: Some("AccessDenied".into()),
                    ..attempt(9, 403, "656C76696E6727732072657175657374")
                },
            ],
        ))),
    }
}

/// The same by somebody entitled.
pub(super) fn put_object_allowed() -> Call {
    Call {
        principal: "arn:aws:iam::111122223333:root".into(),
        verdict: Verdict::Allowed,
        code: None,
        message: None,
        status: Some(200),
        explanation: put_role_policy().explanation,
        ..put_object_denied()
    }
}

/// The administrator gives the role its policy.
pub(super) fn put_role_policy() -> Call {
    Call {
        service: "IAM".into(),
        operation: "PutRolePolicy".into(),
        action: Some("iam:PutRolePolicy".into()),
        resource: Some("arn:aws:iam::111122223333:role/main-role1".into()),
        principal: "arn:aws:iam::111122223333:root".into(),
        purpose: Purpose::SetUp,
        explanation: Some(Explanation {
            why: "the root user may do everything in its account".into(),
            near: vec![],
        }),
        decided_by: Origin::Model,
        request_id: Some("7a62c49f-347e-4fc4-9331-6e8eEXAMPLE".into()),
        exchange: Some(Box::new(exchange(
            "https://iam.amazonaws.com",
            vec![
                Parameter { name: "PolicyDocument".into(), value: Value::Policy(Sha256::of(POLICY)) },
                text("PolicyName", "s3-full-access-main"),
                text("RoleName", "main-role1"),
            ],
            vec![attempt(3, 200, "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE")],
        ))),
        ..assume_role()
    }
}

/// The self-test sees a stranger refused.
pub(super) fn list_users_denied() -> Call {
    let why = "because no identity-based policy allows the iam:ListUsers action";
    let who = "arn:aws:iam::111122223333:user/rolecall-probe";
    Call {
        service: "IAM".into(),
        operation: "ListUsers".into(),
        action: Some("iam:ListUsers".into()),
        resource: None,
        principal: who.into(),
        purpose: Purpose::SelfTest,
        verdict: Verdict::Denied,
        message: Some(
            format!("User: {who} is not authorized to perform: iam:ListUsers on resource: * {why}").into(),
        ),
        explanation: None,
        decided_by: Origin::Observed,
        exchange: Some(Box::new(exchange(
            "https://iam.amazonaws.com",
            vec![text("MaxItems", "1")],
            vec![
                Attempt {
                    status: None,
                    request_id: None,
                    error: Some("the connection was closed".into()),
                    ..attempt(1, 0, "")
                },
                Attempt {
                    code: Some("AccessDenied".into()),
                    ..attempt(2, 403, "4a62c49f-347e-4fc4-9331-6e8eEXAMPLE")
                },
            ],
        ))),
        ..put_object_denied()
    }
}

fn exchange(endpoint: &str, parameters: Vec<Parameter>, attempts: Vec<Attempt>) -> Exchange {
    Exchange {
        endpoint: endpoint.into(),
        region: Some("us-east-1".into()),
        access_key_id: Some("AKIAIOSFODNN7EXAMPLE".into()),
        parameters,
        response: Vec::new(),
        attempts,
    }
}

fn attempt(milliseconds: i64, status: u16, request_id: &str) -> Attempt {
    let start = DateTime::<Utc>::from_timestamp(1_767_225_600, 0).unwrap_or_default();
    Attempt {
        started: start + TimeDelta::milliseconds(milliseconds),
        duration: Duration::from_micros(850),
        status: Some(status),
        code: None,
        request_id: Some(request_id.into()),
        error: None,
    }
}

fn text(name: &str, value: &str) -> Parameter {
    Parameter { name: name.into(), value: Value::Text(value.into()) }
}

fn withheld(name: &str, why: Withheld) -> Parameter {
    Parameter { name: name.into(), value: Value::Withheld(why) }
}
