//! Organizations: what its policies do to calls in several accounts.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html>,
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>

use serde_json::{Value, json};

use crate::place::{EVERYTHING, Place, element, form, start};
use crate::signer::{Key, Unsigned};

/// An organization of one place: the management account with a user that may do everything there, a unit, and in it
/// an account that was created, where the role for the management account was assumed.
struct Tree {
    place: Place,
    manager: Key,
    organization: String,
    root: String,
    unit: String,
    account: String,
    member: Key,
}

impl Tree {
    fn new() -> Self {
        let place = Place::new();
        let ok = |operation: &str, input: Value| ask(&place, &place.admin, operation, &input).1;
        let organization = text(&ok("CreateOrganization", json!({})), "/Organization/Id");
        let root = text(&ok("ListRoots", json!({})), "/Roots/0/Id");
        let unit = ok("CreateOrganizationalUnit", json!({ "ParentId": root, "Name": "workloads" }));
        let unit = text(&unit, "/OrganizationalUnit/Id");
        let created = ok("CreateAccount", json!({ "Email": "a@example.com", "AccountName": "a" }));
        assert_eq!(text(&created, "/CreateAccountStatus/State"), "IN_PROGRESS");
        let id = text(&created, "/CreateAccountStatus/Id");
        let status = ok("DescribeCreateAccountStatus", json!({ "CreateAccountRequestId": id }));
        assert_eq!(text(&status, "/CreateAccountStatus/State"), "SUCCEEDED");
        let account = text(&status, "/CreateAccountStatus/AccountId");
        ok(
            "MoveAccount",
            json!({ "AccountId": account, "SourceParentId": root, "DestinationParentId": unit }),
        );
        let manager = user(&place, &place.admin, "manager");
        let member = assumed(&place, &manager, &account).unwrap();
        Self { place, manager, organization, root, unit, account, member }
    }

