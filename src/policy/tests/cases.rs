//! Cases in JSON: what is read, what is refused and where, and what is answered, all by the schema that is shipped.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

use rolecall_policy::{Case, CaseError, decide};
use serde_json::{Value, json};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
const MANAGED: &str = "arn:aws:iam::aws:policy/Everything";

fn managed(arn: &str) -> Option<String> {
    let everything = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    (arn == MANAGED).then(|| everything.to_owned())
}

fn parse(text: &str) -> Result<Case, CaseError> {
    Case::parse(text, &managed)
}

fn is_valid(value: &Value) -> bool {
    let schema = std::fs::read_to_string(format!("{DOCS}/decide.schema.json")).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap().is_valid(value)
}

/// The answer to `request`, whose trace is by the schema as well.
#[track_caller]
fn answer(request: &Value) -> Value {
    assert!(is_valid(request), "not by the schema: {request}");
    let case = parse(&request.to_string()).unwrap();
    let [answer, traced] =
        [false, true].map(|whole| serde_json::to_value(case.answer(whole).unwrap()).unwrap());
    assert!(is_valid(&answer) && is_valid(&traced), "not by the schema: {traced}");
    answer
}

fn request(principal: &str, policies: Value) -> Value {
    json!({"principal": principal, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "policies": policies})
}

fn allow(extra: Value) -> Value {
    let mut statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    statement.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn if_equals(key: &str, value: &str) -> Value {
    allow(json!({"Condition": {"StringEquals": {key: value}}}))
}

const ALICE: &str = "arn:aws:iam::111122223333:user/team/alice";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/auditor/night";

#[test]
fn answers_name_what_decided() {
    let read = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]});
    assert_eq!(
        answer(&request(ALICE, json!({"identity": [read]}))),
        json!({"decision": "allowed", "why": "Sid Read in policies.identity[0] allows it",
            "because": [{"layer": "identity", "policy": "policies.identity[0]", "statement": 1, "sid": "Read"}]})
    );
    let deny = json!({"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}});
    let answered =
        answer(&request(ALICE, json!({"identity": [read], "serviceControl": [[MANAGED], [MANAGED, deny]]})));
    assert_eq!(answered["decision"], "explicitDeny");
    assert_eq!(
        answered["because"],
        json!([{"layer": "serviceControl", "policy": "policies.serviceControl[1][1]", "statement": 1}])
    );
    let answered = answer(&request(ALICE, json!({"identity": [read], "serviceControl": [[MANAGED], []]})));
    assert_eq!(answered["because"], json!([{"layer": "serviceControl", "policies": []}]));
    let answered = answer(&request("arn:aws:iam::111122223333:root", json!({})));
    assert_eq!(answered["because"], json!([{"principal": "root"}]));
    let other =
        json!({"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"}});
    let answered = answer(&request(ALICE, json!({"identity": [other]})));
    assert_eq!(answered["decision"], "implicitDeny");
    assert_eq!(answered["near"].as_array().unwrap().len(), 1, "{answered}");
}

#[test]
fn what_is_odd_is_noted() {
    let slip = allow(json!({"Action": "s3:GetObjects"}));
    let answered = answer(&request(ALICE, json!({"identity": [slip, MANAGED]})));
    let notes = answered["notes"].as_array().unwrap();
    assert_eq!(notes.len(), 1);
    let note = notes[0].as_str().unwrap();
    assert!(
        note.starts_with(
            "policies.identity[0], statement 1: no action is `s3:GetObjects` (did you mean `s3:GetObject`"
        ),
        "{note}"
    );
    let mut about_bucket = request(ALICE, json!({"identity": [MANAGED]}));
    about_bucket["resource"] = json!("arn:aws:s3:::b");
    let answered = answer(&about_bucket);
    let note = answered["notes"][0].as_str().unwrap();
    assert!(note.starts_with("s3:GetObject is about arn:"), "{note}");
    assert!(note.contains("arn:${Partition}:s3:::${BucketName}/${ObjectName}"), "{note}");
    assert!(note.ends_with(", and not about arn:aws:s3:::b"), "{note}");
    let deny = json!({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}});
    let levels = json!({"identity": [MANAGED], "resourceControl": [[deny]]});
    decides(request(ALICE, levels.clone()), "explicitDeny");
    let mut of_iam = request(ALICE, levels);
    of_iam["action"] = json!("iam:ListUsers");
    of_iam["resource"] = json!("*");
    let answered = answer(&of_iam);
    assert_eq!(answered["decision"], "allowed");
    assert!(answered["notes"][0].as_str().unwrap().starts_with("resource control policies do not apply to "));
    let unknown = request(ALICE, json!({})).to_string().replace("s3:GetObject", "s3:GetObjekt");
    let undecidable = parse(&unknown).unwrap().answer(false).unwrap_err().to_string();
    assert!(undecidable.starts_with("action `s3:GetObjekt` (did you mean `s3:GetObject`"), "{undecidable}");
}

