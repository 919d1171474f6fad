//! Checks a decoded request against the constraints of its model, with each service's documented error.

use serde_json::Value;

use super::{Kind, Model, Shape, s3_violation};
use crate::operation::{Protocol, Service, ServiceError};

/// # Errors
/// The service's error for a member that is missing, too long, out of range, or not one of its values.
pub(crate) fn validate(
    service: Service,
    model: &Model,
    input: Option<&Shape>,
    value: &Value,
) -> Result<(), ServiceError> {
    let mut found = Vec::new();
    if let Some(shape) = input {
        Checker { model, found: &mut found }.check(shape, value, "");
    }
    match service.protocol() {
        Protocol::Query => all(service, &found, "ValidationError"),
        Protocol::Ec2 => found.first().map_or(Ok(()), |violation| Err(violation.for_ec2())),
        Protocol::S3 | Protocol::RestXml => {
            found.iter().find(|found| !found.is_harmless()).map_or(Ok(()), |found| Err(found.for_s3(input)))
        }
        Protocol::Json { .. } if service == Service::Organizations => {
            found.first().map_or(Ok(()), |violation| Err(violation.for_organizations()))
        }
        Protocol::Json { .. } | Protocol::RestJson => all(service, &found, "ValidationException"),
    }
}

/// How the constraint of an enumeration begins.
const ENUM: &str = "Member must satisfy enum value set";

struct Violation {
    /// In lower camel case, as AWS shows it: `durationSeconds`, `tags.1.member.key`.
    path: String,
    /// `None`: it is missing.
    value: Option<String>,
    constraint: String,
}

struct Checker<'a> {
    model: &'a Model,
    found: &'a mut Vec<Violation>,
}

impl Checker<'_> {
    fn check(&mut self, shape: &Shape, value: &Value, path: &str) {
        match (shape.kind, value) {
            (Kind::Structure, Value::Object(members)) => {
                for (name, member) in &shape.members.0 {
                    let path = join(path, &camel(name));
                    match members.get(name) {
                        Some(value) => {
                            if let Some(shape) = self.model.shape(&member.shape) {
                                self.check(shape, value, &path);
                            }
                        }
                        None if shape.required.contains(name) && !self.is_stream(shape, name) => {
                            self.add(&path, None, "Member must not be null".to_owned());
                        }
                        None => {}
                    }
                }
            }
            (Kind::List, Value::Array(items)) => {
                self.range(shape, items.len() as f64, path, "length", None);
                let item = shape.member.as_ref().and_then(|member| self.model.shape(&member.shape));
                for (index, value) in items.iter().enumerate() {
                    if let Some(shape) = item {
                        self.check(shape, value, &format!("{path}.{}.member", index + 1));
                    }
                }
            }
            (Kind::String, Value::String(text)) => self.string(shape, text, path),
            (Kind::Integer | Kind::Long | Kind::Float | Kind::Double, Value::Number(number)) => {
                self.range(
                    shape,
                    number.as_f64().unwrap_or_default(),
                    path,
                    "value",
                    Some(number.to_string()),
                );
            }
            _ => {}
        }
    }

    fn string(&mut self, shape: &Shape, text: &str, path: &str) {
        self.range(shape, text.chars().count() as f64, path, "length", Some(text.to_owned()));
        if !shape.values.is_empty() && !shape.values.iter().any(|value| value == text) {
            let constraint = format!("{ENUM}: [{}]", shape.values.join(", "));
            self.add(path, Some(text.to_owned()), constraint);
        }
        if let (Some(compiled), Some(pattern)) = (shape.compiled_pattern(), &shape.pattern)
            && !compiled.matches(text)
        {
            let constraint = format!("Member must satisfy regular expression pattern: {pattern}");
            self.add(path, Some(text.to_owned()), constraint);
        }
    }

    fn range(&mut self, shape: &Shape, size: f64, path: &str, what: &str, shown: Option<String>) {
        let shown = shown.or(Some("[...]".to_owned()));
        if let Some(min) = shape.min.filter(|min| size < *min) {
            self.add(path, shown.clone(), format!("Member must have {what} greater than or equal to {min}"));
        }
        if let Some(max) = shape.max.filter(|max| size > *max) {
            self.add(path, shown, format!("Member must have {what} less than or equal to {max}"));
        }
    }

    /// The body of an upload is not part of the decoded members.
    fn is_stream(&self, shape: &Shape, name: &str) -> bool {
        let member = shape.members.0.iter().find(|(member, _)| member == name);
        let target = member.and_then(|(_, member)| self.model.shape(&member.shape));
        shape.payload.as_deref() == Some(name) && target.is_some_and(|target| target.kind == Kind::Blob)
    }

    fn add(&mut self, path: &str, value: Option<String>, constraint: String) {
        self.found.push(Violation { path: path.to_owned(), value, constraint });
    }
}

