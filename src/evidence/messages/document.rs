//! A feature file: its text where it was kept, its scenarios as a document, and each as a pickle, which is what is run.

use std::io;

use serde_json::{Value, json};

use crate::event::Step;
use crate::record::{Record, ScenarioRecord};
use crate::words;

use super::{Messages, one_line};

/// A scenario and its place in the record.
type Numbered<'record> = (usize, &'record ScenarioRecord);

pub(super) fn path(scenario: &ScenarioRecord) -> &str {
    &scenario.scenario.path
}

/// The id of a scenario's pickle.
pub(super) fn pickle_id(index: usize) -> String {
    format!("pickle-{index}")
}

/// The id of a step of a pickle.
pub(super) fn pickle_step_id(index: usize, step: usize) -> String {
    format!("pickle-{index}-step-{step}")
}

/// The scenarios of one file.
pub(super) fn write(
    messages: &mut Messages<'_>,
    record: &Record,
    scenarios: &[Numbered<'_>],
) -> io::Result<()> {
    let Some((_, first)) = scenarios.first() else { return Ok(()) };
    let path = path(first);
    let text = record.run.feature_text(path);
    let lines = Lines::of(text.unwrap_or_default());
    if let Some(text) = text {
        let media = "text/x.cucumber.gherkin+plain";
        messages.put("source", json!({ "uri": path, "data": text, "mediaType": media }))?;
    }
    let feature = feature(&lines, scenarios);
    messages.put("gherkinDocument", json!({ "uri": path, "feature": feature, "comments": [] }))?;
    for numbered in scenarios {
        messages.put("pickle", pickle(&lines, *numbered))?;
    }
    Ok(())
}

fn feature(lines: &Lines<'_>, scenarios: &[Numbered<'_>]) -> Value {
    let name = scenarios.first().map_or("", |(_, it)| &it.scenario.feature);
    let (line, keyword) = lines.titled(name, "Feature");
    let one_rule = |one: &Numbered<'_>, other: &Numbered<'_>| one.1.scenario.rule == other.1.scenario.rule;
    let mut children = Vec::new();
    for scenarios in scenarios.chunk_by(one_rule) {
        let inside = scenarios.iter().map(|it| json!({ "scenario": scenario(lines, *it) }));
        match scenarios.first().and_then(|(index, it)| Some((index, it.scenario.rule.as_ref()?))) {
            None => children.extend(inside),
            Some((index, name)) => {
                let inside: Vec<Value> = inside.collect();
                children.push(json!({ "rule": rule(lines, *index, name, inside) }));
            }
        }
    }
    json!({
        "location": { "line": line },
        "tags": [],
        "language": lines.language(),
        "keyword": keyword,
        "name": one_line(name),
        "description": "",
        "children": children,
    })
}

fn rule(lines: &Lines<'_>, index: usize, name: &str, children: Vec<Value>) -> Value {
    let (line, keyword) = lines.titled(name, "Rule");
    json!({
        "id": format!("rule-{index}"),
        "location": { "line": line },
        "tags": [],
        "keyword": keyword,
        "name": one_line(name),
        "description": "",
        "children": children,
    })
}

fn scenario(lines: &Lines<'_>, (index, scenario): Numbered<'_>) -> Value {
    let line = scenario.scenario.line.max(1);
    let tag = |(number, name)| json!({ "id": tag_id(index, number), "location": { "line": line }, "name": format!("@{name}") });
    let steps = scenario.steps.iter().enumerate();
    let step = |(number, it): (usize, &crate::record::StepRecord)| step(index, number, &it.step);
    json!({
        "id": scenario_id(index),
        "location": { "line": line },
        "tags": scenario.scenario.tags.iter().enumerate().map(tag).collect::<Vec<_>>(),
        "keyword": lines.keyword(line).unwrap_or("Scenario"),
        "name": words::name(scenario),
        "description": "",
        "steps": steps.map(step).collect::<Vec<_>>(),
        "examples": [],
    })
}

fn step(index: usize, number: usize, step: &Step) -> Value {
    json!({
        "id": step_id(index, number),
        "location": { "line": step.span.line.max(1), "column": step.span.column.max(1) },
        // A space parts it from the text.
        "keyword": format!("{} ", step.keyword.trim()),
        "keywordType": keyword_type(&step.keyword),
        "text": one_line(&step.text),
    })
}

