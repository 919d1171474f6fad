//! Whether a place enforces IAM at all: a known denial, with its control.

use aws_sdk_iam::error::ProvideErrorMetadata;
use secrecy::SecretString;

use crate::place::{AccessKey, Place};

const USER: &str = "rolecall-probe";
const PERMISSION: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]
}"#;

/// Makes a user without permissions, whose call must be denied, and grants the permission, with which the
/// same call must succeed.
///
/// # Errors
/// Why the place's verdicts on access prove nothing.
pub async fn enforces_iam(place: &dyn Place) -> Result<(), String> {
    let iam = aws_sdk_iam::Client::new(&place.configuration(Some(place.administrator())));
    let failed =
        |step: &str, error: &dyn std::fmt::Display| format!("its self-test could not {step}: {error}");
    iam.create_user()
        .user_name(USER)
        .send()
        .await
        .map_err(|error| failed("make a user", &error.into_service_error()))?;
    let made = iam
        .create_access_key()
        .user_name(USER)
        .send()
        .await
        .map_err(|error| failed("make an access key", &error.into_service_error()))?;
    let key = made.access_key().ok_or("its self-test got no access key")?;
    let key = AccessKey {
        id: key.access_key_id().to_owned(),
        secret: SecretString::from(key.secret_access_key().to_owned()),
        session_token: None,
    };
    let s3 = aws_sdk_s3::Client::new(&place.configuration(Some(&key)));
    match s3.list_buckets().send().await {
        Ok(_) => return Err("a user without any permission may list the buckets".to_owned()),
        Err(error) if error.code() == Some("AccessDenied") => {}
        Err(error) => return Err(failed("see a denial", &error.into_service_error())),
    }
    iam.put_user_policy()
        .user_name(USER)
        .policy_name("control")
        .policy_document(PERMISSION)
        .send()
        .await
        .map_err(|error| failed("grant a permission", &error.into_service_error()))?;
    s3.list_buckets()
        .send()
        .await
        .map(|_| ())
        .map_err(|error| failed("use a permission that was granted", &error.into_service_error()))
}
