#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};

use super::*;

const SAMPLE: &str = include_str!("../../../features/accounts/gaad.json");

fn of_aws(arn: &str) -> Option<String> {
    let all = json!({ "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
    arn.starts_with("arn:aws:iam::aws:policy/IAM").then(|| all.to_string())
}

#[test]
fn all_of_an_account_is_read() {
    let account = read(SAMPLE, &of_aws).unwrap();
    assert_eq!(account.id.as_ref().map(AccountId::as_str), Some("123456789012"));
    assert_eq!(account.gaps, []);
    let names: Vec<_> = account.entities().map(|(kind, entity)| format!("{kind} {}", entity.name)).collect();
    assert_eq!(names, ["user olga", "user nils", "group operators", "role deploy", "role runs-orders"]);
    assert_eq!(account.service_linked, ["AWSServiceRoleForBatch"]);
    let olga = &account.users[0];
    assert_eq!(
        (olga.entity.path.as_str(), olga.groups.as_slice()),
        ("/staff/", &["operators".to_owned()][..])
    );
    assert_eq!(olga.entity.tags, [("team".to_owned(), "blue".to_owned())]);
    // URL-encoded, as the API has it.
    assert!(account.groups[0].entity.inline[0].text.starts_with(r#"{"Version":"2012-10-17","#));
    assert_eq!(
        account.users[1].entity.boundary.as_deref(),
        Some("arn:aws:iam::123456789012:policy/limits/only-users")
    );
    // The default version, and the one of AWS that the file does not hold.
    let policies: Vec<_> =
        account.policies.iter().map(|policy| policy.arn.rsplit('/').next().unwrap()).collect();
    assert_eq!(policies, ["read-orders", "only-users", "IAMFullAccess"]);
    assert!(account.policies[0].text.contains("dynamodb:GetItem"), "{}", account.policies[0].text);
    assert_eq!(account.instance_profiles[0].role.as_deref(), Some("runs-orders"));
}

/// What is said of the sample once it is changed.
#[track_caller]
fn check(change: impl FnOnce(&mut Value), expected: Result<&[&str], &str>) {
    let mut sample: Value = serde_json::from_str(SAMPLE).unwrap();
    change(&mut sample);
    let read = read(&sample.to_string(), &of_aws);
    let told = read.map(|account| account.gaps.iter().map(ToString::to_string).collect::<Vec<_>>());
    match (&told, expected) {
        (Ok(told), Ok(expected)) => assert_eq!(told, expected),
        (Err(error), Err(expected)) => assert_eq!(error.to_string(), expected),
        _ => panic!("{told:?}"),
    }
}

#[test]
fn what_is_no_such_file_is_refused() {
    let error = read("{\n \"Users\": [,]}", &of_aws).unwrap_err();
    assert_eq!(
        (error.message.as_str(), error.line, error.column),
        ("is not JSON: expected value", Some(2), Some(12))
    );
    let error = read("{\"Users\": []}", &of_aws).unwrap_err().to_string();
    let expected = "is not what `aws iam get-account-authorization-details` writes: it has none of UserDetailList, GroupDetailList, RoleDetailList, Policies";
    assert_eq!(error, expected);
    check(
        |sample| sample["IsTruncated"] = json!(true),
        Err(
            "is only a part of the account, as `IsTruncated` says: the AWS CLI gets all pages unless it is told otherwise",
        ),
    );
    check(
        |sample| sample["UserDetailList"][1]["Arn"] = json!("arn:aws:iam::999999999999:user/nils"),
        Err("holds things of several accounts: 123456789012 and 999999999999"),
    );
    check(
        |sample| {
            sample["UserDetailList"][0].as_object_mut().unwrap().remove("UserName");
        },
        Err("UserDetailList[0].UserName: is missing"),
    );
    check(
        |sample| sample["RoleDetailList"] = json!("none"),
        Err("RoleDetailList: must be a list, not a string"),
    );
    check(
        |sample| sample["Policies"][0]["PolicyVersionList"][0]["IsDefaultVersion"] = json!(false),
        Err("Policies[0].PolicyVersionList: has no default version"),
    );
}

#[test]
fn what_can_not_be_understood_is_a_gap_at_its_place() {
    let bad = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Permit", "Action": "*", "Resource": "*" }] });
    check(
        |sample| sample["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] = bad.clone(),
        Ok(&[
            "UserDetailList[0].UserPolicyList[0].PolicyDocument: is not a policy: Syntax errors in policy: Effect must be Allow or Deny",
        ]),
    );
    check(
        |sample| sample["RoleDetailList"][0]["AssumeRolePolicyDocument"] = json!("none"),
        Ok(&["RoleDetailList[0].AssumeRolePolicyDocument: is neither JSON nor URL-encoded JSON"]),
    );
    let place = "Policies[0].PolicyVersionList[0].Document: is not a policy document: a list";
    check(
        |sample| sample["Policies"][0]["PolicyVersionList"][0]["Document"] = json!([]),
        Ok(&[
            place,
            &format!(
                "group operators: its policy `arn:aws:iam::123456789012:policy/read-orders` can't be told: {place}"
            ),
            &format!(
                "role runs-orders: its policy `arn:aws:iam::123456789012:policy/read-orders` can't be told: {place}"
            ),
        ]),
    );
}

#[test]
fn what_the_file_does_not_hold_is_a_gap_for_those_who_have_it() {
    check(
        |sample| {
            sample["Policies"].as_array_mut().unwrap().truncate(1);
        },
        Ok(&[
            "user nils: its permissions boundary `arn:aws:iam::123456789012:policy/limits/only-users` is not in the file",
        ]),
    );
    check(
        |sample| sample["GroupDetailList"] = json!([]),
        Ok(&["user olga: its group `operators` is not in the file"]),
    );
}