    #[track_caller]
    fn ok(&self, operation: &str, input: Value) -> Value {
        let (status, answer) = ask(&self.place, &self.place.admin, operation, &input);
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// The error's code, and its reason where it has one.
    #[track_caller]
    fn refused(&self, operation: &str, input: Value) -> (String, String) {
        refused(&self.place, &self.place.admin, operation, input)
    }

    fn policy(&self, kind: &str, name: &str, document: Value) -> String {
        let input = json!({ "Type": kind, "Name": name, "Description": "", "Content": document.to_string() });
        text(&self.ok("CreatePolicy", input), "/Policy/PolicySummary/Id")
    }

    fn attach(&self, policy: &str, target: &str) {
        self.ok("AttachPolicy", json!({ "PolicyId": policy, "TargetId": target }));
    }

    fn detach(&self, policy: &str, target: &str) {
        self.ok("DetachPolicy", json!({ "PolicyId": policy, "TargetId": target }));
    }
}

#[track_caller]
fn ask(place: &Place, key: &Key, operation: &str, input: &Value) -> (u16, Value) {
    let target = format!("AWSOrganizationsV20161128.{operation}");
    let request = Unsigned::json("organizations", &target, &input.to_string(), start());
    let (status, body) = place.answer(request.signed(key));
    (status, serde_json::from_str(&body).unwrap_or_default())
}

#[track_caller]
fn refused(place: &Place, key: &Key, operation: &str, input: Value) -> (String, String) {
    let (status, answer) = ask(place, key, operation, &input);
    assert_eq!(status, 400, "{operation}: {answer}");
    let member = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    (member("__type"), member("Reason"))
}

fn text(answer: &Value, pointer: &str) -> String {
    answer.pointer(pointer).and_then(Value::as_str).unwrap().to_owned()
}

fn iam(place: &Place, key: &Key, body: &str) -> (u16, String) {
    place.answer(Unsigned::form("iam", format!("Version=2010-05-08&{body}"), start()).signed(key))
}

/// A user that may do everything.
fn user(place: &Place, key: &Key, name: &str) -> Key {
    iam(place, key, &format!("Action=CreateUser&UserName={name}"));
    let policy = form(EVERYTHING);
    iam(place, key, &format!("Action=PutUserPolicy&UserName={name}&PolicyName=p&PolicyDocument={policy}"));
    let (_, made) = iam(place, key, &format!("Action=CreateAccessKey&UserName={name}"));
    Key { id: element(&made, "AccessKeyId"), secret: element(&made, "SecretAccessKey"), token: None }
}

/// The message of the denial where it is denied.
fn assumed(place: &Place, key: &Key, account: &str) -> Result<Key, String> {
    let role = format!("arn:aws:iam::{account}:role/OrganizationAccountAccessRole");
    let body = format!("Action=AssumeRole&Version=2011-06-15&RoleArn={role}&RoleSessionName=session");
    let (status, body) = place.answer(Unsigned::form("sts", body, start()).signed(key));
    match status {
        200 => Ok(Key {
            id: element(&body, "AccessKeyId"),
            secret: element(&body, "SecretAccessKey"),
            token: Some(element(&body, "SessionToken")),
        }),
        _ => Err(element(&body, "Message")),
    }
}

/// The message of the denial; empty where the users of the caller's account are listed.
fn list_users(place: &Place, key: &Key) -> String {
    let (status, body) = iam(place, key, "Action=ListUsers");
    assert!(matches!(status, 200 | 403), "{body}");
    element(&body, "Message")
}

fn statement(effect: &str, action: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": { "Effect": effect, "Action": action, "Resource": "*" } })
}

#[test]
fn a_service_control_policy_limits_member_accounts() {
    let tree = Tree::new();
    assert_eq!(list_users(&tree.place, &tree.member), "");
    let deny = tree.policy("SERVICE_CONTROL_POLICY", "deny", statement("Deny", "iam:*"));
    for target in [&tree.root, &tree.unit, &tree.account] {
        tree.attach(&deny, target);
        let message = list_users(&tree.place, &tree.member);
        assert!(message.contains("with an explicit deny in a service control policy"), "{message}");
        // The management account is never limited.
        assert_eq!(list_users(&tree.place, &tree.manager), "");
        tree.detach(&deny, target);
    }
    assert_eq!(list_users(&tree.place, &tree.member), "");
}

#[test]
fn each_level_must_allow() {
    let tree = Tree::new();
    let only = tree.policy("SERVICE_CONTROL_POLICY", "only", statement("Allow", "s3:*"));
    tree.attach(&only, &tree.unit);
    assert_eq!(list_users(&tree.place, &tree.member), "");
    tree.detach("p-FullAWSAccess", &tree.unit);
    let message = list_users(&tree.place, &tree.member);
    assert!(
        message.contains("because no service control policy allows the iam:ListUsers action"),
        "{message}"
    );
    tree.ok("DisablePolicyType", json!({ "RootId": tree.root, "PolicyType": "SERVICE_CONTROL_POLICY" }));
    assert_eq!(list_users(&tree.place, &tree.member), "");
}

#[test]
fn a_resource_control_policy_limits_access_to_the_accounts_resources() {
    let tree = Tree::new();
    tree.ok("EnablePolicyType", json!({ "RootId": tree.root, "PolicyType": "RESOURCE_CONTROL_POLICY" }));
    assert!(assumed(&tree.place, &tree.manager, &tree.account).is_ok());
    let document = |operator: &str, key: &str, value: &str| {
        json!({ "Version": "2012-10-17", "Statement": {
            "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*",
            "Condition": { operator: { key: value } },
        } })
    };
    let strangers = document("StringNotEquals", "aws:PrincipalOrgID", &tree.organization);
    let strangers = tree.policy("RESOURCE_CONTROL_POLICY", "strangers", strangers);
    tree.attach(&strangers, &tree.root);
    assert!(assumed(&tree.place, &tree.manager, &tree.account).is_ok());
    let path = format!("{}/{}/", tree.organization, tree.root);
    let own = document("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", &path);
    let own = tree.policy("RESOURCE_CONTROL_POLICY", "own", own);
    tree.attach(&own, &tree.account);
    let message = assumed(&tree.place, &tree.manager, &tree.account).err().unwrap();
    assert!(message.contains("with an explicit deny in a resource control policy"), "{message}");
    // IAM is not among the services that they limit.
    assert_eq!(list_users(&tree.place, &tree.member), "");
}

#[test]
fn policies_are_attached_within_their_limits() {
    let tree = Tree::new();
    let on_unit = |policy: &str| json!({ "PolicyId": policy, "TargetId": tree.unit });
    let limit = |reason: &str| ("ConstraintViolationException".to_owned(), reason.to_owned());
    let last = tree.refused("DetachPolicy", on_unit("p-FullAWSAccess"));
    assert_eq!(last, limit("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"));
    for number in 1..=4 {
        let policy = tree.policy("SERVICE_CONTROL_POLICY", &format!("p{number}"), statement("Deny", "ec2:*"));
        tree.attach(&policy, &tree.unit);
        assert_eq!(tree.refused("AttachPolicy", on_unit(&policy)).0, "DuplicatePolicyAttachmentException");
        assert_eq!(tree.refused("DeletePolicy", json!({ "PolicyId": policy })).0, "PolicyInUseException");
    }
    let sixth = tree.policy("SERVICE_CONTROL_POLICY", "p5", statement("Deny", "ec2:*"));
    assert_eq!(
        tree.refused("AttachPolicy", on_unit(&sixth)),
        limit("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")
    );
    assert_eq!(tree.refused("DetachPolicy", on_unit(&sixth)).0, "PolicyNotAttachedException");
    let disabled = json!({ "PolicyId": "p-RCPFullAWSAccess", "TargetId": tree.unit });
    assert_eq!(tree.refused("AttachPolicy", disabled.clone()).0, "PolicyTypeNotEnabledException");
    tree.ok("EnablePolicyType", json!({ "RootId": tree.root, "PolicyType": "RESOURCE_CONTROL_POLICY" }));
    assert_eq!(tree.refused("DetachPolicy", disabled).1, "NON_DETACHABLE_POLICY");
}

#[test]
fn documents_are_checked() {
    let tree = Tree::new();
    let create = |kind: &str, document: &Value| json!({ "Type": kind, "Name": "n", "Description": "", "Content": document.to_string() });
    let malformed = "MalformedPolicyDocumentException";
    let with_principal =
        json!({ "Statement": { "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*" } });
    assert_eq!(tree.refused("CreatePolicy", create("SERVICE_CONTROL_POLICY", &with_principal)).0, malformed);
    for (effect, principal, action) in [
        ("Allow", json!("*"), "s3:*"),
        ("Deny", json!({ "AWS": "111122223333" }), "s3:*"),
        ("Deny", json!("*"), "ec2:*"),
        ("Deny", json!("*"), "*"),
    ] {
        let document = json!({ "Version": "2012-10-17", "Statement": {
            "Effect": effect, "Principal": principal, "Action": action, "Resource": "*",
        } });
        let error = tree.refused("CreatePolicy", create("RESOURCE_CONTROL_POLICY", &document));
        assert_eq!(error.0, malformed, "{document}");
    }
    let long = statement("Deny", &format!("s3:{}", "x".repeat(5120)));
    let error = tree.refused("CreatePolicy", create("SERVICE_CONTROL_POLICY", &long));
    assert_eq!(error.1, "POLICY_CONTENT_LIMIT_EXCEEDED");
    let error = tree.refused("UpdatePolicy", json!({ "PolicyId": "p-FullAWSAccess", "Name": "mine" }));
    assert_eq!(error.1, "IMMUTABLE_POLICY");
    let filter = json!({ "Filter": "SERVICE_CONTROL_POLICY" });
    assert_eq!(tree.ok("ListPolicies", filter)["Policies"].as_array().unwrap().len(), 1);
}

#[test]
fn an_invited_account_joins_and_leaves() {
    let tree = Tree::new();
    let other = tree.place.administrator("444455556666");
    let (code, _) = refused(&tree.place, &other, "DescribeOrganization", json!({}));
    assert_eq!(code, "AWSOrganizationsNotInUseException");
    let invite = json!({ "Target": { "Id": "444455556666", "Type": "ACCOUNT" } });
    let handshake = text(&tree.ok("InviteAccountToOrganization", invite.clone()), "/Handshake/Id");
    assert_eq!(tree.refused("InviteAccountToOrganization", invite).0, "DuplicateHandshakeException");
    let handshake = json!({ "HandshakeId": handshake });
    assert_eq!(tree.refused("AcceptHandshake", handshake.clone()).0, "AccessDeniedException");
    let accepted = ask(&tree.place, &other, "AcceptHandshake", &handshake).1;
    assert_eq!(text(&accepted, "/Handshake/State"), "ACCEPTED");
    let parents = tree.ok("ListParents", json!({ "ChildId": "444455556666" }));
    assert_eq!(parents["Parents"], json!([{ "Id": tree.root, "Type": "ROOT" }]));
    // A policy limits the root user of a member account, too.
    let deny = tree.policy("SERVICE_CONTROL_POLICY", "deny", statement("Deny", "iam:ListUsers"));
    tree.attach(&deny, "444455556666");
    assert!(list_users(&tree.place, &other).contains("service control policy"));
    assert_eq!(refused(&tree.place, &other, "ListAccounts", json!({})).0, "AccessDeniedException");
    assert_eq!(ask(&tree.place, &other, "LeaveOrganization", &json!({})).0, 200);
    assert_eq!(list_users(&tree.place, &other), "");
}

#[test]
fn accounts_are_removed_when_they_may_be() {
    let tree = Tree::new();
    let removed = |account: &str| json!({ "AccountId": account });
    let management = tree.refused("RemoveAccountFromOrganization", removed("111122223333"));
    assert_eq!(management.0, "MasterCannotLeaveOrganizationException");
    let young = tree.refused("RemoveAccountFromOrganization", removed(&tree.account));
    assert_eq!(young.1, "WAIT_PERIOD_ACTIVE");
    assert_eq!(tree.refused("DeleteOrganization", json!({})).0, "OrganizationNotEmptyException");
    let unit = json!({ "OrganizationalUnitId": tree.unit });
    assert_eq!(tree.refused("DeleteOrganizationalUnit", unit).0, "OrganizationalUnitNotEmptyException");
    tree.place.emulator.clock().advance(std::time::Duration::from_secs(7 * 24 * 3600));
    tree.ok("RemoveAccountFromOrganization", removed(&tree.account));
    tree.ok("DeleteOrganization", json!({}));
}

#[test]
fn units_nest_five_deep() {
    let tree = Tree::new();
    let create = |parent: &str| json!({ "ParentId": parent, "Name": "deeper" });
    let mut parent = tree.unit.clone();
    for _ in 2..=5 {
        parent = text(&tree.ok("CreateOrganizationalUnit", create(&parent)), "/OrganizationalUnit/Id");
    }
    assert_eq!(tree.refused("CreateOrganizationalUnit", create(&parent)).1, "OU_DEPTH_LIMIT_EXCEEDED");
    let again =
        tree.refused("CreateOrganizationalUnit", json!({ "ParentId": tree.root, "Name": "workloads" }));
    assert_eq!(again.0, "DuplicateOrganizationalUnitException");
}

#[test]
fn its_own_calls_are_decided_by_resource_and_policy_type() {
    let tree = Tree::new();
    let key = user(&tree.place, &tree.place.admin, "policies");
    let document = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow",
        "Action": ["organizations:AttachPolicy", "organizations:ListPolicies"],
        "Resource": ["*"],
        "Condition": { "StringEquals": { "organizations:PolicyType": "SERVICE_CONTROL_POLICY" } },
    } });
    let policy = form(&document.to_string());
    let body = format!("Action=PutUserPolicy&UserName=policies&PolicyName=p&PolicyDocument={policy}");
    iam(&tree.place, &tree.place.admin, &body);
    let deny = tree.policy("SERVICE_CONTROL_POLICY", "deny", statement("Deny", "ec2:*"));
    let attach = json!({ "PolicyId": deny, "TargetId": tree.unit });
    assert_eq!(ask(&tree.place, &key, "AttachPolicy", &attach).0, 200);
    let filter = json!({ "Filter": "RESOURCE_CONTROL_POLICY" });
    assert_eq!(refused(&tree.place, &key, "ListPolicies", filter).0, "AccessDeniedException");
    assert_eq!(refused(&tree.place, &key, "ListAccounts", json!({})).0, "AccessDeniedException");
}

