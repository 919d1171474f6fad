//! Accounts that AWS Organizations opens.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html>

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use policy::AccountId;
use serde_json::json;

use crate::ids::Ids;
use crate::operation::ServiceError;

use super::account::Account;
use super::noun::{Noun, folded};
use super::roles::Role;
use super::store::{Grants, Store};
use super::tags::Tags;
use super::usage::Usage;
use super::{documents, trust};

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const HOUR: i64 = 3600;

impl Store {
    /// Makes an account whose root user has no key and no password, with a role for `trusted` that may do everything.
    pub(crate) fn open_account(
        &mut self,
        ids: &mut Ids,
        account: &AccountId,
        role: &str,
        trusted: &AccountId,
        now: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "AWS": format!("arn:aws:iam::{trusted}:root") },
                "Action": "sts:AssumeRole",
            }],
        });
        let inline = BTreeMap::from([("AdministratorAccess".to_owned(), documents::identity(EVERYTHING)?)]);
        let made = Role {
            identity: Noun::Role.named(ids, account, "/", role, now),
            trust: trust::parse(self, &trust.to_string())?,
            description: None,
            max_session_duration: HOUR,
            grants: Grants { inline, ..Grants::default() },
            boundary: None,
            tags: Tags::default(),
            usage: Usage::default(),
        };
        let mut opened = Account::new(account.clone(), now);
        opened.root_has_password = false;
        opened.roles.insert(folded(role), made);
        self.insert_account(opened);
        Ok(())
    }
}
