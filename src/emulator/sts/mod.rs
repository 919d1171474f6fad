//! AWS Security Token Service: temporary credentials and what is known of them.
//!
//! `assume_role`, `assume_root`, `web_identity`, `saml` and `tokens` issue credentials, `outbound_token` vouches for callers elsewhere, `issuers` plays identity providers, `identity` tells who calls, `store` keeps the sessions.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html>

mod assume_role;
mod assume_root;
mod authorization_message;
mod identity;
mod issuers;
mod jwt;
mod mfa;
mod outbound_token;
mod role_sessions;
mod saml;
mod saml_response;
mod session_policies;
mod session_tags;
mod store;
#[cfg(test)]
mod tests;
mod tokens;
mod web_identity;

use crate::operation::{NO_PERMISSION_NEEDED, Operation};

pub(crate) use assume_role::{assume_for_instance, instance_principal, service_principal};
pub use issuers::SamlStatement;
pub(crate) use issuers::{saml_metadata, saml_response, thumbprint, web_identity_token};
pub(crate) use jwt::Algorithm;
pub(crate) use store::{Credentials, Store};

/// The operations that need no signature.
pub(crate) const UNSIGNED: &[&str] = &["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation { name: "GetCallerIdentity", access: NO_PERMISSION_NEEDED, act: identity::caller },
    Operation { name: "GetAccessKeyInfo", access: identity::access_key_access, act: identity::access_key },
    Operation {
        name: "DecodeAuthorizationMessage",
        access: authorization_message::access,
        act: authorization_message::decode,
    },
    Operation { name: "AssumeRole", access: assume_role::access, act: assume_role::act },
    Operation { name: "AssumeRoleWithSAML", access: saml::access, act: saml::act },
    Operation { name: "AssumeRoleWithWebIdentity", access: web_identity::access, act: web_identity::act },
    Operation { name: "AssumeRoot", access: assume_root::access, act: assume_root::act },
    Operation { name: "GetWebIdentityToken", access: outbound_token::access, act: outbound_token::act },
    Operation { name: "GetSessionToken", access: tokens::session_access, act: tokens::session },
    Operation { name: "GetFederationToken", access: tokens::federation_access, act: tokens::federation },
];