#[track_caller]
fn decides(request: Value, expected: &str) {
    assert_eq!(answer(&request)["decision"], expected, "{request}");
}

#[test]
fn what_follows_from_the_principal_is_filled_in() {
    for (principal, key, value) in [
        (ALICE, "aws:username", "alice"),
        (ALICE, "aws:PrincipalArn", ALICE),
        (ALICE, "aws:PrincipalAccount", "111122223333"),
        (ALICE, "aws:PrincipalType", "User"),
        (ALICE, "aws:ResourceAccount", "111122223333"),
        (SESSION, "aws:PrincipalArn", "arn:aws:iam::111122223333:role/auditor"),
        (SESSION, "aws:PrincipalType", "AssumedRole"),
    ] {
        decides(request(principal, json!({"identity": [if_equals(key, value)]})), "allowed");
        decides(request(principal, json!({"identity": [if_equals(key, "other")]})), "implicitDeny");
    }
    // What is given goes before.
    let mut given = request(ALICE, json!({"identity": [if_equals("aws:username", "bob")]}));
    given["context"] = json!({"AWS:UserName": "bob"});
    decides(given, "allowed");
}

#[test]
fn principals_of_all_kinds() {
    let grant = |principal: Value| json!({"resource": allow(json!({"Principal": principal}))});
    for (principal, granted) in [
        (ALICE, json!({"AWS": ALICE})),
        (SESSION, json!({"AWS": SESSION})),
        (SESSION, json!({"AWS": "arn:aws:iam::111122223333:role/auditor"})),
        ("arn:aws:iam::111122223333:role/auditor", json!({"AWS": "arn:aws:iam::111122223333:role/auditor"})),
        (
            "arn:aws:sts::111122223333:federated-user/fed",
            json!({"AWS": "arn:aws:sts::111122223333:federated-user/fed"}),
        ),
        ("anonymous", json!("*")),
        ("*", json!({"AWS": "*"})),
        ("ec2.amazonaws.com", json!({"Service": "ec2.amazonaws.com"})),
    ] {
        decides(request(principal, grant(granted.clone())), "allowed");
        decides(
            request(principal, grant(json!({"AWS": "arn:aws:iam::111122223333:user/nobody"}))),
            "implicitDeny",
        );
    }
    // Some session of a role is none that a policy names, and has the path that the context tells.
    let role = "arn:aws:iam::111122223333:role/auditor";
    decides(request(role, grant(json!({"AWS": SESSION}))), "implicitDeny");
    let in_path = "arn:aws:iam::111122223333:role/audit/auditor";
    let mut told = request(SESSION, grant(json!({"AWS": in_path})));
    decides(told.clone(), "implicitDeny");
    told["context"] = json!({"aws:PrincipalArn": in_path});
    decides(told, "allowed");
    let mut recreated = request(ALICE, grant(json!({"AWS": "AIDAALICEALICE000001"})));
    recreated["context"] = json!({"aws:userid": "AIDAALICEALICE000001"});
    decides(recreated, "allowed");
}

#[test]
fn a_role_and_a_key_let_nobody_in_without_their_policy() {
    let identity = allow(json!({}));
    let asked = |action: &str, resource: &str, policy: Value| {
        json!({"principal": ALICE, "action": action, "resource": resource,
            "policies": {"identity": [identity], "resource": policy}})
    };
    let (role, key) = ("arn:aws:iam::111122223333:role/r", "arn:aws:kms:eu-west-1:111122223333:key/1");
    let account = json!({"AWS": "111122223333"});
    let trust = json!({"Statement": {"Effect": "Allow", "Principal": account, "Action": "sts:AssumeRole"}});
    let key_policy = allow(json!({"Principal": account}));
    for (action, resource, policy) in [("sts:AssumeRole", role, trust), ("kms:Decrypt", key, key_policy)] {
        decides(asked(action, resource, policy), "allowed");
        decides(asked(action, resource, Value::Null), "implicitDeny");
    }
    decides(asked("kms:ListKeys", "*", Value::Null), "allowed");
}

#[test]
fn a_canonical_user_id_is_that_of_the_principals_account() {
    let id = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
    let statement =
        json!({"Effect": "Allow", "Principal": {"CanonicalUser": id}, "Action": "*", "Resource": "*"});
    let mut asked = request("111122223333", json!({"resource": {"Statement": statement}}));
    asked["resourceAccount"] = json!("444455556666");
    assert!(parse(&asked.to_string()).unwrap().answer(false).is_err());
    asked["canonicalUser"] = json!(id);
    decides(asked.clone(), "allowed");
    asked["canonicalUser"] = json!(id.replace('7', "8"));
    decides(asked, "implicitDeny");
}

