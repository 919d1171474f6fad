//! What simulations are told beside policies, and what they tell of each kind of policy.

use serde_json::{Value, json};

use super::user;
use crate::iam::lab::{ACCOUNT, ALLOW_ALL, Lab, OTHER_ACCOUNT};

fn allow(action: &str) -> String {
    let statement = json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
    json!({ "Version": "2012-10-17", "Statement": statement }).to_string()
}

#[test]
fn a_scenario_wants_its_resources() {
    let mut lab = Lab::new();
    let resources = |kinds: &[&str]| {
        let arn = |kind: &&str| format!("arn:aws:ec2:us-east-1:{ACCOUNT}:{kind}/x");
        kinds.iter().map(arn).collect::<Vec<_>>()
    };
    let input = |scenario: &str, kinds: &[&str]| {
        json!({
            "PolicyInputList": [ALLOW_ALL],
            "ActionNames": ["ec2:RunInstances"],
            "ResourceArns": resources(kinds),
            "ResourceHandlingOption": scenario,
        })
    };
    let kinds = ["instance", "image", "security-group", "network-interface", "volume"];
    let results = lab.ok("SimulateCustomPolicy", &input("EC2-VPC-EBS", &kinds));
    let of_volume = &results["EvaluationResults"][0]["ResourceSpecificResults"][4];
    assert_eq!(of_volume["EvalResourceDecision"], "allowed");
    let subnet = "EC2-VPC-EBS-Subnet";
    let message = lab.refused("SimulateCustomPolicy", &input(subnet, &kinds), 400, "InvalidInput");
    assert_eq!(message, "The scenario EC2-VPC-EBS-Subnet requires a resource of type subnet.");
    lab.refused("SimulateCustomPolicy", &input("EC2-VPC", &kinds), 400, "InvalidInput");
}

#[test]
fn context_entries_are_of_their_types() {
    let mut lab = Lab::new();
    let entry = |kind: &str, values: &[&str]| {
        let entry =
            json!({ "ContextKeyName": "s3:prefix", "ContextKeyValues": values, "ContextKeyType": kind });
        json!({ "PolicyInputList": [ALLOW_ALL], "ActionNames": ["s3:ListBucket"], "ContextEntries": [entry] })
    };
    for (kind, right, wrong) in [
        ("numeric", "4.5", "four"),
        ("boolean", "True", "yes"),
        ("ip", "2001:db8::/32", "10.0.0.0/33"),
        ("binary", "eA==", "%"),
        ("date", "2026-01-02T03:04:05Z", "today"),
    ] {
        lab.ok("SimulateCustomPolicy", &entry(kind, &[right]));
        lab.ok("SimulateCustomPolicy", &entry(&format!("{kind}List"), &[right, right]));
        lab.refused("SimulateCustomPolicy", &entry(kind, &[wrong]), 400, "InvalidInput");
        let list = entry(&format!("{kind}List"), &[right, wrong]);
        lab.refused("SimulateCustomPolicy", &list, 400, "InvalidInput");
    }
    lab.ok("SimulateCustomPolicy", &entry("stringList", &["a", "b"]));
}

/// A user with an inline policy, one of its account, one of AWS, one of its group, and a boundary.
fn lab_with_user() -> Lab {
    let mut lab = Lab::new();
    let inline =
        json!({ "UserName": "u", "GroupName": "g", "PolicyName": "p", "PolicyDocument": allow("sns:*") });
    let own = lab.ok("CreatePolicy", &json!({ "PolicyName": "own", "PolicyDocument": allow("sqs:*") }));
    let arn = own["Policy"]["Arn"].clone();
    lab.ok("CreateUser", &user("u"));
    lab.ok("CreateGroup", &json!({ "GroupName": "g" }));
    lab.ok("AddUserToGroup", &inline);
    lab.ok("PutUserPolicy", &inline);
    let group = json!({ "GroupName": "g", "PolicyName": "q", "PolicyDocument": allow("kms:*") });
    lab.ok("PutGroupPolicy", &group);
    lab.ok("AttachUserPolicy", &json!({ "UserName": "u", "PolicyArn": arn }));
    let aws = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    lab.ok("AttachUserPolicy", &json!({ "UserName": "u", "PolicyArn": aws }));
    lab
}

