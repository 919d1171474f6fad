//! What programs on an instance of the emulator sign with: asked of its metadata service as the SDKs ask (IMDSv2).

use emulator::Emulator;
use secrecy::SecretString;
use serde_json::Value;

use crate::place::{AccessKey, TargetError};

const CREDENTIALS: &str = "/latest/meta-data/iam/security-credentials/";

/// The name of an instance's role and its credentials, if it has one that EC2 may assume.
///
/// # Errors
/// Where the instance does not run, or its metadata service answers what nobody understands.
pub(crate) fn instance_role(
    emulator: &Emulator,
    instance_id: &str,
) -> Result<Option<(String, AccessKey)>, TargetError> {
    let ask = |method: &str, path: &str, header: (&str, &str)| {
        let headers = [(header.0.to_owned(), header.1.to_owned())];
        let answer = emulator.metadata(instance_id, method, path, &headers);
        let (status, body) = answer.ok_or_else(|| TargetError::NoSuchInstance(instance_id.to_owned()))?;
        Ok::<_, TargetError>((status, String::from_utf8_lossy(&body).into_owned()))
    };
    let (status, token) = ask("PUT", "/latest/api/token", ("x-aws-ec2-metadata-token-ttl-seconds", "60"))?;
    if status != 200 {
        return Err(TargetError::Unexpected(format!(
            "the instance metadata service gives no token: status {status}"
        )));
    }
    let token = ("x-aws-ec2-metadata-token", token.as_str());
    let (status, role) = ask("GET", CREDENTIALS, token)?;
    if status == 404 {
        return Ok(None);
    }
    let role = role.trim();
    let (_, text) = ask("GET", &format!("{CREDENTIALS}{role}"), token)?;
    let document: Value = serde_json::from_str(&text).unwrap_or_default();
    let field = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
    let key = (|| {
        Some(AccessKey {
            id: field("AccessKeyId")?,
            secret: SecretString::from(field("SecretAccessKey")?),
            session_token: Some(SecretString::from(field("Token")?)),
        })
    })();
    Ok(key.map(|key| (role.to_owned(), key)))
}
