//! Assuming roles: as whom, for how long, and with what else is asked for.

use aws_sdk_sts::types::{PolicyDescriptorType, Tag};
use cucumber::{then, when};
use harness::check::PolicyUse;
use harness::parameters::{Kind, ManagedPolicy, NewSession, Path, RoleName, Span, Who};
use harness::{Actor, CallRef, Control, Request, Stage, StepError, World, rehearse};
use target::{Named, PolicyKind};

use crate::decisions::{denied, succeeded};
use crate::managed_policies::policy_arn;
use crate::mfa::{Code, code};
use crate::policy_text::{Written, rows};
use crate::principals::named;
use crate::roles::known_role;
use crate::sessions::{client, free_session, from_there, name_session, take_up};

/// The session name of the walkthrough.
pub(crate) const SESSION: &str = "testSession";

rehearse!(
    "assuming {role}",
    "assuming {role} for {span}",
    => |step| {
        step.needs_actor();
        step.gives(Kind::Session, SESSION);
    }
);
rehearse!(
    "assuming {role} as {new-session}",
    "assuming {role} as {new-session} for {span}",
    => |step| step.needs_actor()
);
rehearse!("{who} assumes {role}", "{who} assumes {role} for {span}" => |step| {
    step.gives(Kind::Session, SESSION);
    step.lets_act();
});
rehearse!(
    "{who} assumes {role} as {new-session}",
    "{who} assumes {role} as {new-session} for {span}",
    => |step| step.lets_act()
);

/// Assumes a role; from here on its session acts.
#[when(expr = "assuming {role}")]
async fn assuming(world: &mut World, role: RoleName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = stage.current_actor()?;
    assume(stage, &actor, &role.0, Asked::default()).await
}

/// Assumes a role for some time; from here on its session acts.
#[when(expr = "assuming {role} for {span}")]
async fn assuming_for(world: &mut World, role: RoleName, span: Span) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = stage.current_actor()?;
    assume(stage, &actor, &role.0, Asked::lasting(span)).await
}

/// Assumes a role with a session name of one's own, by which later steps can speak of the session.
#[when(expr = "assuming {role} as {new-session}")]
async fn assuming_as(world: &mut World, role: RoleName, session: NewSession) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = stage.current_actor()?;
    assume(stage, &actor, &role.0, Asked::named(session)).await
}

/// Somebody assumes a role; from here on the session acts.
#[when(expr = "{who} assumes {role}")]
async fn assumes(world: &mut World, who: Who, role: RoleName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    assume(stage, &actor, &role.0, Asked::default()).await
}

/// Somebody assumes a role with a session name, by which later steps can speak of the session.
#[when(expr = "{who} assumes {role} as {new-session}")]
async fn assumes_as(
    world: &mut World,
    who: Who,
    role: RoleName,
    session: NewSession,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    assume(stage, &actor, &role.0, Asked::named(session)).await
}

/// Somebody assumes a role for some time; from here on the session acts.
#[when(expr = "{who} assumes {role} for {span}")]
async fn assumes_for(world: &mut World, who: Who, role: RoleName, span: Span) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    assume(stage, &actor, &role.0, Asked::lasting(span)).await
}

/// Assumes a role with a session name, for some time; from here on the session acts.
#[when(expr = "assuming {role} as {new-session} for {span}")]
async fn assuming_as_for(
    world: &mut World,
    role: RoleName,
    session: NewSession,
    span: Span,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = stage.current_actor()?;
    assume(stage, &actor, &role.0, Asked { session: session.0, ..Asked::lasting(span) }).await
}

/// Somebody assumes a role with a session name, for some time; from here on the session acts.
#[when(expr = "{who} assumes {role} as {new-session} for {span}")]
async fn assumes_as_for(
    world: &mut World,
    who: Who,
    role: RoleName,
    session: NewSession,
    span: Span,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    assume(stage, &actor, &role.0, Asked { session: session.0, ..Asked::lasting(span) }).await
}

/// Somebody assumes a role with the attributes of the table `| attribute | value |`: `session name`, `duration`,
/// `external id`, `source identity`, `session policy` (a managed policy), `MFA` (`yes`), `tag KEY`, `transitive tag KEY`.
#[when(expr = "{who} assumes {role} with:")]
async fn assumes_with(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    who: Who,
    role: RoleName,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    let mut asked = Asked::default();
    for row in rows(step, &["attribute", "value"])? {
        if let [attribute, value] = row.as_slice() {
            match attribute.as_str() {
                "MFA" if value != "yes" => {
                    let error = StepError::failed("is not `yes`", format!("`{value}` says nothing of MFA"));
                    return Err(error.help("without MFA, leave the row out"));
                }
                "MFA" => asked.mfa = Some(code(stage, &who.0).await?),
                _ => asked.set(stage, attribute, value)?,
            }
        }
    }
    assume(stage, &actor, &role.0, asked).await
}

