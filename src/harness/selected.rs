//! The scenarios of a run, in the order of its outputs.

use std::collections::BTreeSet;
use std::rc::Rc;

use evidence::{ScenarioId, ScenarioRef};
use gherkin::StepType;

use crate::feature::FeatureFile;
use crate::plan::RunPlan;

/// Where a scenario stands: enough to tell it from all others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    path: String,
    line: usize,
}

impl Place {
    pub(crate) fn of(feature: &gherkin::Feature, scenario: &gherkin::Scenario) -> Self {
        Self { path: path_of(feature), line: scenario.position.line }
    }
}

fn path_of(feature: &gherkin::Feature) -> String {
    feature.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
}

/// The scenarios that were selected.
#[derive(Default)]
pub(crate) struct Selected {
    pub(crate) scenarios: Vec<Rc<SelectedScenario>>,
    /// All others of the files.
    pub(crate) left_out: Vec<ScenarioRef>,
}

/// One of them, with all steps that it will run.
pub(crate) struct SelectedScenario {
    pub(crate) id: ScenarioId,
    pub(crate) place: Place,
    pub(crate) reference: ScenarioRef,
    pub(crate) keyword: String,
    /// Those of the backgrounds first.
    pub(crate) steps: Vec<gherkin::Step>,
    /// The lines of the file, for showing steps as they are written.
    pub(crate) lines: Rc<Vec<String>>,
}

impl SelectedScenario {
    /// Whether it may take as long as what it speaks of.
    pub(crate) fn is_slow(&self) -> bool {
        self.reference.tags.iter().any(|tag| tag == "slow")
    }
}

impl Selected {
    pub(crate) fn of(plan: &RunPlan) -> Self {
        let (mut scenarios, mut left_out) = (Vec::new(), Vec::new());
        for file in &plan.features {
            let lines = Rc::new(file.lines.clone());
            for (rule, scenario) in file.scenarios() {
                let reference = reference(file, rule, scenario);
                if !plan.selection.takes(&file.path, scenario, &reference.tags) {
                    left_out.push(reference);
                    continue;
                }
                let background = file.feature.background.iter().flat_map(|background| &background.steps);
                let rule_background = rule
                    .and_then(|rule| rule.background.as_ref())
                    .into_iter()
                    .flat_map(|background| &background.steps);
                scenarios.push(Rc::new(SelectedScenario {
                    id: ScenarioId(scenarios.len()),
                    place: Place::of(&file.feature, scenario),
                    reference,
                    keyword: scenario.keyword.clone(),
                    steps: background.chain(rule_background).chain(&scenario.steps).cloned().collect(),
                    lines: lines.clone(),
                }));
            }
        }
        Self { scenarios, left_out }
    }

    /// The features with only those selected scenarios that `keep` wants.
    pub(crate) fn only(
        &self,
        features: Vec<FeatureFile>,
        mut keep: impl FnMut(&SelectedScenario) -> bool,
    ) -> Vec<gherkin::Feature> {
        let kept: BTreeSet<&Place> =
            self.scenarios.iter().filter(|scenario| keep(scenario)).map(|scenario| &scenario.place).collect();
        let features = features.into_iter().map(|file| {
            let mut feature = file.feature;
            let path = path_of(&feature);
            let wanted = |scenario: &gherkin::Scenario| {
                kept.contains(&Place { path: path.clone(), line: scenario.position.line })
            };
            feature.scenarios.retain(wanted);
            feature.rules.iter_mut().for_each(|rule| rule.scenarios.retain(wanted));
            feature.rules.retain(|rule| !rule.scenarios.is_empty());
            feature
        });
        features.filter(|feature| !feature.scenarios.is_empty() || !feature.rules.is_empty()).collect()
    }
}

impl SelectedScenario {
    /// Why it can't prove anything, whatever its steps do.
    pub(crate) fn vacuous(&self) -> Option<&'static str> {
        if self.steps.is_empty() {
            return Some("has no steps");
        }
        let checks = self.steps.iter().any(|step| step.ty == StepType::Then);
        (!checks).then_some("checks nothing: it has no `Then`")
    }
}

/// A scenario, as people find it.
pub(crate) fn reference(
    file: &FeatureFile,
    rule: Option<&gherkin::Rule>,
    scenario: &gherkin::Scenario,
) -> ScenarioRef {
    ScenarioRef {
        path: file.path.clone(),
        feature: file.feature.name.clone(),
        rule: rule.map(|rule| rule.name.clone()),
        name: scenario.name.clone(),
        line: scenario.position.line,
        tags: tags(&file.feature, rule, scenario),
    }
}

/// The scenario's tags with those that it inherits, without `@`.
fn tags(
    feature: &gherkin::Feature,
    rule: Option<&gherkin::Rule>,
    scenario: &gherkin::Scenario,
) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    let inherited = feature.tags.iter().chain(rule.into_iter().flat_map(|rule| &rule.tags));
    for tag in inherited.chain(&scenario.tags) {
        let tag = tag.trim_start_matches('@').to_owned();
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// Why the scenario can't run, by its tags `@needs:NAME`. `capability` is what the target has.
pub(crate) fn missing(
    scenario: &SelectedScenario,
    plan: &RunPlan,
    capability: impl Fn(&str) -> Result<(), String>,
) -> Option<String> {
    let needs = scenario.reference.tags.iter().filter_map(|tag| tag.strip_prefix("needs:"));
    let reasons = needs.filter_map(|name| match plan.surroundings.get(name) {
        Some(there) => there.clone().err(),
        None => capability(name).err().and_then(|reason| match name {
            "clock" if scenario.is_slow() && plan.slow => None,
            "clock" if scenario.is_slow() => Some(format!("{reason}; with `--slow` it really waits")),
            _ => Some(reason),
        }),
    });
    let reasons: Vec<String> = reasons.collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}
