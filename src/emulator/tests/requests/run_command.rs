//! Commands on instances: who may send them, where they run, and what is told of them.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-setting-up.html>

use std::time::Duration;

use rolecall_emulator::{Clock, Emulator, Settings};
use serde_json::{Value, json};

use crate::listener::{raw, served};
use crate::place::{EVERYTHING, Place, form, start};
use crate::signer::{Key, Unsigned};

const DENIED: &str = "AccessDeniedException";

/// A place whose instances run commands.
pub(crate) fn place() -> Place {
    let commands = Some("/usr/bin:/bin".to_owned());
    Place::of(Emulator::new(Settings { commands, ..Settings::new(Clock::over(start)) }))
}

impl Place {
    /// The code of the error, which is empty for a success, and the answer.
    pub(crate) fn ssm(&self, key: &Key, operation: &str, input: &Value) -> (String, Value) {
        let request = Unsigned::json("ssm", &format!("AmazonSSM.{operation}"), &input.to_string(), start());
        let (_, body) = self.answer(request.signed(key));
        let answer: Value = serde_json::from_str(&body).unwrap();
        (answer["__type"].as_str().unwrap_or_default().to_owned(), answer)
    }

    #[track_caller]
    pub(crate) fn ssm_ok(&self, operation: &str, input: &Value) -> Value {
        let (code, answer) = self.ssm(&self.admin, operation, input);
        assert_eq!(code, "", "{answer}");
        answer
    }

    /// Sends a script, and returns the command's id.
    #[track_caller]
    fn send(&self, instance: &str, commands: &[&str]) -> String {
        let sent = self.ssm_ok("SendCommand", &command(instance, commands));
        sent["Command"]["CommandId"].as_str().unwrap().to_owned()
    }

    fn invocation(&self, instance: &str, command: &str) -> Value {
        self.ssm_ok("GetCommandInvocation", &json!({ "CommandId": command, "InstanceId": instance }))
    }