#[test]
fn a_delegated_administrator_may_read() {
    let tree = Tree::new();
    assert_eq!(refused(&tree.place, &tree.member, "ListAccounts", json!({})).0, "AccessDeniedException");
    let delegate = json!({ "AccountId": tree.account, "ServicePrincipal": "access-analyzer.amazonaws.com" });
    tree.ok("RegisterDelegatedAdministrator", delegate.clone());
    assert_eq!(
        tree.refused("RegisterDelegatedAdministrator", delegate).0,
        "AccountAlreadyRegisteredException"
    );
    let (status, accounts) = ask(&tree.place, &tree.member, "ListAccounts", &json!({ "MaxResults": 1 }));
    assert_eq!(status, 200);
    assert_eq!(accounts["Accounts"].as_array().unwrap().len(), 1);
    let next = json!({ "NextToken": accounts["NextToken"] });
    let (_, rest) = ask(&tree.place, &tree.member, "ListAccounts", &next);
    assert_eq!(rest["Accounts"].as_array().unwrap().len(), 1);
    assert_eq!(rest.get("NextToken"), None);
    assert_eq!(
        refused(
            &tree.place,
            &tree.member,
            "CreateOrganizationalUnit",
            json!({ "ParentId": tree.root, "Name": "n" })
        )
        .0,
        "AccessDeniedException"
    );
}

