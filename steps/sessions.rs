//! Session tokens, the time that temporary credentials last, and who a caller is.

use aws_sdk_sts::types::Credentials;
use chrono::{DateTime, TimeDelta, Utc};
use cucumber::{then, when};
use harness::parameters::{NewSession, Span, Text, Who};
use harness::{Actor, CallRef, Session, Stage, StepError, World, rehearse};
use secrecy::SecretString;
use target::AccessKey;

use crate::mfa::Code;
use crate::policy_text::for_account;
use crate::principals::named;

rehearse!(
    "the session token is left out",
    "asking for the caller identity",
    "the caller is {text}",
    => |step| step.needs_actor()
);
rehearse!(
    "{who} asks for a session token",
    "{who} asks for a session token as {new-session}",
    "{who} asks for a session token for {span}",
    => |step| step.lets_act()
);

/// Somebody asks for a session token; from here on the session acts.
#[when(expr = "{who} asks for a session token")]
async fn asks_for_token(world: &mut World, who: Who) -> Result<(), StepError> {
    session_token(world.stage()?, &who.0, None, None).await
}

/// Somebody asks for a session token; later steps can speak of the session by its name.
#[when(expr = "{who} asks for a session token as {new-session}")]
async fn asks_for_token_as(world: &mut World, who: Who, session: NewSession) -> Result<(), StepError> {
    let stage = world.stage()?;
    free_session(stage, &session.0)?;
    session_token(stage, &who.0, None, None).await?;
    name_session(stage, session.0);
    Ok(())
}

/// Somebody asks for a session token for some time; from here on the session acts.
#[when(expr = "{who} asks for a session token for {span}")]
async fn asks_for_token_for(world: &mut World, who: Who, span: Span) -> Result<(), StepError> {
    session_token(world.stage()?, &who.0, Some(span.seconds()), None).await
}

/// From here on the temporary key is used without its session token.
#[when(expr = "the session token is left out")]
async fn without_token(world: &mut World) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let actor = stage.current_actor()?;
    let Some(mut key) = actor.key.filter(|key| key.session_token.is_some()) else {
        return Err(StepError::failed("has no session token", format!("{} is not a session", actor.name)));
    };
    key.session_token = None;
    let name = format!("{} without its token", actor.name);
    stage.actor = Some(stage.actor_with(&name, actor.principal, Some(key)));
    Ok(())
}

/// What the service said of the session's end is what was asked for.
#[then(expr = "the session lasts {span}")]
async fn lasts(world: &mut World, span: Span) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.no_surprise()?;
    let Some(session) = &stage.session else {
        return Err(StepError::failed("there is no session", "no step before this one obtains one"));
    };
    let lasts = session.expires - session.asked;
    // The service's clock may be a moment off, and it tells whole seconds.
    if (lasts - TimeDelta::seconds(span.seconds().into())).abs() <= TimeDelta::seconds(2) {
        return Ok(());
    }
    let found = lasts.num_seconds();
    Err(StepError::failed(
        format!("lasts {found} seconds"),
        format!("expected {} seconds, it lasts {found}", span.seconds()),
    ))
}

/// Who the current actor is, as `get-caller-identity` tells.
#[then(expr = "the caller is {text}")]
async fn caller_is(world: &mut World, arn: Text) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.no_surprise()?;
    let actor = stage.current_actor()?;
    identity(stage, &actor, &arn.0).await
}

/// Who somebody is, as `get-caller-identity` tells.
#[then(expr = "{who} is identified as {text}")]
async fn identified_as(world: &mut World, who: Who, arn: Text) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = named(stage, &who.0).await?;
    identity(stage, &actor, &arn.0).await
}

/// Asks who the current actor is, which may be refused.
#[when(expr = "asking for the caller identity")]
async fn asking_identity(world: &mut World) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = stage.current_actor()?;
    let sts = client(&actor);
    let call = CallRef::new("STS", "GetCallerIdentity");
    stage.attempt_repeatedly(&actor, call, move || sts.get_caller_identity().send()).await
}

