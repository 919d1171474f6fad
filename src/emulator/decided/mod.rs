//! Services of which calls are decided and not done: a call that is allowed is answered with an error that says so.
//!
//! A table for each service maps its operations to actions, resources and condition keys, as the service
//! authorization reference has them; `table` reads it, `input` decodes requests without a model, `resource` makes ARNs
//! of what they name, and `access` puts it together. `dynamodb` has the keys that are read out of expressions.
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

mod access;
mod dynamodb;
mod input;
mod resource;
mod table;

pub(crate) use access::not_decided;
pub(crate) use input::{of_form, of_json, of_rest};
pub(crate) use table::{is_known, operations, route};