/// The code of a refusal; empty: it is done.
fn assume_root(tree: &Tree, key: &Key, target: &str, task: &str) -> (String, String) {
    let task = form(&format!("arn:aws:iam::aws:policy/{task}"));
    let body =
        format!("Action=AssumeRoot&Version=2011-06-15&TargetPrincipal={target}&TaskPolicyArn.arn={task}");
    let (_, body) = tree.place.answer(Unsigned::form("sts", body, start()).signed(key));
    (element(&body, "Code"), body)
}

#[test]
fn a_root_session_does_one_task_in_a_member_account() {
    let tree = Tree::new();
    let audit = "root-task/IAMAuditRootUserCredentials";
    let code = |key: &Key, target: &str, task: &str| assume_root(&tree, key, target, task).0;
    let enable = |key: &Key| iam(&tree.place, key, "Action=EnableOrganizationsRootSessions");
    assert_eq!(element(&enable(&tree.manager).1, "Code"), "ServiceAccessNotEnabledException");
    tree.ok("EnableAWSServiceAccess", json!({ "ServicePrincipal": "iam.amazonaws.com" }));
    let trusted = tree.ok("ListAWSServiceAccessForOrganization", json!({}));
    assert_eq!(text(&trusted, "/EnabledServicePrincipals/0/ServicePrincipal"), "iam.amazonaws.com");
    assert_eq!(code(&tree.manager, &tree.account, audit), "AccessDenied");
    let (status, enabled) = enable(&tree.manager);
    assert_eq!((status, element(&enabled, "OrganizationId")), (200, tree.organization.clone()), "{enabled}");
    assert!(
        enabled.contains("<EnabledFeatures><member>RootSessions</member></EnabledFeatures>"),
        "{enabled}"
    );
    let refused = element(&enable(&tree.member).1, "Code");
    assert_eq!(refused, "AccountNotManagementOrDelegatedAdministratorException");

    assert_eq!(code(&tree.place.admin, &tree.account, audit), "AccessDenied");
    assert_eq!(code(&tree.member, &tree.account, audit), "AccessDenied");
    assert_eq!(code(&tree.manager, "111122223333", audit), "AccessDenied");
    assert_eq!(code(&tree.manager, &tree.account, "AdministratorAccess"), "ValidationError");
    assert_eq!(code(&tree.manager, "nobody-there", audit), "ValidationError");
    let target = form(&format!("arn:aws:iam::{}:root", tree.account));
    let (refusal, made) = assume_root(&tree, &tree.manager, &target, audit);
    assert_eq!(
        (refusal.as_str(), element(&made, "Expiration").as_str()),
        ("", "2026-01-02T03:19:05Z"),
        "{made}"
    );
    let session = Key {
        id: element(&made, "AccessKeyId"),
        secret: element(&made, "SecretAccessKey"),
        token: Some(element(&made, "SessionToken")),
    };
    let who = Unsigned::form("sts", "Action=GetCallerIdentity&Version=2011-06-15".to_owned(), start());
    let (_, who) = tree.place.answer(who.signed(&session));
    assert_eq!(element(&who, "Arn"), format!("arn:aws:iam::{}:root", tree.account));
    assert_eq!(iam(&tree.place, &session, "Action=GetAccountSummary").0, 200);
    let (_, denied) = iam(&tree.place, &session, "Action=ListUsers");
    assert!(element(&denied, "Message").ends_with("with an explicit deny in a session policy"), "{denied}");
}

