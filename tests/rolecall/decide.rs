//! `rolecall decide` as people and scripts meet it; what requests and answers are is tested in the policy crate.

use std::io::Write;
use std::process::{Command, Output, Stdio};

const REQUEST: &str = r#"{"principal": "arn:aws:iam::111122223333:user/alice", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "policies": {"identity": ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]}}"#;

#[track_caller]
fn check(arguments: &[&str], input: &str, code: i32, output: &str, errors: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    command.arg("decide").args(arguments).env_remove("COLUMNS").env_remove("CLICOLOR_FORCE");
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().expect("it runs");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert_eq!((status.code(), &*stdout), (Some(code), output), "{stderr}");
    for error in errors {
        assert!(stderr.contains(error), "`{error}` is not in:\n{stderr}");
    }
    assert_eq!(stderr.is_empty(), errors.is_empty(), "{stderr}");
}

#[test]
fn a_person_is_told_why() {
    let told = "\
allowed
  s3:GetObject on arn:aws:s3:::b/k
  by   arn:aws:iam::111122223333:user/alice
  why  statement 1 in arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess allows it
";
    check(&[], REQUEST, 0, told, &[]);
    let traced =
        told.to_owned() + "  arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess, statement 1, Allow: applies\n";
    check(&["--trace", "-"], REQUEST, 0, &traced, &[]);
}

#[test]
fn a_program_has_an_answer_for_each_line() {
    let put = REQUEST.replace("GetObject", "PutObject");
    let input = format!(
        "{REQUEST}\n{put}\n\n{}\n{}\n",
        REQUEST.replace("action", "acton"),
        REQUEST.replace("GetObject", "GetObjekt")
    );
    let because = r#""because":[{"layer":"identity","policy":"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess","statement":1}]"#;
    let output = format!(
        r#"{{"decision":"allowed",{because},"why":"statement 1 in arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess allows it"}}
{{"decision":"implicitDeny","because":[{{"layer":"identity","policies":["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]}}],"why":"no statement allows it (implicit denial)","near":["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess, statement 1: the resource matches; Action s3:Get* or s3:List* or s3:Describe* or 2 more does not cover s3:PutObject"]}}
{{"error":"unknown field `acton`; did you mean `action`?"}}
{{"error":"action `s3:GetObjekt` (did you mean `s3:GetObject`?) is not known, so it cannot be decided"}}
"#
    );
    let errors = ["standard input:4:55", "did you mean `action`?", "standard input:5:1"];
    check(&["--format", "json"], &input, 3, &output, &errors);
    check(&["--format", "json"], &input.replace("Objekt", "Object"), 2, &output.replace(r#"{"error":"action `s3:GetObjekt` (did you mean `s3:GetObject`?) is not known, so it cannot be decided"}"#, output.lines().next().unwrap()), &["standard input:4:55"]);
}

#[test]
fn what_is_no_request_is_wrong_usage() {
    check(&[], "", 2, "", &["standard input holds no request"]);
    check(&["nowhere.json"], "", 2, "", &["`nowhere.json` can't be read"]);
    check(&[], "{", 2, "", &["not JSON", "standard input:1:2"]);
}
