//! Parameters that AWS and others publish: of those only the newest machine images, which templates and scripts look up
//! to launch instances.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html>

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::ec2::PublicImage;
use crate::operation::{Call, Reply};

/// How the names of all of them begin; their ARNs have no account.
pub(crate) const PREFIX: &str = "aws/service/";

/// The answer to a call about parameters that are known; `None`: Parameter Store is not emulated.
pub(crate) fn answer(call: &Call) -> Option<Reply> {
    let parameter = |name: &Value| parameter(name.as_str()?, &call.region);
    let output = match call.operation {
        "GetParameter" => json!({ "Parameter": parameter(call.input.get("Name")?)? }),
        "GetParameters" => {
            let names = call.input.get("Names")?.as_array()?;
            let parameters: Vec<Value> = names.iter().map(parameter).collect::<Option<_>>()?;
            json!({ "Parameters": parameters, "InvalidParameters": [] })
        }
        _ => return None,
    };
    Reply::of(&output).ok()
}

fn parameter(name: &str, region: &str) -> Option<Value> {
    let PublicImage { id, published } = PublicImage::of_parameter(name)?;
    let published: DateTime<Utc> = published.parse().ok()?;
    Some(json!({
        "Name": name,
        "Type": "String",
        "Value": id,
        "Version": 1,
        "LastModifiedDate": published.timestamp(),
        "ARN": format!("arn:aws:ssm:{region}::parameter{name}"),
        "DataType": "aws:ec2:image",
    }))
}
