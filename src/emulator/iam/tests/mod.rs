//! IAM's operations, called directly.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used, reason = "tests")]

mod credentials;
mod documents;
mod federation;
mod last_use;
mod policies;
mod protected;
mod reports;
mod simulations;

use serde_json::{Value, json};

use super::lab::{ACCOUNT, ALLOW_ALL, Lab, policy_of_size, trust};

fn user(name: &str) -> Value {
    json!({ "UserName": name })
}

#[test]
fn a_user_is_shown_as_it_was_made() {
    let mut lab = Lab::new();
    let made = lab.ok(
        "CreateUser",
        &json!({ "UserName": "Ann", "Path": "/dev/", "Tags": [{ "Key": "team", "Value": "red" }] }),
    );
    let got = lab.ok("GetUser", &user("ann"));
    assert_eq!(made, got);
    assert_eq!(got["User"]["Arn"], format!("arn:aws:iam::{ACCOUNT}:user/dev/Ann"));
    assert_eq!(got["User"]["CreateDate"], "2026-01-02T03:04:05Z");
    assert_eq!(got["User"]["Tags"], json!([{ "Key": "team", "Value": "red" }]));
    assert!(got["User"]["UserId"].as_str().unwrap().starts_with("AIDA"));
    let listed = lab.ok("ListUsers", &json!({ "PathPrefix": "/dev" }));
    assert_eq!(listed["Users"].as_array().unwrap().len(), 1);
    assert_eq!(listed["Users"][0].get("Tags"), None);
    assert_eq!(lab.ok("ListUsers", &json!({ "PathPrefix": "/ops" }))["Users"], json!([]));
}

#[track_caller]
fn check_refused(setup: &[(&str, Value)], name: &str, input: &Value, error: (u16, &str, &str)) {
    let mut lab = Lab::new();
    for (name, input) in setup {
        lab.ok(name, input);
    }
    let (status, code, expected) = error;
    let message = lab.refused(name, input, status, code);
    assert!(message.contains(expected), "{name}: {message}");
}

#[test]
fn what_is_not_there_is_named() {
    let check = |name: &str, input: Value, message: &str| {
        let role = json!({ "RoleName": "r", "AssumeRolePolicyDocument": trust(&json!({ "Service": "ec2.amazonaws.com" })) });
        let setup = [
            ("CreateUser", user("u")),
            ("CreateRole", role),
            ("CreateInstanceProfile", json!({ "InstanceProfileName": "p" })),
        ];
        check_refused(&setup, name, &input, (404, "NoSuchEntity", message));
    };
    check("GetUser", user("x"), "The user with name x cannot be found.");
    check("GetRole", json!({ "RoleName": "x" }), "The role with name x cannot be found.");
    check("GetGroup", json!({ "GroupName": "x" }), "The group with name x cannot be found.");
    check("GetInstanceProfile", json!({ "InstanceProfileName": "x" }), "Instance Profile x cannot be found.");
    check(
        "GetUserPolicy",
        json!({ "UserName": "u", "PolicyName": "x" }),
        "The user policy with name x cannot be found.",
    );
    check(
        "DeleteRolePolicy",
        json!({ "RoleName": "r", "PolicyName": "x" }),
        "The role policy with name x cannot be found.",
    );
    check(
        "DeleteAccessKey",
        json!({ "UserName": "u", "AccessKeyId": "AKIAXXXXXXXXXXXXXXXX" }),
        "The Access Key with id AKIAXXXXXXXXXXXXXXXX cannot be found.",
    );
    check(
        "AddUserToGroup",
        json!({ "GroupName": "x", "UserName": "u" }),
        "The group with name x cannot be found.",
    );
    check(
        "AddRoleToInstanceProfile",
        json!({ "InstanceProfileName": "p", "RoleName": "x" }),
        "The role with name x",
    );
    check(
        "RemoveRoleFromInstanceProfile",
        json!({ "InstanceProfileName": "p", "RoleName": "r" }),
        "role with name r",
    );
    let arn = format!("arn:aws:iam::{ACCOUNT}:policy/x");
    check(
        "AttachUserPolicy",
        json!({ "UserName": "u", "PolicyArn": arn }),
        "does not exist or is not attachable.",
    );
    check("DetachUserPolicy", json!({ "UserName": "u", "PolicyArn": arn }), "was not found.");
    check(
        "PutUserPermissionsBoundary",
        json!({ "UserName": "u", "PermissionsBoundary": arn }),
        "does not exist or is not attachable.",
    );
    check("DeleteUserPermissionsBoundary", user("u"), "does not have a permissions boundary");
    check("DeleteAccountAlias", json!({ "AccountAlias": "x" }), "The account alias x cannot be found.");
}

