//! Reading requests, and the errors that most operations share.
//!
//! A parameter that we do not know is refused by name instead of being ignored: an ignored parameter could make
//! a scenario pass that AWS would not.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::operation::{Call, Reply, ServiceError};

/// The input as `T`, which denies unknown fields. `DryRun` is the front's business and is left out.
pub(super) fn read<T: DeserializeOwned>(call: &Call) -> Result<T, ServiceError> {
    let mut input = match &call.input {
        Value::Null => Value::Object(serde_json::Map::new()),
        input => input.clone(),
    };
    if let Some(members) = input.as_object_mut() {
        members.remove("DryRun");
    }
    parse(input, call.operation)
}

/// A request as `T`, which denies unknown fields.
pub(super) fn parse<T: DeserializeOwned>(input: Value, operation: &str) -> Result<T, ServiceError> {
    T::deserialize(input).map_err(|error| {
        let text = error.to_string();
        match text.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()) {
            Some(name) => ServiceError::new(
                400,
                "UnsupportedOperation",
                format!("The emulator does not know the parameter {name} of {operation}"),
            ),
            None => invalid_value(text),
        }
    })
}

/// `{"Return": true}`, the answer of operations that only succeed.
pub(super) fn done() -> Reply {
    Reply { output: serde_json::json!({ "Return": true }), ..Reply::empty() }
}

pub(super) fn error(code: &'static str, message: impl Into<String>) -> ServiceError {
    ServiceError::new(400, code, message)
}

pub(super) fn invalid_value(message: impl Into<String>) -> ServiceError {
    error("InvalidParameterValue", message)
}

pub(super) fn missing(parameter: &str) -> ServiceError {
    error("MissingParameter", format!("The request must contain the parameter {parameter}"))
}

/// The value of a parameter that must be there and not be empty.
pub(super) fn required<'a>(value: &'a Option<String>, parameter: &str) -> Result<&'a str, ServiceError> {
    value.as_deref().filter(|value| !value.is_empty()).ok_or_else(|| missing(parameter))
}

/// The codes for ids of one kind of resource.
pub(super) struct IdErrors {
    /// With the hyphen: `vpc-`.
    pub(super) prefix: &'static str,
    pub(super) malformed: &'static str,
    pub(super) not_found: &'static str,
    /// As the message names it: `vpc`.
    pub(super) noun: &'static str,
}

impl IdErrors {
    /// Refuses what is not 8 or 17 hexadecimal digits behind the prefix.
    pub(super) fn check_form(&self, id: &str) -> Result<(), ServiceError> {
        let well_formed = id.strip_prefix(self.prefix).is_some_and(|digits| {
            matches!(digits.len(), 8 | 17) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        if well_formed {
            return Ok(());
        }
        Err(error(self.malformed, format!("Invalid id: \"{id}\" (expecting \"{}...\")", self.prefix)))
    }

    pub(super) fn not_found(&self, ids: &[&str]) -> ServiceError {
        let message = match ids {
            [id] => format!("The {} ID '{id}' does not exist", self.noun),
            _ => format!("The {} IDs '{}' do not exist", self.noun, ids.join(", ")),
        };
        error(self.not_found, message)
    }

    /// Refuses ids that are malformed or not among those that `exists` knows.
    pub(super) fn check_all(
        &self,
        ids: &[String],
        exists: impl Fn(&str) -> bool,
    ) -> Result<(), ServiceError> {
        for id in ids {
            self.check_form(id)?;
        }
        let absent: Vec<&str> = ids.iter().map(String::as_str).filter(|id| !exists(id)).collect();
        if absent.is_empty() { Ok(()) } else { Err(self.not_found(&absent)) }
    }
}

pub(super) const INSTANCE_IDS: IdErrors = IdErrors {
    prefix: "i-",
    malformed: "InvalidInstanceID.Malformed",
    not_found: "InvalidInstanceID.NotFound",
    noun: "instance",
};

pub(super) const VPC_IDS: IdErrors = IdErrors {
    prefix: "vpc-",
    malformed: "InvalidVpcID.Malformed",
    not_found: "InvalidVpcID.NotFound",
    noun: "vpc",
};

pub(super) const SUBNET_IDS: IdErrors = IdErrors {
    prefix: "subnet-",
    malformed: "InvalidSubnetID.Malformed",
    not_found: "InvalidSubnetID.NotFound",
    noun: "subnet",
};

pub(super) const GATEWAY_IDS: IdErrors = IdErrors {
    prefix: "igw-",
    malformed: "InvalidInternetGatewayId.Malformed",
    not_found: "InvalidInternetGatewayID.NotFound",
    noun: "internetGateway",
};

pub(super) const ROUTE_TABLE_IDS: IdErrors = IdErrors {
    prefix: "rtb-",
    malformed: "InvalidRouteTableId.Malformed",
    not_found: "InvalidRouteTableID.NotFound",
    noun: "routeTable",
};

pub(super) const INTERFACE_IDS: IdErrors = IdErrors {
    prefix: "eni-",
    malformed: "InvalidNetworkInterfaceId.Malformed",
    not_found: "InvalidNetworkInterfaceID.NotFound",
    noun: "networkInterface",
};

pub(super) const VOLUME_IDS: IdErrors = IdErrors {
    prefix: "vol-",
    malformed: "InvalidVolumeID.Malformed",
    not_found: "InvalidVolume.NotFound",
    noun: "volume",
};

pub(super) const SNAPSHOT_IDS: IdErrors = IdErrors {
    prefix: "snap-",
    malformed: "InvalidSnapshotID.Malformed",
    not_found: "InvalidSnapshot.NotFound",
    noun: "snapshot",
};

pub(super) const ENDPOINT_IDS: IdErrors = IdErrors {
    prefix: "vpce-",
    malformed: "InvalidVpcEndpointId.Malformed",
    not_found: "InvalidVpcEndpointId.NotFound",
    noun: "vpcEndpoint",
};

pub(super) const LAUNCH_TEMPLATE_IDS: IdErrors = IdErrors {
    prefix: "lt-",
    malformed: "InvalidLaunchTemplateId.Malformed",
    not_found: "InvalidLaunchTemplateId.NotFound",
    noun: "launch template",
};
