//! The state of one emulator: the stores of the services, side by side.

use chrono::{DateTime, Utc};
use policy::{AccountId, Principal};

use crate::authorization_message::AuthorizationMessages;
use crate::faults::{Faults, Lag, Refusals};
use crate::ids::Ids;
use crate::operation::CredentialKind;
use crate::{ec2, iam, kms, organizations, s3, ssm, sts};

/// All state of an emulator. Stores that are per account are keyed by account inside the service.
pub(crate) struct Partition {
    /// By what the ids of requests are told from those of other emulators; empty: by nothing.
    pub(crate) requests: Vec<u8>,
    pub(crate) ids: Ids,
    pub(crate) messages: AuthorizationMessages,
    pub(crate) iam: iam::Store,
    pub(crate) sts: sts::Store,
    pub(crate) s3: s3::Store,
    pub(crate) ec2: ec2::Store,
    pub(crate) organizations: organizations::Store,
    pub(crate) kms: kms::Store,
    pub(crate) ssm: ssm::Store,
    pub(crate) lag: Lag,
    pub(crate) refusals: Refusals,
}

/// What a store of credentials knows of an access key id.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) secret_key: String,
    /// `None`: a long-term key, which has no token.
    pub(crate) session_token: Option<String>,
    /// `None`: it does not expire.
    pub(crate) expires: Option<DateTime<Utc>>,
    /// False: deactivated.
    pub(crate) active: bool,
    pub(crate) account: AccountId,
    pub(crate) principal: Principal,
    pub(crate) kind: CredentialKind,
}

impl Partition {
    pub(crate) fn new(seed: &[u8]) -> Self {
        Self {
            requests: Vec::new(),
            ids: Ids::new(seed),
            messages: AuthorizationMessages::new(seed),
            iam: iam::Store::default(),
            sts: sts::Store::default(),
            s3: s3::Store::default(),
            ec2: ec2::Store::default(),
            organizations: organizations::Store::default(),
            kms: kms::Store::default(),
            ssm: ssm::Store::default(),
            lag: Lag::default(),
            refusals: Refusals::default(),
        }
    }

    /// What the id of a request is made of: 64 hexadecimal digits.
    pub(crate) fn request_digits(&mut self) -> String {
        let drawn = self.ids.hex();
        match self.requests.as_slice() {
            [] => drawn,
            requests => Ids::new(&[requests, drawn.as_bytes()].concat()).hex(),
        }
    }

    /// The same, with AWS's weaknesses.
    pub(crate) fn with(self, faults: &Faults) -> Self {
        Self { lag: Lag::of(faults), refusals: Refusals::of(faults), ..self }
    }

    /// The credential of an access key id, whichever service issued it.
    pub(crate) fn credential(&self, access_key_id: &str) -> Option<Credential> {
        self.iam.credential(access_key_id).or_else(|| self.sts.credential(access_key_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_of_emulators_of_one_seed_can_be_told_apart() {
        let mut one = Partition::new(b"seed");
        let mut other = Partition { requests: b"another".to_vec(), ..Partition::new(b"seed") };
        assert_ne!(one.request_digits(), other.request_digits());
        assert_eq!(one.ids.uuid(), other.ids.uuid(), "all else follows from the seed");
    }
}
