//! AWS KMS: keys with their policies, grants and aliases, by which all calls on keys are decided; nothing is encrypted.
//!
//! Which permissions a call needs stands in the table of `decided`, as for the services that are decided only.
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>

mod aliases;
mod grant;
mod grants;
mod key_metadata;
mod key_policies;
mod keys;
mod store;

use crate::operation::{Access, Call, Reply, ServiceError};
use crate::partition::Partition;

pub(crate) use store::{Store, aws_managed_key, aws_managed_key_policy};

type Needs = fn(&Partition, &Call) -> Result<Vec<Access>, ServiceError>;
type Act = fn(&mut Partition, &Call) -> Result<Reply, ServiceError>;

/// What an operation needs that the table of `decided` can't tell.
pub(crate) fn access(operation: &str) -> Option<Needs> {
    (operation == "RetireGrant").then_some(grants::retire_access as Needs)
}

/// What an operation does; `None`: its calls are decided only.
pub(crate) fn act(operation: &str) -> Option<Act> {
    Some(match operation {
        "CreateAlias" => aliases::create,
        "CreateGrant" => grants::create,
        "CreateKey" => keys::create,
        "DeleteAlias" => aliases::delete,
        "DescribeKey" => keys::describe,
        "GetKeyPolicy" => key_policies::get,
        "ListGrants" => grants::list,
        "ListRetirableGrants" => grants::list_retirable,
        "PutKeyPolicy" => key_policies::put,
        "RetireGrant" => grants::retire,
        "RevokeGrant" => grants::revoke,
        _ => return None,
    })
}
