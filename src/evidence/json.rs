//! The record itself, for programs; `docs/evidence.schema.json` is its schema.

use std::io::{self, Write};

use serde::Serialize;

use crate::controls::ControlRow;
use crate::record::{Exit, Outcome, Record, ScenarioCounts, ScenarioRecord};
use crate::target::{EvidenceKind, TargetInfo};

/// Changes whenever a reader of the last one could misunderstand.
const VERSION: u32 = 3;

/// Of more scenarios nobody looks at the lines, and their indentation would be half of the file.
const INDENTED: usize = 1_000;

#[derive(Serialize)]
struct Document<'record> {
    version: u32,
    judgement: Judgement,
    #[serde(flatten)]
    record: &'record Record,
}

/// What follows from the record, so that no reader follows another rule.
#[derive(Serialize)]
struct Judgement {
    exit: Exit,
    evidence: EvidenceKind,
    counts: ScenarioCounts,
    outcomes: Vec<Outcome>,
    controls: Vec<ControlRow>,
    scenarios_without_control: Vec<usize>,
}

/// Writes `record` as JSON.
pub(crate) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let judgement = Judgement {
        exit: record.exit(),
        evidence: record.target.as_ref().map_or(EvidenceKind::Unproven, TargetInfo::evidence),
        counts: record.scenario_counts(),
        outcomes: record.scenarios.iter().map(ScenarioRecord::outcome).collect(),
        controls: record.controls(),
        scenarios_without_control: record.scenarios_without_control(),
    };
    let document = Document { version: VERSION, judgement, record };
    if record.scenarios.len() <= INDENTED {
        serde_json::to_writer_pretty(&mut *out, &document)?;
    } else {
        serde_json::to_writer(&mut *out, &document)?;
    }
    out.write_all(b"\n")
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::event::Event;
    use crate::{golden, sample};

    fn document(events: &[Event]) -> Value {
        let mut out = Vec::new();
        write(&events.iter().collect(), &mut out).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    fn schema() -> jsonschema::Validator {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/evidence.schema.json");
        let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        jsonschema::draft202012::new(&schema).unwrap()
    }

    #[test]
    fn everything() {
        let mut out = Vec::new();
        write(&sample::everything().iter().collect(), &mut out).unwrap();
        golden::check("report.json", &String::from_utf8(out).unwrap());
    }

    #[test]
    fn it_holds_all_that_the_record_holds() {
        let record: Record = sample::everything().iter().collect();
        let mut document = document(&sample::everything());
        let added = document.as_object_mut().unwrap();
        assert_eq!(added.remove("version"), Some(json!(VERSION)));
        assert_eq!(added.remove("judgement").unwrap()["exit"], "failed");
        assert_eq!(document, serde_json::to_value(&record).unwrap());
    }

    #[test]
    fn every_record_is_by_the_schema_however_early_it_ended() {
        let schema = schema();
        for events in [sample::everything(), sample::passing(), sample::unproven(), sample::nothing()] {
            for end in 0..=events.len() {
                let document = document(&events[..end]);
                let errors: Vec<_> = schema.iter_errors(&document).map(|it| it.to_string()).collect();
                assert!(errors.is_empty(), "{end} events: {errors:#?}");
            }
        }
    }

    #[test]
    fn a_large_record_is_not_indented_and_says_the_same() {
        let mut record: Record = sample::passing().iter().collect();
        let scenario = record.scenarios.first().unwrap().clone();
        let mut lines = |count| {
            record.scenarios = vec![scenario.clone(); count];
            let mut out = Vec::new();
            write(&record, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            let read: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(read["scenarios"].as_array().map(Vec::len), Some(count));
            text.lines().count()
        };
        assert!(lines(INDENTED) > INDENTED);
        assert_eq!(lines(INDENTED + 1), 1);
    }

    /// What is broken at each place once, wherever the sample has such a place.
    #[test]
    fn what_is_missing_unknown_or_of_another_type_is_refused() {
        let schema = schema();
        let good = document(&sample::everything());
        let mut places = BTreeMap::new();
        walk(&good, "", &mut places);
        assert!(places.len() > 150, "{}", places.len());
        for pointer in places.values() {
            let refused = |what: &str, change: &dyn Fn(&mut Value)| {
                let mut broken = good.clone();
                change(broken.pointer_mut(pointer).unwrap());
                assert!(broken == good || !schema.is_valid(&broken), "{what} at {pointer}");
            };
            refused("another type", &|it| *it = json!([[[]]]));
            refused("an unknown member", &|it| {
                it.as_object_mut().into_iter().for_each(|it| drop(it.insert("unknown".into(), json!(1))));
            });
            let is_map = pointer.ends_with("/policies") || pointer.ends_with("/feature_texts");
            let members = good.pointer(pointer).and_then(Value::as_object).filter(|_| !is_map);
            for name in members.into_iter().flat_map(|it| it.keys()) {
                refused(&format!("without {name}"), &|it| drop(it.as_object_mut().unwrap().remove(name)));
            }
        }
    }

    /// The first pointer to each place, by its path without the numbers of lists.
    fn walk(value: &Value, pointer: &str, places: &mut BTreeMap<String, String>) {
        let is_number = |part: &&str| part.parse::<usize>().is_ok();
        let shape: Vec<&str> = pointer.split('/').filter(|part| !is_number(part)).collect();
        let kind = match value {
            Value::Object(it) => it.keys().map(String::as_str).collect::<Vec<_>>().join(","),
            _ => String::new(),
        };
        places.entry(format!("{} {kind}", shape.join("/"))).or_insert_with(|| pointer.to_owned());
        match value {
            Value::Object(it) => {
                it.iter().for_each(|(key, it)| walk(it, &format!("{pointer}/{key}"), places))
            }
            Value::Array(it) => {
                it.iter().enumerate().for_each(|(at, it)| walk(it, &format!("{pointer}/{at}"), places));
            }
            _ => {}
        }
    }
}
