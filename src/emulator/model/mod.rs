//! The services' API models, trimmed from botocore's by `ci/models`, and the codec that they drive: every operation's
//! request is decoded and validated, and its response rendered, from its model alone.

mod answer;
mod encode;
mod json;
mod pattern;
mod query;
mod rest;
mod route;
mod s3_violation;
mod validate;
mod xml;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::operation::Service;

pub(crate) use answer::{decode as decode_answer, element as answer_element, text as answer_text};
pub(crate) use encode::{Answer, json_error, render, render_error};
pub(crate) use json::decode as decode_json;
pub(crate) use query::{Parameters, decode as decode_query};
pub(crate) use rest::{RestRequest, decode as decode_rest, s3_document};
pub(crate) use route::{PathKind, rest_operation, s3_operation};
pub(crate) use validate::validate;
pub(crate) use xml::escape;

/// The package that the API models are from, with its version; all are of one.
pub fn api_models_version() -> &'static str {
    &Model::of(Service::Sts).source
}

/// One service's model.
#[derive(Deserialize)]
pub(crate) struct Model {
    /// The package that it was made of, with its version; empty where there is no model.
    #[serde(default)]
    source: String,
    pub(crate) metadata: Metadata,
    /// All operations of the service, where `operations` does not hold all.
    known: Vec<String>,
    pub(crate) operations: BTreeMap<String, OperationModel>,
    shapes: HashMap<String, Shape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    pub(crate) api_version: String,
    #[serde(default)]
    pub(crate) xml_namespace: String,
}

#[derive(Deserialize)]
pub(crate) struct OperationModel {
    pub(crate) http: Http,
    pub(crate) input: Option<Member>,
    pub(crate) output: Option<Member>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Http {
    pub(crate) method: String,
    pub(crate) request_uri: String,
    pub(crate) response_code: Option<u16>,
}

/// A reference to a shape, with how it is spelt where it stands.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Member {
    pub(crate) shape: String,
    #[serde(default)]
    pub(crate) location: Location,
    pub(crate) location_name: Option<String>,
    pub(crate) query_name: Option<String>,
    #[serde(default)]
    pub(crate) flattened: bool,
    #[serde(default)]
    pub(crate) xml_attribute: bool,
    pub(crate) timestamp_format: Option<String>,
    pub(crate) result_wrapper: Option<String>,
}

/// Where a member of a REST operation stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Location {
    #[default]
    Body,
    Uri,
    Querystring,
    Header,
    Headers,
    StatusCode,
}

/// The kinds of shapes that the services use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Structure,
    List,
    Map,
    String,
    Character,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Blob,
    Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    #[serde(default, rename = "enum")]
    pub(crate) values: Vec<String>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) pattern: Option<String>,
    #[serde(default)]
    pub(crate) flattened: bool,
    /// Whether its values must not be written down.
    #[serde(default)]
    pub(crate) sensitive: bool,
    pub(crate) payload: Option<String>,
    pub(crate) timestamp_format: Option<String>,
    #[serde(default)]
    pub(crate) members: Members,
    pub(crate) member: Option<Member>,
    pub(crate) key: Option<Member>,
    pub(crate) value: Option<Member>,
    #[serde(skip)]
    compiled_pattern: OnceLock<Option<pattern::Pattern>>,
}

/// Members in the model's order, which is the order on the wire.
#[derive(Default)]
pub(crate) struct Members(pub(crate) Vec<(String, Member)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("members by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    members.push(entry);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

impl Model {
    /// The model of a service, parsed at its first use; without those operations of which calls are only decided.
    pub(crate) fn of(service: Service) -> &'static Self {
        static IAM: LazyLock<Model> = LazyLock::new(|| parse(include_str!("../models/iam.json")));
        static STS: LazyLock<Model> = LazyLock::new(|| parse(include_str!("../models/sts.json")));
        static S3: LazyLock<Model> = LazyLock::new(|| parse(include_str!("../models/s3.json")));
        static S3_CONTROL: LazyLock<Model> =
            LazyLock::new(|| parse(include_str!("../models/s3control.json")));
        static EC2: LazyLock<Model> = LazyLock::new(|| parse(include_str!("../models/ec2.json")));
        static ORGANIZATIONS: LazyLock<Model> =
            LazyLock::new(|| parse(include_str!("../models/organizations.json")));
        static SSM: LazyLock<Model> = LazyLock::new(|| parse(include_str!("../models/ssm.json")));
        static KMS: LazyLock<Model> = LazyLock::new(|| parse(include_str!("../models/kms.json")));
        static NONE: LazyLock<Model> = LazyLock::new(|| {
            parse(
                r#"{"source":"","metadata":{"apiVersion":"","xmlNamespace":""},"known":[],"operations":{},"shapes":{}}"#,
            )
        });
        match service {
            Service::Iam => &IAM,
            Service::Sts => &STS,
            Service::S3 => &S3,
            Service::S3Control => &S3_CONTROL,
            Service::Ec2 => &EC2,
            Service::Organizations => &ORGANIZATIONS,
            Service::Ssm => &SSM,
            Service::Kms => &KMS,
            Service::SecretsManager
            | Service::DynamoDb
            | Service::Sqs
            | Service::SqsQuery
            | Service::Sns
            | Service::Lambda => &NONE,
        }
    }

    /// Whether the service has such an operation at all.
    pub(crate) fn knows(&self, operation: &str) -> bool {
        self.operations.contains_key(operation) || self.known.iter().any(|name| name == operation)
    }

    pub(crate) fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.get(name)
    }

    pub(crate) fn input(&self, operation: &str) -> Option<&Shape> {
        self.shape(&self.operations.get(operation)?.input.as_ref()?.shape)
    }

    pub(crate) fn output(&self, operation: &str) -> Option<&Shape> {
        self.shape(&self.operations.get(operation)?.output.as_ref()?.shape)
    }
}

impl Shape {
    /// The pattern that a whole value must match; `None` where there is none, or it is not understood.
    /// `None`: it has none; a test sees to it that each there is can be understood.
    fn compiled_pattern(&self) -> Option<&pattern::Pattern> {
        self.compiled_pattern.get_or_init(|| pattern::Pattern::compile(self.pattern.as_deref()?)).as_ref()
    }
}

#[expect(clippy::expect_used, reason = "the models are part of the program; a test parses each")]
fn parse(text: &str) -> Model {
    serde_json::from_str(text).expect("an API model that ci/models wrote")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decided;

    #[test]
    fn models_are_whole() {
        for service in Service::ALL.iter().filter(|service| !decided::is_known(**service)) {
            let model = Model::of(*service);
            assert!(!model.operations.is_empty());
            for (name, operation) in &model.operations {
                for member in operation.input.iter().chain(&operation.output) {
                    assert!(model.shape(&member.shape).is_some(), "{name} lacks {}", member.shape);
                }
            }
            for (name, shape) in &model.shapes {
                assert_eq!(shape.pattern.is_some(), shape.compiled_pattern().is_some(), "{name}");
                for (name, member) in &shape.members.0 {
                    assert!(model.shape(&member.shape).is_some(), "{name} lacks {}", member.shape);
                }
            }
        }
    }
}
