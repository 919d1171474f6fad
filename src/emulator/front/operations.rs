//! Which operation a request is about, of those that are emulated or decided, and what it asks of it.

use bytes::Bytes;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use crate::model::{
    Model, Parameters, PathKind, RestRequest, decode_json, decode_query, decode_rest, rest_operation,
    s3_operation,
};
use crate::operation::{Operation, Protocol, Service, ServiceError};
use crate::route::Place;
use crate::sigv4::header;
use crate::{decided, ec2, iam, integrity, organizations, s3, ssm, sts};

/// What a request is about.
pub(super) enum Target {
    Query(Parameters),
    S3 {
        place: Place,
        query: Parameters,
    },
    /// The operation, by the header `X-Amz-Target`.
    Json(String),
    /// The operation, by method and path, and the end of the path.
    RestXml {
        name: &'static str,
        rest: Option<String>,
        query: Parameters,
    },
    /// The operation, by method and path, with the members in path and query.
    RestJson(&'static str, serde_json::Value),
}

impl Target {
    pub(super) fn of(service: Service, parts: &Parts, parameters: Parameters) -> Result<Self, ServiceError> {
        match service.protocol() {
            Protocol::S3 => Ok(Self::S3 { place: Place::of(parts)?, query: parameters }),
            Protocol::Query | Protocol::Ec2 => Ok(Self::Query(parameters)),
            Protocol::Json { target, .. } => {
                let sent = header(parts, "x-amz-target").unwrap_or_default();
                let name = sent.strip_prefix(target).and_then(|name| name.strip_prefix('.'));
                let unknown = || ServiceError::new(400, "UnknownOperationException", "");
                name.map(|name| Self::Json(name.to_owned())).ok_or_else(unknown)
            }
            Protocol::RestXml => {
                let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
                let (method, model) = (parts.method.as_str(), Model::of(service));
                let Some((name, rest)) = rest_operation(model, method, &path) else {
                    let message = format!("{method} {path} of S3 Control is not emulated by rolecall");
                    return Err(ServiceError::new(501, "NotImplemented", message));
                };
                Ok(Self::RestXml { name, rest: rest.map(str::to_owned), query: parameters })
            }
            Protocol::RestJson => {
                let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
                let route = decided::route(service, parts.method.as_str(), path, query);
                let what = || format!("{} {path}", parts.method);
                let (name, mut members) = route.ok_or_else(|| decided::not_decided(service, &what()))?;
                members.extend(parameters.into_iter().map(|(name, value)| (name, value.into())));
                Ok(Self::RestJson(name, members.into()))
            }
        }
    }

    pub(super) fn operation(
        &self,
        service: Service,
        parts: &Parts,
    ) -> Result<&'static Operation, ServiceError> {
        let model = Model::of(service);
        let name = match self {
            Self::Query(parameters) => {
                parameters.get("Action").filter(|name| !name.is_empty()).ok_or_else(|| {
                    let message = "The request is missing an action or a required parameter";
                    ServiceError::new(400, "MissingAction", message)
                })?
            }
            Self::S3 { place, query } => {
                let name = s3_operation(model, parts.method.as_str(), place.kind(), query, &parts.headers);
                name.ok_or_else(|| method_not_allowed(parts, place))?
            }
            Self::Json(name) => name.as_str(),
            Self::RestJson(name, _) | Self::RestXml { name, .. } => name,
        };
        let row = operations(service).find(|operation| operation.name == name);
        row.ok_or_else(|| unknown_operation(service, model, name))
    }

    pub(super) fn input(
        &self,
        service: Service,
        operation: &str,
        parts: &Parts,
        body: &Bytes,
    ) -> Result<serde_json::Value, ServiceError> {
        let model = Model::of(service);
        let shape = model.input(operation);
        let is_decided = decided::is_known(service) && shape.is_none();
        match self {
            Self::Query(parameters) if is_decided => Ok(decided::of_form(parameters)),
            Self::Json(_) if is_decided => decided::of_json(body),
            Self::RestJson(_, members) => Ok(decided::of_rest(members, body)),
            Self::Query(parameters) => decode_query(service, model, shape, parameters).map_err(|wrong| {
                let message = format!("Value ({}) for parameter {} is invalid.", wrong.value, wrong.field);
                let code = if service == Service::Ec2 { "InvalidParameterValue" } else { "MalformedInput" };
                ServiceError::new(400, code, message)
            }),
            Self::S3 { place, query } => {
                s3::refuse_unserved(&parts.headers)?;
                integrity::verify(operation, &parts.headers, body)?;
                let request = RestRequest {
                    bucket: place.bucket.as_deref(),
                    key: place.key.as_deref(),
                    query,
                    headers: &parts.headers,
                    body,
                };
                decode_rest(model, shape, &request)
            }
            Self::RestXml { rest, query, .. } => {
                let headers = &parts.headers;
                decode_rest(
                    model,
                    shape,
                    &RestRequest { bucket: None, key: rest.as_deref(), query, headers, body },
                )
            }
            Self::Json(_) => decode_json(model, shape, body),
        }
    }
}

/// All operations that are emulated: adding one touches its service's folder, and the table there.
fn table(service: Service) -> &'static [Operation] {
    match service {
        Service::Iam => iam::OPERATIONS,
        Service::Sts => sts::OPERATIONS,
        Service::S3 => s3::OPERATIONS,
        Service::S3Control => s3::CONTROL_OPERATIONS,
        Service::Ec2 => ec2::OPERATIONS,
        Service::Organizations => organizations::OPERATIONS,
        Service::Ssm => ssm::OPERATIONS,
        _ => &[],
    }
}

/// Those that are emulated, and those that are only decided.
fn operations(service: Service) -> impl Iterator<Item = &'static Operation> {
    table(service).iter().chain(decided::operations(service))
}

/// The operations of a service that are emulated or decided, by name.
pub(crate) fn operation_names(service: Service) -> Vec<&'static str> {
    operations(service).map(|operation| operation.name).collect()
}

fn unknown_operation(service: Service, model: &Model, name: &str) -> ServiceError {
    if decided::is_known(service) {
        return decided::not_decided(service, name);
    }
    if model.knows(name) {
        return ServiceError::new(501, "NotImplemented", format!("{name} is not emulated by rolecall"));
    }
    let version = &model.metadata.api_version;
    match service.protocol() {
        Protocol::Json { .. } => ServiceError::new(400, "UnknownOperationException", ""),
        Protocol::Ec2 => ServiceError::new(
            400,
            "InvalidAction",
            format!("The action {name} is not valid for this web service."),
        ),
        _ => ServiceError::new(
            400,
            "InvalidAction",
            format!("Could not find operation {name} for version {version}"),
        ),
    }
}

fn method_not_allowed(parts: &Parts, place: &Place) -> ServiceError {
    let resource_type = match place.kind() {
        PathKind::Service => "SERVICE",
        PathKind::Bucket => "BUCKET",
        PathKind::Object => "OBJECT",
    };
    ServiceError::new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        .with("Method", parts.method.as_str())
        .with("ResourceType", resource_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_model_and_one_row() {
        for &service in Service::ALL {
            let model = Model::of(service);
            for (place, row) in table(service).iter().enumerate() {
                assert!(model.operations.contains_key(row.name), "{} has no model", row.name);
                let first = table(service).iter().position(|other| other.name == row.name);
                assert_eq!(first, Some(place), "{} has two rows", row.name);
            }
        }
    }
}
