//! Service-linked roles, passwords and what guards them.

use serde_json::{Value, json};

use super::user;
use crate::iam::lab::{ACCOUNT, ALLOW_ALL, Lab, trust};

const BATCH: &str = "AWSServiceRoleForBatch";

fn linked(service: &str, suffix: Option<&str>) -> Value {
    json!({ "AWSServiceName": service, "CustomSuffix": suffix })
}

#[test]
fn a_service_linked_role_is_for_its_service_only() {
    let mut lab = Lab::new();
    let service = json!({ "AWSServiceName": "batch.amazonaws.com" });
    let made = lab.ok("CreateServiceLinkedRole", &service);
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/aws-service-role/batch.amazonaws.com/{BATCH}");
    assert_eq!(made["Role"]["Arn"], arn);
    let document: Value =
        serde_json::from_str(made["Role"]["AssumeRolePolicyDocument"].as_str().unwrap()).unwrap();
    assert_eq!(document["Statement"][0]["Principal"], json!({ "Service": "batch.amazonaws.com" }));
    let attached = lab.ok("ListAttachedRolePolicies", &json!({ "RoleName": BATCH }));
    assert_eq!(attached["AttachedPolicies"][0]["PolicyName"], "BatchServiceRolePolicy");
    let message = lab.refused("CreateServiceLinkedRole", &service, 400, "InvalidInput");
    let taken = "has been taken in this account, please try a different suffix.";
    assert_eq!(message, format!("Service role name {BATCH} {taken}"));
    let needed = lab.access("CreateServiceLinkedRole", &service).unwrap();
    assert_eq!(needed[0].resource, arn);
    assert_eq!(needed[0].context.get("iam:AWSServiceName"), Some(&["batch.amazonaws.com".to_owned()][..]));
}

#[test]
fn a_service_linked_role_is_changed_by_nobody_else() {
    let mut lab = Lab::new();
    lab.ok("CreateServiceLinkedRole", &json!({ "AWSServiceName": "batch.amazonaws.com" }));
    lab.ok("CreateInstanceProfile", &json!({ "InstanceProfileName": "p" }));
    let policy = "arn:aws:iam::aws:policy/AdministratorAccess";
    let input = json!({
        "RoleName": BATCH,
        "PolicyName": "p",
        "PolicyDocument": ALLOW_ALL,
        "PolicyArn": policy,
        "PermissionsBoundary": policy,
        "InstanceProfileName": "p",
        "MaxSessionDuration": 7200,
    });
    for name in [
        "PutRolePolicy",
        "DeleteRolePolicy",
        "AttachRolePolicy",
        "DetachRolePolicy",
        "PutRolePermissionsBoundary",
        "DeleteRolePermissionsBoundary",
        "AddRoleToInstanceProfile",
        "UpdateRole",
        "DeleteRole",
    ] {
        let message = lab.refused(name, &input, 400, "UnmodifiableEntity");
        assert!(
            message.contains("'AWSServiceRoleForBatch' - this role is only modifiable by AWS"),
            "{message}"
        );
    }
    let trusting = json!({ "RoleName": BATCH, "PolicyDocument": trust(&json!({ "AWS": ACCOUNT })) });
    lab.refused("UpdateAssumeRolePolicy", &trusting, 400, "UnmodifiableEntity");
    lab.ok("UpdateRole", &json!({ "RoleName": BATCH, "Description": "d" }));
    assert_eq!(lab.ok("GetRole", &json!({ "RoleName": BATCH }))["Role"]["Description"], "d");
    let other = json!({
        "RoleName": "r",
        "Path": "/aws-service-role/batch.amazonaws.com/",
        "AssumeRolePolicyDocument": trust(&json!({ "AWS": ACCOUNT })),
    });
    lab.refused("CreateRole", &other, 400, "InvalidInput");
}

#[test]
fn a_service_linked_role_is_deleted_by_a_task() {
    let mut lab = Lab::new();
    lab.ok("CreateServiceLinkedRole", &json!({ "AWSServiceName": "batch.amazonaws.com" }));
    let task = lab.ok("DeleteServiceLinkedRole", &json!({ "RoleName": BATCH }));
    let id = task["DeletionTaskId"].as_str().unwrap();
    assert!(id.starts_with("task/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch/"), "{id}");
    assert_eq!(lab.ok("GetServiceLinkedRoleDeletionStatus", &task), json!({ "Status": "SUCCEEDED" }));
    lab.refused("GetRole", &json!({ "RoleName": BATCH }), 404, "NoSuchEntity");
    lab.role("r", ACCOUNT);
    lab.refused("DeleteServiceLinkedRole", &json!({ "RoleName": "r" }), 404, "NoSuchEntity");
}

