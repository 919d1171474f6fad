//! STS's operations, called directly.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used, reason = "tests")]

use policy::{AccountId, ResourcePolicy};
use serde_json::{Value, json};

use crate::iam::lab::{ACCOUNT, ADMIN, ALLOW_ALL, Lab, trust};
use crate::operation::CredentialKind;

struct Story {
    lab: Lab,
    user: String,
    role: String,
}

/// A user, and a role that trusts the account.
fn story() -> Story {
    let mut lab = Lab::new();
    let user = lab.user("u");
    let role = lab.role("r", ACCOUNT);
    lab.key = user.clone();
    Story { lab, user, role }
}

fn key_of(output: &Value) -> String {
    output["Credentials"]["AccessKeyId"].as_str().unwrap().to_owned()
}

fn assume(role: &str, more: Value) -> Value {
    let mut input = json!({ "RoleArn": role, "RoleSessionName": "s" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[test]
fn a_role_session_is_the_role_and_the_session_name() {
    let Story { mut lab, role, .. } = story();
    let output = lab.ok("AssumeRole", &assume(&role, json!({})));
    assert_eq!(output["AssumedRoleUser"]["Arn"], format!("arn:aws:sts::{ACCOUNT}:assumed-role/r/s"));
    assert_eq!(output["Credentials"]["Expiration"], "2026-01-02T04:04:05Z");
    assert_eq!((output.get("PackedPolicySize"), output.get("SourceIdentity")), (None, None));
    lab.key = key_of(&output);
    let identity = lab.ok("GetCallerIdentity", &json!({}));
    assert_eq!(identity["Arn"], output["AssumedRoleUser"]["Arn"]);
    assert_eq!(identity["UserId"], output["AssumedRoleUser"]["AssumedRoleId"]);
    assert_eq!(identity["Account"], ACCOUNT);
    lab.key = ADMIN.to_owned();
    assert_eq!(lab.ok("GetCallerIdentity", &json!({}))["UserId"], ACCOUNT);
}

#[test]
fn durations_are_limited_by_the_role_and_by_chaining() {
    let Story { mut lab, role, user } = story();
    let too_long = assume(&role, json!({ "DurationSeconds": 3601 }));
    let message = lab.refused("AssumeRole", &too_long, 400, "ValidationError");
    assert_eq!(message, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    lab.key = ADMIN.to_owned();
    lab.ok("UpdateRole", &json!({ "RoleName": "r", "MaxSessionDuration": 43_200 }));
    lab.key = user;
    let output = lab.ok("AssumeRole", &assume(&role, json!({ "DurationSeconds": 43_200 })));
    assert_eq!(output["Credentials"]["Expiration"], "2026-01-02T15:04:05Z");
    lab.key = key_of(&output);
    let message = lab.refused("AssumeRole", &too_long, 400, "ValidationError");
    assert!(message.contains("1 hour session limit for roles assumed by role chaining"), "{message}");
    lab.ok("AssumeRole", &assume(&role, json!({ "DurationSeconds": 3600 })));
}

#[test]
fn assuming_is_asked_of_the_trust_policy() {
    let Story { lab, role, .. } = story();
    let input = assume(
        &role,
        json!({ "ExternalId": "12", "SourceIdentity": "ann", "Tags": [{ "Key": "team", "Value": "red" }] }),
    );
    let accesses = lab.access("AssumeRole", &input).unwrap();
    let actions: Vec<_> = accesses.iter().map(|access| access.action.as_str()).collect();
    assert_eq!(actions, ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]);
    for (key, value) in [
        ("sts:ExternalId", "12"),
        ("sts:RoleSessionName", "s"),
        ("sts:SourceIdentity", "ann"),
        ("aws:RequestTag/team", "red"),
        ("aws:TagKeys", "team"),
    ] {
        assert_eq!(accesses[0].context.get(key), Some(&[value.to_owned()][..]), "{key}");
    }
    assert!(matches!(&accesses[0].resource_policy, ResourcePolicy::Trust(Some(_))));
    let unknown = lab.access("AssumeRole", &assume(&format!("{role}x"), json!({}))).unwrap();
    assert!(matches!(&unknown[0].resource_policy, ResourcePolicy::Trust(None)));
    assert_eq!(unknown[0].resource_account, AccountId::new(ACCOUNT));
}

#[test]
fn some_credentials_may_not_ask() {
    let Story { mut lab, role, user } = story();
    lab.key = ADMIN.to_owned();
    let message = lab.refused("AssumeRole", &assume(&role, json!({})), 403, "AccessDenied");
    assert_eq!(message, "Roles may not be assumed by root accounts.");
    let output = lab.ok("GetSessionToken", &json!({ "DurationSeconds": 7200 }));
    assert_eq!(output["Credentials"]["Expiration"], "2026-01-02T04:04:05Z");
    lab.key = user;
    let token = lab.ok("GetSessionToken", &json!({}));
    assert_eq!(token["Credentials"]["Expiration"], "2026-01-02T15:04:05Z");
    let federated = lab.ok("GetFederationToken", &json!({ "Name": "bob" }));
    let assumed = lab.ok("AssumeRole", &assume(&role, json!({})));
    for key in [&token, &federated, &assumed].map(key_of) {
        lab.key = key;
        let message = lab.refused("GetSessionToken", &json!({}), 403, "AccessDenied");
        assert_eq!(message, "Cannot call GetSessionToken with session credentials");
        lab.refused("GetFederationToken", &json!({ "Name": "bob" }), 403, "AccessDenied");
        lab.ok("GetCallerIdentity", &json!({}));
    }
    lab.ok("ListUsers", &json!({}));
    for key in [&token, &federated].map(key_of) {
        lab.key = key;
        lab.refused("ListUsers", &json!({}), 403, "InvalidClientTokenId");
    }
    lab.refused("AssumeRole", &assume(&role, json!({})), 403, "AccessDenied");
    lab.key = key_of(&token);
    lab.ok("AssumeRole", &assume(&role, json!({})));
}

#[test]
fn a_federated_user_has_only_what_its_session_policies_say() {
    let Story { mut lab, .. } = story();
    let output = lab.ok("GetFederationToken", &json!({ "Name": "bob" }));
    assert_eq!(output["FederatedUser"]["Arn"], format!("arn:aws:sts::{ACCOUNT}:federated-user/bob"));
    assert_eq!(output["FederatedUser"]["FederatedUserId"], format!("{ACCOUNT}:bob"));
    let session = lab.partition.sts.session(&key_of(&output)).unwrap();
    assert!(session.policies.as_ref().unwrap().is_empty());
    let output = lab.ok("GetFederationToken", &json!({ "Name": "bob", "Policy": ALLOW_ALL }));
    assert_eq!(output["PackedPolicySize"], 3);
    let session = lab.partition.sts.session(&key_of(&output)).unwrap();
    assert_eq!(session.policies.as_ref().unwrap().len(), 1);
}

#[test]
fn session_policies_must_be_policies() {
    let Story { mut lab, role, .. } = story();
    let refused = |lab: &mut Lab, more: Value, code: &str| {
        lab.refused("AssumeRole", &assume(&role, more), 400, code);
    };
    for text in ["{not json", "[]", &ALLOW_ALL.replace("Allow", "allow")] {
        refused(&mut lab, json!({ "Policy": text }), "MalformedPolicyDocument");
    }
    let padding = " ".repeat(2048 - ALLOW_ALL.len());
    lab.ok("AssumeRole", &assume(&role, json!({ "Policy": format!("{ALLOW_ALL}{padding}") })));
    refused(&mut lab, json!({ "Policy": format!("{ALLOW_ALL}{padding} ") }), "ValidationError");
    refused(
        &mut lab,
        json!({ "PolicyArns": [{ "arn": "arn:aws:iam::aws:policy/None" }] }),
        "MalformedPolicyDocument",
    );
    let tags: Vec<_> =
        (0..50).map(|n| json!({ "Key": format!("{n:0100}"), "Value": "x".repeat(20) })).collect();
    refused(&mut lab, json!({ "Tags": tags }), "PackedPolicyTooLarge");
    let output = lab.ok(
        "AssumeRole",
        &assume(&role, json!({ "Policy": ALLOW_ALL, "PolicyArns": [{ "arn": "arn:aws:iam::aws:policy/AdministratorAccess" }] })),
    );
    assert_eq!(lab.partition.sts.session(&key_of(&output)).unwrap().policies.as_ref().unwrap().len(), 2);
}

#[test]
fn transitive_tags_and_the_source_identity_stay_through_a_chain() {
    let Story { mut lab, role, .. } = story();
    let tags = json!([{ "Key": "team", "Value": "red" }, { "Key": "cost", "Value": "7" }]);
    let more = json!({ "Tags": tags, "TransitiveTagKeys": ["team"], "SourceIdentity": "ann" });
    let output = lab.ok("AssumeRole", &assume(&role, more));
    assert_eq!(output["SourceIdentity"], "ann");
    lab.key = key_of(&output);
    for _ in 0..2 {
        let output = lab.ok("AssumeRole", &assume(&role, json!({})));
        assert_eq!(output["SourceIdentity"], "ann");
        lab.key = key_of(&output);
        let session = lab.partition.sts.session(&lab.key).unwrap();
        assert_eq!(session.tags, [("team".to_owned(), "red".to_owned())]);
    }
    let other = json!({ "Tags": [{ "Key": "Team", "Value": "blue" }] });
    lab.refused("AssumeRole", &assume(&role, other), 400, "InvalidParameterValue");
    lab.refused("AssumeRole", &assume(&role, json!({ "SourceIdentity": "bob" })), 403, "AccessDenied");
    lab.refused(
        "AssumeRole",
        &assume(&role, json!({ "TransitiveTagKeys": ["x"] })),
        400,
        "InvalidParameterValue",
    );
}

#[test]
fn a_session_of_a_deleted_role_has_no_permissions() {
    let Story { mut lab, role, .. } = story();
    let output = lab.ok("AssumeRole", &assume(&role, json!({})));
    let principal = lab.principal(&key_of(&output));
    assert!(lab.partition.iam.entity(&principal).is_some());
    lab.key = ADMIN.to_owned();
    lab.ok("DeleteRole", &json!({ "RoleName": "r" }));
    assert!(lab.partition.iam.entity(&principal).is_none());
    lab.role("r", ACCOUNT);
    assert!(lab.partition.iam.entity(&principal).is_none());
}

#[test]
fn an_instance_gets_credentials_where_the_role_trusts_ec2() {
    let mut lab = Lab::new();
    lab.role("users", ACCOUNT);
    let document = trust(&json!({ "Service": "ec2.amazonaws.com" }));
    lab.ok("CreateRole", &json!({ "RoleName": "machines", "AssumeRolePolicyDocument": document }));
    let account = AccountId::new(ACCOUNT).unwrap();
    let now = lab.now;
    let mut assume =
        |role: &str| super::assume_for_instance(&mut lab.partition, &account, role, "i-0123", now);
    assert!(assume("users").is_none());
    assert!(assume("none").is_none());
    let credentials = assume("machines").unwrap();
    assert_eq!((credentials.expires - now).num_hours(), 6);
    let credential = lab.partition.credential(&credentials.access_key_id).unwrap();
    assert_eq!(credential.kind, CredentialKind::RoleSession);
    assert_eq!(credential.principal.arn(), format!("arn:aws:sts::{ACCOUNT}:assumed-role/machines/i-0123"));
}

#[test]
fn an_access_key_tells_its_account() {
    let Story { mut lab, user, .. } = story();
    assert_eq!(lab.ok("GetAccessKeyInfo", &json!({ "AccessKeyId": user }))["Account"], ACCOUNT);
    lab.refused(
        "GetAccessKeyInfo",
        &json!({ "AccessKeyId": "AKIAXXXXXXXXXXXXXXXX" }),
        400,
        "ValidationError",
    );
}

#[track_caller]
fn check_assuming(trusted: Value, identity: Option<&str>, more: Value, allowed: bool) {
    let mut lab = Lab::new();
    let user = lab.user("u");
    lab.user("other");
    let document =
        json!({ "Version": "2012-10-17", "Statement": trusted }).to_string().replace("<acct>", ACCOUNT);
    lab.ok("CreateRole", &json!({ "RoleName": "r", "AssumeRolePolicyDocument": document }));
    if let Some(action) = identity {
        let statement = json!({ "Effect": "Allow", "Action": action, "Resource": format!("arn:aws:iam::{ACCOUNT}:role/r") });
        let document = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        lab.ok("PutUserPolicy", &json!({ "UserName": "u", "PolicyName": "p", "PolicyDocument": document }));
    }
    lab.key = user;
    let input = assume(&format!("arn:aws:iam::{ACCOUNT}:role/r"), more.clone());
    assert_eq!(lab.may("AssumeRole", &input), allowed, "{trusted} {identity:?} {more}");
}

#[test]
fn trust_and_identity_policies_decide_together() {
    let to = |principal: Value, action: &str| json!({ "Effect": "Allow", "Action": action, "Principal": principal });
    let account = || json!({ "AWS": "arn:aws:iam::<acct>:root" });
    let user = || json!({ "AWS": "arn:aws:iam::<acct>:user/u" });
    let assume_role = Some("sts:AssumeRole");
    let check = check_assuming;
    check(to(account(), "sts:AssumeRole"), None, json!({}), false);
    check(to(account(), "sts:AssumeRole"), assume_role, json!({}), true);
    check(to(user(), "sts:AssumeRole"), None, json!({}), true);
    check(
        to(json!({ "AWS": "arn:aws:iam::<acct>:user/other" }), "sts:AssumeRole"),
        assume_role,
        json!({}),
        false,
    );
    check(to(json!({ "Service": "ec2.amazonaws.com" }), "sts:AssumeRole"), Some("*"), json!({}), false);
    let tags = || json!({ "Tags": [{ "Key": "team", "Value": "red" }] });
    check(to(account(), "sts:AssumeRole"), Some("sts:*"), tags(), false);
    check(to(account(), "sts:*"), Some("sts:*"), tags(), true);
    check(to(account(), "sts:*"), assume_role, tags(), false);
    let mut external = to(user(), "sts:AssumeRole");
    external["Condition"] = json!({ "StringEquals": { "sts:ExternalId": "12345" } });
    check(external.clone(), None, json!({}), false);
    check(external.clone(), None, json!({ "ExternalId": "54321" }), false);
    check(external, None, json!({ "ExternalId": "12345" }), true);
}

#[test]
fn a_user_made_anew_is_not_trusted() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &json!({ "UserName": "u" }));
    let role = lab.role("r", &format!("arn:aws:iam::{ACCOUNT}:user/u"));
    lab.ok("DeleteUser", &json!({ "UserName": "u" }));
    let key = lab.user("u");
    lab.key = key.clone();
    assert!(!lab.may("AssumeRole", &assume(&role, json!({}))));
    lab.key = ADMIN.to_owned();
    let document = trust(&json!({ "AWS": format!("arn:aws:iam::{ACCOUNT}:user/u") }));
    lab.ok("UpdateAssumeRolePolicy", &json!({ "RoleName": "r", "PolicyDocument": document }));
    lab.key = key;
    assert!(lab.may("AssumeRole", &assume(&role, json!({}))));
}

#[test]
fn an_account_vouches_for_its_principals_where_that_is_enabled() {
    let Story { mut lab, user, role } = story();
    let asked = json!({ "Audience": ["https://api.example.com"], "SigningAlgorithm": "RS256" });
    lab.refused("GetWebIdentityToken", &asked, 403, "OutboundWebIdentityFederationDisabledException");
    lab.key = ADMIN.to_owned();
    lab.refused("GetOutboundWebIdentityFederationInfo", &json!({}), 404, "FeatureDisabled");
    lab.refused("DisableOutboundWebIdentityFederation", &json!({}), 404, "FeatureDisabled");
    let issuer = lab.ok("EnableOutboundWebIdentityFederation", &json!({}))["IssuerIdentifier"].clone();
    lab.refused("EnableOutboundWebIdentityFederation", &json!({}), 409, "FeatureEnabled");
    let info = lab.ok("GetOutboundWebIdentityFederationInfo", &json!({}));
    assert_eq!(info, json!({ "IssuerIdentifier": issuer, "JwtVendingEnabled": true }));
    lab.key = user;
    let assumed = lab.ok("AssumeRole", &assume(&role, json!({ "DurationSeconds": 900 })));
    lab.key = key_of(&assumed);
    let more = json!({ "Audience": ["a", "b"], "DurationSeconds": 901, "Tags": [{ "Key": "job", "Value": "1" }],
        "SigningAlgorithm": "RS256" });
    lab.refused("GetWebIdentityToken", &more, 403, "SessionDurationEscalationException");
    let accesses = lab.access("GetWebIdentityToken", &more).unwrap();
    let actions: Vec<_> = accesses.iter().map(|access| access.action.as_str()).collect();
    assert_eq!(actions, ["sts:GetWebIdentityToken", "sts:TagGetWebIdentityToken"]);
    let value = |key: &str| accesses[0].context.get(key).unwrap().join(" ");
    assert_eq!(value("sts:IdentityTokenAudience"), "a b");
    assert_eq!((value("sts:DurationSeconds"), value("sts:SigningAlgorithm")), ("901".into(), "RS256".into()));
    let made = lab.ok("GetWebIdentityToken", &asked);
    assert_eq!(made["Expiration"], "2026-01-02T03:09:05Z");
    let text = made["WebIdentityToken"].as_str().unwrap();
    let token = super::jwt::Token::parse(text).unwrap();
    let issuer = issuer.as_str().unwrap();
    assert!(token.is_signed_by(issuer));
    assert_eq!((token.text("iss"), token.text("sub")), (Some(issuer), Some(role.as_str())));
    assert_eq!(token.text("aud"), Some("https://api.example.com"));
    let own = &token.claims["https://sts.amazonaws.com/"];
    assert_eq!((&own["aws_account"], &own["source_region"]), (&json!(ACCOUNT), &json!("us-east-1")));
    // It is no way back into AWS.
    let provider = json!({ "Url": issuer, "ClientIDList": ["https://api.example.com"] });
    let back = json!({ "RoleArn": role, "RoleSessionName": "s", "WebIdentityToken": text });
    lab.ok("CreateOpenIDConnectProvider", &provider);
    lab.refused("AssumeRoleWithWebIdentity", &back, 400, "InvalidIdentityToken");
    let unknown = json!({ "Audience": ["a"], "SigningAlgorithm": "HS256" });
    lab.refused("GetWebIdentityToken", &unknown, 400, "ValidationError");
    let by_curve = json!({ "Audience": ["a"], "SigningAlgorithm": "ES384" });
    let made = lab.ok("GetWebIdentityToken", &by_curve);
    let token = super::jwt::Token::parse(made["WebIdentityToken"].as_str().unwrap()).unwrap();
    assert_eq!(token.algorithm, super::Algorithm::named("ES384"));
    assert!(token.is_signed_by(issuer) && !token.is_signed_by("https://other.example.com"));
}
