//! MFA devices of users, and what is called with their codes.
//!
//! The devices are virtual ones: the service tells their seed once, from which steps compute codes as an app would.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html>

use std::time::Duration;

use aws_sdk_iam::types::VirtualMfaDevice;
use cucumber::{given, when};
use harness::parameters::{Kind, NewSession, RoleName, UserName};
use harness::{CallRef, MfaDevice, NewThing, Stage, StepError, World, rehearse};
use secrecy::{ExposeSecret, SecretString};
use target::{AccountId, ThingKind, one_time_password, one_time_password_step};

use crate::assuming::{Asked, SESSION, assume};
use crate::holders::name_in_iam;
use crate::principals::{iam_tags, known_user, named};
use crate::sessions::{free_session, name_session, session_token};

/// A virtual MFA device for a user, which is enabled. Its codes are those of the time at which a step needs one.
#[given(expr = "{user} has an MFA device")]
async fn has_a_device(world: &mut World, user: UserName) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let device = make_device(stage, &user.0).await?;
    stage.cast.mfa_devices.insert(user.0, device);
    Ok(())
}

/// A user assumes a role with a code of their MFA device; from here on the session acts.
#[when(expr = "{user} assumes {role} with MFA")]
async fn assumes_with_mfa(world: &mut World, user: UserName, role: RoleName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let mfa = code(stage, &user.0).await?;
    with_code(stage, &user.0, &role.0, SESSION, mfa).await
}

/// A user assumes a role with a code of their MFA device and a session name, by which later steps can speak of the session.
#[when(expr = "{user} assumes {role} as {new-session} with MFA")]
async fn assumes_as_with_mfa(
    world: &mut World,
    user: UserName,
    role: RoleName,
    session: NewSession,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    let mfa = code(stage, &user.0).await?;
    with_code(stage, &user.0, &role.0, &session.0, mfa).await
}

/// A user tries to assume a role with a code that their MFA device does not show.
#[when(expr = "{user} assumes {role} with a wrong MFA code")]
async fn assumes_with_wrong_code(world: &mut World, user: UserName, role: RoleName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let device = device(stage, &user.0)?;
    let shown = one_time_password(device.seed.expose_secret(), one_time_password_step(stage.place.now()));
    let wrong = |digit: char| if digit == '0' { '1' } else { '0' };
    let mfa = Code { serial: device.serial, code: shown.chars().map(wrong).collect() };
    with_code(stage, &user.0, &role.0, SESSION, mfa).await
}

/// A user asks for a session token with a code of their MFA device; from here on the session acts.
#[when(expr = "{user} asks for a session token with MFA")]
async fn token_with_mfa(world: &mut World, user: UserName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let mfa = code(stage, &user.0).await?;
    session_token(stage, &user.0, None, Some(mfa)).await
}

/// A user asks for a session token with a code of their MFA device; later steps can speak of the session by its name.
#[when(expr = "{user} asks for a session token as {new-session} with MFA")]
async fn token_as_with_mfa(world: &mut World, user: UserName, session: NewSession) -> Result<(), StepError> {
    let stage = world.stage()?;
    free_session(stage, &session.0)?;
    let mfa = code(stage, &user.0).await?;
    session_token(stage, &user.0, None, Some(mfa)).await?;
    name_session(stage, session.0);
    Ok(())
}

rehearse!("{user} has an MFA device" => |step| {
    step.parameter("{user}").iter().for_each(|user| step.gives(Kind::MfaDevice, &user.text));
});
rehearse!("{user} assumes {role} with MFA", "{user} assumes {role} with a wrong MFA code" => |step| {
    step.needs_mfa_device();
    step.gives(Kind::Session, SESSION);
    step.lets_act();
});
rehearse!(
    "{user} assumes {role} as {new-session} with MFA",
    "{user} asks for a session token with MFA",
    "{user} asks for a session token as {new-session} with MFA",
    => |step| {
        step.needs_mfa_device();
        step.lets_act();
    }
);