#[test]
fn a_suffix_is_for_the_services_that_take_one() {
    let mut lab = Lab::new();
    let made = lab.ok("CreateServiceLinkedRole", &linked("autoscaling.amazonaws.com", Some("one")));
    assert_eq!(made["Role"]["RoleName"], "AWSServiceRoleForAutoScaling_one");
    let message = lab.refused(
        "CreateServiceLinkedRole",
        &linked("ecs.amazonaws.com", Some("one")),
        400,
        "InvalidInput",
    );
    assert_eq!(message, "Custom suffix is not allowed for ecs.amazonaws.com");
    for service in ["nothing.amazonaws.com", "lex.amazonaws.com"] {
        lab.refused("CreateServiceLinkedRole", &linked(service, None), 501, "NotImplemented");
    }
    let lex = linked("lex.amazonaws.com", Some("one"));
    lab.refused("CreateServiceLinkedRole", &lex, 400, "InvalidInput");
}

fn password(text: &str) -> Value {
    json!({ "UserName": "u", "Password": text })
}

#[test]
fn a_login_profile_is_made_once_and_stands_before_a_deletion() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &user("u"));
    let absent = lab.refused("GetLoginProfile", &user("u"), 404, "NoSuchEntity");
    assert_eq!(absent, "Login Profile for User u cannot be found.");
    let made = lab.ok("CreateLoginProfile", &password("Aa345678"));
    assert_eq!(lab.ok("GetLoginProfile", &user("u")), made);
    assert_eq!(made["LoginProfile"]["PasswordResetRequired"], false);
    lab.refused("CreateLoginProfile", &password("Aa345678"), 409, "EntityAlreadyExists");
    let message = lab.refused("DeleteUser", &user("u"), 409, "DeleteConflict");
    assert_eq!(message, "Cannot delete entity, must delete login profile first.");
    lab.ok("DeleteLoginProfile", &user("u"));
    lab.ok("DeleteUser", &user("u"));
}

#[test]
fn passwords_obey_the_policy_of_the_account() {
    let mut lab = Lab::new();
    lab.ok("CreateUser", &user("u"));
    let refused = |lab: &mut Lab, text: &str| {
        lab.refused("CreateLoginProfile", &password(text), 400, "PasswordPolicyViolation")
    };
    assert_eq!(refused(&mut lab, "Aa34567"), "Password should have a minimum length of 8");
    assert_eq!(
        refused(&mut lab, "aa345678"),
        "Password should meet 1 more of the following requirements: Password should have at least one uppercase \
         letter, Password should have at least one symbol"
    );
    let absent = lab.refused("GetAccountPasswordPolicy", &json!({}), 404, "NoSuchEntity");
    assert_eq!(absent, format!("The Password Policy with domain name {ACCOUNT} cannot be found."));
    let policy = json!({ "RequireNumbers": true, "PasswordReusePrevention": 1, "MaxPasswordAge": 90 });
    lab.ok("UpdateAccountPasswordPolicy", &policy);
    assert_eq!(
        lab.ok("GetAccountPasswordPolicy", &json!({}))["PasswordPolicy"],
        json!({
            "MinimumPasswordLength": 6,
            "RequireSymbols": false,
            "RequireNumbers": true,
            "RequireUppercaseCharacters": false,
            "RequireLowercaseCharacters": false,
            "AllowUsersToChangePassword": false,
            "ExpirePasswords": true,
            "MaxPasswordAge": 90,
            "PasswordReusePrevention": 1,
        })
    );
    assert_eq!(refused(&mut lab, "abcdef"), "Password should have at least one number");
    lab.ok("CreateLoginProfile", &password("abcde1"));
    lab.refused("UpdateLoginProfile", &password("abcde1"), 400, "PasswordPolicyViolation");
    lab.ok("UpdateLoginProfile", &password("abcde2"));
    lab.ok("UpdateLoginProfile", &password("abcde1"));
    lab.ok("DeleteAccountPasswordPolicy", &json!({}));
    lab.refused("DeleteAccountPasswordPolicy", &json!({}), 404, "NoSuchEntity");
}

#[test]
fn a_user_changes_its_own_password_with_the_old_one() {
    let mut lab = Lab::new();
    let key = lab.user("u");
    lab.ok("CreateLoginProfile", &password("Aa345678"));
    let change = |old: &str, new: &str| json!({ "OldPassword": old, "NewPassword": new });
    lab.refused("ChangePassword", &change("Aa345678", "Bb345678"), 400, "InvalidUserType");
    lab.key = key;
    lab.refused("ChangePassword", &change("wrong", "Bb345678"), 403, "AccessDenied");
    lab.refused("ChangePassword", &change("Aa345678", "short"), 400, "PasswordPolicyViolation");
    lab.ok("ChangePassword", &change("Aa345678", "Bb345678"));
    lab.refused("ChangePassword", &change("Aa345678", "Cc345678"), 403, "AccessDenied");
}
