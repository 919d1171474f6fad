//! No ARN panics: as a resource that is asked for or allowed, as a principal, as a value or pattern of a condition.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use rolecall_policy::{
    Context, Policies, Policy, PolicyDocument, PolicyKind, Principal, Request, ResourcePolicy, decide,
};
use serde_json::json;

fuzz_target!(|arns: (&str, &str)| {
    let (pattern, arn) = arns;
    let mut context = Context::default();
    context.set("aws:SourceArn", arn);
    let request = Request {
        principal: Principal::Service { name: "s3.amazonaws.com".to_owned() },
        action: "s3:GetObject".to_owned(),
        resource: arn.to_owned(),
        resource_account: None,
        context,
        canonical_user: None,
    };
    let condition = json!({ "ArnLike": { "aws:SourceArn": pattern } });
    for (resource, principal) in [(pattern, json!("*")), ("*", json!("*")), ("*", json!({ "AWS": pattern }))] {
        let statement = json!({
            "Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": resource, "Condition": condition,
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
