//! Services of which calls are decided and not done, and keys of KMS, whose policies decide.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>,
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>

use serde_json::{Value, json};

use crate::place::{Place, element, form, start};
use crate::signer::{Key, Unsigned};

/// A user and what it is asked for.
struct Desk {
    place: Place,
    user: Key,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Allowed,
    Denied,
    Undecided,
}
use Ending::{Allowed, Denied, Undecided};

impl Desk {
    /// With a policy of one statement that allows.
    fn new(statement: Value) -> Self {
        let place = Place::new();
        place.ok(&iam("Action=CreateUser&UserName=ann"));
        let made = place.ok(&iam("Action=CreateAccessKey&UserName=ann"));
        let user =
            Key { id: element(&made, "AccessKeyId"), secret: element(&made, "SecretAccessKey"), token: None };
        let desk = Self { place, user };
        desk.allow(statement);
        desk
    }

    fn allow(&self, mut statement: Value) {
        statement["Effect"] = "Allow".into();
        let document = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        let policy = form(&document);
        self.place
            .ok(&iam(&format!("Action=PutUserPolicy&UserName=ann&PolicyName=p&PolicyDocument={policy}")));
    }

    fn json(&self, service: &'static str, target: &str, input: &Value) -> Ending {
        let request = Unsigned::json(service, target, &input.to_string(), start());
        ending(self.place.answer(request.signed(&self.user)))
    }

    fn dynamodb(&self, operation: &str, input: Value) -> Ending {
        self.json("dynamodb", &format!("DynamoDB_20120810.{operation}"), &input)
    }

    fn kms(&self, operation: &str, input: Value) -> Ending {
        self.json("kms", &format!("TrentService.{operation}"), &input)
    }

    /// The administrator's call, which must be done.
    #[track_caller]
    fn kms_ok(&self, operation: &str, input: &Value) -> Value {
        let request =
            Unsigned::json("kms", &format!("TrentService.{operation}"), &input.to_string(), start());
        serde_json::from_str(&self.place.ok(&request)).unwrap_or_default()
    }