#[test]
fn names_that_differ_only_by_case_are_taken() {
    let check = |name: &str, first: Value, second: Value| {
        check_refused(&[(name, first)], name, &second, (409, "EntityAlreadyExists", "already exists"));
    };
    check("CreateUser", user("Name"), user("nAME"));
    check("CreateGroup", json!({ "GroupName": "G" }), json!({ "GroupName": "g" }));
    check(
        "CreateInstanceProfile",
        json!({ "InstanceProfileName": "P" }),
        json!({ "InstanceProfileName": "p" }),
    );
    let role = |name: &str| json!({ "RoleName": name, "AssumeRolePolicyDocument": trust(&json!({ "AWS": ACCOUNT })) });
    check("CreateRole", role("R"), role("r"));
    let policy =
        |name: &str, path: &str| json!({ "PolicyName": name, "Path": path, "PolicyDocument": ALLOW_ALL });
    check("CreatePolicy", policy("P", "/"), policy("p", "/other/"));
    check("CreateAccountAlias", json!({ "AccountAlias": "corp" }), json!({ "AccountAlias": "corp" }));
}

#[test]
fn what_is_in_use_is_not_deleted() {
    let mut lab = Lab::new();
    let key = lab.user("u");
    let conflict = |lab: &mut Lab, name: &str, input: Value| lab.refused(name, &input, 409, "DeleteConflict");
    assert!(conflict(&mut lab, "DeleteUser", user("u")).contains("access keys first"));
    lab.ok("DeleteAccessKey", &json!({ "UserName": "u", "AccessKeyId": key }));
    lab.ok("PutUserPolicy", &json!({ "UserName": "u", "PolicyName": "p", "PolicyDocument": ALLOW_ALL }));
    assert!(conflict(&mut lab, "DeleteUser", user("u")).contains("delete policies first"));
    lab.ok("DeleteUserPolicy", &json!({ "UserName": "u", "PolicyName": "p" }));
    let policy = lab.ok("CreatePolicy", &json!({ "PolicyName": "p", "PolicyDocument": ALLOW_ALL }));
    let arn = policy["Policy"]["Arn"].clone();
    lab.ok("AttachUserPolicy", &json!({ "UserName": "u", "PolicyArn": arn }));
    assert!(conflict(&mut lab, "DeleteUser", user("u")).contains("detach all policies first"));
    assert!(conflict(&mut lab, "DeletePolicy", json!({ "PolicyArn": arn })).contains("attached to entities"));
    lab.ok("DetachUserPolicy", &json!({ "UserName": "u", "PolicyArn": arn }));
    lab.ok("CreateGroup", &json!({ "GroupName": "g" }));
    lab.ok("AddUserToGroup", &json!({ "GroupName": "g", "UserName": "u" }));
    conflict(&mut lab, "DeleteUser", user("u"));
    conflict(&mut lab, "DeleteGroup", json!({ "GroupName": "g" }));
    lab.ok("RemoveUserFromGroup", &json!({ "GroupName": "g", "UserName": "u" }));
    lab.ok("DeleteUser", &user("u"));
    lab.ok("DeleteGroup", &json!({ "GroupName": "g" }));

    lab.role("r", ACCOUNT);
    let profile = json!({ "InstanceProfileName": "p", "RoleName": "r" });
    lab.ok("CreateInstanceProfile", &profile);
    lab.ok("AddRoleToInstanceProfile", &profile);
    lab.refused("AddRoleToInstanceProfile", &profile, 409, "LimitExceeded");
    conflict(&mut lab, "DeleteRole", profile.clone());
    conflict(&mut lab, "DeleteInstanceProfile", profile.clone());
    assert_eq!(lab.ok("GetInstanceProfile", &profile)["InstanceProfile"]["Roles"][0]["RoleName"], "r");
    assert_eq!(
        lab.ok("ListInstanceProfilesForRole", &profile)["InstanceProfiles"].as_array().unwrap().len(),
        1
    );
    lab.ok("RemoveRoleFromInstanceProfile", &profile);
    lab.ok("DeleteInstanceProfile", &profile);
    lab.ok("CreatePolicyVersion", &json!({ "PolicyArn": arn, "PolicyDocument": ALLOW_ALL }));
    assert!(
        conflict(&mut lab, "DeletePolicy", json!({ "PolicyArn": arn })).contains("more than one version")
    );
    conflict(&mut lab, "DeletePolicyVersion", json!({ "PolicyArn": arn, "VersionId": "v1" }));
}

