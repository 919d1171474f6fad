//! Policies: managed, trust and simulated ones.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::user;
use crate::iam::lab::{ACCOUNT, ALLOW_ALL, Lab, OTHER_ACCOUNT, policy_of_size, trust};

#[test]
fn versions_have_a_default() {
    let mut lab = Lab::new();
    let policy = lab.ok("CreatePolicy", &json!({ "PolicyName": "p", "PolicyDocument": ALLOW_ALL }));
    let arn = policy["Policy"]["Arn"].clone();
    let two = policy_of_size(1);
    let made = lab
        .ok("CreatePolicyVersion", &json!({ "PolicyArn": arn, "PolicyDocument": two, "SetAsDefault": true }));
    assert_eq!(made["PolicyVersion"]["VersionId"], "v2");
    assert_eq!(lab.ok("GetPolicy", &json!({ "PolicyArn": arn }))["Policy"]["DefaultVersionId"], "v2");
    let got = lab.ok("GetPolicyVersion", &json!({ "PolicyArn": arn, "VersionId": "v2" }));
    assert_eq!(got["PolicyVersion"]["Document"], two);
    let listed = lab.ok("ListPolicyVersions", &json!({ "PolicyArn": arn }));
    let ids: Vec<_> =
        listed["Versions"].as_array().unwrap().iter().map(|version| &version["VersionId"]).collect();
    assert_eq!(ids, ["v2", "v1"]);
    lab.ok("SetDefaultPolicyVersion", &json!({ "PolicyArn": arn, "VersionId": "v1" }));
    lab.ok("DeletePolicyVersion", &json!({ "PolicyArn": arn, "VersionId": "v2" }));
    lab.refused("GetPolicyVersion", &json!({ "PolicyArn": arn, "VersionId": "v2" }), 404, "NoSuchEntity");
}

#[test]
fn trust_policies_name_existing_principals() {
    let check = |principal: Value, valid: bool| {
        let mut lab = Lab::new();
        lab.ok("CreateUser", &json!({ "UserName": "u", "Path": "/dev/" }));
        lab.role("other", ACCOUNT);
        let input = json!({ "RoleName": "r", "AssumeRolePolicyDocument": trust(&principal) });
        match lab.call("CreateRole", &input) {
            Ok(role) => {
                assert!(valid, "{principal}");
                let shown = role["Role"]["AssumeRolePolicyDocument"].as_str().unwrap();
                assert_eq!(
                    serde_json::from_str::<Value>(shown).unwrap()["Statement"][0]["Principal"],
                    principal
                );
            }
            Err(error) => {
                assert!(!valid && error.code == "MalformedPolicyDocument", "{principal}: {error:?}")
            }
        }
    };
    let aws = |rest: &str| json!({ "AWS": rest.replace("<acct>", ACCOUNT) });
    check(aws("<acct>"), true);
    check(aws("arn:aws:iam::<acct>:root"), true);
    check(aws(&format!("arn:aws:iam::{OTHER_ACCOUNT}:root")), true);
    check(aws("arn:aws:iam::999999999999:root"), false);
    check(aws("arn:aws:iam::<acct>:user/dev/u"), true);
    check(aws("arn:aws:iam::<acct>:user/u"), false);
    check(aws("arn:aws:iam::<acct>:user/dev/*"), false);
    check(aws("arn:aws:iam::<acct>:role/other"), true);
    check(aws("arn:aws:iam::<acct>:role/none"), false);
    check(aws("arn:aws:sts::<acct>:assumed-role/other/session"), true);
    check(aws("AIDAAAAAAAAAAAAAAAAAA"), false);
    check(aws("nonsense"), false);
    check(json!({ "AWS": "*" }), true);
    check(json!({ "Service": "ec2.amazonaws.com" }), true);
}

#[test]
fn a_user_made_anew_is_another_one() {
    let mut lab = Lab::new();
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/u");
    let first = lab.ok("CreateUser", &user("u"));
    lab.role("r", &arn);
    let shown = |lab: &mut Lab| -> Value {
        let role = lab.ok("GetRole", &json!({ "RoleName": "r" }));
        let document = role["Role"]["AssumeRolePolicyDocument"].as_str().unwrap().to_owned();
        serde_json::from_str::<Value>(&document).unwrap()["Statement"][0]["Principal"]["AWS"].clone()
    };
    assert_eq!(shown(&mut lab), arn);
    lab.ok("DeleteUser", &user("u"));
    assert_eq!(shown(&mut lab), first["User"]["UserId"]);
    lab.ok("CreateUser", &user("u"));
    assert_eq!(shown(&mut lab), first["User"]["UserId"]);
}

