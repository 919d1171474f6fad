//! `rolecall compare`: the same features on several targets, and where their answers differ.

use std::fmt::Write as _;

use chrono::Utc;
use evidence::{Failure, Outcome, Record, ScenarioRecord, ScenarioResult, StepResult};

use harness::Beside;

use crate::args::CompareArgs;
use crate::chosen::{Chosen, NoTarget};
use crate::output::say;
use crate::run::{block_on, plan, told};
use crate::settings::{Key, Settings};
use crate::status::Status;
use crate::stop::on_target;
use crate::terminal::Surroundings;

pub(crate) fn compare(args: &CompareArgs, surroundings: &Surroundings) -> Status {
    told(block_on(compared(args, surroundings)), surroundings)
}

async fn compared(args: &CompareArgs, surroundings: &Surroundings) -> Result<Status, NoTarget> {
    let mut records: Vec<(String, Record)> = Vec::new();
    for name in &args.targets {
        let mut with_target = args.run.clone();
        with_target.target.target = Some(name.clone());
        let settings = Settings::of(&with_target.target)?;
        let chosen = Chosen::of(&settings).await?;
        let plan = match plan(&with_target, chosen.is_far(), settings.is_on(Key::AcceptUnproven)?) {
            Ok(plan) => plan,
            Err(troubles) => {
                troubles.iter().for_each(|trouble| trouble.print(surroundings));
                return Ok(Status::Usage);
            }
        };
        let mut record = Record::default();
        let run = async |target| harness::run(plan, target, Utc::now, |event| record.apply(event)).await;
        on_target(chosen, &Beside::default(), |_| {}, run, surroundings).await??;
        if record.duration.is_none() {
            // Told to stop; what was not asked of one target can't be compared.
            return Ok(Status::Inconclusive);
        }
        records.push((name.clone(), record));
    }
    let comparison = Comparison::of(&records);
    say(&comparison.text)?;
    Ok(comparison.status())
}

/// What became of the same scenarios on several targets.
struct Comparison {
    text: String,
    scenarios: usize,
    differing: usize,
    /// Those that one of the targets could not tell about.
    unknown: usize,
}

impl Comparison {
    fn of(records: &[(String, Record)]) -> Comparison {
        let mut comparison = Comparison { text: String::new(), scenarios: 0, differing: 0, unknown: 0 };
        for (name, record) in records {
            let target = record.target.as_ref().map_or("nothing was run", |target| target.verdicts.as_str());
            let _ = writeln!(comparison.text, "{name}: {target}");
        }
        let first = records.first().map(|(_, record)| record.scenarios.as_slice()).unwrap_or_default();
        for (index, scenario) in first.iter().enumerate() {
            let sides =
                records.iter().filter_map(|(name, record)| Some((name, record.scenarios.get(index)?)));
            comparison.take_in(scenario, &sides.collect::<Vec<_>>());
        }
        let Comparison { scenarios, differing, unknown, .. } = comparison;
        let _ = writeln!(
            comparison.text,
            "\n{scenarios} scenarios: {} alike, {differing} differ, {unknown} can't be compared",
            scenarios - differing - unknown
        );
        comparison
    }

    fn take_in(&mut self, scenario: &ScenarioRecord, sides: &[(&String, &ScenarioRecord)]) {
        self.scenarios += 1;
        let outcomes: Vec<Outcome> = sides.iter().map(|(_, side)| side.outcome()).collect();
        if outcomes.iter().all(|outcome| matches!(outcome, Outcome::Passed)) {
            return;
        }
        let tells = |outcome: &Outcome| matches!(outcome, Outcome::Passed | Outcome::Failed);
        let alike = outcomes.windows(2).all(|pair| pair.first() == pair.last());
        match outcomes.iter().all(tells) {
            true if alike => return,
            true => self.differing += 1,
            false => self.unknown += 1,
        }
        let scenario = &scenario.scenario;
        let _ = writeln!(self.text, "\n{}:{}  {}", scenario.path, scenario.line, scenario.name);
        for (name, side) in sides {
            let _ = writeln!(self.text, "  {name}: {}", told_of(side));
        }
    }

    fn status(&self) -> Status {
        match self {
            Comparison { scenarios: 0, .. } => Status::NothingSelected,
            Comparison { differing: 1.., .. } => Status::Failed,
            Comparison { unknown: 1.., .. } => Status::Inconclusive,
            _ => Status::Passed,
        }
    }
}

/// How it ended, and on which step.
fn told_of(scenario: &ScenarioRecord) -> String {
    let word = match &scenario.result {
        Some(ScenarioResult::Passed) => return "passed".to_owned(),
        Some(ScenarioResult::Failed) => "failed",
        Some(ScenarioResult::Inconclusive) => "could not tell",
        Some(ScenarioResult::Skipped { reason }) => return format!("skipped: {reason}"),
        None => "did not end",
    };
    let step = scenario.steps.iter().find(|step| step.result != StepResult::Passed);
    let Some(step) = step else { return word.to_owned() };
    let mut text = format!("{word} at line {}, `{}`", step.step.span.line, step.step.text);
    if let StepResult::Failed(failure) | StepResult::Inconclusive(failure) = &step.result {
        text.push_str(&reasons(failure));
    }
    text
}

fn reasons(failure: &Failure) -> String {
    let call = failure.call.as_ref();
    let answer = call.and_then(|call| Some(format!("{}: {}", call.code.as_ref()?, call.message.as_ref()?)));
    let why = call.and_then(|call| call.explanation.as_ref()).map(|explanation| explanation.why.to_string());
    let message = Some(failure.message.clone()).filter(|message| !message.is_empty());
    let lines = [Some(failure.label.clone()), message, answer, why].into_iter().flatten();
    lines.map(|line| format!("\n    {line}")).collect()
}
