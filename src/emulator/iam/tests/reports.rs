//! What an account tells of itself as a whole.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::user;
use crate::certificate::self_signed;
use crate::iam::access_keys::LastUse;
use crate::iam::lab::{ACCOUNT, ALLOW_ALL, Lab};
use crate::pem;
use crate::rsa::RsaKey;

#[test]
fn a_credential_report_is_good_for_four_hours() {
    let mut lab = Lab::new();
    let none = json!({});
    assert_eq!(lab.refused("GetCredentialReport", &none, 410, "ReportNotPresent"), "");
    let started = lab.ok("GenerateCredentialReport", &none);
    assert_eq!(
        started,
        json!({ "State": "STARTED", "Description": "No report exists. Starting a new report generation task" })
    );
    lab.ok("CreateUser", &user("u"));
    assert_eq!(lab.ok("GenerateCredentialReport", &none), json!({ "State": "COMPLETE" }));
    let report = lab.ok("GetCredentialReport", &none);
    assert_eq!(
        (&report["ReportFormat"], &report["GeneratedTime"]),
        (&json!("text/csv"), &json!("2026-01-02T03:04:05Z"))
    );
    assert_eq!(content(&report).lines().count(), 2, "{}", content(&report));
    lab.now += TimeDelta::hours(4);
    lab.refused("GetCredentialReport", &none, 410, "ReportExpired");
    lab.ok("GenerateCredentialReport", &none);
    let report = lab.ok("GetCredentialReport", &none);
    assert_eq!(content(&report).lines().count(), 3, "{}", content(&report));
}

fn content(report: &Value) -> String {
    String::from_utf8(STANDARD.decode(report["Content"].as_str().unwrap()).unwrap()).unwrap()
}

#[test]
fn a_credential_report_tells_the_credentials_of_each_user() {
    let mut lab = Lab::new();
    let used = lab.user("b");
    lab.ok("CreateUser", &json!({ "UserName": "A,b", "Path": "/p/" }));
    lab.ok("UpdateAccountPasswordPolicy", &json!({ "MaxPasswordAge": 90 }));
    lab.ok("CreateLoginProfile", &json!({ "UserName": "A,b", "Password": "secret1" }));
    let body = pem::encode("CERTIFICATE", &self_signed("c", &RsaKey::numbered("report", 0)));
    let made = lab.ok("UploadSigningCertificate", &json!({ "UserName": "b", "CertificateBody": body }));
    let id = &made["Certificate"]["CertificateId"];
    let inactive = json!({ "UserName": "b", "CertificateId": id, "Status": "Inactive" });
    lab.ok("UpdateSigningCertificate", &inactive);
    let now = lab.now;
    for minutes in [10, 20, 30] {
        let time = now + TimeDelta::minutes(minutes);
        let last = LastUse { time, service: "sts", region: "eu-west-1".to_owned() };
        lab.partition.iam.record_key_use(&used, last);
    }
    lab.ok("GenerateCredentialReport", &json!({}));
    let report = content(&lab.ok("GetCredentialReport", &json!({})));
    let mut lines = report.split('\n');
    assert_eq!(lines.next().unwrap().split(',').count(), 22);
    let none = "false,N/A,N/A,N/A,N/A";
    let root = format!(
        "<root_account>,arn:aws:iam::{ACCOUNT}:root,1970-01-01T00:00:00Z,true,no_information,1970-01-01T00:00:00Z,\
         not_supported,false,true,1970-01-01T00:00:00Z,N/A,N/A,N/A,{none},false,N/A,false,N/A"
    );
    assert_eq!(lines.next(), Some(root.as_str()));
    let created = "2026-01-02T03:04:05Z";
    let first = format!(
        "\"A,b\",\"arn:aws:iam::{ACCOUNT}:user/p/A,b\",{created},true,no_information,{created},2026-04-02T03:04:05Z,\
         false,{none},{none},false,N/A,false,N/A"
    );
    assert_eq!(lines.next(), Some(first.as_str()));
    let second = format!(
        "b,arn:aws:iam::{ACCOUNT}:user/b,{created},false,N/A,N/A,N/A,false,true,{created},2026-01-02T03:34:05Z,\
         eu-west-1,sts,{none},false,{created},false,N/A"
    );
    assert_eq!((lines.next(), lines.next()), (Some(second.as_str()), None));
}

#[test]
fn policies_in_use_are_counted_once_and_shown() {
    let mut lab = Lab::new();
    let administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
    lab.ok("CreateUser", &json!({ "UserName": "u", "PermissionsBoundary": administrator }));
    lab.ok("CreatePolicy", &json!({ "PolicyName": "p", "Description": "d", "PolicyDocument": ALLOW_ALL }));
    let in_use =
        |lab: &mut Lab| lab.ok("GetAccountSummary", &json!({}))["SummaryMap"]["PolicyVersionsInUse"].clone();
    assert_eq!(in_use(&mut lab), 1);
    let own = format!("arn:aws:iam::{ACCOUNT}:policy/p");
    for arn in [administrator, &own] {
        lab.ok("AttachUserPolicy", &json!({ "UserName": "u", "PolicyArn": arn }));
    }
    assert_eq!(in_use(&mut lab), 2);
    let filter = json!({ "Filter": ["AWSManagedPolicy", "User"] });
    let details = lab.ok("GetAccountAuthorizationDetails", &filter);
    assert_eq!(details["Policies"][0]["PermissionsBoundaryUsageCount"], 1);
    assert_eq!(details["UserDetailList"][0].get("UserPolicyList"), None);
    let local = lab.ok("GetAccountAuthorizationDetails", &json!({ "Filter": ["LocalManagedPolicy"] }));
    assert_eq!(local["Policies"][0].get("Description"), None);
}

#[test]
fn a_marker_goes_with_its_filter() {
    let mut lab = Lab::new();
    for name in ["a", "b"] {
        lab.ok("CreateUser", &user(name));
    }
    let filtered = |kind: &str, marker: &Value| json!({ "Filter": [kind], "MaxItems": 1, "Marker": marker });
    let first = lab.ok("GetAccountAuthorizationDetails", &json!({ "Filter": ["User"], "MaxItems": 1 }));
    let second = lab.ok("GetAccountAuthorizationDetails", &filtered("User", &first["Marker"]));
    assert_eq!(second["UserDetailList"][0]["UserName"], "b");
    for (kind, marker) in [("Role", &first["Marker"]), ("User", &json!("none"))] {
        let input = filtered(kind, marker);
        let message = lab.refused("GetAccountAuthorizationDetails", &input, 400, "ValidationError");
        assert_eq!(message, "Marker and Filter do not match");
    }
}
