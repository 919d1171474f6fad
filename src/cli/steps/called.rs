//! `rolecall steps --called`: the actions for which `tries` and its like really make a call.

use std::fmt::Write as _;

use ::steps::{Called, called as all};
use serde_json::{Value, json};

use crate::args::{StepsArgs, StepsFormat};
use crate::diagnostic::Diagnostic;
use crate::manual::ended;
use crate::output::say;
use crate::status::Status;
use crate::terminal::Surroundings;

pub(super) fn called(args: &StepsArgs, surroundings: &Surroundings) -> Status {
    let has = |called: &Called| {
        let line = line(called).to_lowercase();
        args.words.iter().all(|word| line.contains(&word.to_lowercase()))
    };
    let found: Vec<&Called> = all().filter(|called| has(called)).collect();
    if found.is_empty() {
        let nothing = Diagnostic::new(format!("nothing is called for `{}`", args.words.join(" ")));
        let help = "it is decided by the target's model, where it has one; `rolecall steps --called` shows what is called";
        nothing.help(help).print(surroundings);
        return Status::NothingSelected;
    }
    let text = match args.format {
        StepsFormat::Text => found.into_iter().map(|called| line(called) + "\n").collect(),
        StepsFormat::Md => as_markdown(&found),
        StepsFormat::Json => format!("{:#}\n", as_json(&found)),
        StepsFormat::Glue => {
            let no_steps = Diagnostic::new("what is called are no steps, which editors could complete");
            no_steps.print(surroundings);
            return Status::Usage;
        }
    };
    ended(say(&text), surroundings)
}

/// The action with what it must be tried on, and what is called where that has another name.
fn line(called: &Called) -> String {
    let tried = format!("{} on {}", called.action, called.on.words());
    match how(called) {
        how if how.is_empty() => tried,
        how => format!("{tried} ({how})"),
    }
}

fn how(called: &Called) -> String {
    let renamed = !called.action.ends_with(&format!(":{}", called.operation));
    let operation = renamed.then_some(called.operation);
    let dry_run = called.is_dry_run().then_some("dry run");
    operation.into_iter().chain(dry_run).collect::<Vec<_>>().join(", ")
}

fn as_markdown(found: &[&Called]) -> String {
    let mut text = HEAD.to_owned();
    for called in found {
        let how = how(called);
        let _ = writeln!(text, "| `{}` | {} | {how} |", called.action, called.on.words());
    }
    text
}

const HEAD: &str = "\
# What `tries` calls

`alice tries s3:GetBucketPolicy on reports`, `can do`, `can't do` and `access is:` take any action of any AWS service. For these a call is really
made, on every target. Those that no step makes change nothing, and take no more than what they are tried on. EC2 decides a dry run as the call itself, and then
does not do it. An answer such as `NoSuchBucketPolicy`, which only those get who were let in, counts as allowed.

Whatever else is tried is decided by the target's model of IAM, without a call; a target that has none could not tell. The same where a role or
a service is said to try it, where the step has a table of condition keys, where IAM or EC2 would look for a name in another account, and where the
resource is none of the scenario. `rolecall steps --called --format md` makes this page.

| action | tried on | called |
|---|---|---|
";

fn as_json(found: &[&Called]) -> Value {
    let json = |called: &&Called| {
        json!({
            "action": called.action,
            "on": called.on.words(),
            "operation": called.operation,
            "dryRun": called.is_dry_run(),
        })
    };
    json!(found.iter().map(json).collect::<Vec<_>>())
}
