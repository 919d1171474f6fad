//! Decisions on a principal with ten statements and in a large organization, and how long policies take to compile.
//!
//! `docs/benchmarks.md` has the goals.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rolecall_policy::{
    AccountId, Context, Policies, Policy, PolicyDocument, PolicyKind, Principal, Request, decide, decide_fast,
};

const SERVICES: [&str; 9] = ["ec2", "sqs", "sns", "iam", "kms", "logs", "sts", "lambda", "dynamodb"];

fn policy(name: &str, statements: &[String], kind: PolicyKind) -> Policy {
    let text = document(statements);
    Policy { name: name.to_owned(), document: Arc::new(PolicyDocument::parse(&text, kind).unwrap()) }
}

fn document(statements: &[String]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

fn upload() -> String {
    r#"{"Sid":"Upload","Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::testing-s3/home/${aws:username}/*",
        "Condition":{"Bool":{"aws:SecureTransport":"true"},"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}}"#
        .to_owned()
}

fn ten_statements() -> Policies {
    let mut statements: Vec<String> = SERVICES
        .iter()
        .map(|service| {
            format!(
                r#"{{"Effect":"Allow","Action":["{service}:Get*","{service}:List*"],"Resource":"arn:aws:{service}:*:*:*"}}"#
            )
        })
        .collect();
    statements.push(upload());
    Policies {
        identity: vec![policy("ten-statements", &statements, PolicyKind::Identity)],
        ..Policies::default()
    }
}

/// Statements as those of large managed policies, `bytes` of them.
fn many(bytes: usize) -> Vec<String> {
    let mut statements = Vec::new();
    let mut length = 0;
    for (place, service) in SERVICES.iter().chain(&["s3"]).cycle().enumerate() {
        let mut actions = String::new();
        for verb in ["Get", "List", "Describe", "Create", "Tag"] {
            write!(actions, r#""{service}:{verb}Thing{place}*","#).unwrap();
        }
        let statement = format!(
            r#"{{"Effect":"Allow","Action":[{actions}"{service}:Delete"],"Resource":"arn:aws:{service}:*:111122223333:thing-{place}/*","Condition":{{"StringEquals":{{"aws:RequestedRegion":["us-east-1","eu-west-1"]}}}}}}"#
        );
        if length + statement.len() > bytes {
            return statements;
        }
        length += statement.len() + 1;
        statements.push(statement);
    }
    statements
}

/// Ten managed policies of 6 KiB, and five levels of service control policies with their denials.
fn large_organization() -> Policies {
    let mut policies: Vec<Policy> =
        (0..9).map(|_| policy("managed", &many(6 * 1024), PolicyKind::Identity)).collect();
    let mut last = many(6 * 1024 - upload().len());
    last.push(upload());
    policies.push(policy("managed", &last, PolicyKind::Identity));
    let full = [r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#.to_owned()];
    let guard = [
        r#"{"Sid":"Regions","Effect":"Deny","NotAction":["iam:*","sts:*","organizations:*","support:*"],"Resource":"*",
            "Condition":{"StringNotEquals":{"aws:RequestedRegion":["us-east-1","eu-west-1"]}}}"#
            .to_owned(),
        r#"{"Effect":"Deny","Action":["organizations:LeaveOrganization","s3:PutBucketPublicAccessBlock"],"Resource":"*"}"#
            .to_owned(),
    ];
    let level = || {
        vec![
            policy("FullAWSAccess", &full, PolicyKind::ServiceControl),
            policy("guard", &guard, PolicyKind::ServiceControl),
        ]
    };
    Policies { identity: policies, service_control: (0..5).map(|_| level()).collect(), ..Policies::default() }
}

fn request() -> Request {
    let mut context = Context::default();
    context.set("aws:username", "main-user");
    context.set("aws:SecureTransport", "true");
    context.set("aws:SourceIp", "198.51.100.7");
    context.set("aws:RequestedRegion", "us-east-1");
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
        canonical_user: None,
    }
}

fn bench(criterion: &mut Criterion) {
    let request = request();
    for (name, policies) in
        [("ten statements", ten_statements()), ("large organization", large_organization())]
    {
        assert!(decide(&request, &policies).unwrap().is_allowed());
        criterion.bench_function(&format!("{name}, without trace"), |bencher| {
            bencher.iter(|| decide_fast(black_box(&request), black_box(&policies)));
        });
        criterion.bench_function(&format!("{name}, with trace"), |bencher| {
            bencher.iter(|| decide(black_box(&request), black_box(&policies)));
        });
    }
    let text = document(&many(1024 * 1024));
    let mut group = criterion.benchmark_group("compile");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("1 MiB of policies", |bencher| {
        bencher.iter(|| PolicyDocument::parse(black_box(&text), PolicyKind::Identity));
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
