//! What a run would do, as far as it can be told without calling anything: which scenarios, and what their steps mean.

use std::rc::Rc;

use evidence::ScenarioRef;
use gherkin::Step;

use crate::language::Language;
use crate::plan::RunPlan;
use crate::selected::{Selected, SelectedScenario, missing};
use crate::table_rows::table_row;
use crate::vocabulary::{self, Form};

/// What would become of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Which one.
    pub scenario: ScenarioRef,
    /// Why it would not be run on the target.
    pub skipped: Option<String>,
    /// Why it would fail, whatever its steps do.
    pub vacuous: Option<String>,
    /// Those of its backgrounds first.
    pub steps: Vec<ExpectedStep>,
}

/// A step of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedStep {
    /// As it is written, with its keyword.
    pub text: String,
    /// Where, from 1.
    pub line: usize,
    /// The registered step that says it, or what is to be known where none does, or several do.
    pub form: Result<Form, Unresolved>,
}

/// Why nobody knows what a step means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// No step says it; these are near.
    None(Vec<String>),
    /// These all say it.
    Several(Vec<String>),
}

impl RunPlan {
    /// What would become of its scenarios, in the order of the outputs. `capability` is what the target has, as
    /// [`target::Target::capability`] tells it.
    pub fn dry_run(&self, capability: impl Fn(&str) -> Result<(), String>) -> Vec<Expected> {
        let expected = |scenario: Rc<SelectedScenario>| Expected {
            skipped: missing(&scenario, self, &capability),
            vacuous: vacuous(&scenario),
            steps: steps(&scenario),
            scenario: scenario.reference.clone(),
        };
        Selected::of(self).scenarios.into_iter().map(expected).collect()
    }
}

fn vacuous(scenario: &SelectedScenario) -> Option<String> {
    let suggested = |reason: &str| match Language::of(&scenario.lines) {
        Some(language) => language.suggests(reason),
        None => reason.to_owned(),
    };
    scenario.vacuous().map(suggested)
}

fn steps(scenario: &SelectedScenario) -> Vec<ExpectedStep> {
    let language = Language::of(&scenario.lines);
    scenario.steps.iter().map(|it| step(it, language.as_ref())).collect()
}

fn step(step: &Step, language: Option<&Language>) -> ExpectedStep {
    let said = vocabulary::saying(&step.value);
    let said: Vec<&'static vocabulary::Known> =
        said.into_iter().filter(|known| known.kind == step.ty).collect();
    let form = match said.as_slice() {
        [one] => Ok(Form::of(one)),
        [] => {
            let near = vocabulary::similar(step).into_iter();
            let written = |step: String| language.map_or(step.clone(), |language| language.writes(&step));
            Err(Unresolved::None(near.map(written).collect()))
        }
        several => Err(Unresolved::Several(several.iter().map(|known| known.written()).collect())),
    };
    let words = table_row(step).unwrap_or_else(|| step.value.clone());
    ExpectedStep { text: format!("{} {words}", step.keyword.trim()), line: step.position.line, form }
}
