//! Accounts that files describe, made as they say.

mod identities;
mod names;
mod policies;
mod roles;
mod things;

use std::collections::BTreeMap;

use account::{Account, Gap, ReadError, Subject, Surroundings};
use cucumber::gherkin::Step;
use cucumber::given;
use harness::parameters::Path;
use harness::{Doubt, Doubtful, Stage, StepError, World, rehearse};
use target::aws_managed_policy;

use crate::policy_text::rows;

/// Everything that a file describes which `aws iam get-account-authorization-details` wrote: users (each with an access
/// key), groups, roles, their policies, boundaries and tags, and instance profiles. The account's number becomes that of the
/// scenario's account. It tells nothing of buckets and their policies: make those that the scenario is about. The path is
/// relative to the feature.
#[given(expr = "the account described in {path}")]
async fn an_account(world: &mut World, path: Path) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let text = stage.file(&path.0)?;
    let account = account::read_gaad(&text, &aws_managed_policy);
    let account = account.map_err(|error| unreadable(&path.0, &error))?;
    make(stage, &account).await
}

// Only the file tells who there is.
rehearse!("the account described in {path}" => |step| step.gives_anything());

/// Everything that a stack of a CloudFormation template would hold, as far as it says who may do what: users (each with an access key),
/// groups, roles, their policies, instance profiles, and buckets with their policies. Parameters have their defaults; what has no
/// name of its own is called by its logical id. The path is relative to the feature.
#[given(expr = "the CloudFormation template {path}")]
async fn a_template(world: &mut World, path: Path) -> Result<(), StepError> {
    template(world.stage()?, &path.0, &BTreeMap::new()).await
}

/// What a stack of a CloudFormation template would hold, with parameters in the table `| parameter | value |`: also `import NAME` for what another stack exports, and pseudo
/// parameters such as `AWS::StackName`.
#[given(expr = "the CloudFormation template {path} with the parameters:")]
async fn a_template_with(world: &mut World, step: &Step, path: Path) -> Result<(), StepError> {
    let rows = rows(step, &["parameter", "value"])?;
    let pairs = rows.into_iter().filter_map(|row| <[String; 2]>::try_from(row).ok());
    let parameters = pairs.map(|[name, value]| (name, value)).collect();
    template(world.stage()?, &path.0, &parameters).await
}

rehearse!("the CloudFormation template {path}" => |step| step.gives_anything());
rehearse!("the CloudFormation template {path} with the parameters:" => |step| {
    drop(step.rows(&["parameter", "value"], &[]));
    step.gives_anything();
});

async fn template(
    stage: &mut Stage,
    path: &str,
    parameters: &BTreeMap<String, String>,
) -> Result<(), StepError> {
    stage.turn()?;
    let text = stage.file(path)?;
    let surroundings =
        Surroundings { account: stage.place.account().clone(), region: stage.place.region().to_owned() };
    let account = account::read_template(&text, parameters, &surroundings, &aws_managed_policy);
    let account = account.map_err(|error| unreadable(path, &error))?;
    make(stage, &account).await
}

/// Everything that there will be once a Terraform plan is applied, as far as it says who may do what: users (each with an access key),
/// groups, roles, their policies, instance profiles, and buckets with their policies. The file is what `terraform show -json PLAN` writes; its
/// path is relative to the feature.
#[given(expr = "the Terraform plan {path}")]
async fn a_plan(world: &mut World, path: Path) -> Result<(), StepError> {
    let stage = world.stage()?;
    stage.turn()?;
    let text = stage.file(&path.0)?;
    let account = account::read_plan(&text, stage.place.account(), &aws_managed_policy);
    let account = account.map_err(|error| unreadable(&path.0, &error))?;
    make(stage, &account).await
}

rehearse!("the Terraform plan {path}" => |step| step.gives_anything());

fn unreadable(path: &str, error: &ReadError) -> StepError {
    let place = match (error.line, error.column) {
        (Some(line), Some(column)) => format!("{path}:{line}:{column}"),
        (Some(line), None) => format!("{path}:{line}"),
        _ => path.to_owned(),
    };
    StepError::failed("is not understood", format!("{place}: {}", error.message))
}

/// Makes what an account holds, and remembers what could not be told of it.
///
/// # Errors
/// Where something is refused, or nothing at all can be told.
async fn make(stage: &mut Stage, account: &Account) -> Result<(), StepError> {
    let account = account.relocated(stage.place.account());
    for gap in &account.gaps {
        doubt(stage, gap);
    }
    // What can't be told of a group can't be told of its members.
    for user in &account.users {
        let name = &user.entity.name;
        if let Some(gap) = account.doubt_about_identity(name) {
            let (about, reason) = (Doubtful::Identity(name.clone()), gap.to_string());
            stage.cast.doubts.push(Doubt { about, reason });
        }
    }
    for name in &account.service_linked {
        let reason = "it is linked to a service, which alone can take it, and is not made";
        for about in [Doubtful::Identity(name.clone()), Doubtful::Resource(name.clone())] {
            stage.cast.doubts.push(Doubt { about, reason: reason.to_owned() });
        }
    }
    let policies = policies::make(stage, &account).await?;
    identities::groups(stage, &account, &policies).await?;
    identities::users(stage, &account, &policies).await?;
    roles::make(stage, &account, &policies).await?;
    things::make(stage, &account).await
}

fn doubt(stage: &mut Stage, gap: &Gap) {
    let about = match &gap.subject {
        Subject::Everything => Doubtful::Everything,
        Subject::Identity(name) => Doubtful::Identity(name.clone()),
        Subject::Resource(name) => Doubtful::Resource(name.clone()),
        Subject::Service(name) => Doubtful::Service(name.clone()),
        Subject::Nothing => return,
    };
    stage.cast.doubts.push(Doubt { about, reason: gap.to_string() });
}
