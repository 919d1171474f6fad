//! What was seen in each scenario.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::controls::Spelling;
use crate::record::{Outcome, Record, ScenarioRecord};
use crate::words;

use super::ids::Ids;
use super::{assessed, line, prop, put, time};

/// One of each scenario.
pub(super) struct Observations<'run> {
    pub(super) record: &'run Record,
    pub(super) spelling: Spelling,
    pub(super) ids: &'run Ids<'run>,
}

impl Observations<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.record.scenarios.is_empty()
    }
}

impl Serialize for Observations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let scenarios = self.record.scenarios.iter().enumerate();
        let observation = |(place, scenario)| observation(self, place, scenario);
        serializer.collect_seq(scenarios.map(observation))
    }
}

fn observation(of: &Observations<'_>, place: usize, scenario: &ScenarioRecord) -> Value {
    let Observations { record, spelling, ids } = of;
    let stands = &scenario.scenario;
    let mut props = vec![
        prop("outcome", words::outcome(scenario)),
        prop("file", &stands.path),
        prop("line", &stands.line.to_string()),
        prop("feature", &stands.feature),
    ];
    props.extend(stands.rule.iter().map(|rule| prop("rule", rule)));
    let controls = spelling.named(&stands.tags);
    props.extend(controls.iter().map(|control| prop("control", &control.to_string())));
    let mut observation = json!({
        "uuid": ids.observation(place),
        "title": line(&words::name(scenario)),
        "description": description(record, scenario),
        "props": props,
        "methods": ["TEST"],
    });
    if !controls.is_empty() {
        put(&mut observation, "types", json!(["control-objective"]));
    }
    let tool = json!({ "type": "tool", "actor-uuid": ids.tool() });
    let origin = json!({ "actors": [tool], "related-tasks": [{ "task-uuid": ids.task() }] });
    put(&mut observation, "origins", json!([origin]));
    put(&mut observation, "subjects", Value::Array(subjects(scenario, ids)));
    let evidence = [
        (ids.journal(), format!("Its events are those of scenario {place}, counted from 0.")),
        (
            ids.report(),
            format!("It is `scenarios[{place}]`, with its steps and {} calls.", scenario.calls().count()),
        ),
    ];
    let evidence =
        evidence.map(|(id, description)| json!({ "href": format!("#{id}"), "description": description }));
    put(&mut observation, "relevant-evidence", json!(evidence));
    put(&mut observation, "collected", json!(time(words::ended(record, scenario))));
    observation
}

fn description(record: &Record, scenario: &ScenarioRecord) -> String {
    let standing = words::standing(record);
    match scenario.outcome() {
        Outcome::Passed => format!("All its {} steps held: {standing}.", scenario.steps.len()),
        Outcome::Failed => format!("It failed: {}.", words::headline(scenario)),
        Outcome::Inconclusive => format!("It could not tell: {}.", words::headline(scenario)),
        Outcome::Skipped => format!("It was not run: {}.", words::headline(scenario)),
        Outcome::Unfinished => format!("It did not end: {}.", words::headline(scenario)),
        Outcome::NotBegun => format!("It was not begun: {}.", words::headline(scenario)),
    }
}

fn subjects(scenario: &ScenarioRecord, ids: &Ids<'_>) -> Vec<Value> {
    let (principals, resources) = assessed::asked([scenario].into_iter());
    let subject = |id: String, kind: &str| json!({ "subject-uuid": id, "type": kind });
    let principals = principals.into_iter().map(|arn| subject(ids.principal(arn), "user"));
    let resources = resources.into_iter().map(|arn| subject(ids.resource(arn), "inventory-item"));
    [subject(ids.target(), "component")].into_iter().chain(principals).chain(resources).collect()
}