    fn key(&self, policy: Option<&Value>) -> String {
        let input = policy.map_or(json!({}), |policy| json!({ "Policy": policy.to_string() }));
        self.kms_ok("CreateKey", &input)["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned()
    }
}

fn iam(body: &str) -> Unsigned {
    Unsigned::form("iam", format!("Version=2010-05-08&{body}"), start())
}

#[track_caller]
fn ending((status, body): (u16, String)) -> Ending {
    match status {
        501 if body.contains("is allowed, but rolecall decides such calls and does not do them") => Allowed,
        501 => Undecided,
        400 | 403 if body.contains("is not authorized to perform") => Denied,
        _ => unreachable!("{status} {body}"),
    }
}

const TABLE: &str = "arn:aws:dynamodb:us-east-1:111122223333:table/t";

#[test]
fn each_resource_of_a_call_is_decided() {
    let desk = Desk::new(json!({ "Action": "dynamodb:*", "Resource": TABLE }));
    let key = json!({ "id": { "S": "a" } });
    assert_eq!(desk.dynamodb("GetItem", json!({ "TableName": "t", "Key": key })), Allowed);
    assert_eq!(desk.dynamodb("GetItem", json!({ "TableName": TABLE, "Key": key })), Allowed);
    assert_eq!(desk.dynamodb("GetItem", json!({ "TableName": "u", "Key": key })), Denied);
    assert_eq!(desk.dynamodb("Query", json!({ "TableName": "t" })), Allowed);
    assert_eq!(desk.dynamodb("Query", json!({ "TableName": "t", "IndexName": "by-day" })), Denied);
    let items = |tables: &[&str]| {
        let keys: serde_json::Map<_, _> =
            tables.iter().map(|table| ((*table).to_owned(), json!({ "Keys": [key] }))).collect();
        json!({ "RequestItems": keys })
    };
    assert_eq!(desk.dynamodb("BatchGetItem", items(&["t"])), Allowed);
    assert_eq!(desk.dynamodb("BatchGetItem", items(&["t", "u"])), Denied);
    let put = |table: &str| json!({ "Put": { "TableName": table, "Item": key } });
    let check = |table: &str| json!({ "ConditionCheck": { "TableName": table, "Key": key } });
    let write = |items: &[Value]| desk.dynamodb("TransactWriteItems", json!({ "TransactItems": items }));
    assert_eq!(write(&[put("t"), check("t")]), Allowed);
    assert_eq!(write(&[put("t"), check("u")]), Denied);
    assert_eq!(desk.dynamodb("ListTables", json!({})), Denied);
    // What another account's table allows is not known, so nobody else gets in.
    let other = json!({ "TableName": "arn:aws:dynamodb:us-east-1:444455556666:table/t", "Key": key });
    desk.allow(json!({ "Action": "dynamodb:*", "Resource": "*" }));
    assert_eq!(desk.dynamodb("GetItem", other), Denied);
}

#[test]
fn transactions_are_decided_by_the_actions_of_their_items() {
    let desk = Desk::new(json!({ "Action": "dynamodb:PutItem", "Resource": "*" }));
    let item =
        |action: &str| json!({ action: { "TableName": "t", "Key": { "id": { "S": "a" } }, "Item": {} } });
    let write = |items: &[Value]| desk.dynamodb("TransactWriteItems", json!({ "TransactItems": items }));
    assert_eq!(write(&[item("Put")]), Allowed);
    assert_eq!(write(&[item("Put"), item("Delete")]), Denied);
    assert_eq!(desk.dynamodb("PutItem", json!({ "TableName": "t", "Item": {} })), Allowed);
}

#[test]
fn what_hangs_on_state_that_is_not_held_is_not_decided() {
    let by_tag = json!({ "StringEquals": { "aws:ResourceTag/team": "red" } });
    let desk = Desk::new(json!({ "Action": "dynamodb:*", "Resource": "*", "Condition": by_tag }));
    assert_eq!(desk.dynamodb("DescribeTable", json!({ "TableName": "t" })), Undecided);
    let own = json!({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": "${aws:username}" } });
    desk.allow(json!({ "Action": "dynamodb:*", "Resource": "*", "Condition": own }));
    let get = |key: Value| desk.dynamodb("GetItem", json!({ "TableName": "t", "Key": key }));
    assert_eq!(get(json!({ "id": { "S": "ann" } })), Allowed);
    assert_eq!(get(json!({ "id": { "S": "bob" } })), Denied);
    assert_eq!(get(json!({ "id": { "S": "ann" }, "day": { "S": "x" } })), Undecided);
    assert_eq!(desk.dynamodb("ExecuteStatement", json!({ "Statement": "SELECT * FROM t" })), Undecided);
}

#[test]
fn attributes_are_decided() {
    let only = json!({ "ForAllValues:StringEquals": { "dynamodb:Attributes": ["id", "name"] } });
    let desk = Desk::new(json!({ "Action": "dynamodb:UpdateItem", "Resource": "*", "Condition": only }));
    let update = |expression: &str| {
        let names = json!({ "#n": "name", "#s": "salary" });
        let key = json!({ "id": { "S": "a" } });
        let input = json!({ "TableName": "t", "Key": key, "UpdateExpression": expression, "ExpressionAttributeNames": names });
        desk.dynamodb("UpdateItem", input)
    };
    assert_eq!(update("SET #n = :v"), Allowed);
    assert_eq!(update("SET #n = :v, #s = :w"), Denied);
}

#[test]
fn every_protocol_answers_alike() {
    let sqs = |desk: &Desk| {
        let input = json!({ "QueueUrl": "http://localhost:4566/111122223333/q", "MessageBody": "m" });
        desk.json("sqs", "AmazonSQS.SendMessage", &input)
    };
    let sqs_query = |desk: &Desk, path: &'static str, more: &str| {
        let body = format!("Action=SendMessage&Version=2012-11-05&MessageBody=m{more}");
        let send = Unsigned { path, ..Unsigned::form("sqs", body, start()) };
        ending(desk.place.answer(send.signed(&desk.user)))
    };
    let ssm = |desk: &Desk| desk.json("ssm", "AmazonSSM.GetParameter", &json!({ "Name": "/app/key" }));
    let secret = |desk: &Desk| {
        desk.json("secretsmanager", "secretsmanager.GetSecretValue", &json!({ "SecretId": "db" }))
    };
    let sns = |desk: &Desk| {
        let body =
            "Action=Publish&Version=2010-03-31&TopicArn=arn:aws:sns:us-east-1:111122223333:t&Message=m";
        ending(desk.place.answer(Unsigned::form("sns", body, start()).signed(&desk.user)))
    };
    let lambda = |desk: &Desk| {
        let path = "/2015-03-31/functions/f/invocations";
        let invoke = Unsigned { path, ..Unsigned::form("lambda", "{}", start()) };
        ending(desk.place.answer(invoke.signed(&desk.user)))
    };
    let desk = Desk::new(json!({ "Action": "ec2:*", "Resource": "*" }));
    let all = |desk: &Desk| {
        let url = "&QueueUrl=http%3A%2F%2Flocalhost%3A4566%2F111122223333%2Fq";
        let queries = [sqs_query(desk, "/", url), sqs_query(desk, "/111122223333/q", "")];
        assert_eq!(queries, [sqs(desk); 2]);
        [sqs(desk), ssm(desk), secret(desk), sns(desk), lambda(desk)]
    };
    assert_eq!(all(&desk), [Denied; 5]);
    desk.allow(json!({
        "Action": [
            "sqs:SendMessage", "ssm:GetParameter", "secretsmanager:GetSecretValue", "sns:Publish",
            "lambda:InvokeFunction",
        ],
        "Resource": [
            "arn:aws:sqs:us-east-1:111122223333:q",
            "arn:aws:ssm:us-east-1:111122223333:parameter/app/key",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-??????",
            "arn:aws:sns:us-east-1:111122223333:t",
            "arn:aws:lambda:us-east-1:111122223333:function:f",
        ],
    }));
    assert_eq!(all(&desk), [Allowed; 5]);
}

/// Parameters that AWS publishes belong to no account:
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html>
#[test]
fn public_parameters_tell_the_newest_images() {
    const NAME: &str = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
    let own = "arn:aws:ssm:us-east-1:111122223333:parameter/*";
    let desk = Desk::new(json!({ "Action": "ssm:GetParameter*", "Resource": own }));
    let get = |desk: &Desk, operation: &str, input: Value| {
        let target = format!("AmazonSSM.{operation}");
        let request = Unsigned::json("ssm", &target, &input.to_string(), start());
        desk.place.answer(request.signed(&desk.user))
    };
    assert_eq!(ending(get(&desk, "GetParameter", json!({ "Name": NAME }))), Denied);
    let public = "arn:aws:ssm:us-east-1::parameter/aws/service/*";
    desk.allow(json!({ "Action": ["ssm:GetParameter*", "ec2:DescribeImages"], "Resource": [public, "*"] }));
    let (status, body) = get(&desk, "GetParameter", json!({ "Name": NAME }));
    assert_eq!(status, 200, "{body}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    let image = answer["Parameter"]["Value"].as_str().unwrap();
    assert_eq!(answer["Parameter"]["ARN"], format!("arn:aws:ssm:us-east-1::parameter{NAME}"));
    let query = format!("Action=DescribeImages&Version=2016-11-15&ImageId.1={image}");
    let images = desk.place.answer(Unsigned::form("ec2", query, start()).signed(&desk.user));
    assert!(images.1.contains("<name>al2023-ami-"), "{}", images.1);
    let (_, both) = get(&desk, "GetParameters", json!({ "Names": [NAME] }));
    assert_eq!(serde_json::from_str::<Value>(&both).unwrap()["Parameters"][0], answer["Parameter"]);
    // What else is published there is not known.
    let unknown = json!({ "Names": [NAME, "/aws/service/list"] });
    assert_eq!(ending(get(&desk, "GetParameters", unknown)), Allowed);
}

#[test]
fn a_decided_call_has_its_decision() {
    let place = Place::new();
    let request = Unsigned::json("dynamodb", "DynamoDB_20120810.ListTables", "{}", start());
    let response = place.emulator.handle(request.signed(&place.admin), rolecall_emulator::Peer::in_process());
    let id = response.headers()["x-amzn-requestid"].to_str().unwrap();
    let decided = place.emulator.decisions(id).unwrap();
    assert_eq!(decided.len(), 1);
    assert_eq!((decided[0].action.as_str(), decided[0].resource.as_str()), ("dynamodb:ListTables", "*"));
    assert!(decided[0].decision.is_allowed());
}

#[test]
fn roles_are_passed_to_functions() {
    let desk = Desk::new(json!({ "Action": "lambda:CreateFunction", "Resource": "*" }));
    let create = |desk: &Desk| {
        let body = json!({ "FunctionName": "f", "Role": "arn:aws:iam::111122223333:role/r" }).to_string();
        let request = Unsigned { path: "/2015-03-31/functions", ..Unsigned::form("lambda", body, start()) };
        ending(desk.place.answer(request.signed(&desk.user)))
    };
    assert_eq!(create(&desk), Denied);
    let passed = json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } });
    desk.allow(json!({ "Action": ["lambda:CreateFunction", "iam:PassRole"], "Resource": "*" }));
    assert_eq!(create(&desk), Allowed);
    desk.allow(json!({ "Action": ["iam:PassRole"], "Resource": "*", "Condition": passed }));
    assert_eq!(create(&desk), Denied);
}