#[test]
fn a_session_without_session_policies_is_not_limited_by_them() {
    let policies = |session: Value| json!({"identity": [MANAGED], "session": session});
    decides(request(SESSION, policies(json!([]))), "allowed");
    decides(request(SESSION, policies(json!([if_equals("aws:username", "x")]))), "implicitDeny");
    decides(request("arn:aws:sts::111122223333:federated-user/fed", policies(json!([]))), "implicitDeny");
}

/// The message begins with `message`, and the text goes on with `place` where it points.
#[track_caller]
fn refuses(text: &str, place: &str, message: &str) {
    let error = parse(text).expect_err("is refused");
    assert!(error.message.starts_with(message), "expected `{message}`, found `{}`", error.message);
    let line = text.lines().nth(error.line - 1).unwrap_or("");
    let there: String = line.chars().skip(error.column - 1).collect();
    assert!(there.starts_with(place), "{message}: {}:{} is at `{there}`", error.line, error.column);
}

#[test]
fn what_is_no_request_is_refused_with_its_place() {
    let with = |fields: &str| {
        format!("{{\"principal\": \"{ALICE}\", \"action\": \"s3:GetObject\",\n \"resource\": \"*\"{fields}}}")
    };
    assert!(parse(&with("")).is_ok());
    refuses("{", "", "not JSON: ");
    refuses("[]", "[]", "a request must be an object, not a list");
    refuses("{\"principal\": \"*\"}", "{", "a request has no `action`");
    refuses(&with(", \"contxt\": {}"), "\"contxt\"", "unknown field `contxt`; did you mean `context`?");
    refuses(&with(", \"context\": {\"a:b\": null}"), "null", "a value of `a:b` must be");
    refuses(&with(", \"context\": {\"ab\": 1}"), "\"ab\"", "`ab` is no condition key");
    refuses(&with(", \"context\": {\"a:b\": 1, \"A:B\": 1}"), "\"A:B\"", "`A:B` occurs twice");
    refuses(&with(", \"canonicalUser\": \"7f\""), "\"7f\"", "`canonicalUser` must be 64 hexadecimal digits");
    let anonymous =
        with(&format!(", \"canonicalUser\": \"{}\"", "7f".repeat(32))).replace(ALICE, "anonymous");
    refuses(&anonymous, "\"7f7f", "`anonymous` is in no account");
    refuses(&with(", \"resourceAccount\": 1"), "1", "`resourceAccount` must be a string");
    refuses(&with(", \"resourceAccount\": \"1\""), "\"1\"", "`resourceAccount` must be an account id");
    refuses(&with(", \"policies\": {\"scp\": []}"), "\"scp\"", "unknown field `scp`");
    refuses(&with(", \"policies\": {\"identity\": {}}"), "{}", "`policies.identity` must be a list");
    refuses(
        &with(", \"policies\": {\"identity\": [{\"Statement\": {\"Efect\": 1}}]}"),
        "\"Efect\"",
        "policies.identity[0]: Syntax errors in policy: unknown statement element `Efect`",
    );
    let unknown = "arn:aws:iam::aws:policy/Nothing";
    refuses(
        &with(&format!(", \"policies\": {{\"boundary\": \"{unknown}\"}}")),
        "\"arn",
        "`arn:aws:iam::aws:policy/Nothing` is no AWS managed policy",
    );
    refuses(&with("").replace("s3:GetObject", "s3:Get*"), "\"s3", "`s3:Get*` is no action");
    refuses(&with("").replace("\"*\"", "\"b\""), "\"b\"", "`b` is no resource");
    refuses(&with("").replace(ALICE, "alice"), "\"alice\"", "`alice` is no principal: ");
    let elsewhere =
        with(", \"resourceAccount\": \"444455556666\"").replace("\"*\"", "\"arn:aws:sns:r:111122223333:t\"");
    refuses(
        &elsewhere,
        "\"4444",
        "`resourceAccount` is 444455556666, but the resource's ARN says 111122223333",
    );
}

#[test]
fn the_schema_refuses_what_is_refused() {
    for wrong in [
        json!({"principal": "*", "action": "s3:GetObject"}),
        json!({"principal": "*", "action": "s3:*", "resource": "*"}),
        json!({"principal": "*", "action": "s3:GetObject", "resource": "*", "more": 1}),
        json!({"principal": "*", "action": "s3:GetObject", "resource": "*", "policies": {"identity": {}}}),
    ] {
        assert!(!is_valid(&wrong), "{wrong}");
        assert!(parse(&wrong.to_string()).is_err(), "{wrong}");
    }
}

#[test]
fn the_documented_request_is_one() {
    let page = std::fs::read_to_string(format!("{DOCS}/decide.md")).unwrap();
    let request = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(is_valid(&serde_json::from_str(request).unwrap()));
    let case = Case::parse(request, &|arn| {
        managed(
            &arn.replace("AmazonS3ReadOnlyAccess", "Everything").replace("AdministratorAccess", "Everything"),
        )
    })
    .unwrap();
    assert!(decide(&case.request, &case.policies).unwrap().is_allowed());
}
