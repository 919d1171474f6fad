//! A small AWS partition inside the process: IAM, STS, S3, EC2 and Organizations whose every call is authenticated and authorized.
//!
//! An [`Emulator`] is called by handing it HTTP requests; [`Listener`] does so for other processes.

mod authenticate;
mod authorization_message;
mod authorize;
mod certificate;
mod chunked;
mod clock;
mod decided;
mod der;
mod ec2;
mod ecdsa;
mod emulator;
mod faults;
mod front;
mod host;
mod iam;
mod identity_providers;
mod ids;
mod imds;
mod integrity;
mod kms;
mod listener;
mod model;
mod operation;
mod organizations;
mod overheard;
mod partition;
mod pem;
#[cfg(test)]
mod permissions;
mod private_key;
mod question;
mod refusal;
mod route;
mod rsa;
mod s3;
mod signed_xml;
mod sigv2;
mod sigv4;
mod ssh;
mod ssm;
mod sts;
mod unreadable;

pub use authorize::{DecidedAccess, trusts_service};
pub use clock::Clock;
pub use ec2::InstanceView;
pub use emulator::{AdministratorKey, Emulator, Settings};
pub use faults::{BadFault, Failure, Faults, Rate, fault_duration};
pub use front::Peer;
pub use iam::{
    aws_managed_policies_version, aws_managed_policy, aws_managed_policy_arns, one_time_password,
    one_time_password_step,
};
pub use imds::{
    CredentialsUnknown, InstanceElsewhere, InstanceFacts, MetadataFacts, MetadataServer, ProfileFacts,
    RoleCredentials, SecurityGroupFacts,
};
pub use listener::{Ear, Listener};
pub use model::api_models_version;
pub use overheard::{Heard, Member, OverheardAnswer, OverheardRequest};
pub use policy::AccountId;
pub use question::{Asker, NotDecided, Question};
pub use sts::SamlStatement;
