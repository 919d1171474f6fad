//! What tools that watch over accounts may take a scenario for. They speak of an account, so a scenario is passed for them
//! only where an account of AWS decided so, in a run that ended; what held anywhere else is not available to them, with
//! the reason.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::call::{Purpose, Verdict};
use crate::console;
use crate::controls::{ControlRef, Spelling};
use crate::digest::Sha256;
use crate::event::StepResult;
use crate::record::{Outcome, Record, ScenarioRecord};
use crate::sarif::fingerprints;
use crate::target::{EvidenceKind, TargetKind};
use crate::{grounds, words};

/// What a scenario shows of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Passed,
    Failed,
    NotAvailable,
}

/// How soon somebody has to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// Nothing to look at.
    Informational,
    /// It could not tell.
    Low,
    /// It failed.
    Medium,
    /// It failed, and the call on which that rests was let through.
    High,
}

/// A scenario as a finding.
pub(crate) struct Finding<'run> {
    pub(crate) scenario: &'run ScenarioRecord,
    pub(crate) status: Status,
    /// Why it is no pass, as a code and as a sentence; `None`: it is one.
    pub(crate) reason: Option<(&'static str, String)>,
    pub(crate) severity: Severity,
    /// The same in every run of these scenarios on this target, and no other's.
    pub(crate) id: String,
    /// Its name, marked where it is not about an account of AWS.
    pub(crate) title: String,
    /// What became of it, and what that is worth.
    pub(crate) description: String,
    pub(crate) controls: BTreeSet<ControlRef>,
    /// Of which of these controls how many scenarios were not selected, in words; empty: of none.
    pub(crate) left_out: String,
    pub(crate) started: DateTime<Utc>,
    pub(crate) ended: DateTime<Utc>,
}

/// A finding for each selected scenario, in their order.
pub(crate) fn findings(record: &Record) -> impl Iterator<Item = Finding<'_>> {
    let origin = origin(record);
    let spelling = Spelling::of(record);
    let left_out: BTreeMap<ControlRef, String> = record
        .controls()
        .into_iter()
        .filter_map(|row| Some((row.control.clone(), grounds::left_out(&row)?)))
        .collect();
    let scenarios = record.scenarios.iter().zip(fingerprints(record));
    scenarios.map(move |(scenario, fingerprint)| {
        let id = format!("{origin}/{fingerprint}");
        let mut finding = finding(record, scenario, id);
        finding.controls = spelling.named(&scenario.scenario.tags);
        let told = finding.controls.iter().filter_map(|it| Some(format!("{it}: {}", left_out.get(it)?)));
        finding.left_out = told.collect::<Vec<String>>().join("; ");
        finding
    })
}

fn finding<'run>(record: &'run Record, scenario: &'run ScenarioRecord, id: String) -> Finding<'run> {
    let (status, reason) = judged(record, scenario);
    let said = match &reason {
        Some((_, why)) => why.clone(),
        None => format!("all its {} steps held", scenario.steps.len()),
    };
    let started = scenario.started.or(record.started).or(record.last_event).unwrap_or_default();
    Finding {
        scenario,
        status,
        reason,
        severity: severity(scenario),
        id,
        title: format!("{}{}", mark(record), words::name(scenario)),
        description: format!("{said}. Evidence: {}.", console::harmless(&words::standing(record))),
        controls: BTreeSet::new(),
        left_out: String::new(),
        started,
        ended: words::ended(record, scenario).max(started),
    }
}

