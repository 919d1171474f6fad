//! No pattern with wildcards and variables panics or takes long, whatever it is compared with.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use rolecall_policy::{
    Context, Policies, Policy, PolicyDocument, PolicyKind, Principal, Request, ResourcePolicy, decide,
};
use serde_json::json;

const OPERATORS: [&str; 12] = [
    "StringEquals",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "ForAllValues:StringNotLike",
    "ForAnyValue:StringLikeIfExists",
    "NumericLessThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "ArnLike",
    "Null",
];

fuzz_target!(|input: (u8, &str, &str)| {
    let (choice, pattern, value) = input;
    let operator = OPERATORS[usize::from(choice) % OPERATORS.len()];
    let mut context = Context::default();
    context.set("s3:prefix", value);
    context.set("aws:username", value);
    let request = Request {
        principal: Principal::Anonymous,
        action: "s3:ListBucket".to_owned(),
        resource: format!("arn:aws:s3:::{value}"),
        resource_account: None,
        context,
        canonical_user: None,
    };
    for (action, resource, wants) in [
        (pattern, "*", "*"),
        ("*", &*format!("arn:aws:s3:::{pattern}"), "*"),
        ("s3:*", "*", pattern),
    ] {
        let statement = json!({
            "Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource,
            "Condition": { operator: { "s3:prefix": wants } },
        });
        let text = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        if let Ok(document) = PolicyDocument::parse(&text, PolicyKind::Resource) {
            let policy = Policy { name: "p".to_owned(), document: Arc::new(document) };
            let policies = Policies { resource: ResourcePolicy::Grants(policy), ..Policies::default() };
            if let Ok(decision) = decide(&request, &policies) {
                decision.explain();
            }
        }
    }
});