/// One error that tells of all.
fn all(service: Service, found: &[Violation], code: &'static str) -> Result<(), ServiceError> {
    if found.is_empty() {
        return Ok(());
    }
    let words: Vec<String> = found.iter().map(|violation| violation.words(service)).collect();
    let plural = if found.len() == 1 { "error" } else { "errors" };
    let message = format!("{} validation {plural} detected: {}", found.len(), words.join("; "));
    Err(ServiceError::new(400, code, message))
}

impl Violation {
    /// IAM shows neither the value that was sent nor those of an enumeration, STS shows both.
    fn words(&self, service: Service) -> String {
        let iam = service == Service::Iam;
        let value = match &self.value {
            None => " null".to_owned(),
            Some(_) if iam => String::new(),
            Some(value) => format!(" '{value}'"),
        };
        let constraint = if iam && self.constraint.starts_with(ENUM) { ENUM } else { &self.constraint };
        format!("Value{value} at '{}' failed to satisfy constraint: {constraint}", self.path)
    }

    /// The name of the innermost member, as the request spells it.
    fn member(&self) -> String {
        let is_name =
            |part: &&str| *part != "member" && !part.starts_with(|letter: char| letter.is_ascii_digit());
        let name = self.path.rsplit('.').find(is_name).unwrap_or_default();
        let mut letters = name.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }

    fn for_ec2(&self) -> ServiceError {
        match &self.value {
            None => ServiceError::new(
                400,
                "MissingParameter",
                format!("The request must contain the parameter {}", self.path),
            ),
            // EC2 does not list the values: there are more than a thousand types of instances.
            Some(value) if self.constraint.starts_with(ENUM) => {
                let message = format!("Invalid value '{value}' for {}.", self.member());
                ServiceError::new(400, "InvalidParameterValue", message)
            }
            Some(value) => ServiceError::new(
                400,
                "InvalidParameterValue",
                format!("Value ({value}) for parameter {} is invalid. {}", self.path, self.constraint),
            ),
        }
    }

    /// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html#API_CreatePolicy_Errors>
    fn for_organizations(&self) -> ServiceError {
        let (reason, message) = match (&self.value, self.constraint.as_str()) {
            (None, _) => ("INPUT_REQUIRED", "You must include a value for all required parameters."),
            (_, constraint) if constraint.starts_with(ENUM) && self.member() == "PolicyType" => {
                ("INVALID_ENUM_POLICY_TYPE", "You specified an invalid policy type string.")
            }
            (_, constraint) if constraint.starts_with(ENUM) => {
                ("INVALID_ENUM", "You specified an invalid value.")
            }
            (_, constraint) if constraint.contains("length greater") => {
                ("MIN_LENGTH_EXCEEDED", "You provided a string parameter that is shorter than allowed.")
            }
            (_, constraint) if constraint.contains("length less") => {
                ("MAX_LENGTH_EXCEEDED", "You provided a string parameter that is longer than allowed.")
            }
            (_, constraint) if constraint.contains("value greater") => (
                "MIN_VALUE_EXCEEDED",
                "You provided a numeric parameter that has a smaller value than allowed.",
            ),
            (_, constraint) if constraint.contains("value less") => (
                "MAX_VALUE_EXCEEDED",
                "You provided a numeric parameter that has a larger value than allowed.",
            ),
            _ => ("INVALID_PATTERN", "You provided a value that does not match the required pattern."),
        };
        ServiceError::new(400, "InvalidInputException", message).with("Reason", reason)
    }