fn judged(record: &Record, scenario: &ScenarioRecord) -> (Status, Option<(&'static str, String)>) {
    let why = || words::headline(scenario);
    let none = |code, why: String| (Status::NotAvailable, Some((code, why)));
    let stopped = record.stopped.as_ref().map(|reason| format!(" ({})", console::harmless(reason)));
    let stopped = stopped.unwrap_or_default();
    match scenario.outcome() {
        Outcome::Failed => (Status::Failed, Some(("ROLECALL_FAILED", format!("it failed: {}", why())))),
        Outcome::Inconclusive => none("ROLECALL_INCONCLUSIVE", format!("it could not tell: {}", why())),
        Outcome::Skipped => none("ROLECALL_SKIPPED", format!("it was not run: {}", why())),
        Outcome::Unfinished => none("ROLECALL_UNFINISHED", format!("it did not end: {}{stopped}", why())),
        Outcome::NotBegun => none("ROLECALL_NOT_BEGUN", format!("it was not begun: {}{stopped}", why())),
        Outcome::Passed if !record.is_complete() || record.stray_events > 0 => {
            none("ROLECALL_INTERRUPTED", format!("its steps held, in a run that was interrupted{stopped}"))
        }
        Outcome::Passed => match evidence(record) {
            EvidenceKind::OperatingEffectiveness => (Status::Passed, None),
            EvidenceKind::DesignIntent => none(
                "ROLECALL_DESIGN_INTENT",
                "its steps held in Rolecall's model of IAM, which shows nothing of an account".to_owned(),
            ),
            EvidenceKind::OtherServer => none(
                "ROLECALL_OTHER_SERVER",
                "its steps held on a server that is not AWS, which shows nothing of an account".to_owned(),
            ),
            EvidenceKind::Unproven => none(
                "ROLECALL_UNPROVEN",
                "its steps held on a target that did not show that it enforces IAM".to_owned(),
            ),
        },
    }
}

fn severity(scenario: &ScenarioRecord) -> Severity {
    let was_allowed = || match words::deciding_step(scenario).map(|step| &step.result) {
        Some(StepResult::Failed(failure)) => {
            failure.call.as_ref().is_some_and(|call| call.verdict == Verdict::Allowed)
        }
        _ => false,
    };
    match scenario.outcome() {
        Outcome::Passed | Outcome::Skipped => Severity::Informational,
        Outcome::Inconclusive | Outcome::Unfinished | Outcome::NotBegun => Severity::Low,
        Outcome::Failed if was_allowed() => Severity::High,
        Outcome::Failed => Severity::Medium,
    }
}

fn evidence(record: &Record) -> EvidenceKind {
    record.target.as_ref().map_or(EvidenceKind::Unproven, crate::TargetInfo::evidence)
}

/// What stands before each title, so that nobody takes it for one about an account.
fn mark(record: &Record) -> &'static str {
    match evidence(record) {
        EvidenceKind::OperatingEffectiveness => "",
        EvidenceKind::DesignIntent => "[design intent, no account] ",
        EvidenceKind::OtherServer => "[not AWS] ",
        EvidenceKind::Unproven => "[unproven] ",
    }
}

/// Which target it was and whose features: what holds on one must not replace what failed on another.
fn origin(record: &Record) -> String {
    let target = record.target.as_ref();
    let repository = record.run.commit.as_ref().and_then(|commit| commit.repository.as_deref());
    let names = [
        target.map(|it| it.name.as_str()),
        target.and_then(|it| it.account.as_deref()),
        target.and_then(|it| it.region.as_deref()),
        repository,
    ];
    let digest = Sha256::of(serde_json::json!(names).to_string());
    let kind = match target.map(|target| target.kind) {
        None => "none",
        Some(TargetKind::Embedded) => "embedded",
        Some(TargetKind::LocalStack) => "localstack",
        Some(TargetKind::Endpoint) => "endpoint",
        Some(TargetKind::Aws) => "aws",
    };
    format!("rolecall/{kind}/{}", digest.as_str().get(..16).unwrap_or_default())
}

/// Whether the run was on an account of AWS itself, which must have told which it is.
pub(crate) fn account(record: &Record) -> Option<&str> {
    let target = record.target.as_ref().filter(|target| target.kind == TargetKind::Aws)?;
    target.account.as_deref()
}

/// The ARNs of who asked for what in a scenario on AWS. Those of an emulated account are nobody's, or somebody else's.
pub(crate) fn resources<'run>(record: &Record, scenario: &'run ScenarioRecord) -> BTreeSet<&'run str> {
    if account(record).is_none() {
        return BTreeSet::new();
    }
    let calls = scenario.calls().map(|it| &it.call);
    let about = calls.filter(|call| matches!(call.purpose, Purpose::Attempt | Purpose::Expectation));
    let named = about.flat_map(|call| [Some(call.principal.as_str()), call.resource.as_deref()]);
    named.flatten().filter(|name| name.starts_with("arn:")).collect()
}

