#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};

use super::*;

const SAMPLE: &str = include_str!("../../../features/accounts/stack.yaml");

fn read_with(text: &str, parameters: &[(&str, &str)]) -> Result<Account, ReadError> {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let surroundings =
        Surroundings { account: AccountId::new("111122223333").unwrap(), region: "eu-west-1".to_owned() };
    let of_aws =
        |_: &str| Some(r#"{"Statement":{"Effect":"Allow","Action":"sqs:List*","Resource":"*"}}"#.to_owned());
    read(text, &parameters.collect(), &surroundings, &of_aws)
}

fn statement(document: &str) -> Value {
    serde_json::from_str::<Value>(document).unwrap()["Statement"][0].clone()
}

#[test]
fn a_stack_is_what_its_template_makes() {
    let account = read_with(SAMPLE, &[]).unwrap();
    assert_eq!(account.gaps, []);
    let writer = &account.roles[0];
    assert_eq!((writer.entity.name.as_str(), writer.entity.path.as_str()), ("writer-test", "/services/"));
    assert_eq!(writer.max_session_duration, Some(3600));
    let trust = statement(writer.trust.as_deref().unwrap());
    assert_eq!(trust["Principal"]["AWS"], "arn:aws:iam::111122223333:user/olga");
    // A variable of the policy is none of the template's.
    let write = statement(&writer.entity.inline[0].text);
    assert_eq!(write["Resource"], "arn:aws:s3:::reports-test/${aws:PrincipalAccount}/*");
    let read_orders = "arn:aws:iam::111122223333:policy/ReadOrders";
    assert_eq!(writer.entity.attached, [read_orders, "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"]);
    let orders = statement(&account.policy(read_orders).unwrap().text);
    assert_eq!(orders["Resource"], "arn:aws:dynamodb:eu-west-1:111122223333:table/Orders");
    assert_eq!(account.groups[0].entity.attached, [read_orders]);
    let olga = &account.users[0];
    assert_eq!(
        (olga.groups.as_slice(), olga.entity.inline[0].name.as_str()),
        (&["Staff".to_owned()][..], "one")
    );
    assert_eq!(statement(&olga.entity.inline[0].text)["Resource"], "arn:aws:s3:::reports-test/q1.txt");
    assert_eq!(account.buckets[0].name, "reports-test");
    assert_eq!(statement(account.buckets[0].policy.as_deref().unwrap())["Sid"], "KeepReports");
}

#[test]
fn parameters_that_are_given_go_before_defaults() {
    let account = read_with(SAMPLE, &[("Stage", "prod")]).unwrap();
    let writer = &account.roles[0];
    assert_eq!((writer.entity.name.as_str(), writer.max_session_duration), ("writer-prod", Some(7200)));
    assert_eq!(writer.entity.attached.len(), 1);
    assert!(account.users[0].entity.inline.is_empty());
}

#[track_caller]
fn refuses(text: &str, parameters: &[(&str, &str)], line: Option<usize>, expected: &str) {
    let error = read_with(text, parameters).unwrap_err();
    assert_eq!((error.message.as_str(), error.line), (expected, line));
}

#[test]
fn what_is_no_template_is_refused() {
    refuses("Outputs: {}\n", &[], None, "is no CloudFormation template: it has no `Resources`");
    refuses("a: b: c\n", &[], Some(1), "is not YAML: mapping values are not allowed in this context");
    refuses(SAMPLE, &[("Stag", "prod")], None, "has no parameter `Stag`; did you mean `Stage`?");
    refuses(SAMPLE, &[("Stage", "dev")], Some(6), "parameter `Stage` can't be `dev`, but test or prod");
}

/// The gaps of a template with a role whose properties are these, and further resources.
#[track_caller]
fn check(properties: &str, others: &str, parameters: &[(&str, &str)], expected: &[(&str, Subject)]) {
    let text = format!(
        "Parameters:\n  Given: {{Type: String}}\nResources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {{Statement: {{Effect: Allow, Principal: {{Service: ec2.amazonaws.com}}, Action: 'sts:AssumeRole'}}}}\n{properties}{others}"
    );
    let account = read_with(&text, parameters).unwrap();
    let found: Vec<(String, Subject)> =
        account.gaps.iter().map(|gap| (gap.to_string(), gap.subject.clone())).collect();
    let expected: Vec<(String, Subject)> =
        expected.iter().map(|(words, subject)| ((*words).to_owned(), subject.clone())).collect();
    assert_eq!(found, expected);
}

use crate::model::Subject::{self, Everything, Identity, Nothing, Resource, Service};

fn of_r() -> Subject {
    Identity("R".to_owned())
}

#[test]
fn what_can_not_be_resolved_is_a_gap_at_its_place() {
    let place = "line 8, Resources.R.Properties.ManagedPolicyArns:";
    let one = |value: &str| format!("      ManagedPolicyArns: [{value}]\n");
    let is = |value: &str, reason: &str| {
        check(&one(value), "", &[], &[(&format!("{place} {reason}"), of_r())]);
    };
    is("!Ref Given", "parameter `Given` has no value: give it in the table of parameters");
    is("!Ref Nowhere", "there is no parameter and no resource `Nowhere`");
    is("!GetAtt R.RoleId", "`R.RoleId` (AWS::IAM::Role) is known only once it is made");
    is(
        "!Sub 'a-${AWS::StackName}'",
        "`AWS::StackName` is known only once there is a stack: give it in the table of parameters",
    );
    is(
        "!ImportValue net",
        "`net` is exported by another stack: give it in the table of parameters, as `import net`",
    );
    is("'{{resolve:ssm:p}}'", "`{{resolve:ssm:p}}` is resolved by CloudFormation when it makes the stack");
    is("!GetAZs ''", "`Fn::GetAZs` is not resolved here");
    is("!FindInMap [a, b, c]", "`Mappings` has nothing for a, b, c");
    is("!Select [4, [a]]", "`Fn::Select` has no element of this number");
    is("!If [No, a, b]", "there is no condition `No`");
    let arn = "arn:aws:iam::aws:policy/x";
    check(&one("!ImportValue net"), "", &[("import net", arn)], &[]);
    check(&one("!Ref Given"), "", &[("Given", arn)], &[]);
    check(&one("!Sub '${AWS::StackName}'"), "", &[("AWS::StackName", arn)], &[]);
}

#[test]
fn a_circle_is_told() {
    let circle = "Resources:\n  A:\n    Type: AWS::IAM::Role\n    Properties: {RoleName: !Ref B}\n  B:\n    Type: AWS::IAM::Role\n    Properties: {RoleName: !Ref A}\n";
    let account = read_with(circle, &[]).unwrap();
    let told = "line 3, Resources.A: its name can't be told: `Ref` refers to itself";
    assert_eq!(account.gaps[0].to_string(), told);
    let circle =
        "Conditions: {C: !Not [!Condition C]}\nResources: {A: {Type: 'AWS::IAM::Role', Condition: C}}\n";
    let account = read_with(circle, &[]).unwrap();
    let told = "line 2, Resources.A: whether it is made can't be told: condition `C` refers to itself";
    assert_eq!(account.gaps[0].to_string(), told);
}

#[test]
fn policies_that_can_not_be_told_are_doubts_about_whom_they_are_for() {
    let policy = |rest: &str| format!("  P:\n    Type: AWS::IAM::Policy\n    Properties:\n{rest}");
    let good = "      PolicyDocument: {Statement: {Effect: Allow, Action: '*', Resource: '*'}}\n";
    let bad = "      PolicyDocument: {Statement: {Effect: Allow, Action: '*', Resource: !Ref Given}}\n";
    let reason = "line 11, Resources.P.Properties.PolicyDocument: parameter `Given` has no value: give it in the table of parameters";
    check("", &policy(&format!("{bad}      Roles: [!Ref R]\n")), &[], &[(reason, of_r())]);
    let reason = "line 12, Resources.P.Properties.Roles: parameter `Given` has no value: give it in the table of parameters";
    check("", &policy(&format!("{good}      Roles: [!Ref Given]\n")), &[], &[(reason, Everything)]);
    let reason = "line 12, Resources.P.Properties.Roles: `admin` is not in the template";
    check(
        "",
        &policy(&format!("{good}      Roles: [admin]\n")),
        &[],
        &[(reason, Identity("admin".to_owned()))],
    );
    let wrong = "      PolicyDocument: {Statement: {Effect: Maybe}}\n      Roles: [!Ref R]\n";
    let reason = "line 11, Resources.P.Properties.PolicyDocument: is not a policy: Policy statement must contain actions.";
    check("", &policy(wrong), &[], &[(reason, of_r())]);
}

#[test]
fn other_resources_that_have_a_say_are_told() {
    let key = "  K:\n    Type: AWS::KMS::Key\n    Properties: {}\n";
    let reason = "line 9, Resources.K: AWS::KMS::Key is not read, and says who may use what of kms";
    check("", key, &[], &[(reason, Service("kms".to_owned()))]);
    let nested =
        "  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {Parameters: {Role: !GetAtt R.Arn}}\n";
    let reason = "line 9, Resources.N: AWS::CloudFormation::Stack is given `R`, and what it does with it is not in the template";
    check("", nested, &[], &[(reason, of_r())]);
    let custom = "  C:\n    Type: Custom::Thing\n    Properties: {}\n";
    check(
        "",
        custom,
        &[],
        &[("line 9, Resources.C: what Custom::Thing makes is not in the template", Nothing)],
    );
    let function = "  F:\n    Type: AWS::Serverless::Function\n    Properties: {}\n";
    let reason = "line 9, Resources.F: the role that comes with it is not in the template";
    check("", function, &[], &[(reason, Identity("FRole".to_owned()))]);
    let bucket = "  B:\n    Type: AWS::S3::Bucket\n    Properties: {AccessControl: PublicRead}\n";
    let reason = "line 10, Resources.B.Properties.AccessControl: is not read here, and may let others in";
    check("", bucket, &[], &[(reason, Resource("b".to_owned()))]);
    check("", "Transform: [AWS::Serverless-2016-10-31]\n", &[], &[]);
    let reason = "line 8, Transform: `Mine` rewrites the template before the stack is made";
    check("", "Transform: Mine\n", &[], &[(reason, Everything)]);
}

#[test]
fn json_says_the_same() {
    let template = json!({ "Resources": { "U": { "Type": "AWS::IAM::User", "Properties": {
        "UserName": { "Fn::Join": ["-", ["u", { "Ref": "AWS::Region" }]] },
        "Policies": [{ "PolicyName": "p", "PolicyDocument": { "Statement": {
            "Effect": "Allow", "Action": "s3:*", "Resource": { "Fn::Sub": "arn:aws:s3:::b-${AWS::AccountId}" },
            "Condition": { "NumericLessThan": { "aws:MultiFactorAuthAge": 3600 } } } } }],
    } } } });
    let account = read_with(&template.to_string(), &[]).unwrap();
    assert_eq!(account.users[0].entity.name, "u-eu-west-1");
    assert!(account.users[0].entity.inline[0].text.contains("arn:aws:s3:::b-111122223333"));
    assert_eq!(account.gaps, []);
}