#[test]
fn quotas_hold() {
    let mut lab = Lab::new();
    lab.user("u");
    lab.ok("CreateAccessKey", &user("u"));
    let message = lab.refused("CreateAccessKey", &user("u"), 409, "LimitExceeded");
    assert_eq!(message, "Cannot exceed quota for AccessKeysPerUser: 2");

    let put = |size: usize, name: &str| json!({ "UserName": "u", "RoleName": "r", "GroupName": "g", "PolicyName": name, "PolicyDocument": policy_of_size(size) });
    lab.ok("PutUserPolicy", &put(1000, "a"));
    lab.ok("PutUserPolicy", &put(1500, "a"));
    let message = lab.refused("PutUserPolicy", &put(1000, "b"), 409, "LimitExceeded");
    assert_eq!(message, "Maximum policy size of 2048 bytes exceeded for user u");
    lab.role("r", ACCOUNT);
    lab.ok("PutRolePolicy", &put(10_000, "a"));
    lab.refused("PutRolePolicy", &put(10_240, "a"), 409, "LimitExceeded");
    lab.ok("CreateGroup", &json!({ "GroupName": "g" }));
    lab.ok("PutGroupPolicy", &put(5000, "a"));
    lab.refused("PutGroupPolicy", &put(5120, "a"), 409, "LimitExceeded");
    lab.refused("CreatePolicy", &put(6144, "m"), 409, "LimitExceeded");
    let policy = lab.ok("CreatePolicy", &put(6000, "m"));
    let version = json!({ "PolicyArn": policy["Policy"]["Arn"], "PolicyDocument": ALLOW_ALL });
    for _ in 2..=5 {
        lab.ok("CreatePolicyVersion", &version);
    }
    lab.refused("CreatePolicyVersion", &version, 409, "LimitExceeded");
    for number in 0..10 {
        let name = format!("p{number}");
        let policy = lab.ok("CreatePolicy", &json!({ "PolicyName": name, "PolicyDocument": ALLOW_ALL }));
        lab.ok("AttachUserPolicy", &json!({ "UserName": "u", "PolicyArn": policy["Policy"]["Arn"] }));
        let group = json!({ "GroupName": name, "UserName": "u" });
        lab.ok("CreateGroup", &group);
        lab.ok("AddUserToGroup", &group);
    }
    let eleventh = json!({ "UserName": "u", "PolicyArn": policy["Policy"]["Arn"], "GroupName": "g" });
    let message = lab.refused("AttachUserPolicy", &eleventh, 409, "LimitExceeded");
    assert_eq!(message, "Cannot exceed quota for PoliciesPerUser: 10");
    lab.refused("AddUserToGroup", &eleventh, 409, "LimitExceeded");
    let tags = |from: usize| -> Vec<Value> {
        (from..from + 50).map(|number| json!({ "Key": number.to_string(), "Value": "" })).collect()
    };
    lab.ok("TagUser", &json!({ "UserName": "u", "Tags": tags(0) }));
    lab.refused("TagUser", &json!({ "UserName": "u", "Tags": tags(1) }), 409, "LimitExceeded");
}

#[test]
fn lists_come_in_pages_in_name_order() {
    let mut lab = Lab::new();
    for name in ["b", "C", "a", "e", "D"] {
        lab.ok("CreateUser", &user(name));
    }
    let mut names = Vec::new();
    let mut input = json!({ "MaxItems": 2 });
    loop {
        let page = lab.ok("ListUsers", &input);
        let users = page["Users"].as_array().unwrap();
        assert!(users.len() <= 2);
        names.extend(users.iter().map(|user| user["UserName"].as_str().unwrap().to_owned()));
        assert_eq!(page["IsTruncated"].as_bool().unwrap(), page.get("Marker").is_some());
        let Some(marker) = page.get("Marker") else { break };
        input["Marker"] = marker.clone();
    }
    assert_eq!(names, ["a", "b", "C", "D", "e"]);
    lab.refused("ListUsers", &json!({ "Marker": "no marker" }), 400, "ValidationError");
}

