//! AWS KMS: keys with their policies and aliases, by which all calls on keys are decided; nothing is encrypted.
//!
//! Which permissions a call needs stands in the table of `decided`, as for the services that are decided only.
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>

mod aliases;
mod key_policies;
mod keys;
mod store;

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

pub(crate) use store::Store;

type Act = fn(&mut Partition, &Call) -> Result<Reply, ServiceError>;

/// What an operation does; `None`: its calls are decided only.
pub(crate) fn act(operation: &str) -> Option<Act> {
    Some(match operation {
        "CreateAlias" => aliases::create,
        "CreateKey" => keys::create,
        "DeleteAlias" => aliases::delete,
        "DescribeKey" => keys::describe,
        "GetKeyPolicy" => key_policies::get,
        "PutKeyPolicy" => key_policies::put,
        _ => return None,
    })
}