#[test]
fn an_administrator_of_iam_has_root_sessions_and_policies_choose_the_tasks() {
    let tree = Tree::new();
    tree.ok("EnableAWSServiceAccess", json!({ "ServicePrincipal": "iam.amazonaws.com" }));
    iam(&tree.place, &tree.manager, "Action=EnableOrganizationsRootSessions");
    let other = tree.ok("CreateAccount", json!({ "Email": "b@example.com", "AccountName": "b" }));
    let id = text(&other, "/CreateAccountStatus/Id");
    let other = text(
        &tree.ok("DescribeCreateAccountStatus", json!({ "CreateAccountRequestId": id })),
        "/CreateAccountStatus/AccountId",
    );
    let audit = "root-task/IAMAuditRootUserCredentials";
    let unlock = "root-task/S3UnlockBucketPolicy";
    assert_eq!(assume_root(&tree, &tree.member, &other, audit).0, "AccessDenied");
    let iam_service = json!({ "AccountId": tree.account, "ServicePrincipal": "iam.amazonaws.com" });
    tree.ok("RegisterDelegatedAdministrator", iam_service);
    assert_eq!(assume_root(&tree, &tree.member, &other, audit).0, "");
    let only = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Deny", "Action": "sts:AssumeRoot", "Resource": "*",
        "Condition": { "ArnNotEquals": { "sts:TaskPolicyArn": format!("arn:aws:iam::aws:policy/{audit}") } },
    } });
    let policy = form(&only.to_string());
    let put = format!("Action=PutUserPolicy&UserName=manager&PolicyName=only&PolicyDocument={policy}");
    iam(&tree.place, &tree.place.admin, &put);
    assert_eq!(assume_root(&tree, &tree.manager, &other, audit).0, "");
    assert_eq!(assume_root(&tree, &tree.manager, &other, unlock).0, "AccessDenied");
    let (_, listed) = iam(&tree.place, &tree.manager, "Action=DisableOrganizationsRootSessions");
    assert!(!listed.contains("RootSessions</member>"), "{listed}");
    assert_eq!(assume_root(&tree, &tree.manager, &other, audit).0, "AccessDenied");
}