rehearse!("{who} assumes {role} with:" => |step| {
    let mut session = SESSION.to_owned();
    for row in step.rows(&["attribute", "value"], &[]) {
        let (Some(attribute), Some(value)) = (row.cell("attribute"), row.cell("value")) else { continue };
        match attribute.text.as_str() {
            "session name" => session.clone_from(&value.text),
            "session policy" => step.names::<ManagedPolicy>(value),
            "MFA" => step.is_one_of(value, "value of `MFA`", &["yes"]),
            text if text.starts_with("tag ") || text.starts_with("transitive tag ") => {}
            _ => step.is_one_of(attribute, "attribute of a session", &ATTRIBUTES),
        }
    }
    step.gives(Kind::Session, &session);
    step.lets_act();
});

/// What may be asked for beside tags.
const ATTRIBUTES: [&str; 6] =
    ["session name", "duration", "external id", "source identity", "session policy", "MFA"];

/// Somebody assumes a role with the session policy of the doc string, which limits what the session can do.
#[when(expr = "{who} assumes {role} with the session policy:")]
async fn assumes_with_policy(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    who: Who,
    role: RoleName,
) -> Result<(), StepError> {
    assume_limited(world.stage()?, &who.0, &role.0, &Written::below(step)?).await
}

/// Somebody assumes a role with the session policy in a file beside the feature, which limits what the session can do.
#[when(expr = "{who} assumes {role} with the session policy in {path}")]
async fn assumes_with_policy_in_file(
    world: &mut World,
    who: Who,
    role: RoleName,
    path: Path,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let written = Written::in_file(stage, &path)?;
    assume_limited(stage, &who.0, &role.0, &written).await
}

async fn assume_limited(
    stage: &mut Stage,
    who: &str,
    role: &str,
    written: &Written,
) -> Result<(), StepError> {
    let actor = named(stage, who).await?;
    let policy = written.document(stage, PolicyKind::Identity)?;
    assume(stage, &actor, role, Asked { policy: Some(policy), ..Asked::default() }).await
}

rehearse!("{who} assumes {role} with the session policy:" => |step| {
    step.has_policy(PolicyUse::Session);
    step.gives(Kind::Session, SESSION);
    step.lets_act();
});
rehearse!("{who} assumes {role} with the session policy in {path}" => |step| {
    step.has_policy_in_file(PolicyUse::Session);
    step.gives(Kind::Session, SESSION);
    step.lets_act();
});

/// Somebody may assume a role: it is tried, and the one who acts stays the same.
#[then(expr = "{who} can assume {role}")]
async fn can_assume(world: &mut World, who: Who, role: RoleName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    try_to_assume(stage, &actor, &role.0).await?;
    succeeded(stage).await
}

/// Somebody may not assume a role that is there: it is tried, and the one who acts stays the same.
#[then(expr = "{who} can't/cannot assume {role}")]
async fn can_not_assume(world: &mut World, who: Who, role: RoleName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    try_to_assume(stage, &actor, &role.0).await?;
    denied(stage).await
}

pub(crate) async fn try_to_assume(stage: &mut Stage, actor: &Actor, role: &str) -> Result<(), StepError> {
    let (sts, arn) = (client(actor), known_role(stage, role)?);
    let call = assume_call(stage, role, arn.clone());
    let assume = move || sts.assume_role().role_arn(&arn).role_session_name(SESSION).send();
    stage.attempt_repeatedly(actor, call, assume).await
}

fn assume_call(stage: &Stage, role: &str, arn: String) -> CallRef {
    let control = role_is_there(stage, role, arn.clone());
    CallRef::on("STS", "AssumeRole", "sts:AssumeRole", arn).controlled_by(control)
}

/// The role is there to be assumed; root, who is entitled to all else, may not assume roles.
pub(crate) fn role_is_there(stage: &Stage, role: &str, arn: String) -> Control {
    let name = stage.place.names().of(Named::InIam, role);
    let call = CallRef::on("IAM", "GetRole", "iam:GetRole", arn.clone());
    let iam = |actor: &Actor| aws_sdk_iam::Client::new(&actor.configuration);
    let request = Request::new(call, move |actor| iam(actor).get_role().role_name(&name).send());
    Control::Seen { request, entitled: arn }
}