/// What is told of a finding beside the fields that a format has, by names.
pub(crate) fn details(record: &Record, finding: &Finding<'_>) -> Vec<(&'static str, String)> {
    let place = &finding.scenario.scenario;
    let mut details = vec![
        ("run", record.run.id.clone()),
        ("outcome", words::outcome(finding.scenario).to_owned()),
        ("evidence", words::standing(record)),
        ("feature", place.feature.clone()),
        ("place", format!("{}:{}", place.path, place.line)),
        ("controls-in-part", finding.left_out.clone()),
    ];
    details.extend(place.rule.clone().map(|rule| ("rule", rule)));
    details.extend(record.target.as_ref().map(|target| ("target", target.name.clone())));
    details.extend(record.run.commit.as_ref().map(|commit| ("commit", commit.id.clone())));
    details.retain(|(_, value)| !value.trim().is_empty());
    details
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::event::{Event, EventKind, Failure, ScenarioResult};
    use crate::sample;

    fn record(events: &[Event]) -> Record {
        events.iter().collect()
    }

    fn statuses(record: &Record) -> Vec<Status> {
        findings(record).map(|finding| finding.status).collect()
    }

    /// How the one scenario ends on an account of AWS that does or doesn't show that it enforces.
    #[track_caller]
    fn check(result: ScenarioResult, enforces_iam: bool, expected: (Status, Option<&str>)) {
        let mut events = sample::on_aws(sample::passing());
        for event in &mut events {
            match &mut event.kind {
                EventKind::TargetTested { target } => target.enforces_iam = enforces_iam,
                EventKind::ScenarioFinished { result: ended, .. } => *ended = result.clone(),
                _ => {}
            }
        }
        let record = record(&events);
        let found = findings(&record).next().unwrap();
        assert_eq!((found.status, found.reason.map(|it| it.0)), expected, "{result:?} {enforces_iam}");
    }

    #[test]
    fn only_what_passed_on_an_account_that_enforces_is_passed() {
        let none = |code| (Status::NotAvailable, Some(code));
        let skipped = ScenarioResult::Skipped { reason: "no clock".into() };
        check(ScenarioResult::Passed, true, (Status::Passed, None));
        check(ScenarioResult::Passed, false, none("ROLECALL_UNPROVEN"));
        check(skipped, true, none("ROLECALL_SKIPPED"));
        check(ScenarioResult::Inconclusive, true, none("ROLECALL_INCONCLUSIVE"));
        check(ScenarioResult::Failed, true, (Status::Failed, Some("ROLECALL_FAILED")));
        check(ScenarioResult::Failed, false, (Status::Failed, Some("ROLECALL_FAILED")));
    }

    #[test]
    fn what_was_on_no_account_is_never_passed_and_is_marked() {
        let mut server = sample::passing();
        for event in &mut server {
            if let EventKind::TargetTested { target } = &mut event.kind {
                target.kind = TargetKind::Endpoint;
                target.account = Some("111122223333".into());
            }
        }
        for (events, mark, code) in [
            (sample::passing(), "[design intent, no account] ", "ROLECALL_DESIGN_INTENT"),
            (server, "[not AWS] ", "ROLECALL_OTHER_SERVER"),
            (sample::unproven(), "[unproven] ", "ROLECALL_INCONCLUSIVE"),
        ] {
            let record = record(&events);
            let found = findings(&record).next().unwrap();
            assert_eq!((found.status, found.reason.unwrap().0), (Status::NotAvailable, code));
            assert_eq!(found.title, format!("{mark}main-user can't upload directly"));
            assert_eq!(account(&record), None);
        }
        let everything = record(&sample::everything());
        assert!(!statuses(&everything).contains(&Status::Passed));
        assert!(everything.scenarios.iter().all(|scenario| resources(&everything, scenario).is_empty()));
    }

    #[test]
    fn nothing_passed_before_the_run_ended_or_where_events_are_astray() {
        let events = sample::on_aws(sample::everything());
        assert_eq!(statuses(&record(&events)).iter().filter(|it| **it == Status::Passed).count(), 2);
        for end in 0..events.len() {
            assert!(!statuses(&record(&events[..end])).contains(&Status::Passed), "{end} events");
        }
        let mut astray = record(&events);
        astray.stray_events = 1;
        assert!(!statuses(&astray).contains(&Status::Passed));
    }

    #[test]
    fn what_was_let_through_is_worse_than_what_was_refused() {
        let record = record(&sample::everything());
        let severities: Vec<Severity> = findings(&record).map(|finding| finding.severity).collect();
        use Severity::{High, Informational, Low, Medium};
        let expected = [
            Informational,
            Medium,
            High,
            Medium,
            Low,
            Medium,
            Medium,
            Medium,
            Informational,
            Informational,
            Medium,
            Low,
        ];
        assert_eq!(severities, expected);
        let failed = EventKind::StepFinished {
            scenario: crate::ScenarioId(0),
            step: sample::step(1, "Then", "it is"),
            result: StepResult::Failed(Failure::default()),
            duration: std::time::Duration::ZERO,
        };
        let mut events = sample::passing();
        let at = events[0].at;
        events.insert(events.len() - 1, Event { at, kind: failed });
        assert_eq!(findings(&self::record(&events)).next().unwrap().severity, Medium);
    }

    #[test]
    fn an_id_is_the_scenarios_on_that_target() {
        let ids = |events: &[Event]| -> Vec<String> { findings(&record(events)).map(|it| it.id).collect() };
        let events = sample::on_aws(sample::everything());
        let first = ids(&events);
        assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), first.len(), "an id is given twice");
        let altered = |change: fn(&mut EventKind)| {
            let mut events = events.clone();
            events.iter_mut().for_each(|event| change(&mut event.kind));
            ids(&events)
        };
        let another_run = altered(|kind| {
            if let EventKind::RunStarted { run, scenarios, .. } = kind {
                run.id = "another".into();
                scenarios.iter_mut().for_each(|it| it.line += 3);
            }
        });
        assert_eq!(another_run, first);
        let others = [
            ids(&sample::everything()),
            altered(|kind| {
                if let EventKind::TargetTested { target } = kind {
                    target.account = Some("444455556666".into());
                }
            }),
            altered(|kind| {
                if let EventKind::RunStarted { run, .. } = kind {
                    run.commit.iter_mut().for_each(|it| it.repository = Some("https://example.com/b".into()));
                }
            }),
        ];
        for other in others {
            assert!(other.iter().all(|id| !first.contains(id)), "{other:?}");
        }
    }
}
