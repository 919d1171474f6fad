//! The fixed run that the tests of every output render: each result of a step and of a scenario, names that are
//! long or not ASCII, scenarios that overlap, calls of every purpose, and controls with and without scenarios.

mod calls;
mod failures;
mod info;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::call::{Call, Purpose};
use crate::digest::Sha256;
use crate::event::{
    Event, EventKind, Failure, ScenarioId, ScenarioRef, ScenarioResult, Span, Step, StepResult,
};
use crate::provenance::File;
use crate::target::{TargetInfo, TargetKind};

pub(crate) use calls::POLICY;
use calls::{assume_role, list_users_denied, put_object_allowed, put_object_denied, put_role_policy};
use failures::{allowed, denied, expired, throttled};
pub(crate) use info::target;

const PART_2: (&str, &str) = ("features/part_2_assume_role.feature", "Part 2: a user takes the role");
const TRUST: (&str, &str) = (
    "features/part_3_trust/who_is_trusted_and_by_whom.feature",
    "Trust: who may take which role, and why nobody else",
);

/// A run with everything in it, on a target that enforces.
pub(crate) fn everything() -> Vec<Event> {
    let mut run = Run::default();
    run.scenario(PART_2, None, 9, "main-user can't upload directly");
    run.scenario(PART_2, None, 27, "main-user uploads after assuming main-role1");
    run.scenario(PART_2, None, 40, "main-user has nothing to do with other-bucket");
    let only = Some("only those named may take it");
    run.scenario(TRUST, None, 5, "a role that nobody trusts");
    run.scenario(TRUST, only, 12, "the throttled");
    run.scenario(TRUST, only, 20, "用户可以上传 — Zoë lädt die Datei hoch, wenn die Rolle ihr vertraut");
    run.scenario(TRUST, only, 31, "ten colours");
    run.scenario(TRUST, only, 44, "said twice");
    run.scenario(TRUST, Some("from the instance"), 51, "the AWS CLI on Testing1 uploads");
    let long = "a name that goes on and on, because whoever wrote it wanted to be sure that everybody who \
                reads it knows what is meant by it, and averyveryveryveryveryveryveryveryveryveryveryveryverylongword";
    run.scenario(TRUST, Some("from the instance"), 60, long);
    run.scenario(TRUST, Some("from the instance"), 70, "");
    run.scenario(TRUST, Some("from the instance"), 75, "never begun");

    run.bears_on(0, "NIST-800-53:AC-6");
    run.bears_on(1, "NIST-800-53:AC-6");
    run.bears_on(8, "PCI-DSS-4:7.2");
    run.bears_on(9, "SOC2:CC6.1");
    run.left_out(PART_2, 60, "main-user uploads with a session that is too long", &["NIST-800-53:AC-6"]);
    run.left_out(TRUST, 80, "the AWS CLI on Testing2 uploads", &["PCI-DSS-4:7.2", "PCI-DSS-4:8.3"]);
    run.left_out(TRUST, 90, "nobody asked for this one", &[]);

    run.begin(0);
    run.begin(1);
    run.step(0, step(10, "Given", "main-user"), StepResult::Passed);
    run.events.push(EventKind::PolicySeen { sha256: Sha256::of(POLICY), text: POLICY.into() });
    let file = File::new("features/account.json", b"{\"UserDetailList\": []}");
    run.events.push(EventKind::FileRead { file });
    run.call(1, put_role_policy());
    run.step(1, step(28, "Given", "main-user"), StepResult::Passed);
    run.call(1, assume_role());
    run.step(1, step(29, "When", "assuming main-role1"), StepResult::Passed);
    run.call(1, put_object_denied());
    run.step(1, step(31, "Then", "upload succeeds"), StepResult::Failed(denied()));
    run.step(1, step(32, "And", "the object is there"), StepResult::NotRun);
    run.call(
        1,
        Call { operation: "DeleteRolePolicy".into(), purpose: Purpose::CleanUp, ..put_role_policy() },
    );
    run.cleaned_up(Some(1), &["role main-role1: it could not be reached"]);
    run.end(1, ScenarioResult::Failed, 6_400);
    run.call(0, put_object_denied());
    run.call(0, Call { purpose: Purpose::Control, ..put_object_allowed() });
    let why = "what was changed may arrive late".into();
    let duration = Duration::from_millis(200);
    run.events.push(EventKind::Waited { scenario: Some(ScenarioId(0)), why, duration });
    run.step(0, step(11, "Then", "upload is denied"), StepResult::Passed);
    run.cleaned_up(Some(0), &[]);
    run.end(0, ScenarioResult::Passed, 4_000);

    run.begin(2);
    run.step(2, step(41, "Then", "upload to other-bucket is denied"), StepResult::Failed(allowed()));
    run.end(2, ScenarioResult::Failed, 900);
    run.begin(5);
    run.step(5, tabbed(22, "Then", "用户\u{1b}[31m可以上传"), StepResult::Failed(expired()));
    run.end(5, ScenarioResult::Failed, 65_000_000);
    run.begin(3);
    let similar = vec!["assuming {role}".into(), "assuming {role} as {session} for {seconds} seconds".into()];
    run.step(3, step(6, "When", "somebody assumes main-role1"), StepResult::Undefined { similar });
    run.end(3, ScenarioResult::Failed, 1_000);
    run.begin(4);
    run.step(4, step(13, "Then", "upload is denied"), StepResult::Inconclusive(throttled()));
    run.end(4, ScenarioResult::Inconclusive, 12_345_000);
    run.begin(6);
    let outline =
        Step { source_line: "    Given a <colour> bucket".into(), ..step(32, "Given", "a red bucket") };
    run.step(6, outline, StepResult::Undefined { similar: vec![] });
    run.end(6, ScenarioResult::Failed, 0);
    run.begin(7);
    let matching = vec!["upload {outcome}".into(), "^upload (succeeds|fails)$".into()];
    run.step(7, step(45, "Then", "upload succeeds"), StepResult::Ambiguous { matching });
    run.end(7, ScenarioResult::Failed, 0);
    run.end(8, ScenarioResult::Skipped { reason: "needs aws-cli: no `aws` on the PATH".into() }, 0);
    run.begin(9);
    run.step(9, step(61, "Given", "main-user"), StepResult::Passed);
    run.end(9, ScenarioResult::Passed, 1_250_000);
    run.begin(10);
    run.end(10, ScenarioResult::Failed, 0);
    run.cleaned_up(None, &[]);
    run.finish(target("modelled: 108 of 108 documented decisions", true))
}