#[test]
fn entities_of_a_policy_are_listed_over_pages() {
    let mut lab = Lab::new();
    let arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    for name in ["a", "b"] {
        lab.ok("CreateUser", &user(name));
        lab.ok("AttachUserPolicy", &json!({ "UserName": name, "PolicyArn": arn }));
    }
    lab.role("r", ACCOUNT);
    lab.ok("PutRolePermissionsBoundary", &json!({ "RoleName": "r", "PermissionsBoundary": arn }));
    let page = lab.ok("ListEntitiesForPolicy", &json!({ "PolicyArn": arn, "MaxItems": 2 }));
    assert_eq!(
        (page["PolicyRoles"].as_array().unwrap().len(), page["PolicyUsers"].as_array().unwrap().len()),
        (1, 1)
    );
    let page = lab
        .ok("ListEntitiesForPolicy", &json!({ "PolicyArn": arn, "MaxItems": 2, "Marker": page["Marker"] }));
    assert_eq!(page["PolicyUsers"][0]["UserName"], "b");
    let users = lab.ok(
        "ListEntitiesForPolicy",
        &json!({ "PolicyArn": arn, "PolicyUsageFilter": "PermissionsBoundary" }),
    );
    assert_eq!(users["PolicyUsers"], json!([]));
    let listed = lab.ok("ListPolicies", &json!({ "Scope": "AWS", "OnlyAttached": true }));
    assert_eq!(listed["Policies"][0]["AttachmentCount"], 2);
    assert_eq!(lab.ok("ListAttachedUserPolicies", &user("a"))["AttachedPolicies"][0]["PolicyArn"], arn);
}

#[test]
fn a_malformed_document_changes_nothing() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &user("u"));
    for document in
        ["{not json", r#"{"Version":"2012-10-17","Statement":[{"Action":"s3:*","Resource":"*"}]}"#]
    {
        let put = json!({ "UserName": "u", "PolicyName": "p", "PolicyDocument": document });
        lab.refused("PutUserPolicy", &put, 400, "MalformedPolicyDocument");
    }
    assert_eq!(lab.ok("ListUserPolicies", &user("u"))["PolicyNames"], json!([]));
}

#[test]
fn the_whole_account_is_shown() {
    let mut lab = Lab::new();
    lab.user("u");
    lab.role("r", ACCOUNT);
    let both = json!({
        "UserName": "u",
        "GroupName": "g",
        "PolicyName": "p",
        "PolicyDocument": ALLOW_ALL,
        "PolicyArn": format!("arn:aws:iam::{ACCOUNT}:policy/p"),
    });
    for name in ["CreateGroup", "AddUserToGroup", "PutUserPolicy", "CreatePolicy", "AttachGroupPolicy"] {
        lab.ok(name, &both);
    }
    let details = lab.ok("GetAccountAuthorizationDetails", &json!({}));
    assert_eq!(details["UserDetailList"][0]["GroupList"], json!(["g"]));
    assert_eq!(details["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"], ALLOW_ALL);
    assert_eq!(details["GroupDetailList"][0]["AttachedManagedPolicies"][0]["PolicyName"], "p");
    assert_eq!(details["RoleDetailList"][0]["RoleName"], "r");
    assert_eq!(details["Policies"][0]["PolicyVersionList"][0]["Document"], ALLOW_ALL);
    let filter = json!({ "Filter": ["Role"] });
    let details = lab.ok("GetAccountAuthorizationDetails", &filter);
    assert_eq!(
        (details["UserDetailList"].clone(), details["RoleDetailList"].as_array().unwrap().len()),
        (json!([]), 1)
    );
}

#[test]
fn policies_of_aws_are_there() {
    let mut lab = Lab::new();
    let (mut listed, mut input) = (Vec::new(), json!({ "Scope": "AWS", "MaxItems": 1000 }));
    loop {
        let page = lab.ok("ListPolicies", &input);
        listed.extend(page["Policies"].as_array().unwrap().clone());
        if page["IsTruncated"] == false {
            break;
        }
        input["Marker"] = page["Marker"].clone();
    }
    let names: BTreeSet<_> = listed.iter().map(|policy| policy["Arn"].as_str().unwrap()).collect();
    assert!(names.len() == listed.len() && names.len() > 1500, "{}", listed.len());
    let arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    assert_eq!(lab.ok("GetPolicy", &json!({ "PolicyArn": arn }))["Policy"]["DefaultVersionId"], "v3");
    lab.refused("DeletePolicy", &json!({ "PolicyArn": arn }), 403, "AccessDenied");
    let role = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    assert_eq!(lab.ok("GetPolicy", &json!({ "PolicyArn": role }))["Policy"]["Path"], "/service-role/");
}

