//! Which scenarios bear on which control, by their tags `@control:FRAMEWORK:ID`, and what they show of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::provenance::ControlText;
use crate::record::{Outcome, Record};

/// What tags that name controls begin with.
pub const TAG_PREFIX: &str = "control:";

/// A control, as tags name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ControlRef {
    /// `NIST-800-53`; a version may stand in it, as in `PCI-DSS-4`.
    pub framework: String,
    /// `AC-6`.
    pub id: String,
}

/// A control in the matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ControlRow {
    /// Which.
    pub control: ControlRef,
    /// What the users' own file says of it; `None`: it is only in tags.
    pub text: Option<ControlText>,
    /// The selected scenarios that bear on it, as places in `Record::scenarios`. None: it was not tested.
    pub scenarios: Vec<usize>,
    /// The scenarios that bear on it, too, and were not selected, as places in `Record::left_out`.
    pub left_out: Vec<usize>,
    /// What they show.
    pub finding: ControlFinding,
}

/// What a run shows of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ControlFinding {
    /// All its scenarios passed, those of the feature files that were not selected included (so there is none), on a target
    /// that enforces IAM, in a run that ended.
    Satisfied,
    /// One of its scenarios failed.
    NotSatisfied,
    /// None failed, but one was skipped, could not tell, did not end or was not selected, or the target proves nothing.
    Undetermined,
    /// No selected scenario bears on it.
    NotTested,
}

/// What bears on a control.
#[derive(Default)]
struct Bearing {
    text: Option<ControlText>,
    scenarios: Vec<usize>,
    left_out: Vec<usize>,
}

impl ControlRef {
    /// The control that a tag names, without `@`; `None`: it names none.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<ControlRef> {
        let (framework, id) = tag.strip_prefix(TAG_PREFIX)?.split_once(':')?;
        let named = !framework.is_empty() && !id.is_empty();
        named.then(|| ControlRef { framework: framework.to_owned(), id: id.to_owned() })
    }

    /// Its framework and id without their case, by which controls are the same.
    #[must_use]
    pub fn folded(&self) -> [String; 2] {
        [&self.framework, &self.id].map(|name| name.to_lowercase())
    }
}

/// The controls of a run, each in one spelling: names that differ only in case are the same control's. That of the users'
/// file counts, or else the one that stands first.
pub(crate) struct Spelling(BTreeMap<[String; 2], ControlRef>);

impl Spelling {
    pub(crate) fn of(record: &Record) -> Spelling {
        let mut spelling = Spelling(BTreeMap::new());
        for text in &record.run.controls {
            spelling.add(ControlRef { framework: text.framework.clone(), id: text.id.clone() });
        }
        let selected = record.scenarios.iter().map(|it| &it.scenario);
        let tags = selected.chain(&record.left_out).flat_map(|it| &it.tags);
        tags.filter_map(|tag| ControlRef::from_tag(tag)).for_each(|control| spelling.add(control));
        spelling
    }

    fn add(&mut self, control: ControlRef) {
        self.0.entry(control.folded()).or_insert(control);
    }

    /// The controls that tags name, each once.
    pub(crate) fn named(&self, tags: &[String]) -> BTreeSet<ControlRef> {
        let named = tags.iter().filter_map(|tag| ControlRef::from_tag(tag));
        named.map(|control| self.spelt(control)).collect()
    }

    fn spelt(&self, control: ControlRef) -> ControlRef {
        self.0.get(&control.folded()).cloned().unwrap_or(control)
    }
}

impl fmt::Display for ControlRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.framework, self.id)
    }
}

impl Record {
    /// The matrix of controls and scenarios: controls of tags and of the users' files, in the order of their names.
    #[must_use]
    pub fn controls(&self) -> Vec<ControlRow> {
        let spelling = Spelling::of(self);
        let mut rows: BTreeMap<ControlRef, Bearing> = BTreeMap::new();
        for text in &self.run.controls {
            let control = ControlRef { framework: text.framework.clone(), id: text.id.clone() };
            rows.entry(spelling.spelt(control)).or_default().text.get_or_insert_with(|| text.clone());
        }
        for (index, scenario) in self.scenarios.iter().enumerate() {
            for control in spelling.named(&scenario.scenario.tags) {
                rows.entry(control).or_default().scenarios.push(index);
            }
        }
        for (index, scenario) in self.left_out.iter().enumerate() {
            for control in spelling.named(&scenario.tags) {
                rows.entry(control).or_default().left_out.push(index);
            }
        }
        let row = |(control, Bearing { text, scenarios, left_out }): (ControlRef, Bearing)| {
            let finding = self.finding(&scenarios, &left_out);
            ControlRow { control, text, scenarios, left_out, finding }
        };
        rows.into_iter().map(row).collect()
    }

