//! AWS Identity and Access Management: users, roles, groups, policies and instance profiles of all accounts.
//!
//! One file a noun; `operations` is the table, `access` the permissions that each operation needs, and
//! `store` what authorization and the other services ask.
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html>

mod access;
mod access_keys;
mod account;
mod attachments;
mod authorization_details;
mod aws_managed;
mod boundaries;
mod context_keys;
mod credential_report;
mod document_rules;
mod documents;
mod errors;
mod granting_policies;
mod groups;
mod inline_policies;
mod input;
mod instance_profiles;
#[cfg(test)]
pub(crate) mod lab;
mod last_accessed;
mod login_profiles;
mod managed_policies;
mod mfa_devices;
mod noun;
mod oidc_providers;
mod opened_accounts;
mod operations;
mod outbound_federation;
mod pages;
mod password_policy;
mod qr_code;
mod quotas;
mod resource_rules;
mod roles;
mod root_access;
mod saml_providers;
mod server_certificates;
mod service_linked_roles;
mod service_linked_services;
mod service_specific_credentials;
mod signing_certificates;
mod simulate;
mod simulation_inputs;
mod simulation_results;
mod ssh_public_keys;
mod store;
mod tags;
#[cfg(test)]
mod tests;
mod totp;
mod trust;
mod unseen;
mod usage;
mod users;
mod views;

pub use aws_managed::{aws_managed_policies_version, aws_managed_policy, aws_managed_policy_arns};
pub(crate) use documents::identity as identity_policy;
pub(crate) use mfa_devices::MfaRefusal;
pub(crate) use noun::timestamp;
pub(crate) use operations::OPERATIONS;
pub(crate) use store::Store;
pub(crate) use tags::Tag;
pub use totp::{code as one_time_password, step_of as one_time_password_step};
pub(crate) use unseen::{changes, refuse_unseen};
pub(crate) use views::{Entity, InstanceProfileView, OidcProviderView, RoleView, SamlProviderView};
