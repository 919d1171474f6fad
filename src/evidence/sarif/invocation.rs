//! How the run went, and what a reader must know who sees only the results.

use serde_json::{Value, json};

use crate::event::ScenarioResult;
use crate::record::{Exit, Record, ScenarioRecord};
use crate::target::EvidenceKind;
use crate::{grounds, words};

use super::place::Places;
use super::text;

/// What is told beside the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// What the verdicts are worth.
    Standing,
    /// A scenario was not run.
    Skipped,
    /// The run did not end.
    Interrupted,
    /// No scenario was selected.
    NothingSelected,
    /// Events name scenarios that nobody announced.
    Stray,
    /// More results than readers take.
    LeftOut,
    /// Scenarios that bear on a tested control were not selected.
    NotSelected,
}

impl Notice {
    pub(super) const ALL: [Notice; 7] = [
        Notice::Standing,
        Notice::Skipped,
        Notice::Interrupted,
        Notice::NothingSelected,
        Notice::Stray,
        Notice::LeftOut,
        Notice::NotSelected,
    ];

    pub(super) fn descriptor(self) -> Value {
        let [id, name, short, help] = self.words();
        json!({
            "id": id,
            "name": name,
            "shortDescription": { "text": short },
            "fullDescription": { "text": format!("{short} {help}") },
            "help": { "text": help, "markdown": help },
        })
    }

    fn words(self) -> [&'static str; 4] {
        match self {
            Notice::Standing => [
                "RC9001",
                "KindOfEvidence",
                "What the verdicts are worth.",
                "The target says so, and its self-test tried it before the first scenario.",
            ],
            Notice::Skipped => [
                "RC9002",
                "ScenarioSkipped",
                "A scenario was not run.",
                "It shows nothing; the reason says what it needs.",
            ],
            Notice::Interrupted => [
                "RC9003",
                "RunInterrupted",
                "The run did not end.",
                "What happened before is told; run it again for the rest.",
            ],
            Notice::NothingSelected => [
                "RC9004",
                "NothingSelected",
                "No scenario was selected.",
                "Look at the paths and filters of the command: such a run shows nothing.",
            ],
            Notice::Stray => [
                "RC9005",
                "UnknownScenarios",
                "The record can't be relied on.",
                "Its events name scenarios that it never announced: run it again.",
            ],
            Notice::LeftOut => [
                "RC9006",
                "ResultsLeftOut",
                "There are more results than a file may hold.",
                "Run the features in parts, or read the other reports, which hold all.",
            ],
            Notice::NotSelected => [
                "RC9007",
                "ControlInPart",
                "Not all scenarios that bear on a control were selected.",
                "The control is not satisfied by the others: run it without a filter.",
            ],
        }
    }

    fn tell(self, level: &str, message: &str) -> Value {
        let [id, ..] = self.words();
        let index = Notice::ALL.iter().position(|notice| *notice == self).unwrap_or_default();
        json!({
            "descriptor": { "id": id, "index": index },
            "level": level,
            "message": { "text": text::sentence(message) },
        })
    }
}

pub(super) fn invocation(record: &Record, left_out: usize) -> Value {
    let exit = record.exit();
    let reliable = record.is_complete() && record.stray_events == 0 && exit != Exit::NothingSelected;
    let mut invocation = json!({
        "executionSuccessful": reliable,
        "toolExecutionNotifications": notices(record, left_out),
    });
    let Some(object) = invocation.as_object_mut() else { return invocation };
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    // The program's name may be a path of the machine.
    if let [_, arguments @ ..] = record.run.command_line.as_slice() {
        put("arguments", json!(arguments));
    }
    if let Some(started) = record.started {
        put("startTimeUtc", json!(time(started)));
        if let Some(duration) = record.duration {
            put("endTimeUtc", json!(time(started + duration)));
        }
    }
    if record.is_complete() {
        let (code, description) = code(exit);
        put("exitCode", json!(code));
        put("exitCodeDescription", json!(description));
    }
    if let Some(who) = &record.run.who {
        put("account", json!(who.name));
    }
    invocation
}

fn notices(record: &Record, left_out: usize) -> Vec<Value> {
    let proven = record.target.as_ref().is_some_and(|it| it.evidence() != EvidenceKind::Unproven);
    let mut notices = Vec::new();
    if let Some(interrupted) = words::interrupted(record) {
        notices.push(Notice::Interrupted.tell("error", &interrupted));
    } else if record.scenarios.is_empty() {
        notices
            .push(Notice::NothingSelected.tell("error", "No scenario was selected: this run shows nothing"));
    }
    if record.stray_events > 0 {
        let message =
            format!("{} events name unknown scenarios: this run can't be relied on", record.stray_events);
        notices.push(Notice::Stray.tell("error", &message));
    }
    if left_out > 0 {
        let message = format!("{left_out} more scenarios did not pass, which found no room here");
        notices.push(Notice::LeftOut.tell("error", &message));
    }
    notices.push(Notice::Standing.tell(if proven { "note" } else { "warning" }, &words::standing(record)));
    for row in record.controls().iter().filter(|row| !row.scenarios.is_empty()) {
        if let Some(left_out) = grounds::left_out(row) {
            let message = format!("{} is {}: {left_out}", row.control, grounds::word(row.finding));
            notices.push(Notice::NotSelected.tell("warning", &message));
        }
    }
    let places = Places::of(&record.run);
    notices.extend(record.scenarios.iter().filter_map(|scenario| skip(&places, scenario)));
    notices
}

fn skip(places: &Places<'_>, scenario: &ScenarioRecord) -> Option<Value> {
    let Some(ScenarioResult::Skipped { .. }) = &scenario.result else { return None };
    let message = format!("{}: {}", words::name(scenario), words::headline(scenario));
    let mut notice = Notice::Skipped.tell("note", &message);
    let place = places.scenario(&scenario.scenario);
    notice.as_object_mut()?.insert("locations".to_owned(), json!([{ "physicalLocation": place }]));
    Some(notice)
}

/// As the command's documentation lists them.
fn code(exit: Exit) -> (u8, &'static str) {
    match exit {
        Exit::Passed => (0, "passed"),
        Exit::Failed => (1, "a scenario failed"),
        Exit::Inconclusive => (3, "could not tell"),
        Exit::NothingSelected => (4, "no scenario was selected"),
    }
}

fn time(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