#[test]
fn a_key_policy_decides() {
    let desk = Desk::new(json!({ "Action": "kms:*", "Resource": "*" }));
    let encrypt = |key: &str| desk.kms("Encrypt", json!({ "KeyId": key, "Plaintext": "eA==" }));
    // The default policy lets the account's identity policies decide.
    let key = desk.key(None);
    assert_eq!(encrypt(&key), Allowed);
    desk.allow(json!({ "Action": "ec2:*", "Resource": "*" }));
    assert_eq!(encrypt(&key), Denied);
    // A key policy grants by itself, and without it nobody gets in.
    let grant = |action: &str| {
        json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:user/ann" }, "Action": action, "Resource": "*" },
        { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:root" }, "Action": "kms:PutKeyPolicy", "Resource": "*" },
    ] })
    };
    desk.kms_ok("PutKeyPolicy", &json!({ "KeyId": key, "Policy": grant("kms:Decrypt").to_string() }));
    let decrypt = |key: &str| desk.kms("Decrypt", json!({ "KeyId": key, "CiphertextBlob": "eA==" }));
    assert_eq!((encrypt(&key), decrypt(&key)), (Denied, Allowed));
    desk.allow(json!({ "Action": "kms:*", "Resource": "*" }));
    assert_eq!((encrypt(&key), decrypt(&key)), (Denied, Allowed));
    let shown = desk.kms("GetKeyPolicy", json!({ "KeyId": key }));
    assert_eq!(shown, Denied);
}