/// What is asked for beside the role.
pub(crate) struct Asked {
    session: String,
    seconds: Option<i32>,
    external_id: Option<String>,
    source_identity: Option<String>,
    policy: Option<String>,
    policies: Vec<String>,
    tags: Vec<Tag>,
    transitive: Vec<String>,
    /// A code of the caller's MFA device.
    mfa: Option<Code>,
}

impl Default for Asked {
    fn default() -> Asked {
        Asked {
            session: SESSION.to_owned(),
            seconds: None,
            external_id: None,
            source_identity: None,
            policy: None,
            policies: Vec::new(),
            tags: Vec::new(),
            transitive: Vec::new(),
            mfa: None,
        }
    }
}

impl Asked {
    fn named(session: NewSession) -> Asked {
        Asked { session: session.0, ..Asked::default() }
    }

    /// A session of this name, by somebody whose MFA device shows this.
    pub(crate) fn with_mfa(session: &str, mfa: Code) -> Asked {
        Asked { session: session.to_owned(), mfa: Some(mfa), ..Asked::default() }
    }

    fn lasting(span: Span) -> Asked {
        Asked { seconds: Some(span.seconds()), ..Asked::default() }
    }

    fn set(&mut self, stage: &Stage, attribute: &str, value: &str) -> Result<(), StepError> {
        if let Some((kind @ ("" | "transitive "), key)) = attribute.split_once("tag ") {
            let tag = Tag::builder().key(key).value(value).build();
            self.tags.push(tag.map_err(|error| StepError::failed("is no tag", error.to_string()))?);
            if !kind.is_empty() {
                self.transitive.push(key.to_owned());
            }
            return Ok(());
        }
        match attribute {
            "session name" => value.clone_into(&mut self.session),
            "duration" => match value.parse::<Span>() {
                Ok(span) => self.seconds = Some(span.seconds()),
                Err(_) => {
                    let error = StepError::failed("is no duration", format!("`{value}` is no duration"));
                    return Err(error.help("for instance `15 minutes`"));
                }
            },
            "external id" => self.external_id = Some(value.to_owned()),
            "source identity" => self.source_identity = Some(value.to_owned()),
            "session policy" => self.policies.push(policy_arn(stage, value)?),
            _ => {
                return Err(StepError::failed(
                    format!("has no attribute `{attribute}`"),
                    "the attributes are: session name, duration, external id, source identity, session policy, MFA, tag KEY, \
                     transitive tag KEY",
                ));
            }
        }
        Ok(())
    }
}

/// Assumes a role; from then on the session acts, or nobody where it was refused.
///
/// # Errors
/// Where the role is not there, or its session can't have its name.
pub(crate) async fn assume(
    stage: &mut Stage,
    actor: &Actor,
    role: &str,
    asked_for: Asked,
) -> Result<(), StepError> {
    let arn = known_role(stage, role)?;
    let session = asked_for.session.as_str();
    free_session(stage, session)?;
    let sts = client(actor);
    let call = assume_call(stage, role, arn.clone());
    stage.place.settled().await;
    let asked = stage.place.now();
    let policies = asked_for.policies.iter().map(|arn| PolicyDescriptorType::builder().arn(arn).build());
    let policies: Vec<PolicyDescriptorType> = policies.collect();
    let (serial, code) = asked_for.mfa.map(|Code { serial, code }| (serial, code)).unzip();
    let answer = sts
        .assume_role()
        .role_arn(arn)
        .role_session_name(session)
        .set_duration_seconds(asked_for.seconds)
        .set_external_id(asked_for.external_id)
        .set_source_identity(asked_for.source_identity)
        .set_policy(asked_for.policy)
        .set_serial_number(serial)
        .set_token_code(code)
        .set_policy_arns((!policies.is_empty()).then_some(policies))
        .set_tags((!asked_for.tags.is_empty()).then_some(asked_for.tags))
        .set_transitive_tag_keys((!asked_for.transitive.is_empty()).then_some(asked_for.transitive))
        .send();
    let obtained = stage.attempt(actor, call, answer).await?;
    (stage.actor, stage.session) = (None, None);
    let Some(obtained) = obtained else { return Ok(()) };
    let account = stage.place.account();
    let arn = obtained.assumed_role_user().map_or_else(
        || format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
        |user| user.arn().to_owned(),
    );
    take_up(stage, &format!("{role} as {session}"), arn, asked, obtained.credentials())?;
    from_there(stage, actor)?;
    name_session(stage, session.to_owned());
    Ok(())
}