#[test]
fn an_entity_has_its_own_policies_and_those_of_its_groups() {
    let mut lab = Lab::new();
    let key = lab.user("u");
    let principal = lab.principal(&key);
    let names = |lab: &Lab| -> Vec<String> {
        let entity = lab.partition.iam.entity(&principal).expect("the user");
        entity.identity.iter().map(|policy| policy.name.clone()).collect()
    };
    assert!(names(&lab).is_empty());
    lab.ok("PutUserPolicy", &json!({ "UserName": "u", "PolicyName": "own", "PolicyDocument": ALLOW_ALL }));
    let administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
    lab.ok("AttachUserPolicy", &json!({ "UserName": "u", "PolicyArn": administrator }));
    let group =
        json!({ "GroupName": "g", "UserName": "u", "PolicyName": "shared", "PolicyDocument": ALLOW_ALL });
    lab.ok("CreateGroup", &group);
    lab.ok("PutGroupPolicy", &group);
    lab.ok("AddUserToGroup", &group);
    assert_eq!(names(&lab), ["own", administrator, "shared"]);
    lab.ok("UpdateGroup", &json!({ "GroupName": "g", "NewGroupName": "h" }));
    lab.ok("UpdateUser", &json!({ "UserName": "u", "NewUserName": "v", "NewPath": "/dev/" }));
    assert_eq!(names(&lab), ["own", administrator, "shared"]);
    assert_eq!(lab.ok("ListGroupsForUser", &user("v"))["Groups"][0]["GroupName"], "h");
    assert_eq!(lab.principal(&key).arn(), format!("arn:aws:iam::{ACCOUNT}:user/dev/v"));
    lab.ok("PutUserPermissionsBoundary", &json!({ "UserName": "v", "PermissionsBoundary": administrator }));
    assert_eq!(lab.partition.iam.entity(&principal).unwrap().boundary.unwrap().name, administrator);
}

#[track_caller]
fn check_access(name: &str, input: Value, expected: &[(&str, &str)]) {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &json!({ "UserName": "Ann", "Path": "/dev/" }));
    let accesses = lab.access(name, &input).unwrap();
    let seen: Vec<_> =
        accesses.iter().map(|access| (access.action.clone(), access.resource.clone())).collect();
    let expected: Vec<_> =
        expected.iter().map(|(action, arn)| ((*action).to_owned(), arn.replace("<acct>", ACCOUNT))).collect();
    assert_eq!(seen, expected, "{name}");
}

#[test]
fn permissions_are_asked_on_the_arn_with_its_path() {
    let ann = "arn:aws:iam::<acct>:user/dev/Ann";
    check_access("GetUser", user("ann"), &[("iam:GetUser", ann)]);
    check_access("GetUser", user("bob"), &[("iam:GetUser", "arn:aws:iam::<acct>:user/bob")]);
    check_access("GetUser", json!({}), &[("iam:GetUser", "arn:aws:iam::<acct>:root")]);
    check_access(
        "CreateUser",
        json!({ "UserName": "bob", "Path": "/ops/", "Tags": [{ "Key": "k", "Value": "v" }] }),
        &[
            ("iam:CreateUser", "arn:aws:iam::<acct>:user/ops/bob"),
            ("iam:TagUser", "arn:aws:iam::<acct>:user/ops/bob"),
        ],
    );
    check_access(
        "UpdateUser",
        json!({ "UserName": "Ann", "NewUserName": "Bea" }),
        &[("iam:UpdateUser", ann), ("iam:UpdateUser", "arn:aws:iam::<acct>:user/dev/Bea")],
    );
    check_access("ListUsers", json!({}), &[("iam:ListUsers", "*")]);
    check_access(
        "AddRoleToInstanceProfile",
        json!({ "InstanceProfileName": "p", "RoleName": "r" }),
        &[
            ("iam:AddRoleToInstanceProfile", "arn:aws:iam::<acct>:instance-profile/p"),
            ("iam:PassRole", "arn:aws:iam::<acct>:role/r"),
        ],
    );
}

#[test]
fn condition_keys_tell_tags_boundaries_and_policies() {
    let mut lab = Lab::new();
    let administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
    lab.ok(
        "CreateUser",
        &json!({ "UserName": "u", "PermissionsBoundary": administrator, "Tags": [{ "Key": "team", "Value": "red" }] }),
    );
    let attach =
        lab.access("AttachUserPolicy", &json!({ "UserName": "u", "PolicyArn": administrator })).unwrap();
    let context = &attach[0].context;
    for (key, value) in [
        ("iam:PolicyARN", administrator),
        ("iam:PermissionsBoundary", administrator),
        ("iam:ResourceTag/team", "red"),
        ("aws:ResourceTag/team", "red"),
    ] {
        assert_eq!(context.get(key), Some(&[value.to_owned()][..]), "{key}");
    }
    let key = lab.access("CreateAccessKey", &user("u")).unwrap();
    assert_eq!(key[0].context.get("iam:PermissionsBoundary"), None);
    assert_eq!(key[0].context.get("aws:ResourceTag/team"), Some(&["red".to_owned()][..]));
    let tag =
        lab.access("TagUser", &json!({ "UserName": "u", "Tags": [{ "Key": "a", "Value": "b" }] })).unwrap();
    assert_eq!(tag[0].context.get("aws:RequestTag/a"), Some(&["b".to_owned()][..]));
    assert_eq!(tag[0].context.get("aws:TagKeys"), Some(&["a".to_owned()][..]));
    let untag = lab.access("UntagUser", &json!({ "UserName": "u", "TagKeys": ["x", "y"] })).unwrap();
    assert_eq!(untag[0].context.get("aws:TagKeys"), Some(&["x".to_owned(), "y".to_owned()][..]));
}