    /// S3 does not look at the value of `x-amz-checksum-mode` nor at what logs' grants permit, operations have words of
    /// their own for places, sources and protocols, and the model's pattern of ARNs does not have those of buckets.
    fn is_harmless(&self) -> bool {
        let judged_elsewhere = [
            "checksumMode",
            "copySource",
            "createBucketConfiguration.locationConstraint",
            "objectLockMode",
            "resourceArn",
            "transitionDefaultMinimumObjectSize",
        ];
        let is_within = |whole: &str, member: &str| {
            self.path.strip_prefix(whole).is_some_and(|rest| rest.ends_with(member))
        };
        let is_harmless = judged_elsewhere.contains(&self.path.as_str())
            || is_within("websiteConfiguration.", ".protocol")
            || is_within("bucketLoggingStatus.", ".permission");
        is_harmless && self.value.is_some()
    }

    fn for_s3(&self, input: Option<&Shape>) -> ServiceError {
        let (member, within) = match self.path.split_once('.') {
            Some((member, _)) => (member, true),
            None => (self.path.as_str(), false),
        };
        let value = self.value.as_deref();
        s3_violation::Flaw { member: member.to_owned(), within, value, constraint: &self.constraint }
            .error(input)
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

pub(super) fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(service: Service, operation: &str, input: Value, code: &str, message: &str) {
        let model = Model::of(service);
        let error = validate(service, model, model.input(operation), &input).unwrap_err();
        assert_eq!(error.code, code);
        assert!(error.message.contains(message), "{}", error.message);
    }

    #[test]
    fn constraints_have_their_documented_errors() {
        let input = json!({"RoleArn": "arn:aws:iam::111122223333:role/r", "RoleSessionName": "session", "DurationSeconds": 899});
        check(
            Service::Sts,
            "AssumeRole",
            input,
            "ValidationError",
            "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: \
             Member must have value greater than or equal to 900",
        );
        check(Service::Iam, "GetRole", json!({}), "ValidationError", "Value null at 'roleName'");
        check(
            Service::Iam,
            "CreateUser",
            json!({"UserName": "a b"}),
            "ValidationError",
            "1 validation error detected: Value at 'userName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: ",
        );
        let input = json!({"AccessKeyId": "AKIAAAAAAAAAAAAAAAAA", "Status": "x"});
        let error = validate(
            Service::Iam,
            Model::of(Service::Iam),
            Model::of(Service::Iam).input("UpdateAccessKey"),
            &input,
        );
        assert!(
            error
                .unwrap_err()
                .message
                .ends_with("at 'status' failed to satisfy constraint: Member must satisfy enum value set")
        );
        check(Service::Ec2, "CreateTags", json!({}), "MissingParameter", "must contain the parameter");
        let input = json!({"MinCount": 1, "MaxCount": 1, "InstanceType": "t9.micro"});
        let message = "Invalid value 't9.micro' for InstanceType.";
        check(Service::Ec2, "RunInstances", input, "InvalidParameterValue", message);
        let put = |more: Value| {
            let mut input = json!({"Bucket": "b", "Key": "k"});
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        let acl = json!({"Grants": [{"Permission": "NONE"}]});
        check(Service::S3, "PutObject", put(json!({"ACL": "x"})), "InvalidArgument", "");
        check(
            Service::S3,
            "PutObject",
            put(json!({"StorageClass": "x"})),
            "InvalidStorageClass",
            "not valid",
        );
        check(
            Service::S3,
            "PutObjectAcl",
            put(json!({"AccessControlPolicy": acl})),
            "MalformedACLError",
            "well-formed",
        );
        check(Service::S3, "PutObjectTagging", put(json!({})), "MissingRequestBodyError", "empty");
    }
}
