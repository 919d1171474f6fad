//! Roles, which may trust one another.

use account::{Account, Present, Role, present_only};
use harness::{CallRef, Doubt, Doubtful, NewThing, Stage, StepError};
use target::{PolicyDocument, PolicyKind, ThingKind};

use super::identities::{arn_there, boundary_there, give};
use super::names::{path_there, placed, tags_there};
use super::policies::Made;
use crate::holders::Holder;
use crate::roles::{role_name, set_trust};

/// A trust policy that lets nobody in, for roles that only others trust, and until those whom it names are made.
const NOBODY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"NobodyHere","Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:PrincipalArn":"nobody"}}}]}"#;

/// # Errors
/// Where IAM refuses a role, or a policy of one.
pub(super) async fn make(stage: &mut Stage, account: &Account, policies: &Made) -> Result<(), StepError> {
    let mut waiting = Vec::new();
    for role in &account.roles {
        let name = &role.entity.name;
        let trust = trust_there(stage, account, role);
        let (first, later) = match trust {
            Some(trust) if names_entities(&trust) => (NOBODY.to_owned(), Some(trust)),
            Some(trust) => (trust, None),
            None => (NOBODY.to_owned(), None),
        };
        let arn = make_role(stage, role, policies, &first).await?;
        let about = vec![Doubtful::Identity(name.clone())];
        give(stage, &role.entity, &Holder::Role(arn), policies, about).await?;
        waiting.extend(later.map(|trust| (name, trust)));
    }
    for (name, trust) in waiting {
        set_trust(stage, name, &trust).await?;
    }
    Ok(())
}

/// The trust policy without those who are not there; `None`: it lets in nobody who is, or can't be told.
fn trust_there(stage: &mut Stage, account: &Account, role: &Role) -> Option<String> {
    let about = [Doubtful::Resource(role.entity.name.clone())];
    let text = role.trust.as_deref()?;
    let present = present_only(text, &|principal| is_here(stage, account, principal));
    match present {
        Ok(Present::Same) => placed(stage, text, &about),
        Ok(Present::Without(text)) => placed(stage, &text, &about),
        Ok(Present::Nobody) => None,
        Err(reason) => {
            let reason = format!("its trust policy can't be said here: {reason}");
            stage.cast.doubts.extend(about.map(|about| Doubt { about, reason: reason.clone() }));
            None
        }
    }
}

/// Whether a principal is one of the account, or another account of the place as a whole.
pub(super) fn is_here(stage: &Stage, account: &Account, principal: &str) -> bool {
    let is_account = |id: &str| {
        stage.place.account().as_str() == id
            || stage.place.other_account().is_some_and(|other| other.as_str() == id)
    };
    if is_account(principal) {
        return true;
    }
    let parts: Vec<&str> = principal.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", _, id, "root"] => is_account(id),
        ["arn", _, "iam", ..] => account
            .entities()
            .any(|(kind, entity)| kind != "group" && account.arn_of(kind, entity) == principal),
        ["arn", _, "sts", _, id, session] => {
            let role = session.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next());
            is_account(id) && account.roles.iter().any(|known| Some(known.entity.name.as_str()) == role)
        }
        _ => false,
    }
}

/// Whether IAM must know users or roles before it takes the policy.
fn names_entities(trust: &str) -> bool {
    let Ok(document) = PolicyDocument::parse(trust, PolicyKind::Trust) else { return false };
    document.aws_principals().iter().any(|name| name.starts_with("arn:") && !name.ends_with(":root"))
}

async fn make_role(
    stage: &mut Stage,
    role: &Role,
    policies: &Made,
    trust: &str,
) -> Result<String, StepError> {
    let entity = &role.entity;
    let administrator = stage.administrator();
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let there = role_name(stage, &entity.name);
    let arn = arn_there(stage, "role", entity);
    let thing = NewThing { account: stage.place.account(), kind: ThingKind::Role, name: &there };
    let call = CallRef::on("IAM", "CreateRole", "iam:CreateRole", arn.clone());
    let create = iam
        .create_role()
        .role_name(&there)
        .assume_role_policy_document(trust)
        .set_path(path_there(stage, &entity.path))
        .set_max_session_duration(role.max_session_duration)
        .set_permissions_boundary(boundary_there(stage, entity, policies))
        .set_tags(tags_there(stage, &entity.tags));
    let made = stage.create(&administrator, thing, call, create.send()).await?;
    let arn = made.role().map_or(arn, |role| role.arn().to_owned());
    stage.cast.roles.insert(entity.name.clone(), arn.clone());
    Ok(arn)
}