/// A run of one scenario that passes.
pub(crate) fn passing() -> Vec<Event> {
    one(true, StepResult::Passed, ScenarioResult::Passed)
}

/// A run on a target that does not enforce.
pub(crate) fn unproven() -> Vec<Event> {
    let label = "this target doesn't enforce IAM".into();
    let failure = Failure { label, ..Failure::default() };
    one(false, StepResult::Inconclusive(failure), ScenarioResult::Inconclusive)
}

/// The same run, as it would be on an account of AWS.
pub(crate) fn on_aws(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        if let EventKind::TargetTested { target } = &mut event.kind {
            *target = TargetInfo {
                name: "aws".into(),
                kind: TargetKind::Aws,
                account: Some("111122223333".into()),
                ..info::target("proven: decided by AWS", target.enforces_iam)
            };
        }
    }
    events
}

/// A run that selects nothing.
pub(crate) fn nothing() -> Vec<Event> {
    let mut run = Run::default();
    (1..=57).for_each(|line| run.left_out(PART_2, line, "not asked for", &[]));
    run.finish(target("modelled", true))
}

fn one(enforces_iam: bool, step_result: StepResult, result: ScenarioResult) -> Vec<Event> {
    let mut run = Run::default();
    run.scenario(PART_2, None, 9, "main-user can't upload directly");
    run.begin(0);
    run.step(0, step(11, "Then", "upload is denied"), step_result);
    run.end(0, result, 4_000);
    let verdicts = if enforces_iam { "modelled" } else { "unproven: no decision on access was ever refused" };
    run.finish(target(verdicts, enforces_iam))
}

/// The first events of a run of so many scenarios in one file.
pub(crate) fn run_started(scenarios: usize) -> [Event; 2] {
    let mut run = Run::default();
    (0..scenarios).for_each(|index| run.scenario(PART_2, None, index + 1, &format!("scenario {index}")));
    let (scenarios, left_out) = (run.scenarios, run.left_out);
    let first = EventKind::RunStarted { run: Box::new(info::run()), scenarios, left_out };
    [event(0, first), event(0, EventKind::TargetTested { target: target("modelled", true) })]
}

pub(crate) fn started(scenario: usize) -> Event {
    event(1, EventKind::ScenarioStarted { scenario: ScenarioId(scenario) })
}

