//! Programs that run on an instance.
//!
//! A feature that runs commands is code, so these steps are off unless the run was told to allow them.

use cucumber::{given, then, when};
use harness::parameters::{InstanceName, Text, UserName};
use harness::{CommandOutput, Stage, StepError, Verdict, World, rehearse, verdict};
use secrecy::ExposeSecret;

use crate::instances::known_instance;
use crate::policy_text::as_there;

/// Runs `aws configure` on an instance, and answers its questions with the first access key of a user.
#[given(expr = "the AWS CLI of {instance} is configured for {user}")]
async fn configured(world: &mut World, instance: InstanceName, user: UserName) -> Result<(), StepError> {
    let stage = world.stage()?;
    let actor = stage.user(&user.0)?;
    let Some(key) = actor.key else { return Err(StepError::failed("has no access key", "")) };
    let region = stage.place.region().to_owned();
    let answers = format!("{}\n{}\n{region}\njson\n", key.id, key.secret.expose_secret());
    let output = run(stage, &instance.0, "aws configure", answers).await?;
    if output.success {
        return Ok(());
    }
    Err(StepError::failed("`aws configure` failed", output.error))
}

/// Runs the doc string as a shell script on an instance. It ends at the first command that fails.
#[when(expr = "{instance} runs:")]
async fn runs(
    world: &mut World,
    step: &cucumber::gherkin::Step,
    instance: InstanceName,
) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.no_surprise()?;
    let Some(script) = &step.docstring else {
        return Err(StepError::failed(
            "has no script",
            "it goes below this step, between two lines of `\"\"\"`",
        ));
    };
    let script = as_there(stage, script);
    let output = run(stage, &instance.0, &script, String::new()).await?;
    stage.set_command(&instance.0, output);
    Ok(())
}

rehearse!("{instance} runs:" => |step| step.has_script());

/// Every command of the script succeeded.
#[then(expr = "the command succeeds")]
async fn command_succeeds(world: &mut World) -> Result<(), StepError> {
    let output = world.stage()?.last_command()?;
    if output.success {
        return Ok(());
    }
    Err(StepError::failed("failed", format!("it said: {}", output.error)))
}

/// Every command of the script succeeded, or the last one was let through where the service is decided and not emulated.
#[then(expr = "the command is allowed")]
async fn command_allowed(world: &mut World) -> Result<(), StepError> {
    let output = world.stage()?.last_command()?;
    match verdict_of(&output) {
        Verdict::Allowed => Ok(()),
        found => Err(unexpected("allowed", found, &output)),
    }
}

/// A command of the script was refused for lack of permission.
#[then(expr = "the command is denied")]
async fn command_denied(world: &mut World) -> Result<(), StepError> {
    let output = world.stage()?.last_command()?;
    match verdict_of(&output) {
        Verdict::Denied => Ok(()),
        found => Err(unexpected("denied", found, &output)),
    }
}

/// As the AWS CLI tells it: `An error occurred (CODE) when calling the OPERATION operation: MESSAGE`.
fn verdict_of(output: &CommandOutput) -> Verdict {
    if output.success {
        return Verdict::Allowed;
    }
    let told = output.error.rsplit_once("An error occurred (").and_then(|(_, rest)| rest.split_once(')'));
    told.map_or(Verdict::Unknown, |(code, _)| verdict(Some(code), None))
}

fn unexpected(expected: &str, found: Verdict, output: &CommandOutput) -> StepError {
    let said = match output.success {
        true => "it succeeded".to_owned(),
        false => format!("it said: {}", output.error),
    };
    match found {
        Verdict::Unknown => StepError::inconclusive("can't be told", format!("expected {expected}, {said}")),
        _ => StepError::failed(format!("is not {expected}"), said),
    }
}

/// A command of the script failed, and said so with this text.
#[then(expr = "the command fails with {text}")]
async fn command_fails(world: &mut World, text: Text) -> Result<(), StepError> {
    let output = world.stage()?.last_command()?;
    if output.success {
        return Err(StepError::failed("succeeded", format!("expected it to fail with `{}`", text.0)));
    }
    if output.error.contains(&text.0) {
        return Ok(());
    }
    Err(StepError::failed("failed otherwise", format!("expected `{}`, it said: {}", text.0, output.error)))
}

/// What the script printed, without surrounding white space, is this text.
#[then(expr = "the output is {text}")]
async fn output_is(world: &mut World, text: Text) -> Result<(), StepError> {
    let stage = world.stage()?;
    let expected = as_there(stage, &text.0);
    let output = stage.last_command()?;
    if !output.success {
        return Err(StepError::failed("failed", format!("it said: {}", output.error)));
    }
    if output.text.trim() == expected {
        return Ok(());
    }
    let found = stage.masked(output.text.trim());
    Err(StepError::failed("is another", format!("expected `{expected}`, it printed `{found}`")))
}

async fn run(stage: &Stage, instance: &str, script: &str, input: String) -> Result<CommandOutput, StepError> {
    let id = known_instance(stage, instance)?;
    stage.run(&id, script.to_owned(), input).await
}
