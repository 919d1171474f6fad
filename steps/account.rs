//! The account that the walkthrough "IAM roles and assume-role, step by step" leaves behind.

use std::pin::Pin;

use cucumber::given;
use harness::check::Rehearsal;
use harness::parameters::Kind;
use harness::{Stage, StepError, World, rehearse};

use crate::instances::{Launch, attach, launch, make_key_pair, make_open_group};
use crate::policy_text::placed;
use crate::{buckets, policies, principals, roles};

/// Step 4 of the walkthrough.
const S3_FULL_ACCESS_MAIN: &str = include_str!("walkthrough/s3-full-access-main.json");
/// Step 8.
const ASSUMING_ROLE: &str = include_str!("walkthrough/assuming-role.json");
/// Step 9.
const TRUST: &str = include_str!("walkthrough/main-role1-trust.json");

/// Everything that the walkthrough makes: instances Testing1 (with main-role1) and Testing2, bucket testing-s3,
/// role main-role1, user main-user, and their policies.
#[given(expr = "the account of the walkthrough")]
async fn the_account(world: &mut World) -> Result<(), StepError> {
    make(world.stage()?).await
}

rehearse!("the account of the walkthrough" => give_the_walkthrough);

/// What `make` makes.
pub(crate) fn give_the_walkthrough(step: &mut Rehearsal<'_, '_>) {
    for (kind, name) in [
        (Kind::KeyPair, "testing-key"),
        (Kind::SecurityGroup, "open-to-all"),
        (Kind::Instance, "Testing1"),
        (Kind::Instance, "Testing2"),
        (Kind::Bucket, "testing-s3"),
        (Kind::User, "main-user"),
        (Kind::Role, "main-role1"),
        (Kind::InlinePolicy, "s3-full-access-main"),
        (Kind::InlinePolicy, "assuming-role"),
        (Kind::InstanceProfile, "main-role1"),
    ] {
        step.gives(kind, name);
    }
}

/// Those of the walkthrough who can make calls.
pub(crate) const WALKTHROUGH: [&str; 3] = ["main-user", "Testing1", "Testing2"];

/// Names of the walkthrough bring its account along where the scenario has made nothing of its own.
///
/// # Errors
/// Where the account could not be made.
pub(crate) async fn set_the_walkthrough(stage: &mut Stage, name: &str) -> Result<(), StepError> {
    if is_empty(stage) && WALKTHROUGH.contains(&name) {
        return made(stage).await;
    }
    Ok(())
}

/// Whether the scenario has made nothing of its own yet.
pub(crate) fn is_empty(stage: &Stage) -> bool {
    let cast = &stage.cast;
    cast.users.is_empty() && cast.roles.is_empty() && cast.buckets.is_empty() && cast.instances.is_empty()
}

/// An instance, launched off the stack: a test's thread has little of it, and a launch needs much where nothing is optimised.
fn launched<'a>(stage: &'a mut Stage, name: &'a str, what: &'a Launch) -> Apart<'a> {
    Box::pin(launch(stage, name, what))
}

/// The account, likewise.
fn made(stage: &mut Stage) -> Apart<'_> {
    Box::pin(make(stage))
}

type Apart<'a> = Pin<Box<dyn Future<Output = Result<(), StepError>> + 'a>>;

async fn make(stage: &mut Stage) -> Result<(), StepError> {
    make_key_pair(stage, "testing-key").await?;
    make_open_group(stage, "open-to-all").await?;
    let parts = || Launch {
        key_pair: Some("testing-key".to_owned()),
        security_group: Some("open-to-all".to_owned()),
        ..Launch::default()
    };
    for instance in ["Testing1", "Testing2"] {
        launched(stage, instance, &parts()).await?;
    }
    buckets::make_bucket(stage, "testing-s3").await?;
    principals::make_user_with_key(stage, "main-user").await?;
    roles::make_role(stage, "main-role1", &placed(stage, TRUST)?).await?;
    policies::put(stage, "main-role1", "s3-full-access-main", &placed(stage, S3_FULL_ACCESS_MAIN)?).await?;
    policies::put(stage, "main-user", "assuming-role", &placed(stage, ASSUMING_ROLE)?).await?;
    attach(stage, "main-role1", "Testing1").await
}
