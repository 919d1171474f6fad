//! Amazon Simple Storage Service: general purpose buckets and their objects.
//!
//! A file a noun; [`OPERATIONS`] joins each operation of the API to the permissions it needs and to what it does.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>

mod abac;
mod access;
mod acl;
mod acl_members;
mod attributes;
mod bucket_policy;
mod buckets;
mod checksums;
mod completion;
mod conditions;
mod configuration_rules;
mod configurations;
mod control;
mod copy;
mod cors;
mod encoded_words;
mod encryption;
mod errors;
mod expiration;
mod form_parts;
mod form_policy;
mod form_upload;
mod listing;
mod lock_configuration;
mod multipart;
mod notifications;
mod object_attributes;
mod object_lock;
mod objects;
mod operations;
mod ownership;
mod parts;
mod policy_actions;
mod policy_form;
mod public_access;
mod reads;
mod regions;
mod restore;
mod settings;
mod store;
mod tagging;
#[cfg(test)]
mod tests;
mod unserved_headers;
mod versions;
mod website;

pub(crate) use access::access_to;
pub(crate) use cors::CrossOrigin;
pub(crate) use form_upload::FormUpload;
pub(crate) use operations::{CONTROL_OPERATIONS, OPERATIONS};
pub(crate) use regions::{check_region, takes_version_2, with_region};
pub(crate) use store::{Store, canonical_user_id};
pub(crate) use unserved_headers::refuse_unserved;
pub(crate) use website::Visit;
