//! Who has policies and tags: users, roles and groups, by name.

use harness::{Stage, StepError, unknown};
use target::Named;

/// Who has policies, by ARN.
pub(crate) enum Holder {
    User(String),
    Role(String),
    Group(String),
}

impl Holder {
    /// # Errors
    /// Where nobody of the scenario has that name.
    pub(crate) fn of(stage: &Stage, name: &str) -> Result<Holder, StepError> {
        let cast = &stage.cast;
        if let Some(user) = cast.users.get(name) {
            return Ok(Holder::User(user.arn.clone()));
        }
        if let Some(arn) = cast.roles.get(name) {
            return Ok(Holder::Role(arn.clone()));
        }
        if let Some(arn) = cast.groups.get(name) {
            return Ok(Holder::Group(arn.clone()));
        }
        let known = cast.users.keys().chain(cast.roles.keys()).chain(cast.groups.keys());
        let known: Vec<String> = known.cloned().collect();
        Err(unknown("user, role or group", name, known.iter()).help(if known.is_empty() {
            format!("make it first: `Given a user {name}`, `Given a group {name}` or `Given a role {name} trusted by NAME`")
        } else {
            format!("known here: {}", known.join(", "))
        }))
    }

    pub(crate) fn arn(&self) -> &str {
        let (Holder::User(arn) | Holder::Role(arn) | Holder::Group(arn)) = self;
        arn
    }
}

/// The place's name of somebody or something in IAM.
pub(crate) fn name_in_iam(stage: &Stage, name: &str) -> String {
    stage.place.names().of(Named::InIam, name)
}
