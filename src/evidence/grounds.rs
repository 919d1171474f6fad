//! On what the finding about a control rests, in words that all outputs share.

use crate::controls::{ControlFinding, ControlRow};
use crate::record::{Outcome, Record, ScenarioRecord};
use crate::target::{EvidenceKind, TargetInfo};

/// The finding in a few words.
pub(crate) fn word(finding: ControlFinding) -> &'static str {
    match finding {
        ControlFinding::Satisfied => "satisfied",
        ControlFinding::NotSatisfied => "not satisfied",
        ControlFinding::Undetermined => "undetermined",
        ControlFinding::NotTested => "not tested",
    }
}

/// The kind of evidence on which all findings of a run rest: as a name, and for somebody who reads nothing else of the run.
pub(crate) fn worth(record: &Record) -> (&'static str, &'static str) {
    match record.target.as_ref().map_or(EvidenceKind::Unproven, TargetInfo::evidence) {
        EvidenceKind::DesignIntent => {
            ("design-intent", "design intent, shown on Rolecall's emulator: not that an account operates so")
        }
        EvidenceKind::OperatingEffectiveness => {
            ("operating-effectiveness", "operating effectiveness, shown by an account of AWS")
        }
        EvidenceKind::OtherServer => {
            ("other-server", "shown by a server that is not AWS: not that an account operates so")
        }
        EvidenceKind::Unproven => ("unproven", "unproven: the target did not show that it enforces IAM"),
    }
}

/// Why it is so and no better, as part of a sentence: what became of how many scenarios, and what is wrong with the run.
pub(crate) fn of(record: &Record, row: &ControlRow) -> String {
    let scenarios: Vec<&ScenarioRecord> =
        row.scenarios.iter().filter_map(|index| record.scenarios.get(*index)).collect();
    let all = scenarios.len() + row.left_out.len();
    if all == 0 {
        return "no scenario bears on it".to_owned();
    }
    let counts = |takes: &dyn Fn(&ScenarioRecord) -> bool| scenarios.iter().filter(|it| takes(it)).count();
    let ended = |outcome: Outcome| counts(&|it| it.outcome() == outcome);
    let mut parts = vec![
        some(ended(Outcome::Failed), all, ["failed"; 2]),
        some(ended(Outcome::Inconclusive), all, ["could not tell"; 2]),
        some(ended(Outcome::Skipped), all, ["was skipped", "were skipped"]),
        some(ended(Outcome::Unfinished), all, ["did not end"; 2]),
        some(ended(Outcome::NotBegun), all, ["was not begun", "were not begun"]),
        left_out(row),
    ];
    if parts.iter().all(Option::is_none) {
        parts.push(some(all, all, ["passed"; 2]));
    }
    if !scenarios.is_empty() {
        parts.extend(run(record).map(|doubt| Some(doubt.to_owned())));
    }
    parts.into_iter().flatten().collect::<Vec<String>>().join("; ")
}

/// How many of the scenarios that bear on it were not selected; `None`: all were.
pub(crate) fn left_out(row: &ControlRow) -> Option<String> {
    let all = row.scenarios.len() + row.left_out.len();
    some(row.left_out.len(), all, ["was not selected", "were not selected"])
}

/// What is wrong with the run, whatever its scenarios say.
fn run(record: &Record) -> impl Iterator<Item = &'static str> {
    let enforces = record.target.as_ref().is_some_and(|target: &TargetInfo| target.enforces_iam);
    let doubts = [
        (record.is_complete(), "the run did not end"),
        (record.stray_events == 0, "events of the run name unknown scenarios"),
        (enforces, "the target did not show that it enforces IAM"),
    ];
    doubts.into_iter().filter(|(holds, _)| !holds).map(|(_, doubt)| doubt)
}

/// So many of all, and what became of them, told of one and of several.
fn some(count: usize, all: usize, [of_one, of_several]: [&str; 2]) -> Option<String> {
    let told = if count == 1 { of_one } else { of_several };
    match (count, all) {
        (0, _) => None,
        (1, 1) => Some(format!("its only scenario {told}")),
        (count, all) if count == all => Some(format!("all its {all} scenarios {told}")),
        (count, all) => Some(format!("{count} of its {all} scenarios {told}")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::event::EventKind;
    use crate::sample;

    fn told(record: &Record) -> Vec<(String, &'static str, String)> {
        let rows = record.controls();
        rows.iter().map(|row| (row.control.to_string(), word(row.finding), of(record, row))).collect()
    }

    #[test]
    fn each_finding_says_what_it_rests_on() {
        let row = |control: &str, word, why: &str| (control.to_owned(), word, why.to_owned());
        let expected = [
            row("NIST-800-53:AC-2", "not tested", "no scenario bears on it"),
            row(
                "NIST-800-53:AC-6",
                "not satisfied",
                "1 of its 3 scenarios failed; 1 of its 3 scenarios was not selected",
            ),
            row(
                "PCI-DSS-4:7.2",
                "undetermined",
                "1 of its 2 scenarios was skipped; 1 of its 2 scenarios was not selected",
            ),
            row("PCI-DSS-4:8.3", "not tested", "its only scenario was not selected"),
            row("SOC2:CC6.1", "satisfied", "its only scenario passed"),
        ];
        assert_eq!(told(&sample::everything().iter().collect()), expected);
    }

    #[test]
    fn what_is_wrong_with_the_run_is_told_of_what_was_tested() {
        let mut events = sample::unproven();
        if let EventKind::RunStarted { scenarios, left_out, run } = &mut events[0].kind {
            run.controls.clear();
            scenarios[0].tags.push("control:SOC2:CC6.1".into());
            left_out.push(crate::ScenarioRef { name: "another".into(), ..scenarios[0].clone() });
        }
        let why = |end: usize| told(&events[..end].iter().collect()).remove(0).2;
        let last = events.len();
        assert_eq!(
            why(last),
            "1 of its 2 scenarios could not tell; 1 of its 2 scenarios was not selected; the target did not show that it \
             enforces IAM"
        );
        assert_eq!(
            why(1),
            "1 of its 2 scenarios was not begun; 1 of its 2 scenarios was not selected; the run did not end; the target did \
             not show that it enforces IAM"
        );
    }
}