pub(crate) fn step_finished(scenario: usize, step: Step, result: StepResult) -> Event {
    event(
        2,
        EventKind::StepFinished { scenario: ScenarioId(scenario), step, result, duration: Duration::ZERO },
    )
}

pub(crate) fn finished(scenario: usize, result: ScenarioResult) -> Event {
    event(3, EventKind::ScenarioFinished { scenario: ScenarioId(scenario), result, duration: Duration::ZERO })
}

pub(crate) fn run_finished() -> Event {
    event(4, EventKind::RunFinished { duration: Duration::from_millis(420) })
}

fn event(milliseconds: i64, kind: EventKind) -> Event {
    let start = DateTime::<Utc>::from_timestamp(1_767_225_600, 0).unwrap_or_default();
    Event { at: start + TimeDelta::milliseconds(milliseconds), kind }
}

/// A step as it stands on a line of its own, indented by four.
pub(crate) fn step(line: usize, keyword: &str, text: &str) -> Step {
    let written = format!("{keyword} {text}");
    Step {
        keyword: keyword.into(),
        text: text.into(),
        span: Span { line, column: 5, length: written.chars().count() },
        source_line: format!("    {written}").into(),
    }
}

fn tabbed(line: usize, keyword: &str, text: &str) -> Step {
    let step = step(line, keyword, text);
    Step {
        span: Span { column: 2, ..step.span },
        source_line: format!("\t{}", step.source_line.trim_start()).into(),
        ..step
    }
}

#[derive(Default)]
struct Run {
    scenarios: Vec<ScenarioRef>,
    left_out: Vec<ScenarioRef>,
    events: Vec<EventKind>,
}

impl Run {
    fn scenario(&mut self, (path, feature): (&str, &str), rule: Option<&str>, line: usize, name: &str) {
        let (path, feature, name) = (path.into(), feature.into(), name.into());
        let tags = vec!["walkthrough".into()];
        self.scenarios.push(ScenarioRef { path, feature, rule: rule.map(Into::into), name, line, tags });
    }

    fn left_out(&mut self, (path, feature): (&str, &str), line: usize, name: &str, controls: &[&str]) {
        let (path, feature, name) = (path.into(), feature.into(), name.into());
        let tags = controls.iter().map(|control| format!("control:{control}")).collect();
        self.left_out.push(ScenarioRef { path, feature, rule: None, name, line, tags });
    }

    fn bears_on(&mut self, scenario: usize, control: &str) {
        let tags = self.scenarios.get_mut(scenario).map(|it| &mut it.tags);
        tags.into_iter().for_each(|tags| tags.push(format!("control:{control}")));
    }

    fn begin(&mut self, scenario: usize) {
        self.events.push(EventKind::ScenarioStarted { scenario: ScenarioId(scenario) });
    }

    fn call(&mut self, scenario: usize, call: Call) {
        self.events.push(EventKind::Called { scenario: Some(ScenarioId(scenario)), call });
    }

    fn cleaned_up(&mut self, scenario: Option<usize>, left: &[&str]) {
        let left = left.iter().map(|it| (*it).to_owned()).collect();
        let scenario = scenario.map(ScenarioId);
        self.events.push(EventKind::CleanedUp { scenario, left, duration: Duration::from_millis(2) });
    }

    fn step(&mut self, scenario: usize, step: Step, result: StepResult) {
        let duration = Duration::from_micros(1_500);
        self.events.push(EventKind::StepFinished { scenario: ScenarioId(scenario), step, result, duration });
    }

    fn end(&mut self, scenario: usize, result: ScenarioResult, microseconds: u64) {
        let duration = Duration::from_micros(microseconds);
        self.events.push(EventKind::ScenarioFinished { scenario: ScenarioId(scenario), result, duration });
    }

    fn finish(self, target: TargetInfo) -> Vec<Event> {
        let first = [
            EventKind::RunStarted {
                run: Box::new(info::run()),
                scenarios: self.scenarios,
                left_out: self.left_out,
            },
            EventKind::Called { scenario: None, call: list_users_denied() },
            EventKind::TargetTested { target },
        ];
        let last = EventKind::RunFinished { duration: Duration::from_millis(420) };
        let kinds = first.into_iter().chain(self.events).chain([last]);
        kinds.zip(0..).map(|(kind, time)| event(time, kind)).collect()
    }
}