#[test]
fn tag_keys_that_differ_by_case_are_one() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &user("u"));
    let tags = |tags: Value| json!({ "UserName": "u", "Tags": tags });
    lab.ok("TagUser", &tags(json!([{ "Key": "Team", "Value": "red" }, { "Key": "b", "Value": "" }])));
    lab.ok("TagUser", &tags(json!([{ "Key": "team", "Value": "blue" }])));
    let listed = lab.ok("ListUserTags", &user("u"));
    assert_eq!(listed["Tags"], json!([{ "Key": "b", "Value": "" }, { "Key": "team", "Value": "blue" }]));
    lab.refused(
        "TagUser",
        &tags(json!([{ "Key": "a", "Value": "1" }, { "Key": "A", "Value": "2" }])),
        400,
        "InvalidInput",
    );
    lab.refused("TagUser", &tags(json!([{ "Key": "aws:a", "Value": "1" }])), 400, "InvalidInput");
    lab.ok("UntagUser", &json!({ "UserName": "u", "TagKeys": ["TEAM", "b"] }));
    assert_eq!(lab.ok("ListUserTags", &user("u"))["Tags"], json!([]));
}

#[test]
fn keys_are_made_switched_and_deleted() {
    let mut lab = Lab::new();
    let key = lab.user("u");
    let input = json!({ "UserName": "u", "AccessKeyId": key, "Status": "Inactive" });
    assert!(lab.partition.credential(&key).unwrap().active);
    lab.ok("UpdateAccessKey", &input);
    assert!(!lab.partition.credential(&key).unwrap().active);
    assert_eq!(lab.ok("ListAccessKeys", &user("u"))["AccessKeyMetadata"][0]["Status"], "Inactive");
    let used = lab.ok("GetAccessKeyLastUsed", &input);
    assert_eq!(used["AccessKeyLastUsed"]["ServiceName"], "N/A");
    let admin = std::mem::replace(&mut lab.key, key.clone());
    lab.asks("GetCallerIdentity", &json!({}));
    lab.key = admin;
    let used = lab.ok("GetAccessKeyLastUsed", &input);
    assert_eq!(used["AccessKeyLastUsed"]["ServiceName"], "sts");
    assert_eq!(used["UserName"], "u");
    lab.ok("DeleteAccessKey", &input);
    assert!(lab.partition.credential(&key).is_none());
}

#[test]
fn a_role_shows_its_settings() {
    let mut lab = Lab::new();
    lab.role("r", ACCOUNT);
    let role = lab.ok("GetRole", &json!({ "RoleName": "r" }));
    assert_eq!(role["Role"]["MaxSessionDuration"], 3600);
    assert_eq!(role["Role"]["RoleLastUsed"], json!({}));
    lab.ok("UpdateRole", &json!({ "RoleName": "r", "MaxSessionDuration": 43_200, "Description": "d" }));
    let role = lab.ok("GetRole", &json!({ "RoleName": "R" }));
    assert_eq!(
        (&role["Role"]["MaxSessionDuration"], &role["Role"]["Description"]),
        (&json!(43_200), &json!("d"))
    );
    let document = trust(&json!({ "Service": "ec2.amazonaws.com" }));
    lab.ok("UpdateAssumeRolePolicy", &json!({ "RoleName": "r", "PolicyDocument": document }));
    assert_eq!(lab.ok("GetRole", &json!({ "RoleName": "r" }))["Role"]["AssumeRolePolicyDocument"], document);
}

#[test]
fn the_account_has_one_alias_and_a_summary() {
    let mut lab = Lab::new();
    lab.user("u");
    lab.refused("CreateAccountAlias", &json!({ "AccountAlias": "444455556666" }), 400, "ValidationError");
    lab.ok("CreateAccountAlias", &json!({ "AccountAlias": "corp" }));
    assert_eq!(lab.ok("ListAccountAliases", &json!({}))["AccountAliases"], json!(["corp"]));
    let summary = lab.ok("GetAccountSummary", &json!({}));
    assert_eq!(
        (&summary["SummaryMap"]["Users"], &summary["SummaryMap"]["UsersQuota"]),
        (&json!(1), &json!(5000))
    );
}