#[test]
fn keys_are_named_by_aliases() {
    let by_context =
        json!({ "StringEquals": { "kms:EncryptionContext:app": "pay", "kms:RequestAlias": "alias/k" } });
    let desk = Desk::new(json!({ "Action": "kms:Encrypt", "Resource": "*", "Condition": by_context }));
    let key = desk.key(None);
    desk.kms_ok("CreateAlias", &json!({ "AliasName": "alias/k", "TargetKeyId": key }));
    let found = desk.kms_ok("DescribeKey", &json!({ "KeyId": "alias/k" }));
    assert_eq!(found["KeyMetadata"]["KeyId"], key.as_str());
    let encrypt = |app: &str| {
        let context = json!({ "app": app });
        desk.kms("Encrypt", json!({ "KeyId": "alias/k", "Plaintext": "eA==", "EncryptionContext": context }))
    };
    assert_eq!((encrypt("pay"), encrypt("mail")), (Allowed, Denied));
    let call = |input: Value| {
        let request = Unsigned::json("kms", "TrentService.DescribeKey", &input.to_string(), start());
        desk.place.answer(request.signed(&desk.place.admin))
    };
    let (status, body) = call(json!({ "KeyId": "alias/none" }));
    assert!(status == 400 && body.contains("NotFoundException"), "{body}");
}