fn statement(effect: &str, action: &str, resource: &str, condition: Value) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": { "Effect": effect, "Action": action, "Resource": resource, "Condition": condition },
    })
    .to_string()
}

#[test]
fn simulations_decide_and_name_what_decided() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &user("u"));
    for (name, effect, action) in [("allow", "Allow", "s3:*Object"), ("deny", "Deny", "s3:DeleteObject")] {
        let document = statement(effect, action, "arn:aws:s3:::b/*", json!({}));
        lab.ok("PutUserPolicy", &json!({ "UserName": "u", "PolicyName": name, "PolicyDocument": document }));
    }
    let source = format!("arn:aws:iam::{ACCOUNT}:user/u");
    let input = json!({
        "PolicySourceArn": source,
        "ActionNames": ["s3:GetObject", "s3:DeleteObject", "s3:ListBucket"],
        "ResourceArns": ["arn:aws:s3:::b/f"],
    });
    let results = lab.ok("SimulatePrincipalPolicy", &input)["EvaluationResults"].clone();
    let decisions: Vec<_> = (0..3).map(|place| results[place]["EvalDecision"].as_str().unwrap()).collect();
    assert_eq!(decisions, ["allowed", "explicitDeny", "implicitDeny"]);
    assert_eq!(results[1]["MatchedStatements"][0]["SourcePolicyId"], "user_u_deny");
    assert_eq!(results[2]["MatchedStatements"], json!([]));
    let absent = json!({ "PolicySourceArn": format!("{source}x"), "ActionNames": ["s3:GetObject"] });
    lab.refused("SimulatePrincipalPolicy", &absent, 404, "NoSuchEntity");
}

#[test]
fn simulations_tell_missing_keys_and_what_the_boundary_allows() {
    let mut lab = Lab::new();
    let policy =
        statement("Allow", "s3:ListBucket", "*", json!({ "StringEquals": { "s3:prefix": "home/" } }));
    let mut input = json!({ "PolicyInputList": [policy], "ActionNames": ["s3:ListBucket"], "ResourceArns": ["arn:aws:s3:::b"] });
    let result = lab.ok("SimulateCustomPolicy", &input)["EvaluationResults"][0].clone();
    assert_eq!(
        (&result["EvalDecision"], &result["MissingContextValues"]),
        (&json!("implicitDeny"), &json!(["s3:prefix"]))
    );
    input["ContextEntries"] =
        json!([{ "ContextKeyName": "s3:prefix", "ContextKeyValues": ["home/"], "ContextKeyType": "string" }]);
    input["PermissionsBoundaryPolicyInputList"] = json!([statement("Allow", "iam:*", "*", json!({}))]);
    let result = lab.ok("SimulateCustomPolicy", &input)["EvaluationResults"][0].clone();
    assert_eq!(
        (&result["EvalDecision"], &result["MissingContextValues"]),
        (&json!("implicitDeny"), &json!([]))
    );
    assert_eq!(result["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"], false);
    input["PermissionsBoundaryPolicyInputList"] = json!([ALLOW_ALL]);
    let result = lab.ok("SimulateCustomPolicy", &input)["EvaluationResults"][0].clone();
    assert_eq!(result["EvalDecision"], "allowed");
    assert_eq!(result["MatchedStatements"][0]["SourcePolicyId"], "PolicyInputList.1");
}

#[test]
fn simulations_tell_where_the_statement_stands_and_what_each_resource_gets() {
    let mut lab = Lab::new();
    let single = r#"{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}"#;
    let listed = "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n        {\n            \"Effect\": \"Allow\",\n \
                  \"Action\": \"s3:GetObject\", \"Resource\": \"*\"\n        }\n    ]\n}";
    let input = json!({
        "PolicyInputList": [single, listed],
        "ActionNames": ["s3:PutObject", "s3:GetObject", "s3:ListBucket"],
        "ResourceArns": ["arn:aws:s3:::b"],
    });
    let results = lab.ok("SimulateCustomPolicy", &input)["EvaluationResults"].clone();
    let place = |line: usize, column: usize| json!({ "Line": line, "Column": column });
    let statement = &results[0]["MatchedStatements"][0];
    assert_eq!((&statement["StartPosition"], &statement["EndPosition"]), (&place(1, 41), &place(1, 113)));
    let statement = &results[1]["MatchedStatements"][0];
    assert_eq!((&statement["StartPosition"], &statement["EndPosition"]), (&place(3, 19), &place(7, 10)));
    assert_eq!(
        results[2]["ResourceSpecificResults"],
        json!([{
            "EvalResourceName": "arn:aws:s3:::b",
            "EvalResourceDecision": "implicitDeny",
            "MatchedStatements": [],
            "MissingContextValues": [],
        }])
    );
    assert_eq!(
        (&results[2]["EvalDecisionDetails"], results[2].get("OrganizationsDecisionDetail")),
        (&json!({}), None)
    );
}