#[track_caller]
fn check_without(lab: &mut Lab, excluded: &Value, allowed: [bool; 4]) {
    let input = json!({
        "PolicySourceArn": format!("arn:aws:iam::{ACCOUNT}:user/u"),
        "ActionNames": ["sns:Publish", "kms:Encrypt", "sqs:SendMessage", "s3:GetObject"],
        "PolicyExclusionList": excluded,
    });
    let results = lab.ok("SimulatePrincipalPolicy", &input)["EvaluationResults"].clone();
    let found: Vec<_> =
        results.as_array().unwrap().iter().map(|result| result["EvalDecision"] == "allowed").collect();
    assert_eq!(found, allowed, "{excluded}");
}

#[test]
fn policies_are_left_out_by_type_arn_or_name() {
    let mut lab = lab_with_user();
    check_without(&mut lab, &json!([]), [true; 4]);
    let kind = |kind: &str| json!([{ "PolicyType": kind }]);
    check_without(&mut lab, &kind("inline"), [false, false, true, true]);
    check_without(&mut lab, &kind("user-managed"), [true, true, false, true]);
    check_without(&mut lab, &kind("aws-managed"), [true, true, true, false]);
    check_without(&mut lab, &kind("rcp"), [true; 4]);
    let arn = |arn: &str| json!([{ "PolicyArn": arn }]);
    check_without(&mut lab, &arn("arn:aws:iam::aws:policy/AmazonS3*"), [true, true, true, false]);
    check_without(&mut lab, &arn(&format!("arn:aws:iam::{ACCOUNT}:policy/o?n")), [true, true, false, true]);
    let inline = |policy: &str, kind: &str, holder: &str| {
        let inline = json!({ "PolicyName": policy, "AttachmentType": kind, "AttachmentName": holder });
        json!([{ "InlinePolicyIdentifier": inline }])
    };
    check_without(&mut lab, &inline("p", "user", "*"), [false, true, true, true]);
    check_without(&mut lab, &inline("q", "group", "g"), [true, false, true, true]);
    check_without(&mut lab, &inline("q", "user", "*"), [true; 4]);
    let input = |excluded: Value| {
        json!({
            "PolicySourceArn": format!("arn:aws:iam::{ACCOUNT}:user/u"),
            "ActionNames": ["sns:Publish"],
            "PolicyExclusionList": excluded,
        })
    };
    for wrong in [
        json!([{}]),
        json!([{ "PolicyType": "inline", "PolicyArn": "arn:aws:iam::aws:policy/x" }]),
        arn("arn:aws:iam::*:policy/x"),
        arn("arn:aws:iam::aws:policy/*x*"),
        inline("p", "user", "*u*"),
    ] {
        lab.refused("SimulatePrincipalPolicy", &input(wrong), 400, "InvalidInput");
    }
}

