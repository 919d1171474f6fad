//! Access keys as the SDK takes them.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use secrecy::ExposeSecret;

use crate::place::AccessKey;

/// Always the same key.
pub(crate) fn static_credentials(key: &AccessKey) -> SharedCredentialsProvider {
    let token = key.session_token.as_ref().map(|token| token.expose_secret().to_owned());
    SharedCredentialsProvider::new(Credentials::new(
        key.id.clone(),
        key.secret.expose_secret(),
        token,
        None,
        "rolecall",
    ))
}
