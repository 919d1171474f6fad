//! One decision on a principal with ten statements, without and with the trace.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a benchmark")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use rolecall_policy::{
    AccountId, Context, Policies, Policy, PolicyDocument, PolicyKind, Principal, Request, decide, decide_fast,
};

fn policies() -> Policies {
    let services = ["ec2", "sqs", "sns", "iam", "kms", "logs", "sts", "lambda", "dynamodb"];
    let mut statements: Vec<String> = services
        .iter()
        .map(|service| {
            format!(
                r#"{{"Effect":"Allow","Action":["{service}:Get*","{service}:List*"],"Resource":"arn:aws:{service}:*:*:*"}}"#
            )
        })
        .collect();
    statements.push(
        r#"{"Sid":"Upload","Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::testing-s3/home/${aws:username}/*",
        "Condition":{"Bool":{"aws:SecureTransport":"true"},"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}}"#
            .to_owned(),
    );
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
    let document = Arc::new(PolicyDocument::parse(&text, PolicyKind::Identity).unwrap());
    Policies { identity: vec![Policy { name: "ten-statements".to_owned(), document }], ..Policies::default() }
}

fn request() -> Request {
    let mut context = Context::default();
    context.set("aws:username", "main-user");
    context.set("aws:SecureTransport", "true");
    context.set("aws:SourceIp", "198.51.100.7");
    Request {
        principal: Principal::User {
            account: AccountId::new("111122223333").unwrap(),
            path: "/".to_owned(),
            name: "main-user".to_owned(),
            id: "AIDAMAINUSER00000001".to_owned(),
        },
        action: "s3:PutObject".to_owned(),
        resource: "arn:aws:s3:::testing-s3/home/main-user/testfile.txt".to_owned(),
        resource_account: None,
        context,
    }
}

fn bench(criterion: &mut Criterion) {
    let (request, policies) = (request(), policies());
    assert!(decide(&request, &policies).unwrap().is_allowed());
    criterion.bench_function("ten statements, without trace", |bencher| {
        bencher.iter(|| decide_fast(black_box(&request), black_box(&policies)));
    });
    criterion.bench_function("ten statements, with trace", |bencher| {
        bencher.iter(|| decide(black_box(&request), black_box(&policies)));
    });
    let text = policies.identity[0].document.text().to_owned();
    criterion.bench_function("parse ten statements", |bencher| {
        bencher.iter(|| PolicyDocument::parse(black_box(&text), PolicyKind::Identity));
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