#[test]
fn a_key_policy_must_leave_its_author_able_to_change_it() {
    let desk = Desk::new(json!({ "Action": "kms:*", "Resource": "*" }));
    let key = desk.key(None);
    let locked = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:user/ann" }, "Action": "kms:Decrypt", "Resource": "*" },
    ] });
    let put = |bypass: bool| {
        let input =
            json!({ "KeyId": key, "Policy": locked.to_string(), "BypassPolicyLockoutSafetyCheck": bypass });
        let request = Unsigned::json("kms", "TrentService.PutKeyPolicy", &input.to_string(), start());
        desk.place.answer(request.signed(&desk.place.admin))
    };
    let (status, body) = put(false);
    assert!(status == 400 && body.contains("MalformedPolicyDocumentException"), "{body}");
    assert_eq!(put(true).0, 200);
}

#[test]
fn a_grant_lets_its_grantee_use_a_key_within_its_constraints() {
    let desk = Desk::new(json!({ "Action": "iam:ListUsers", "Resource": "*" }));
    let key = desk.key(None);
    let ann = "arn:aws:iam::111122223333:user/ann";
    let crypt = |operation: &str, context: Value| {
        let member = if operation == "Encrypt" { "Plaintext" } else { "CiphertextBlob" };
        desk.kms(operation, json!({ "KeyId": key, member: "AA==", "EncryptionContext": context }))
    };
    assert_eq!(crypt("Decrypt", json!({ "Department": "IT" })), Denied);
    let made = desk.kms_ok(
        "CreateGrant",
        &json!({
            "KeyId": key, "GranteePrincipal": ann, "Operations": ["Decrypt", "Sign", "CreateGrant"],
        }),
    );
    assert_eq!(crypt("Decrypt", json!({ "Department": "HR" })), Allowed);
    assert_eq!(crypt("Encrypt", json!({})), Denied);
    let sign = json!({ "KeyId": key, "Message": "AA==", "SigningAlgorithm": "RSASSA_PSS_SHA_256" });
    assert_eq!(desk.kms("Sign", sign), Allowed);
    // A grant made by virtue of this one permits nothing more.
    let further =
        |operations: Value| json!({ "KeyId": key, "GranteePrincipal": ann, "Operations": operations });
    assert_eq!(desk.kms("CreateGrant", further(json!(["Sign", "Encrypt"]))), Denied);
    desk.kms_ok("RevokeGrant", &json!({ "KeyId": key, "GrantId": made["GrantId"] }));
    assert_eq!(crypt("Decrypt", json!({ "Department": "HR" })), Denied);

    for (constraint, context, expected) in [
        ("EncryptionContextSubset", json!({ "department": "IT", "more": "1" }), Allowed),
        ("EncryptionContextSubset", json!({ "Department": "it" }), Denied),
        ("EncryptionContextSubset", json!({}), Denied),
        ("EncryptionContextEquals", json!({ "Department": "IT" }), Allowed),
        ("EncryptionContextEquals", json!({ "Department": "IT", "more": "1" }), Denied),
    ] {
        let made = desk.kms_ok(
            "CreateGrant",
            &json!({
                "KeyId": key, "GranteePrincipal": ann, "Operations": ["Decrypt", "DescribeKey"],
                "Constraints": { constraint: { "Department": "IT" } },
            }),
        );
        assert_eq!(crypt("Decrypt", context.clone()), expected, "{constraint} {context}");
        let listed = desk.kms_ok("ListGrants", &json!({ "KeyId": key }));
        assert_eq!(listed["Grants"][0]["GranteePrincipal"], ann);
        assert_eq!(listed["Grants"][0]["Constraints"][constraint]["Department"], "IT");
        assert_eq!(listed["Grants"].as_array().unwrap().len(), 1);
        desk.kms_ok("RetireGrant", &json!({ "GrantToken": made["GrantToken"] }));
    }
}

