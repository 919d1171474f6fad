//! Reads what `aws iam get-account-authorization-details` writes.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>. It has the whole of IAM,
//! and nothing of other services: no bucket, and no policy of a resource but for roles.

mod entities;
mod fields;

use std::collections::BTreeSet;

use policy::{AccountId, PolicyKind};
use serde_json::Value;

use crate::document::document;
use crate::gaad::fields::{Fields, Trouble};
use crate::model::{Account, Gap, ManagedPolicy, ReadError, Subject};

const LISTS: [&str; 4] = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"];

/// Reads `text`. `of_aws` tells the documents of AWS's own policies, of which the file may lack some.
///
/// # Errors
/// Where it is not such output, or not the whole of it.
pub fn read(text: &str, of_aws: &dyn Fn(&str) -> Option<String>) -> Result<Account, ReadError> {
    let value: Value = serde_json::from_str(text).map_err(|error| ReadError::of_json(&error))?;
    let whole = Fields::of(&value, "").map_err(ReadError::from)?;
    if !LISTS.iter().any(|list| whole.has(list)) {
        return Err(ReadError::new(format!(
            "is not what `aws iam get-account-authorization-details` writes: it has none of {}",
            LISTS.join(", ")
        )));
    }
    if whole.is_true("IsTruncated") {
        return Err(ReadError::new(
            "is only a part of the account, as `IsTruncated` says: the AWS CLI gets all pages unless it is told otherwise",
        ));
    }
    let mut reader = Reader { account: Account::default(), accounts: BTreeSet::new() };
    reader.read(&whole).map_err(ReadError::from)?;
    reader.finished(of_aws)
}

/// What is read so far.
struct Reader {
    account: Account,
    /// Those that ARNs of the account's own things name.
    accounts: BTreeSet<String>,
}

impl Reader {
    fn read(&mut self, whole: &Fields<'_>) -> Result<(), Trouble> {
        for policy in whole.list("Policies")? {
            self.policy(&policy)?;
        }
        for group in whole.list("GroupDetailList")? {
            self.group(&group)?;
        }
        for user in whole.list("UserDetailList")? {
            self.user(&user)?;
        }
        for role in whole.list("RoleDetailList")? {
            self.role(&role)?;
        }
        Ok(())
    }

    fn policy(&mut self, fields: &Fields<'_>) -> Result<(), Trouble> {
        let arn = fields.text("Arn")?;
        self.owner(fields, arn)?;
        let mut default = None;
        for version in fields.list("PolicyVersionList")? {
            if version.is_true("IsDefaultVersion") {
                default = Some((version.value("Document")?, version.place("Document")));
            }
        }
        let Some((value, place)) = default else {
            return Err(fields.trouble("PolicyVersionList", "has no default version"));
        };
        match document(value, PolicyKind::Identity) {
            Ok(text) => {
                let policy = ManagedPolicy { arn: arn.to_owned(), text, tags: fields.tags()? };
                self.account.policies.push(policy);
            }
            // Whoever has it is doubtful, which is found once all of them are read.
            Err(reason) => self.gap(place, reason, Subject::Resource(arn.to_owned())),
        }
        Ok(())
    }

    fn gap(&mut self, place: String, reason: String, subject: Subject) {
        self.account.gaps.push(Gap { place, line: None, reason, subject });
    }

    /// Remembers the account of a thing that is not AWS's own.
    fn owner(&mut self, fields: &Fields<'_>, arn: &str) -> Result<(), Trouble> {
        match arn.split(':').nth(4) {
            Some("aws") => Ok(()),
            Some(account) if AccountId::new(account).is_some() => {
                self.accounts.insert(account.to_owned());
                Ok(())
            }
            _ => Err(fields.trouble("Arn", format!("is `{arn}`, which is no ARN of IAM"))),
        }
    }

    /// # Errors
    /// Where the things are of several accounts.
    fn finished(mut self, of_aws: &dyn Fn(&str) -> Option<String>) -> Result<Account, ReadError> {
        let accounts: Vec<&str> = self.accounts.iter().map(String::as_str).collect();
        match accounts.as_slice() {
            [] => return Err(ReadError::new("holds no user, group, role or policy of an account")),
            [one] => self.account.id = AccountId::new(one),
            several => {
                let several = several.join(" and ");
                return Err(ReadError::new(format!("holds things of several accounts: {several}")));
            }
        }
        self.account.complete(of_aws);
        Ok(self.account)
    }
}

#[cfg(test)]
mod tests;
