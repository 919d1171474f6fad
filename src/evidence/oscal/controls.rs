//! Which controls were looked at, and what was found of them.

use serde_json::{Value, json};

use crate::controls::{ControlFinding, ControlRow};
use crate::record::Record;
use crate::{grounds, words};

use super::ids::{self, Ids};
use super::{line, prop, put, sentence};

/// What stands where a control must: OSCAL has no way to say that none was reviewed.
const NONE: &str = "_none";

/// A selection for each framework of which a control was tested.
pub(super) fn reviewed(record: &Record) -> Value {
    let rows = record.controls();
    let same = |one: &ControlRow, other: &ControlRow| one.control.framework == other.control.framework;
    let mut selections: Vec<Value> = rows.chunk_by(same).filter_map(selection).collect();
    if selections.is_empty() {
        let description = "No selected scenario bears on a control: none was reviewed.";
        selections.push(json!({ "description": description, "include-controls": [{ "control-id": NONE }] }));
    }
    let mut reviewed = json!({ "control-selections": selections });
    let not_tested = rows.iter().filter(|row| !is_tested(row));
    let not_tested = not_tested.map(|row| format!("{} ({})", row.control, grounds::of(record, row)));
    let not_tested: Vec<String> = not_tested.collect();
    if !not_tested.is_empty() {
        let remarks =
            format!("Not tested, as no selected scenario bears on them: {}.", not_tested.join(", "));
        put(&mut reviewed, "remarks", json!(remarks));
    }
    reviewed
}

fn selection(rows: &[ControlRow]) -> Option<Value> {
    let framework = &rows.first()?.control.framework;
    let mut versions: Vec<&str> =
        rows.iter().filter_map(|row| row.text.as_ref()?.version.as_deref()).collect();
    versions.dedup();
    let tested = rows.iter().filter(|row| is_tested(row));
    let controls: Vec<Value> =
        tested.map(|row| json!({ "control-id": ids::control(&row.control) })).collect();
    let description = line(&format!("{framework} {}", versions.join(", ")));
    (!controls.is_empty()).then(|| json!({ "description": description, "include-controls": controls }))
}

fn is_tested(row: &ControlRow) -> bool {
    row.finding != ControlFinding::NotTested
}

/// A finding for each control on which a selected scenario bears.
pub(super) fn findings(record: &Record, ids: &Ids<'_>) -> Vec<Value> {
    record.controls().iter().filter_map(|row| finding(record, row, ids)).collect()
}

fn finding(record: &Record, row: &ControlRow, ids: &Ids<'_>) -> Option<Value> {
    let (state, reason) = match row.finding {
        ControlFinding::Satisfied => ("satisfied", "pass"),
        ControlFinding::NotSatisfied => ("not-satisfied", "fail"),
        ControlFinding::Undetermined => ("not-satisfied", "other"),
        ControlFinding::NotTested => return None,
    };
    let (kind, worth) = grounds::worth(record);
    let why = sentence(&format!("{}: {}", grounds::word(row.finding), grounds::of(record, row)));
    let remarks = format!("{why} {}", sentence(&format!("evidence of this: {worth}")));
    let asks = row.text.as_ref().and_then(|it| it.text.as_deref());
    let asks = asks.map(|text| format!(" It asks in the users' words: {text}")).unwrap_or_default();
    let related =
        row.scenarios.iter().map(|scenario| json!({ "observation-uuid": ids.observation(*scenario) }));
    let title = line(&format!("{} {}", row.control.framework, row.control.id));
    Some(json!({
        "uuid": ids.finding(&row.control),
        "title": title,
        "description": format!("By {} scenarios; {}.{asks}", row.scenarios.len(), words::standing(record)),
        "props": [
            prop("framework", &row.control.framework),
            prop("control", &row.control.id),
            prop("evidence", kind),
            prop("scenarios-not-selected", &row.left_out.len().to_string()),
        ],
        "target": {
            "type": "objective-id",
            "target-id": ids::objective(&row.control),
            "title": title,
            "status": { "state": state, "reason": reason, "remarks": remarks },
        },
        "related-observations": related.collect::<Vec<Value>>(),
    }))
}