#[test]
fn a_boundary_is_left_out_by_type() {
    let mut lab = lab_with_user();
    let bound =
        json!({ "UserName": "u", "PermissionsBoundary": format!("arn:aws:iam::{ACCOUNT}:policy/own") });
    lab.ok("PutUserPermissionsBoundary", &bound);
    check_without(&mut lab, &json!([]), [false, false, true, false]);
    check_without(&mut lab, &json!([{ "PolicyType": "permission-boundary" }]), [true; 4]);
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html>
#[test]
fn an_action_has_one_result_which_is_the_most_restrictive_of_its_resources() {
    let mut lab = Lab::new();
    let denied = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a/*" },
        { "Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::a/2" },
    ]});
    let input = json!({
        "PolicyInputList": [denied.to_string()],
        "ActionNames": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        "ResourceArns": ["arn:aws:s3:::a/1", "arn:aws:s3:::a/2", "arn:aws:s3:::b/1"],
    });
    let results = lab.ok("SimulateCustomPolicy", &input)["EvaluationResults"].clone();
    let results = results.as_array().unwrap();
    let found: Vec<(&str, Vec<&str>, usize)> = results
        .iter()
        .map(|result| {
            let of_resources = result["ResourceSpecificResults"].as_array().unwrap();
            let of_resources = of_resources.iter().map(|it| it["EvalResourceDecision"].as_str().unwrap());
            let matched = result["MatchedStatements"].as_array().unwrap().len();
            (result["EvalDecision"].as_str().unwrap(), of_resources.collect(), matched)
        })
        .collect();
    let [allowed, denied, nothing] = ["allowed", "explicitDeny", "implicitDeny"];
    let expected = [
        (nothing, vec![allowed, allowed, nothing], 0),
        (denied, vec![allowed, denied, nothing], 1),
        (nothing, vec![allowed, allowed, nothing], 0),
    ];
    assert_eq!(found, expected);
    let first = json!({ "ResourceArns": ["arn:aws:s3:::a/1", "arn:aws:s3:::a/3"], "ActionNames": ["s3:GetObject"],
        "PolicyInputList": input["PolicyInputList"] });
    let result = lab.ok("SimulateCustomPolicy", &first)["EvaluationResults"][0].clone();
    assert_eq!(
        (&result["EvalDecision"], result["MatchedStatements"].as_array().map(Vec::len)),
        (&json!("allowed"), Some(1))
    );
}

#[test]
fn details_are_of_decisions_across_accounts() {
    let mut lab = lab_with_user();
    let caller = format!("arn:aws:iam::{ACCOUNT}:user/u");
    let statement =
        json!({ "Effect": "Allow", "Principal": { "AWS": caller }, "Action": "s3:*", "Resource": "*" });
    let mut input = json!({
        "PolicyInputList": [allow("s3:*")],
        "PermissionsBoundaryPolicyInputList": [allow("sns:*")],
        "CallerArn": caller,
        "ActionNames": ["s3:GetObject"],
        "ResourceArns": ["arn:aws:s3:::b/k"],
        "ResourcePolicy": json!({ "Version": "2012-10-17", "Statement": statement }).to_string(),
        "ResourceOwner": format!("arn:aws:iam::{OTHER_ACCOUNT}:root"),
    });
    let details = json!({
        "IAM Policy": "allowed",
        "IAM Permissions Boundary Policy": "implicitDeny",
        "Resource Policy": "allowed",
    });
    let result = lab.ok("SimulateCustomPolicy", &input)["EvaluationResults"][0].clone();
    assert_eq!((&result["EvalDecision"], &result["EvalDecisionDetails"]), (&json!("implicitDeny"), &details));
    let of_resource = &result["ResourceSpecificResults"][0];
    assert_eq!(of_resource["EvalDecisionDetails"], details);
    assert_eq!(
        of_resource["PermissionsBoundaryDecisionDetail"],
        json!({ "AllowedByPermissionsBoundary": false })
    );
    // A policy that is not there says nothing.
    let mut without = input.clone();
    without.as_object_mut().unwrap().remove("ResourcePolicy");
    let result = lab.ok("SimulateCustomPolicy", &without)["EvaluationResults"][0].clone();
    let details = json!({ "IAM Policy": "allowed", "IAM Permissions Boundary Policy": "implicitDeny" });
    assert_eq!(result["EvalDecisionDetails"], details);
    // Where an organization denies, nothing else is looked at.
    input["OrderedOrganizationPolicyInputList"] =
        json!([{ "ServiceControlPolicyInputList": [allow("sns:*")] }]);
    let result = lab.ok("SimulateCustomPolicy", &input)["EvaluationResults"][0].clone();
    assert_eq!(result["OrganizationsDecisionDetail"], json!({ "AllowedByOrganizations": false }));
    assert_eq!(result.get("EvalDecisionDetails"), None);
    let plain = json!({ "PolicyInputList": [ALLOW_ALL], "ActionNames": ["s3:GetObject"] });
    let result = lab.ok("SimulateCustomPolicy", &plain)["EvaluationResults"][0].clone();
    assert_eq!((result.get("EvalDecisionDetails"), result.get("ResourceSpecificResults")), (None, None));
}
