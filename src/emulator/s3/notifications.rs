//! Where a bucket's events go. There are no topics, queues and functions here, so a configuration that names one is taken
//! only where the request asks not to look for them; nothing is ever sent.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html>

use serde_json::{Value, json};

use super::configuration_rules::made_id;
use super::configurations::{self, NOTIFICATION};
use super::errors::invalid_argument;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

/// A kind of destination: the member that holds its configurations, that of its ARN, and the name which that has in XML.
struct Kind {
    configurations: &'static str,
    arn: &'static str,
    element: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind { configurations: "TopicConfigurations", arn: "TopicArn", element: "Topic" },
    Kind { configurations: "QueueConfigurations", arn: "QueueArn", element: "Queue" },
    Kind {
        configurations: "LambdaFunctionConfigurations",
        arn: "LambdaFunctionArn",
        element: "CloudFunction",
    },
];

/// Under which names an error tells of destinations and what is wrong with them.
const ARGUMENTS: [(&str, &str); 3] = [
    ("ArgumentName1", "ArgumentValue1"),
    ("ArgumentName2", "ArgumentValue2"),
    ("ArgumentName3", "ArgumentValue3"),
];

pub(super) fn put(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let configuration = call.input.get(NOTIFICATION.member).unwrap_or(&Value::Null);
    let destinations: Vec<(&Kind, &str)> = KINDS.iter().flat_map(|kind| named(configuration, kind)).collect();
    for (kind, arn) in &destinations {
        if !is_arn(arn) {
            return Err(invalid_argument("The ARN could not be parsed", kind.element, *arn));
        }
    }
    let skips = call.input.get("SkipDestinationValidation").and_then(Value::as_bool) == Some(true);
    if !skips && !destinations.is_empty() {
        return Err(missing(&destinations));
    }
    configurations::put(partition, call, &NOTIFICATION)
}

fn named<'a>(
    configuration: &'a Value,
    kind: &'static Kind,
) -> impl Iterator<Item = (&'static Kind, &'a str)> {
    let configurations = configuration.get(kind.configurations).and_then(Value::as_array);
    let arns = configurations.into_iter().flatten().map(|found| found.get(kind.arn).and_then(Value::as_str));
    arns.map(move |arn| (kind, arn.unwrap_or_default()))
}

fn is_arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    parts.next() == Some("arn") && parts.count() == 5
}

fn missing(destinations: &[(&Kind, &str)]) -> ServiceError {
    let message = "Unable to validate the following destination configurations";
    let error = ServiceError::new(400, "InvalidArgument", message);
    ARGUMENTS.iter().zip(destinations).fold(error, |error, ((name, value), (kind, arn))| {
        let (shown, reason) = match kind.element {
            "CloudFunction" => (format!("{arn}, null"), format!("Not authorized to invoke function [{arn}]")),
            "Queue" => ((*arn).to_owned(), "The destination queue does not exist".to_owned()),
            _ => ((*arn).to_owned(), "The destination topic does not exist".to_owned()),
        };
        error.with(name, shown).with(value, reason)
    })
}

/// A configuration without an id gets one.
pub(super) fn with_ids(value: &mut Value) {
    for kind in &KINDS {
        let configurations = value.get_mut(kind.configurations).and_then(Value::as_array_mut);
        for configuration in configurations.into_iter().flatten() {
            let id = made_id(&configuration.to_string());
            if let Some(members) = configuration.as_object_mut() {
                members.entry("Id").or_insert(json!(id));
            }
        }
    }
}