/// STS's client refuses by itself to send what is not signed, unless told otherwise.
pub(crate) fn client(actor: &Actor) -> aws_sdk_sts::Client {
    let configuration = aws_sdk_sts::config::Builder::from(&actor.configuration).allow_no_auth().build();
    aws_sdk_sts::Client::from_conf(configuration)
}

/// Asks for a session token; from then on its holder acts, or nobody where it was refused.
///
/// # Errors
/// Where nobody has the name.
pub(crate) async fn session_token(
    stage: &mut Stage,
    who: &str,
    seconds: Option<i32>,
    mfa: Option<Code>,
) -> Result<(), StepError> {
    let actor = named(stage, who).await?;
    let sts = client(&actor);
    stage.place.settled().await;
    let asked = stage.place.now();
    let (serial, code) = mfa.map(|Code { serial, code }| (serial, code)).unzip();
    let ask = sts.get_session_token().set_duration_seconds(seconds);
    let answer = ask.set_serial_number(serial).set_token_code(code).send();
    let obtained = stage.attempt(&actor, CallRef::new("STS", "GetSessionToken"), answer).await?;
    (stage.actor, stage.session) = (None, None);
    let Some(obtained) = obtained else { return Ok(()) };
    let (name, principal) = (format!("{who} with a session token"), actor.principal.clone());
    take_up(stage, &name, principal, asked, obtained.credentials())?;
    from_there(stage, &actor)
}

/// Whoever obtained the session that acts now makes its calls from where they are.
///
/// # Errors
/// Where the place can't have that.
pub(crate) fn from_there(stage: &mut Stage, obtained_by: &Actor) -> Result<(), StepError> {
    let Some(address) = obtained_by.address else { return Ok(()) };
    if let Some(actor) = stage.actor.take() {
        stage.actor = Some(stage.at(actor, address)?);
    }
    Ok(())
}

/// Nobody has the name of a session that is to be.
///
/// # Errors
/// Where a user or an instance has it.
pub(crate) fn free_session(stage: &mut Stage, name: &str) -> Result<(), StepError> {
    stage.cast.free_for("session", name)?;
    // Where it is refused, nobody acts under the name: not the holder of an earlier session either.
    stage.cast.sessions.remove(name);
    Ok(())
}

/// The session that was just obtained has this name from here on.
pub(crate) fn name_session(stage: &mut Stage, name: String) {
    if let Some(actor) = stage.actor.clone() {
        // One who had the name before may have called from elsewhere.
        stage.cast.addresses.remove(&name);
        stage.cast.sessions.insert(name, actor);
    }
}

/// The holder of temporary credentials acts from here on.
///
/// # Errors
/// Where STS answered without them.
pub(crate) fn take_up(
    stage: &mut Stage,
    name: &str,
    principal: String,
    asked: DateTime<Utc>,
    credentials: Option<&Credentials>,
) -> Result<(), StepError> {
    let Some(credentials) = credentials else {
        return Err(StepError::inconclusive("got no credentials", "STS answered without them"));
    };
    let key = AccessKey {
        id: credentials.access_key_id().to_owned(),
        secret: SecretString::from(credentials.secret_access_key().to_owned()),
        session_token: Some(SecretString::from(credentials.session_token().to_owned())),
    };
    let expires = credentials.expiration();
    let expires = DateTime::from_timestamp(expires.secs(), expires.subsec_nanos())
        .ok_or_else(|| StepError::inconclusive("got no expiration", "STS answered without one"))?;
    stage.session = Some(Session { asked, expires });
    stage.actor = Some(stage.actor_with(name, principal, Some(key)));
    Ok(())
}

async fn identity(stage: &Stage, actor: &Actor, expected: &str) -> Result<(), StepError> {
    let expected = stage.place.names().arn(&for_account(stage, expected));
    let sts = client(actor);
    let call = CallRef::new("STS", "GetCallerIdentity");
    let found = stage.must(actor, call, sts.get_caller_identity().send()).await?;
    let found = found.arn().unwrap_or("nobody");
    if found == expected {
        return Ok(());
    }
    Err(StepError::failed(
        format!("is {found}"),
        format!("expected {expected}, get-caller-identity says {found}"),
    ))
}
