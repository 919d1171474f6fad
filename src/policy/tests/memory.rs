//! Memory grows with the number of statements, not with requests.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use allocation_counter::measure;
use rolecall_policy::{
    AccountId, Context, Policies, Policy, PolicyDocument, PolicyKind, Principal, Request, decide_fast,
};

fn policies(statements: usize) -> Policies {
    let mut all: Vec<String> = (0..statements)
        .map(|place| {
            format!(
                r#"{{"Effect":"Allow","Action":["s3:Get*","s3:PutObject"],"Resource":"arn:aws:s3:::b/{place}/*",
                    "Condition":{{"StringLike":{{"aws:username":"*-user"}}}}}}"#
            )
        })
        .collect();
    all.push(
        r#"{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::b/${aws:username}/*"}"#
            .to_owned(),
    );
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, all.join(","));
    let document = Arc::new(PolicyDocument::parse(&text, PolicyKind::Identity).unwrap());
    Policies { identity: vec![Policy { name: "p".to_owned(), document }], ..Policies::default() }
}

fn request() -> Request {
    let mut context = Context::default();
    context.set("aws:username", "main-user");
    Request {
        principal: Principal::User {
            account: AccountId::new("111122223333").unwrap(),
            path: "/".to_owned(),
            name: "main-user".to_owned(),
            id: "AIDAMAINUSER00000001".to_owned(),
        },
        action: "s3:PutObject".to_owned(),
        resource: "arn:aws:s3:::b/main-user/f".to_owned(),
        resource_account: None,
        context,
        canonical_user: None,
    }
}

/// Allocations of one decision, after a first one.
fn allocations(policies: &Policies) -> u64 {
    let request = request();
    let decide = || assert!(decide_fast(&request, policies).unwrap().is_allowed());
    decide();
    measure(decide).count_total
}

#[test]
fn a_decision_allocates_the_same_however_many_statements_there_are() {
    let (few, many) = (allocations(&policies(1)), allocations(&policies(1000)));
    assert_eq!(few, many);
    assert!((1..=12).contains(&few), "{few} allocations");
}

#[test]
fn decisions_leave_nothing_behind() {
    let (policies, request) = (policies(100), request());
    // The first one reads what AWS's services can be asked.
    assert!(decide_fast(&request, &policies).unwrap().is_allowed());
    let often = measure(|| {
        for _ in 0..10_000 {
            assert!(decide_fast(&request, &policies).unwrap().is_allowed());
        }
    });
    assert!(often.count_total > 0);
    assert_eq!((often.count_current, often.bytes_current), (0, 0));
}

#[test]
fn compiled_policies_grow_with_their_statements() {
    let bytes = |statements| {
        let mut compiled = None;
        measure(|| compiled = Some(policies(statements))).bytes_current
    };
    let (hundred, thousand) = (bytes(100), bytes(1000));
    assert!(
        hundred > 0 && thousand < 11 * hundred,
        "{hundred} bytes for 100 statements, {thousand} for 1000"
    );
    assert!(thousand < 1000 * 2048, "{thousand} bytes for 1000 statements");
}