/// What a request says to be one with MFA.
pub(crate) struct Code {
    /// The device's serial number, which is its ARN.
    pub(crate) serial: String,
    /// What the device shows.
    pub(crate) code: String,
}

/// What the MFA device of a user shows. No code is good twice, so the next one is waited for where this one was used.
///
/// # Errors
/// Where the user has no device.
pub(crate) async fn code(stage: &mut Stage, user: &str) -> Result<Code, StepError> {
    let device = device(stage, user)?;
    let step = one_time_password_step(stage.place.now()).max(device.last_step + 1);
    until(stage, step).await;
    if let Some(device) = stage.cast.mfa_devices.get_mut(user) {
        device.last_step = step;
    }
    Ok(Code { serial: device.serial, code: one_time_password(device.seed.expose_secret(), step) })
}

fn device(stage: &Stage, user: &str) -> Result<MfaDevice, StepError> {
    known_user(stage, user)?;
    stage.cast.mfa_devices.get(user).cloned().ok_or_else(|| {
        let error =
            StepError::failed("has no MFA device", format!("`{user}` has no device that shows codes"));
        error.help(format!("add the step `Given {user} has an MFA device`"))
    })
}

/// Waits for a code's time; where answers are never late, as no clock is another, the next one is good at once.
async fn until(stage: &Stage, step: i64) {
    let early = i64::from(stage.place.patience().is_zero());
    let now = stage.place.now();
    let begins = (step - early).saturating_mul(PERIOD);
    if let Ok(seconds @ 1..) = u64::try_from(begins - now.timestamp()) {
        stage.wait(Duration::from_secs(seconds), "the MFA device has to show another code").await;
    }
}

/// How many seconds a code is shown.
const PERIOD: i64 = 30;

async fn with_code(
    stage: &mut Stage,
    user: &str,
    role: &str,
    session: &str,
    mfa: Code,
) -> Result<(), StepError> {
    let actor = named(stage, user).await?;
    assume(stage, &actor, role, Asked::with_mfa(session, mfa)).await
}

async fn make_device(stage: &Stage, user: &str) -> Result<MfaDevice, StepError> {
    let arn = known_user(stage, user)?;
    let administrator = stage.administrator_of(&arn)?;
    let iam = aws_sdk_iam::Client::new(&administrator.configuration);
    let name = name_in_iam(stage, user);
    let account = arn.split(':').nth(4).and_then(AccountId::new);
    let account = account.unwrap_or_else(|| stage.place.account().clone());
    let thing = NewThing { account: &account, kind: ThingKind::MfaDevice, name: &name };
    let resource = format!("arn:aws:iam::{account}:mfa/{name}");
    let call = CallRef::on("IAM", "CreateVirtualMFADevice", "iam:CreateVirtualMFADevice", resource);
    let create = iam.create_virtual_mfa_device().virtual_mfa_device_name(&name);
    let create = create.set_path(stage.place.names().iam_path().map(str::to_owned)).set_tags(iam_tags(stage));
    let made = stage.create(&administrator, thing, call, create.send()).await?;
    let (serial, seed) = made.virtual_mfa_device().and_then(told).ok_or_else(|| {
        StepError::inconclusive("got no MFA device", "IAM answered without its serial number or seed")
    })?;
    stage.learn(&seed);
    // The two codes that a person would have typed in by now: that of before, and this one.
    let last_step = one_time_password_step(stage.place.now());
    let shown = |step| one_time_password(seed.expose_secret(), step);
    let call = CallRef::on("IAM", "EnableMFADevice", "iam:EnableMFADevice", arn);
    let enable = iam.enable_mfa_device().user_name(&name).serial_number(&serial);
    let enable = enable.authentication_code1(shown(last_step - 1)).authentication_code2(shown(last_step));
    stage.must(&administrator, call, enable.send()).await?;
    Ok(MfaDevice { serial, seed, last_step })
}

fn told(device: &VirtualMfaDevice) -> Option<(String, SecretString)> {
    let seed = device.base32_string_seed()?.as_ref().to_vec();
    Some((device.serial_number().to_owned(), SecretString::from(String::from_utf8(seed).ok()?)))
}
