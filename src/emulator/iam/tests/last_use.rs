//! Use is remembered: of keys, roles, services and actions.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::user;
use crate::iam::lab::{ACCOUNT, ADMIN, ALLOW_ALL, Lab, trust};

fn arn(entity: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{entity}")
}

fn allow(actions: &Value) -> String {
    let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

fn put_policy(lab: &mut Lab, user: &str, document: &str) {
    lab.ok("PutUserPolicy", &json!({ "UserName": user, "PolicyName": "p", "PolicyDocument": document }));
}

/// What a report says of a user, group, role or policy.
#[track_caller]
fn report(lab: &mut Lab, arn: &str, granularity: &str) -> (Value, Value) {
    let made =
        lab.ok("GenerateServiceLastAccessedDetails", &json!({ "Arn": arn, "Granularity": granularity }));
    let details = lab.ok("GetServiceLastAccessedDetails", &made);
    (made["JobId"].clone(), details)
}

impl Lab {
    fn asks_with(&mut self, key: &str, name: &str, input: &Value) {
        let before = std::mem::replace(&mut self.key, key.to_owned());
        self.asks(name, input);
        self.key = before;
    }
}

#[test]
fn a_role_tells_when_it_was_used_last() {
    let mut lab = Lab::new();
    lab.role("r", ACCOUNT);
    let role = |lab: &mut Lab| lab.ok("GetRole", &json!({ "RoleName": "r" }))["Role"]["RoleLastUsed"].clone();
    let key = lab.user("u");
    put_policy(&mut lab, "u", ALLOW_ALL);
    lab.key = key;
    let assume = json!({ "RoleArn": arn("role/r"), "RoleSessionName": "s" });
    lab.asks("AssumeRole", &assume);
    let session = lab.ok("AssumeRole", &assume);
    lab.key = ADMIN.to_owned();
    assert_eq!(role(&mut lab), json!({}), "to take a role is no use of it");
    let session = session["Credentials"]["AccessKeyId"].as_str().unwrap().to_owned();
    lab.asks_with(&session, "GetCallerIdentity", &json!({}));
    let used = json!({ "LastUsedDate": "2026-01-02T03:04:05Z", "Region": "us-east-1" });
    assert_eq!(role(&mut lab), used);
    let details = lab.ok("GetAccountAuthorizationDetails", &json!({ "Filter": ["Role"] }));
    assert_eq!(details["RoleDetailList"][0]["RoleLastUsed"], used);
    lab.now += TimeDelta::days(400);
    assert_eq!(role(&mut lab), used);
    lab.now += TimeDelta::days(1);
    assert_eq!(role(&mut lab), json!({}), "longer ago than is tracked");
    // A role made anew under the name was not used.
    lab.ok("DeleteRole", &json!({ "RoleName": "r" }));
    lab.role("r", ACCOUNT);
    lab.asks_with(&session, "GetCallerIdentity", &json!({}));
    assert_eq!(role(&mut lab), json!({}));
}

#[test]
fn a_report_of_a_user_has_the_services_that_its_policies_allow() {
    let mut lab = Lab::new();
    let key = lab.user("u");
    put_policy(&mut lab, "u", &allow(&json!(["iam:Get*", "s3:GetObject"])));
    lab.asks_with(&key, "GetUser", &user("u"));
    // Refused, and outside of what is allowed.
    lab.asks_with(&key, "DeleteUser", &user("u"));
    lab.asks_with(&key, "GetCallerIdentity", &json!({}));
    let (_, details) = report(&mut lab, &arn("user/u"), "SERVICE_LEVEL");
    let used = json!({
        "ServiceName": "AWS Identity and Access Management (IAM)",
        "ServiceNamespace": "iam",
        "LastAuthenticated": "2026-01-02T03:04:05Z",
        "LastAuthenticatedEntity": arn("user/u"),
        "LastAuthenticatedRegion": "us-east-1",
        "TotalAuthenticatedEntities": 1,
    });
    let unused =
        json!({ "ServiceName": "Amazon S3", "ServiceNamespace": "s3", "TotalAuthenticatedEntities": 0 });
    assert_eq!(
        details,
        json!({
            "JobStatus": "COMPLETED",
            "JobType": "SERVICE_LEVEL",
            "JobCreationDate": "2026-01-02T03:04:05Z",
            "JobCompletionDate": "2026-01-02T03:04:05Z",
            "ServicesLastAccessed": [used, unused],
            "IsTruncated": false,
        })
    );
    let (_, details) = report(&mut lab, &arn("user/u"), "ACTION_LEVEL");
    let action = |name: &str| {
        json!({
            "ActionName": name,
            "LastAccessedEntity": arn("user/u"),
            "LastAccessedTime": "2026-01-02T03:04:05Z",
            "LastAccessedRegion": "us-east-1",
        })
    };
    let actions = &details["ServicesLastAccessed"][0]["TrackedActionsLastAccessed"];
    assert_eq!(*actions, json!([action("DeleteUser"), action("GetUser")]));
    assert_eq!(details["ServicesLastAccessed"][1].get("TrackedActionsLastAccessed"), None);
}

#[test]
fn a_report_of_a_group_or_policy_is_about_those_who_have_it() {
    let mut lab = Lab::new();
    let (ann, bob) = (lab.user("ann"), lab.user("bob"));
    lab.user("eve");
    lab.ok("CreateGroup", &json!({ "GroupName": "g" }));
    for name in ["ann", "bob"] {
        lab.ok("AddUserToGroup", &json!({ "GroupName": "g", "UserName": name }));
    }
    let document = allow(&json!("iam:*"));
    lab.ok("CreatePolicy", &json!({ "PolicyName": "p", "PolicyDocument": document }));
    let attached = json!({ "PolicyArn": arn("policy/p"), "GroupName": "g", "RoleName": "r" });
    lab.role("r", ACCOUNT);
    lab.ok("AttachGroupPolicy", &attached);
    lab.ok("AttachRolePolicy", &attached);
    lab.asks_with(&ann, "ListUsers", &json!({}));
    lab.now += TimeDelta::hours(1);
    lab.asks_with(&bob, "ListRoles", &json!({}));
    let (job, details) = report(&mut lab, &arn("group/g"), "SERVICE_LEVEL");
    let service = &details["ServicesLastAccessed"][0];
    assert_eq!(service["LastAuthenticatedEntity"], arn("user/bob"));
    assert_eq!(service["TotalAuthenticatedEntities"], 2);
    let entities = |lab: &mut Lab, job: &Value| {
        let input = json!({ "JobId": job, "ServiceNamespace": "iam" });
        lab.ok("GetServiceLastAccessedDetailsWithEntities", &input)["EntityDetailsList"].clone()
    };
    let names = |list: &Value| {
        let name = |entity: &Value| entity["EntityInfo"]["Name"].as_str().unwrap().to_owned();
        list.as_array().unwrap().iter().map(name).collect::<Vec<_>>()
    };
    let list = entities(&mut lab, &job);
    assert_eq!(names(&list), ["bob", "ann"]);
    let id = lab.ok("GetUser", &user("bob"))["User"]["UserId"].clone();
    let info = json!({ "Arn": arn("user/bob"), "Name": "bob", "Type": "USER", "Id": id, "Path": "/" });
    assert_eq!(list[0], json!({ "EntityInfo": info, "LastAuthenticated": "2026-01-02T04:04:05Z" }));
    let (job, details) = report(&mut lab, &arn("policy/p"), "SERVICE_LEVEL");
    assert_eq!(details["ServicesLastAccessed"][0]["TotalAuthenticatedEntities"], 2);
    let list = entities(&mut lab, &job);
    assert_eq!(names(&list), ["bob", "ann", "r"]);
    assert_eq!(list[2].get("LastAuthenticated"), None);
}

#[test]
fn a_report_is_for_whom_asked_for_it_and_comes_in_pages() {
    let mut lab = Lab::new();
    let key = lab.user("u");
    put_policy(&mut lab, "u", &allow(&json!(["iam:*", "s3:*", "sts:*"])));
    let made = lab.ok("GenerateServiceLastAccessedDetails", &json!({ "Arn": arn("user/u") }));
    let job = made["JobId"].clone();
    let first = lab.ok("GetServiceLastAccessedDetails", &json!({ "JobId": job, "MaxItems": 2 }));
    assert_eq!(
        (first["ServicesLastAccessed"].as_array().unwrap().len(), &first["IsTruncated"]),
        (2, &json!(true))
    );
    let next = json!({ "JobId": job, "MaxItems": 2, "Marker": first["Marker"] });
    let next = lab.ok("GetServiceLastAccessedDetails", &next);
    assert_eq!(next["ServicesLastAccessed"][0]["ServiceNamespace"], "sts");
    let other = json!({ "JobId": job, "ServiceNamespace": "ec2" });
    lab.refused("GetServiceLastAccessedDetailsWithEntities", &other, 400, "InvalidInput");
    lab.key = key;
    lab.refused("GetServiceLastAccessedDetails", &made, 404, "NoSuchEntity");
    lab.refused("GenerateServiceLastAccessedDetails", &json!({ "Arn": arn("user/x") }), 404, "NoSuchEntity");
    let needed = lab.access("GenerateServiceLastAccessedDetails", &json!({ "Arn": arn("role/x") })).unwrap();
    assert_eq!(needed[0].resource, arn("role/x"));
    assert_eq!(lab.access("GetServiceLastAccessedDetails", &made).unwrap()[0].resource, "*");
}

#[test]
fn the_policies_that_grant_access_to_a_service_are_listed() {
    let mut lab = Lab::new();
    lab.user("u");
    put_policy(&mut lab, "u", &allow(&json!("s3:Get*")));
    lab.ok("CreateGroup", &json!({ "GroupName": "g" }));
    lab.ok("AddUserToGroup", &json!({ "GroupName": "g", "UserName": "u" }));
    lab.ok("PutGroupPolicy", &json!({ "GroupName": "g", "PolicyName": "q", "PolicyDocument": ALLOW_ALL }));
    let read_only = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    lab.ok("AttachUserPolicy", &json!({ "UserName": "u", "PolicyArn": read_only }));
    let input = json!({ "Arn": arn("user/u"), "ServiceNamespaces": ["s3", "iam", "nosuch"] });
    let listed = lab.ok("ListPoliciesGrantingServiceAccess", &input);
    let inline = |name: &str, kind: &str, entity: &str| json!({ "PolicyName": name, "PolicyType": "INLINE", "EntityType": kind, "EntityName": entity });
    let managed =
        json!({ "PolicyName": "AmazonS3ReadOnlyAccess", "PolicyType": "MANAGED", "PolicyArn": read_only });
    assert_eq!(
        listed,
        json!({
            "PoliciesGrantingServiceAccess": [
                { "ServiceNamespace": "s3", "Policies": [inline("p", "USER", "u"), managed, inline("q", "GROUP", "g")] },
                { "ServiceNamespace": "iam", "Policies": [inline("q", "GROUP", "g")] },
                { "ServiceNamespace": "nosuch", "Policies": [] },
            ],
            "IsTruncated": false,
        })
    );
    let input = json!({ "Arn": arn("policy/p"), "ServiceNamespaces": ["s3"] });
    lab.refused("ListPoliciesGrantingServiceAccess", &input, 404, "NoSuchEntity");
}

#[test]
fn the_summary_tells_the_version_of_the_global_endpoints_tokens() {
    let mut lab = Lab::new();
    let version = |lab: &mut Lab| {
        lab.ok("GetAccountSummary", &json!({}))["SummaryMap"]["GlobalEndpointTokenVersion"].clone()
    };
    assert_eq!(version(&mut lab), 1);
    let set = |version: &str| json!({ "GlobalEndpointTokenVersion": version });
    lab.ok("SetSecurityTokenServicePreferences", &set("v2Token"));
    assert_eq!(version(&mut lab), 2);
    lab.ok("SetSecurityTokenServicePreferences", &set("v1Token"));
    assert_eq!(version(&mut lab), 1);
}

#[test]
fn events_on_data_and_passed_roles_are_no_tracked_actions() {
    let trusted = trust(&json!({ "Service": "ec2.amazonaws.com" }));
    let mut lab = Lab::new();
    let key = lab.user("u");
    put_policy(&mut lab, "u", ALLOW_ALL);
    lab.ok("CreateRole", &json!({ "RoleName": "r", "AssumeRolePolicyDocument": trusted }));
    lab.asks_with(&key, "AddRoleToInstanceProfile", &json!({ "InstanceProfileName": "p", "RoleName": "r" }));
    let (_, details) = report(&mut lab, &arn("user/u"), "ACTION_LEVEL");
    let services = details["ServicesLastAccessed"].as_array().unwrap();
    assert_eq!(details["IsTruncated"], true, "there are more services than a page has");
    assert!(services.iter().all(|service| service["TotalAuthenticatedEntities"] == 0 || service["ServiceNamespace"] == "iam"));
    let all = json!({ "Arn": arn("user/u"), "Granularity": "ACTION_LEVEL" });
    let made = lab.ok("GenerateServiceLastAccessedDetails", &all);
    let all = lab.ok("GetServiceLastAccessedDetails", &json!({ "JobId": made["JobId"], "MaxItems": 1000 }));
    let services = all["ServicesLastAccessed"].as_array().unwrap();
    let iam = services.iter().find(|service| service["ServiceNamespace"] == "iam").unwrap();
    let actions = iam["TrackedActionsLastAccessed"].as_array().unwrap();
    let actions: Vec<_> = actions.iter().map(|action| action["ActionName"].as_str().unwrap()).collect();
    assert_eq!(actions, ["AddRoleToInstanceProfile"]);
}
