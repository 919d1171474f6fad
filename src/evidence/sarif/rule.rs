//! The ways in which a scenario does not pass, as rules that readers look up.

use serde_json::{Value, json};

use crate::event::StepResult;
use crate::record::{Outcome, ScenarioRecord};
use crate::words;

/// Its id is never given to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// A step did not hold.
    NotAsSpecified,
    /// A step has no meaning.
    StepUndefined,
    /// A step has several.
    StepAmbiguous,
    /// It failed, and no step says why.
    FailedOutsideSteps,
    /// It could not tell.
    CouldNotTell,
    /// It did not end.
    DidNotEnd,
}

/// What there is to say of a rule.
struct Words {
    id: &'static str,
    name: &'static str,
    level: &'static str,
    short: &'static str,
    full: &'static str,
    /// What to do, a sentence each.
    help: &'static [&'static str],
}

impl Rule {
    pub(super) const ALL: [Rule; 6] = [
        Rule::NotAsSpecified,
        Rule::StepUndefined,
        Rule::StepAmbiguous,
        Rule::FailedOutsideSteps,
        Rule::CouldNotTell,
        Rule::DidNotEnd,
    ];

    /// The rule that a scenario breaks; `None`: it passed or was skipped.
    pub(super) fn of(scenario: &ScenarioRecord) -> Option<Rule> {
        match scenario.outcome() {
            Outcome::Passed | Outcome::Skipped => None,
            Outcome::Inconclusive => Some(Rule::CouldNotTell),
            Outcome::Unfinished | Outcome::NotBegun => Some(Rule::DidNotEnd),
            Outcome::Failed => {
                Some(words::deciding_step(scenario).map_or(Rule::FailedOutsideSteps, |step| {
                    match &step.result {
                        // What is said of the scenario itself stands on its own line.
                        StepResult::Failed(_) if step.step.span.line == scenario.scenario.line => {
                            Rule::FailedOutsideSteps
                        }
                        StepResult::Failed(_) => Rule::NotAsSpecified,
                        StepResult::Undefined { .. } => Rule::StepUndefined,
                        StepResult::Ambiguous { .. } => Rule::StepAmbiguous,
                        _ => Rule::FailedOutsideSteps,
                    }
                }))
            }
        }
    }

    pub(super) fn id(self) -> &'static str {
        self.words().id
    }

    pub(super) fn level(self) -> &'static str {
        self.words().level
    }

    pub(super) fn index(self) -> usize {
        Rule::ALL.iter().position(|rule| *rule == self).unwrap_or_default()
    }

    pub(super) fn descriptor(self) -> Value {
        let Words { id, name, level, short, full, help } = self.words();
        let list: Vec<String> = help.iter().map(|line| format!("- {line}")).collect();
        json!({
            "id": id,
            "name": name,
            "shortDescription": { "text": short },
            "fullDescription": { "text": full },
            "help": {
                "text": format!("{full}\n{}", help.join("\n")),
                "markdown": format!("{full}\n\n{}", list.join("\n")),
            },
            "defaultConfiguration": { "level": level },
            "properties": { "tags": ["access-control", "aws-iam"], "problem.severity": level },
        })
    }

    fn words(self) -> Words {
        match self {
            Rule::NotAsSpecified => Words {
                id: "RC1001",
                name: "AccessNotAsSpecified",
                level: "error",
                short: "Access is not as the scenario specifies.",
                full: "A step of the scenario was tried, and what it expects does not hold: somebody may do what should be denied, or may not do what should be allowed.",
                help: &[
                    "Read which statement decided, and which ones nearly matched.",
                    "If the scenario says what is meant, change the policy; otherwise change the scenario.",
                    "A denial at authentication (unknown key, expired token) is not a denial by policy.",
                ],
            },
            Rule::StepUndefined => Words {
                id: "RC1002",
                name: "StepUndefined",
                level: "error",
                short: "A step has no meaning.",
                full: "No step definition matches the step, so the scenario checks nothing from there on.",
                help: &[
                    "Compare it with the steps that are suggested.",
                    "`rolecall steps` lists all of them, and `rolecall check` finds such steps without a run.",
                ],
            },
            Rule::StepAmbiguous => Words {
                id: "RC1003",
                name: "StepAmbiguous",
                level: "error",
                short: "A step has several meanings.",
                full: "More than one step definition matches the step, so nobody can say what it checks.",
                help: &["Write it so that one definition matches; the definitions are named in the result."],
            },
            Rule::FailedOutsideSteps => Words {
                id: "RC1004",
                name: "ScenarioFailedOutsideSteps",
                level: "error",
                short: "The scenario failed, and no step of it says why.",
                full: "The scenario has no steps, or none that checks anything, or failed before or after them. A scenario that checks nothing is never taken for passed.",
                help: &["End the scenario with what you expect, for instance `Then upload succeeds`."],
            },
            Rule::CouldNotTell => Words {
                id: "RC2001",
                name: "CouldNotTell",
                level: "warning",
                short: "The scenario could not tell.",
                full: "A step got no answer that proves anything: a timeout, throttling, or a target that did not show that it enforces IAM. It is neither a pass nor a failure.",
                help: &[
                    "Run it again if the target was slow or throttled.",
                    "If the target does not enforce IAM, choose another: `--target embedded` needs nothing, and `--target aws` proves most.",
                ],
            },
            Rule::DidNotEnd => Words {
                id: "RC2002",
                name: "DidNotEnd",
                level: "warning",
                short: "The scenario did not end.",
                full: "The run was interrupted before the scenario began or while it ran, so nothing is known of it.",
                help: &["Run it again."],
            },
        }
    }
}
