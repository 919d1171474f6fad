//! A result for each scenario that did not pass, the worst first.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::controls::Spelling;
use crate::digest::Sha256;
use crate::event::StepResult;
use crate::record::{Record, ScenarioRecord, StepRecord};
use crate::{console, words};

use super::place::Places;
use super::rule::Rule;
use super::{identity, text};

/// What the details of all results may take together, in bytes: GitHub takes 10 MB of compressed SARIF.
const ALL_DETAILS: usize = 15_000_000;
/// The details of one result.
const DETAILS: usize = 8_000;
/// GitHub shows no more steps on the way to a result.
const STEPS: usize = 1_000;

/// The results of a run.
pub(super) struct Results {
    pub(super) shown: Vec<Value>,
    /// How many found no room.
    pub(super) left_out: usize,
}

/// At most `limit` results.
pub(super) fn results(record: &Record, limit: usize) -> Results {
    let fingerprints = fingerprints(record);
    let broken = record.scenarios.iter().zip(fingerprints);
    let mut broken: Vec<(Rule, (&ScenarioRecord, String))> =
        broken.filter_map(|it| Some((Rule::of(it.0)?, it))).collect();
    broken.sort_by_key(|(rule, _)| rule.level() != "error");
    let left_out = broken.len().saturating_sub(limit);
    broken.truncate(limit);
    let details = DETAILS.min(ALL_DETAILS / broken.len().max(1));
    let (places, spelling) = (Places::of(&record.run), Spelling::of(record));
    let shown = broken.iter().map(|(rule, (scenario, fingerprint))| {
        result(&places, *rule, scenario, fingerprint, details, &spelling)
    });
    Results { shown: shown.collect(), left_out }
}

fn result(
    places: &Places<'_>,
    rule: Rule,
    scenario: &ScenarioRecord,
    fingerprint: &str,
    details: usize,
    spelling: &Spelling,
) -> Value {
    let named = &scenario.scenario;
    let step = words::deciding_step(scenario);
    let place = match step {
        Some(step) => places.step(named, &step.step),
        None => places.scenario(named),
    };
    let first = format!("{}: {}", words::name(scenario), words::headline(scenario));
    let details = words::shortened(&words::details(scenario), details);
    let mut result = json!({
        "ruleId": rule.id(),
        "ruleIndex": rule.index(),
        "level": rule.level(),
        "message": {
            "text": format!("{}\n{}", text::sentence(&first), text::plain(&details)),
            "markdown": format!("{}\n\n{}", text::escaped(&first), text::code_block(&details)),
        },
        "locations": [{ "physicalLocation": place, "logicalLocations": [{ "fullyQualifiedName": qualified(scenario) }] }],
        // The name by which GitHub knows that a result is the one of another run.
        "partialFingerprints": { "primaryLocationLineHash": fingerprint, "rolecallScenario/v1": fingerprint },
        "properties": properties(scenario, spelling),
    });
    if let (Some(step), Some(result)) = (step, result.as_object_mut()) {
        let begins = json!({
            "id": 1,
            "physicalLocation": places.scenario(named),
            "message": { "text": "The scenario." },
        });
        result.insert("relatedLocations".to_owned(), json!([begins]));
        let steps = way(places, scenario, step);
        result.insert("codeFlows".to_owned(), json!([{ "threadFlows": [{ "locations": steps }] }]));
    }
    result
}

/// The steps that led to it, itself included.
fn way(places: &Places<'_>, scenario: &ScenarioRecord, deciding: &StepRecord) -> Vec<Value> {
    let until = scenario.steps.iter().position(|step| std::ptr::eq(step, deciding)).unwrap_or_default() + 1;
    let steps = scenario.steps.iter().take(until).skip(until.saturating_sub(STEPS));
    let location = |record: &StepRecord| {
        let step = &record.step;
        let said = format!("{} {}: {}", step.keyword.trim(), step.text, ended(&record.result));
        let message = json!({ "text": text::sentence(&said) });
        json!({ "location": { "physicalLocation": places.step(&scenario.scenario, step), "message": message } })
    };
    steps.map(location).collect()
}

fn ended(result: &StepResult) -> &'static str {
    match result {
        StepResult::Passed => "held",
        StepResult::Failed(_) => "did not hold",
        StepResult::Inconclusive(_) => "could not tell",
        StepResult::Undefined { .. } => "no step matches",
        StepResult::Ambiguous { .. } => "several steps match",
        StepResult::NotRun => "was not run",
    }
}

fn properties(scenario: &ScenarioRecord, spelling: &Spelling) -> Value {
    let named = &scenario.scenario;
    let tags: BTreeSet<&String> = named.tags.iter().collect();
    let controls: BTreeSet<String> = spelling.named(&named.tags).iter().map(ToString::to_string).collect();
    json!({
        "outcome": scenario.outcome(),
        "feature": console::harmless(&named.feature),
        "rule": named.rule.as_deref().map(console::harmless),
        "scenario": words::name(scenario),
        "tags": tags,
        "controls": controls,
    })
}

fn qualified(scenario: &ScenarioRecord) -> String {
    let [_, feature, rule, _] = identity(scenario);
    let name = words::name(scenario);
    let parts = [feature, rule, &name].into_iter().filter(|part| !part.is_empty());
    words::shortened(&console::harmless(&parts.collect::<Vec<_>>().join(" / ")), 2_000)
}

/// For each scenario what stays the same from run to run, whatever line it stands on and whichever others ran.
/// Those of one name, such as examples of an outline, are counted in the order of their lines.
pub(crate) fn fingerprints(record: &Record) -> Vec<String> {
    let mut seen: HashMap<[&str; 4], usize> = HashMap::new();
    let fingerprint = |scenario| {
        let identity = identity(scenario);
        let count = seen.entry(identity).or_default();
        *count += 1;
        let digest = Sha256::of(json!(identity).to_string());
        format!("{}:{count}", digest.as_str().get(..16).unwrap_or_default())
    };
    record.scenarios.iter().map(fingerprint).collect()
}