    /// The invocation, once it has another status than these.
    async fn past(&self, instance: &str, command: &str, statuses: &[&str]) -> Value {
        for _ in 0..1000 {
            let found = self.invocation(instance, command);
            if !statuses.contains(&found["Status"].as_str().unwrap()) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.invocation(instance, command)
    }
}

fn command(instance: &str, commands: &[&str]) -> Value {
    json!({
        "DocumentName": "AWS-RunShellScript",
        "InstanceIds": [instance],
        "Parameters": { "commands": commands },
    })
}

#[tokio::test]
async fn scripts_run_on_managed_instances_in_an_environment_of_their_own() {
    let place = place();
    let instance = place.instance(EVERYTHING);
    let address = served(&place.emulator, |listener| listener).await;
    let listed = place.ssm_ok("DescribeInstanceInformation", &json!({}));
    assert_eq!(listed["InstanceInformationList"][0]["InstanceId"], json!(instance));
    let script = [
        "env | cut -d= -f1 | grep -v '^_$' | sort | xargs",
        "echo $AWS_ENDPOINT_URL",
        "echo oh >&2",
        "exit 3",
    ];
    let id = place.send(&instance, &script);
    assert_eq!(place.invocation(&instance, &id)["Status"], "Pending");
    // They start when the door for other processes is used.
    raw(address, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    let ended = place.past(&instance, &id, &["Pending", "InProgress"]).await;
    assert_eq!((&ended["Status"], &ended["ResponseCode"]), (&json!("Failed"), &json!(3)));
    let variables = "AWS_DEFAULT_REGION AWS_EC2_METADATA_SERVICE_ENDPOINT AWS_ENDPOINT_URL AWS_PAGER AWS_REGION \
                     AWS_SSM_INSTANCE_ID AWS_SSM_REGION_NAME HOME PATH PWD";
    let output =
        ended["StandardOutputContent"].as_str().unwrap().replace(" OLDPWD", "").replace(" SHLVL", "");
    assert_eq!(output, format!("{variables}\nhttp://{address}\n"));
    assert_eq!(ended["StandardErrorContent"], "oh\nfailed to run commands: exit status 3");
    let listed = place.ssm_ok("ListCommandInvocations", &json!({ "CommandId": id, "Details": true }));
    assert_eq!(listed["CommandInvocations"][0]["CommandPlugins"][0]["ResponseCode"], 3);
}

#[tokio::test]
async fn of_the_output_24_000_characters_are_shown() {
    let place = place();
    let instance = place.instance(EVERYTHING);
    let address = served(&place.emulator, |listener| listener).await;
    let id = place.send(&instance, &["head -c 30000 /dev/zero | tr '\\0' x"]);
    raw(address, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    let ended = place.past(&instance, &id, &["Pending", "InProgress"]).await;
    assert_eq!((&ended["Status"], &ended["ResponseCode"]), (&json!("Success"), &json!(0)));
    assert_eq!(ended["StandardOutputContent"].as_str().unwrap().len(), 24_000);
}

#[tokio::test]
async fn commands_can_be_cancelled_before_they_run_and_while() {
    let place = place();
    let instance = place.instance(EVERYTHING);
    let address = served(&place.emulator, |listener| listener).await;
    let (first, second) = (place.send(&instance, &["echo x"]), place.send(&instance, &["exec sleep 60"]));
    place.ssm_ok("CancelCommand", &json!({ "CommandId": first }));
    raw(address, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert_eq!(place.past(&instance, &second, &["Pending"]).await["Status"], "InProgress");
    place.ssm_ok("CancelCommand", &json!({ "CommandId": second }));
    let ended = place.past(&instance, &second, &["Cancelling"]).await;
    assert_eq!((&ended["Status"], &ended["ResponseCode"]), (&json!("Cancelled"), &json!(-1)));
    assert_eq!(place.invocation(&instance, &first)["Status"], "Cancelled");
    let unknown = json!({ "CommandId": "00000000-0000-4000-a000-000000000000" });
    assert_eq!(place.ssm(&place.admin, "CancelCommand", &unknown).0, "InvalidCommandId");
}

#[test]
fn sending_needs_the_document_and_every_instance() {
    let place = place();
    let instance = place.instance(EVERYTHING);
    let document = r#"{"Effect":"Allow","Action":"ssm:SendCommand","Resource":"arn:aws:ssm:*:*:document/AWS-RunShellScript"}"#;
    let tagged = r#"{"Effect":"Allow","Action":"ssm:SendCommand","Resource":"arn:aws:ec2:*:*:instance/*",
        "Condition":{"StringEquals":{"ssm:resourceTag/Finance":"WebServer"}}}"#;
    let policy = |statements: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let both = place.user_with("ann", Some(&policy(&format!("{document},{tagged}"))));
    let only_instances = place.user_with("bob", Some(&policy(tagged)));
    let send = |key: &Key| place.ssm(key, "SendCommand", &command(&instance, &["true"])).0;
    assert_eq!(send(&both), DENIED);
    let tag = format!(
        "Action=CreateTags&Version=2016-11-15&ResourceId.1={instance}&Tag.1.Key=Finance&Tag.1.Value=WebServer"
    );
    place.ok(&Unsigned::form("ec2", tag, start()));
    assert_eq!(send(&both), "");
    assert_eq!(send(&only_instances), DENIED);
    assert_eq!(place.ssm(&both, "ListCommandInvocations", &json!({})).0, DENIED);
}

#[test]
fn instances_are_managed_by_the_permissions_of_their_role() {
    let place = place();
    let instance = place.instance(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
    );
    let send = || place.ssm(&place.admin, "SendCommand", &command(&instance, &["true"]));
    let (code, answer) = send();
    assert_eq!(code, "InvalidInstanceId");
    let message = format!("Instances [[{instance}]] not in a valid state for account 111122223333");
    assert_eq!(answer["Message"], json!(message));
    let core = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
    let attach = format!("Version=2010-05-08&Action=AttachRolePolicy&RoleName=r&PolicyArn={}", form(core));
    place.ok(&Unsigned::form("iam", attach, start()));
    assert_eq!(send().0, "");
}

#[test]
fn without_leave_to_run_commands_no_instance_is_managed() {
    let place = Place::new();
    let instance = place.instance(EVERYTHING);
    let (code, answer) = place.ssm(&place.admin, "SendCommand", &command(&instance, &["true"]));
    assert_eq!(code, "InvalidInstanceId");
    assert!(answer["Message"].as_str().unwrap().contains("`--allow-commands`"), "{answer}");
    let listed = place.ssm_ok("DescribeInstanceInformation", &json!({}));
    assert_eq!(listed, json!({ "InstanceInformationList": [] }));
}

#[test]
fn what_is_wrong_is_refused() {
    let place = place();
    let instance = place.instance(EVERYTHING);
    let good = command(&instance, &["true"]);
    let with = |change: Value| {
        let mut input = good.clone();
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        place.ssm(&place.admin, "SendCommand", &input).0
    };
    assert_eq!(with(json!({ "DocumentName": "MyDocument" })), "InvalidDocument");
    assert_eq!(with(json!({ "DocumentName": "AWS-RunPatchBaseline" })), "NotImplemented");
    assert_eq!(with(json!({ "DocumentVersion": "7" })), "InvalidDocumentVersion");
    assert_eq!(with(json!({ "Parameters": {} })), "InvalidParameters");
    assert_eq!(with(json!({ "Parameters": { "commands": ["x"], "others": ["y"] } })), "InvalidParameters");
    assert_eq!(with(json!({ "InstanceIds": [instance, instance] })), "DuplicateInstanceId");
    assert_eq!(with(json!({ "InstanceIds": [] })), "InvalidInstanceId");
    assert_eq!(with(json!({ "Targets": [{ "Key": "tag:a", "Values": ["b"] }] })), "NotImplemented");
    assert_eq!(with(json!({ "OutputS3BucketName": "bucket" })), "NotImplemented");
    assert_eq!(with(json!({ "TimeoutSeconds": 1 })), "ValidationException");
    let unknown = json!({ "CommandId": "00000000-0000-4000-a000-000000000000", "InstanceId": instance });
    assert_eq!(place.ssm(&place.admin, "GetCommandInvocation", &unknown).0, "InvocationDoesNotExist");
}