#[test]
fn a_grant_says_who_retires_it_and_policies_whom_it_may_be_made_for() {
    let desk = Desk::new(json!({ "Action": "iam:ListUsers", "Resource": "*" }));
    desk.place.ok(&iam("Action=CreateUser&UserName=bob"));
    let [ann, bob] = ["ann", "bob"].map(|name| format!("arn:aws:iam::111122223333:user/{name}"));
    let (key, other) = (desk.key(None), desk.key(None));
    let make = |retiring: &str, operations: Value| {
        let input = json!({ "KeyId": key, "GranteePrincipal": ann, "RetiringPrincipal": retiring,
            "Operations": operations, "Name": "n" });
        desk.kms_ok("CreateGrant", &input)["GrantId"].clone()
    };
    let by_bob = make(&bob, json!(["Decrypt"]));
    assert_eq!(make(&bob, json!(["Decrypt"])), by_bob);
    let named = |id: &Value| json!({ "KeyId": key, "GrantId": id });
    assert_eq!(desk.kms("RetireGrant", named(&by_bob)), Denied);
    let retire = |id: &Value, key: &Key| {
        let request = Unsigned::json("kms", "TrentService.RetireGrant", &named(id).to_string(), start());
        desk.place.answer(request.signed(key)).0
    };
    assert_eq!(retire(&make(&ann, json!(["Decrypt"])), &desk.user), 200);
    assert_eq!(retire(&make(&bob, json!(["Decrypt", "RetireGrant"])), &desk.user), 200);
    // The account's administrators may let somebody.
    desk.allow(json!({ "Action": ["kms:RetireGrant", "kms:CreateGrant"], "Resource": "*",
        "Condition": { "StringEqualsIfExists": { "kms:GrantConstraintType": "EncryptionContextEquals" } } }));
    assert_eq!(retire(&by_bob, &desk.user), 200);
    let listed = desk.kms_ok("ListRetirableGrants", &json!({ "RetiringPrincipal": bob }));
    assert_eq!(listed, json!({ "Grants": [], "Truncated": false }));
    let constrained = |constraint: &str| {
        let input = json!({ "KeyId": other, "GranteePrincipal": bob, "Operations": ["Decrypt"],
            "Constraints": { constraint: { "a": "b" } } });
        let request = Unsigned::json("kms", "TrentService.CreateGrant", &input.to_string(), start());
        desk.place.answer(request.signed(&desk.user)).0
    };
    assert_eq!((constrained("EncryptionContextEquals"), constrained("EncryptionContextSubset")), (200, 400));
    let wrong = json!({ "KeyId": key, "GranteePrincipal": ann, "Operations": ["Dcrypt"] });
    let request = Unsigned::json("kms", "TrentService.CreateGrant", &wrong.to_string(), start());
    let (status, body) = desk.place.answer(request.signed(&desk.place.admin));
    assert!(status == 400 && body.contains("ValidationException"), "{body}");
}