    /// The selected scenarios that bear on no control, as places in `scenarios`.
    #[must_use]
    pub fn scenarios_without_control(&self) -> Vec<usize> {
        let bears = |tags: &[String]| tags.iter().any(|tag| ControlRef::from_tag(tag).is_some());
        let scenarios = self.scenarios.iter().enumerate();
        scenarios.filter(|(_, it)| !bears(&it.scenario.tags)).map(|(index, _)| index).collect()
    }

    fn finding(&self, scenarios: &[usize], left_out: &[usize]) -> ControlFinding {
        let outcomes: Vec<Outcome> =
            scenarios.iter().filter_map(|index| self.scenarios.get(*index)).map(|it| it.outcome()).collect();
        // Whoever selects could leave out the one that fails.
        let is_reliable = left_out.is_empty()
            && self.is_complete()
            && self.stray_events == 0
            && self.target.as_ref().is_some_and(|target| target.enforces_iam);
        if outcomes.is_empty() {
            ControlFinding::NotTested
        } else if outcomes.contains(&Outcome::Failed) {
            ControlFinding::NotSatisfied
        } else if is_reliable && outcomes.iter().all(|outcome| *outcome == Outcome::Passed) {
            ControlFinding::Satisfied
        } else {
            ControlFinding::Undetermined
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::event::{Event, EventKind, Failure, ScenarioResult, StepResult};
    use crate::sample::{self, finished, run_finished, run_started, step, step_finished};

    #[test]
    fn a_tag_names_a_framework_and_an_id() {
        let named = |tag| ControlRef::from_tag(tag).map(|it| (it.framework, it.id));
        let pair = |framework: &str, id: &str| Some((framework.to_owned(), id.to_owned()));
        assert_eq!(named("control:NIST-800-53:AC-6"), pair("NIST-800-53", "AC-6"));
        assert_eq!(named("control:CIS-AWS-5.0:1.16"), pair("CIS-AWS-5.0", "1.16"));
        assert_eq!(named("control:FedRAMP:KSI-IAM-ELP"), pair("FedRAMP", "KSI-IAM-ELP"));
        assert_eq!(named("control:X:a:b"), pair("X", "a:b"));
        for tag in ["control:NIST-800-53", "control::AC-6", "control:NIST-800-53:", "controls:A:B", "smoke"] {
            assert_eq!(named(tag), None, "{tag}");
        }
    }

    fn ended(id: usize, step_result: StepResult, result: ScenarioResult) -> [Event; 2] {
        [step_finished(id, step(4, "Then", "upload is denied"), step_result), finished(id, result)]
    }

    /// The finding about the control of scenarios that end as given.
    #[track_caller]
    fn check(scenarios: &[(StepResult, ScenarioResult)], enforces_iam: bool, expected: ControlFinding) {
        let [mut first, _] = run_started(scenarios.len());
        if let EventKind::RunStarted { run, scenarios, .. } = &mut first.kind {
            run.controls.clear();
            scenarios.iter_mut().for_each(|it| it.tags.push("control:SOC2:CC6.1".into()));
        }
        let target = sample::target("said by the test", enforces_iam);
        let mut events =
            vec![first, Event { at: run_finished().at, kind: EventKind::TargetTested { target } }];
        for (id, (step_result, result)) in scenarios.iter().cloned().enumerate() {
            events.extend(ended(id, step_result, result));
        }
        let interrupted: Record = events.iter().collect();
        assert_ne!(interrupted.controls()[0].finding, ControlFinding::Satisfied, "before the end of the run");
        events.push(run_finished());
        let rows = events.iter().collect::<Record>().controls();
        assert_eq!((rows.len(), rows[0].control.to_string().as_str()), (1, "SOC2:CC6.1"));
        assert_eq!(rows[0].finding, expected);
    }

    #[test]
    fn only_what_passed_and_is_proven_satisfies() {
        let passed = || (StepResult::Passed, ScenarioResult::Passed);
        let failed = || (StepResult::Failed(Failure::default()), ScenarioResult::Failed);
        let unknown = || (StepResult::Inconclusive(Failure::default()), ScenarioResult::Inconclusive);
        let skipped = || (StepResult::NotRun, ScenarioResult::Skipped { reason: "needs a clock".into() });
        check(&[passed(), passed()], true, ControlFinding::Satisfied);
        check(&[passed(), failed(), unknown()], true, ControlFinding::NotSatisfied);
        check(&[passed(), unknown()], true, ControlFinding::Undetermined);
        check(&[passed(), skipped()], true, ControlFinding::Undetermined);
        check(&[passed()], false, ControlFinding::Undetermined);
    }

    #[test]
    fn a_selection_of_its_scenarios_satisfies_no_control() {
        let finding = |selected: usize, failed: bool| {
            let [mut first, tested] = run_started(3);
            if let EventKind::RunStarted { run, scenarios, left_out } = &mut first.kind {
                run.controls.clear();
                scenarios.iter_mut().for_each(|it| it.tags.push("control:NIST-800-53:AC-6".into()));
                *left_out = scenarios.split_off(selected);
            }
            let mut events = vec![first, tested];
            for id in 0..selected {
                let failed = failed && id == 0;
                let of_step =
                    if failed { StepResult::Failed(Failure::default()) } else { StepResult::Passed };
                let result = if failed { ScenarioResult::Failed } else { ScenarioResult::Passed };
                events.extend(ended(id, of_step, result));
            }
            events.push(run_finished());
            let record: Record = events.iter().collect();
            assert_eq!((record.found, record.left_out.len()), (3, 3 - selected));
            let rows = record.controls();
            assert_eq!(
                (rows.len(), rows[0].scenarios.len(), rows[0].left_out.len()),
                (1, selected, 3 - selected)
            );
            rows[0].finding
        };
        assert_eq!(finding(3, false), ControlFinding::Satisfied);
        assert_eq!(finding(2, false), ControlFinding::Undetermined);
        assert_eq!(finding(2, true), ControlFinding::NotSatisfied);
        assert_eq!(finding(0, false), ControlFinding::NotTested);
    }

    #[test]
    fn controls_that_differ_only_in_case_are_one() {
        let rows = |known: &[&str], tags: &[&str]| {
            let [mut first, _] = run_started(tags.len());
            if let EventKind::RunStarted { run, scenarios, .. } = &mut first.kind {
                let named = |control: &&str| ControlRef::from_tag(&format!("control:{control}")).unwrap();
                let text = |it: ControlRef| ControlText {
                    framework: it.framework,
                    id: it.id,
                    version: None,
                    text: None,
                };
                run.controls = known.iter().map(named).map(text).collect();
                scenarios.iter_mut().zip(tags).for_each(|(it, tag)| it.tags.push(format!("control:{tag}")));
            }
            let rows = [first].iter().collect::<Record>().controls();
            rows.iter().map(|row| (row.control.to_string(), row.scenarios.clone())).collect::<Vec<_>>()
        };
        let one = |control: &str| vec![(control.to_owned(), vec![0, 1])];
        assert_eq!(rows(&[], &["NIST-800-53:ac-6", "NIST-800-53:AC-6"]), one("NIST-800-53:ac-6"));
        assert_eq!(
            rows(&["NIST-800-53:AC-6"], &["nist-800-53:ac-6", "NIST-800-53:Ac-6"]),
            one("NIST-800-53:AC-6")
        );
        assert_eq!(rows(&[], &["NIST-800-53:AC-6", "NIST-800-53:AC-60"]).len(), 2);
    }

    #[test]
    fn a_tag_without_a_framework_bears_on_no_control() {
        let [mut first, _] = run_started(1);
        if let EventKind::RunStarted { run, scenarios, .. } = &mut first.kind {
            run.controls.clear();
            scenarios[0].tags.push("control:AC-2".into());
        }
        let record: Record = [first].iter().collect();
        assert_eq!((record.controls(), record.scenarios_without_control()), (vec![], vec![0]));
    }

    #[test]
    fn the_matrix_shows_what_is_missing_on_either_side() {
        let record: Record = sample::everything().iter().collect();
        let rows = record.controls();
        let row = |id: &str| rows.iter().find(|row| row.control.id == id).unwrap();
        assert_eq!(
            (row("AC-6").scenarios.as_slice(), row("AC-6").finding),
            (&[0, 1][..], ControlFinding::NotSatisfied)
        );
        assert!(row("AC-6").text.as_ref().is_some_and(|it| it.version.as_deref() == Some("5.1.1")));
        assert_eq!((row("AC-2").scenarios.len(), row("AC-2").finding), (0, ControlFinding::NotTested));
        assert_eq!((row("CC6.1").text.clone(), row("CC6.1").finding), (None, ControlFinding::Satisfied));
        let without = record.scenarios_without_control();
        assert!(!without.contains(&0) && without.contains(&2), "{without:?}");
    }
}