#[test]
fn simulations_hear_each_level_of_an_organization() {
    let mut lab = Lab::new();
    let level = |action: &str| json!({ "ServiceControlPolicyInputList": [statement("Allow", action, "*", json!({}))] });
    let input = json!({
        "PolicyInputList": [ALLOW_ALL],
        "OrderedOrganizationPolicyInputList": [level("*"), level("s3:*")],
        "ActionNames": ["s3:GetObject", "ec2:RunInstances"],
    });
    let results = lab.ok("SimulateCustomPolicy", &input)["EvaluationResults"].clone();
    for (place, allowed, decision) in [(0, true, "allowed"), (1, false, "implicitDeny")] {
        let detail = &results[place]["OrganizationsDecisionDetail"]["AllowedByOrganizations"];
        assert_eq!((detail, &results[place]["EvalDecision"]), (&json!(allowed), &json!(decision)));
    }
}

#[test]
fn a_simulated_resource_policy_needs_a_caller_and_counts_across_accounts() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &user("u"));
    let caller = format!("arn:aws:iam::{ACCOUNT}:user/u");
    let bucket = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": { "AWS": caller }, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*",
    }});
    let mut input = json!({
        "PolicyInputList": [statement("Allow", "s3:ListBucket", "*", json!({}))],
        "ActionNames": ["s3:GetObject"],
        "ResourceArns": ["arn:aws:s3:::b/k"],
        "ResourcePolicy": bucket.to_string(),
        "ResourceOwner": format!("arn:aws:iam::{OTHER_ACCOUNT}:root"),
    });
    lab.refused("SimulateCustomPolicy", &input, 400, "InvalidInput");
    input["CallerArn"] = json!(caller);
    let result = lab.ok("SimulateCustomPolicy", &input)["EvaluationResults"][0].clone();
    assert_eq!(result["EvalDecision"], "implicitDeny");
    let details = json!({ "IAM Policy": "implicitDeny", "Resource Policy": "allowed" });
    assert_eq!(result["EvalDecisionDetails"], details);
    input["ResourceOwner"] = json!(format!("arn:aws:iam::{ACCOUNT}:root"));
    let result = lab.ok("SimulateCustomPolicy", &input)["EvaluationResults"][0].clone();
    assert_eq!((&result["EvalDecision"], &result["EvalDecisionDetails"]), (&json!("allowed"), &json!({})));
}

#[test]
fn context_keys_are_those_of_conditions_and_variables() {
    let mut lab = Lab::new();
    let home = "arn:aws:s3:::b/${aws:username}/${aws:PrincipalTag/team, 'none'}/${*}";
    let policy = statement("Allow", "s3:*", home, json!({ "Bool": { "AWS:securetransport": "true" } }));
    let keys = json!(["aws:PrincipalTag/team", "AWS:securetransport", "aws:username"]);
    let custom = json!({ "PolicyInputList": [policy] });
    assert_eq!(lab.ok("GetContextKeysForCustomPolicy", &custom)["ContextKeyNames"], keys);
    lab.ok("CreateUser", &user("u"));
    lab.ok("PutUserPolicy", &json!({ "UserName": "u", "PolicyName": "p", "PolicyDocument": policy }));
    let principal = json!({ "PolicySourceArn": format!("arn:aws:iam::{ACCOUNT}:user/u") });
    assert_eq!(lab.ok("GetContextKeysForPrincipalPolicy", &principal)["ContextKeyNames"], keys);
    lab.refused(
        "GetContextKeysForCustomPolicy",
        &json!({ "PolicyInputList": ["{"] }),
        400,
        "MalformedPolicyDocument",
    );
}

#[test]
fn a_policy_is_named_by_a_whole_arn() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &user("u"));
    for name in ["AttachUserPolicy", "DetachUserPolicy"] {
        let input = json!({ "UserName": "u", "PolicyArn": "a-policy-name-but-no-arn" });
        assert_eq!(lab.refused(name, &input, 400, "ValidationError"), "Invalid ARN:  Could not be parsed!");
    }
}
