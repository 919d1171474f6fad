//! AWS Security Token Service: temporary credentials and what is known of them.
//!
//! `assume_role` and `tokens` issue credentials, `identity` tells who calls, `store` keeps the sessions.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html>

mod assume_role;
mod authorization_message;
mod identity;
mod session_policies;
mod session_tags;
mod store;
#[cfg(test)]
mod tests;
mod tokens;

use crate::operation::{NO_PERMISSION_NEEDED, Operation};

pub(crate) use assume_role::assume_for_instance;
pub(crate) use store::{Credentials, Store};

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation { name: "GetCallerIdentity", access: NO_PERMISSION_NEEDED, act: identity::caller },
    Operation { name: "GetAccessKeyInfo", access: identity::access_key_access, act: identity::access_key },
    Operation {
        name: "DecodeAuthorizationMessage",
        access: authorization_message::access,
        act: authorization_message::decode,
    },
    Operation { name: "AssumeRole", access: assume_role::access, act: assume_role::act },
    Operation { name: "GetSessionToken", access: tokens::session_access, act: tokens::session },
    Operation { name: "GetFederationToken", access: tokens::federation_access, act: tokens::federation },
];