fn pickle(lines: &Lines<'_>, (index, scenario): Numbered<'_>) -> Value {
    let step = |(number, it): (usize, &crate::record::StepRecord)| {
        json!({
            "id": pickle_step_id(index, number),
            "astNodeIds": [step_id(index, number)],
            "text": one_line(&it.step.text),
        })
    };
    let tag = |(number, name)| json!({ "name": format!("@{name}"), "astNodeId": tag_id(index, number) });
    json!({
        "id": pickle_id(index),
        "uri": path(scenario),
        "location": { "line": scenario.scenario.line.max(1) },
        "name": words::name(scenario),
        "language": lines.language(),
        "astNodeIds": [scenario_id(index)],
        "steps": scenario.steps.iter().enumerate().map(step).collect::<Vec<_>>(),
        "tags": scenario.scenario.tags.iter().enumerate().map(tag).collect::<Vec<_>>(),
    })
}

fn scenario_id(index: usize) -> String {
    format!("scenario-{index}")
}

fn step_id(index: usize, step: usize) -> String {
    format!("scenario-{index}-step-{step}")
}

fn tag_id(index: usize, tag: usize) -> String {
    format!("scenario-{index}-tag-{tag}")
}

/// What English keywords mean; of other languages nothing is claimed.
fn keyword_type(keyword: &str) -> &'static str {
    match keyword.trim() {
        "Given" => "Context",
        "When" => "Action",
        "Then" => "Outcome",
        "And" | "But" => "Conjunction",
        _ => "Unknown",
    }
}

/// The lines of a file; none where its text was not kept. Then its keywords are told in English.
struct Lines<'text>(Vec<&'text str>);

impl<'text> Lines<'text> {
    fn of(text: &'text str) -> Lines<'text> {
        Lines(text.lines().collect())
    }

    /// What stands before the colon on a line, from 1.
    fn keyword(&self, line: usize) -> Option<&'text str> {
        let (keyword, _) = self.0.get(line.checked_sub(1)?)?.split_once(':')?;
        let keyword = keyword.trim();
        // The row of an example is no title, whatever stands in it.
        (!keyword.is_empty() && !keyword.starts_with('|')).then_some(keyword)
    }

    /// Where something of this name begins, and with which keyword.
    fn titled(&self, name: &str, otherwise: &'static str) -> (usize, &str) {
        let is_it = |line: &&str| line.split_once(':').is_some_and(|(_, it)| it.trim() == name.trim());
        let found = self.0.iter().position(is_it).map(|index| index + 1);
        found.and_then(|line| Some((line, self.keyword(line)?))).unwrap_or((1, otherwise))
    }

    /// That of the file's `# language:` line, else English.
    fn language(&self) -> &str {
        let comments =
            self.0.iter().map(|line| line.trim()).take_while(|line| line.is_empty() || line.starts_with('#'));
        let mut named =
            comments.filter_map(|line| line.trim_start_matches('#').trim().strip_prefix("language"));
        let language = named.find_map(|rest| Some(rest.trim_start().strip_prefix(':')?.trim()));
        language.filter(|language| !language.is_empty()).unwrap_or("en")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# eine Notiz\n# language: de\n\n@x\nFunktionalität: Rollen: wer darf was\n\n  Regel: nur wer soll\n\n    Szenario: a\n      Beispiele:\n      | wer: was |\n";

    #[test]
    fn keywords_are_told_as_they_stand_in_the_file() {
        let lines = Lines::of(TEXT);
        assert_eq!(lines.language(), "de");
        assert_eq!(lines.titled("Rollen: wer darf was", "Feature"), (5, "Funktionalität"));
        assert_eq!(lines.titled("nur wer soll", "Rule"), (7, "Regel"));
        assert_eq!(lines.keyword(9), Some("Szenario"));
        assert_eq!(lines.keyword(11), None);
    }

    #[test]
    fn without_the_text_they_are_english() {
        let lines = Lines::of("");
        assert_eq!(
            (lines.language(), lines.titled("x", "Feature"), lines.keyword(1)),
            ("en", (1, "Feature"), None)
        );
    }
}
