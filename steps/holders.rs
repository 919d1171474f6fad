//! Who has policies and tags: users, roles and groups, by name.

use harness::{Stage, StepError, means_several, unknown};
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
        let (kind, bare) = kind_and_name(name);
        let is_meant = |of: &str| kind.is_none_or(|kind| kind == of);
        let user =
            cast.users.get(bare).filter(|_| is_meant("user")).map(|user| Holder::User(user.arn.clone()));
        let role = cast.roles.get(bare).filter(|_| is_meant("role")).map(|arn| Holder::Role(arn.clone()));
        let group = cast.groups.get(bare).filter(|_| is_meant("group")).map(|arn| Holder::Group(arn.clone()));
        match (user, role, group) {
            (Some(holder), None, None) | (None, Some(holder), None) | (None, None, Some(holder)) => {
                return Ok(holder);
            }
            (None, None, None) => {}
            _ => return Err(several(stage, bare)),
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

/// What people say of which kind somebody is, as in `"the group readers"`, and the name.
fn kind_and_name(words: &str) -> (Option<&str>, &str) {
    let said = words.strip_prefix("the ").and_then(|rest| rest.split_once(' '));
    match said {
        Some((kind @ ("user" | "role" | "group"), name)) => (Some(kind), name),
        _ => (None, words),
    }
}

/// Only in accounts that files describe have several of those the same name who have policies.
pub(crate) fn several(stage: &Stage, name: &str) -> StepError {
    let kinds = stage.cast.identities_called(name);
    let kind = kinds.first().copied().unwrap_or("user");
    StepError::failed("means several", means_several(name, &kinds))
        .help(format!("say which: \"the {kind} {name}\" where a step is about policies, or the ARN"))
}

/// The place's name of somebody or something in IAM.
pub(crate) fn name_in_iam(stage: &Stage, name: &str) -> String {
    stage.place.names().of(Named::InIam, kind_and_name(name).1)
}
