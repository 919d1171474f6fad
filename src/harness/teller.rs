//! Turns what cucumber's runner says into events of ours: with undefined steps explained, steps that were not
//! reached, and refusals that nobody looked at.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use cucumber::event;
use evidence::{EventKind, Failure, File, Purpose, ScenarioId, ScenarioResult, Span, Step, StepResult};
use gherkin::StepType;
use target::Target;

use crate::calls::surprise;
use crate::language::Language;
use crate::plan::RunPlan;
use crate::recorder::{Happened, InDocString, Recorder, StepError};
use crate::scribe::Note;
use crate::selected::{Place, Selected, SelectedScenario, missing};
use crate::table_rows::table_row;
use crate::vocabulary;
use crate::wire::Sent;
use crate::world::World;

pub(crate) struct Teller<Clock, Sink> {
    clock: Clock,
    /// Takes the notes.
    sink: Sink,
    scenarios: BTreeMap<Place, Rc<SelectedScenario>>,
    running: BTreeMap<Place, Running>,
    /// Whether a scenario failed so far.
    pub(crate) failed: Rc<Cell<bool>>,
    fail_fast: bool,
    /// Those whose end was told.
    ended: BTreeSet<Place>,
    /// Those files that were told.
    files: BTreeSet<File>,
}

/// A scenario between its first and its last event.
struct Running {
    started: DateTime<Utc>,
    step_started: DateTime<Utc>,
    /// Whether its step says what is expected.
    expects: bool,
    /// How many of its steps have begun.
    begun: usize,
    /// The step that passed last: only the next event tells whether it was the end of the scenario.
    held: Option<EventKind>,
    result: ScenarioResult,
}

impl<Clock: Fn() -> DateTime<Utc>, Sink: FnMut(Note)> Teller<Clock, Sink> {
    pub(crate) fn new(selected: &Selected, fail_fast: bool, clock: Clock, sink: Sink) -> Self {
        let scenarios =
            selected.scenarios.iter().map(|scenario| (scenario.place.clone(), scenario.clone())).collect();
        Self {
            clock,
            sink,
            scenarios,
            running: BTreeMap::new(),
            failed: Rc::default(),
            fail_fast,
            ended: BTreeSet::new(),
            files: BTreeSet::new(),
        }
    }

    /// Tells what holds no secrets of a scenario.
    pub(crate) fn tell(&mut self, kind: EventKind) {
        let at = (self.clock)();
        (self.sink)(Note { at, kind, sent: Vec::new(), masks: None });
    }

    /// Tells what somebody noted in a scenario, or beside all of them; `sent` for the call in it.
    fn tell_of(&mut self, kind: EventKind, sent: Vec<Arc<Sent>>, recorder: &Recorder) {
        let at = (self.clock)();
        (self.sink)(Note { at, kind, sent, masks: Some(recorder.masks()) });
    }

    /// The same of a step that ended.
    fn tell_step(&mut self, step: EventKind, recorder: &Recorder) {
        let sent = match &step {
            EventKind::StepFinished {
                result:
                    StepResult::Failed(Failure { call: Some(call), .. })
                    | StepResult::Inconclusive(Failure { call: Some(call), .. }),
                ..
            } => recorder.sent_for(call),
            _ => Vec::new(),
        };
        self.tell_of(step, sent, recorder);
    }

    /// Tells the end of a scenario. What was `sent` in it goes to the thread that read it: it frees it cheaper than this one.
    fn end(
        &mut self,
        place: &Place,
        scenario: ScenarioId,
        result: ScenarioResult,
        duration: Duration,
        sent: Vec<Arc<Sent>>,
    ) {
        if result == ScenarioResult::Failed {
            self.failed.set(true);
        }
        self.ended.insert(place.clone());
        let kind = EventKind::ScenarioFinished { scenario, result, duration };
        (self.sink)(Note { at: (self.clock)(), kind, sent, masks: None });
    }

    /// Tells that the run ends before all is done, and why.
    pub(crate) fn stop(&mut self, reason: String, recorder: &Recorder) {
        self.tell_of(EventKind::RunStopped { reason }, Vec::new(), recorder);
    }

    pub(crate) fn finish_run(&mut self, started: DateTime<Utc>) {
        if self.fail_fast && self.failed.get() {
            let mut left: Vec<_> = self
                .scenarios
                .values()
                .filter(|scenario| !self.ended.contains(&scenario.place))
                .cloned()
                .collect();
            left.sort_by_key(|scenario| scenario.id);
            for scenario in left {
                let reason = "not begun: another scenario failed, and the run has `--fail-fast`".to_owned();
                self.end(
                    &scenario.place,
                    scenario.id,
                    ScenarioResult::Skipped { reason },
                    Duration::ZERO,
                    Vec::new(),
                );
            }
        }
        let duration = self.since(started);
        self.tell(EventKind::RunFinished { duration });
    }

    /// Tells the end of a scenario that need not run: it can't prove anything, or what it needs is not there.
    pub(crate) fn settles_beforehand(
        &mut self,
        scenario: &SelectedScenario,
        plan: &RunPlan,
        target: &dyn Target,
    ) -> bool {
        let result = if let Some(reason) = missing(scenario, plan, |name| target.capability(name)) {
            ScenarioResult::Skipped { reason }
        } else if let Some(reason) = scenario.vacuous() {
            self.tell(vacuous(scenario, reason));
            ScenarioResult::Failed
        } else {
            return false;
        };
        self.end(&scenario.place, scenario.id, result, Duration::ZERO, Vec::new());
        true
    }

    /// Tells what an event of the runner says; whose scenario ended, that recorder is not needed any more.
    pub(crate) fn translate(
        &mut self,
        event: event::Cucumber<World>,
        recorders: &mut BTreeMap<Place, Recorder>,
    ) {
        let event::Cucumber::Feature(feature, event) = event else { return };
        let (scenario, event) = match event {
            event::Feature::Scenario(scenario, event)
            | event::Feature::Rule(_, event::Rule::Scenario(scenario, event)) => (scenario, event),
            _ => return,
        };
        let place = Place::of(&feature, &scenario);
        let Some(selected) = self.scenarios.get(&place).cloned() else { return };
        let begins = matches!(event.event, event::Scenario::Started);
        if begins && self.fail_fast && self.failed.get() || !begins && !self.running.contains_key(&place) {
            return;
        }
        let recorder = recorders.get(&place).cloned().unwrap_or_default();
        match event.event {
            event::Scenario::Started => self.scenario_started(&place, selected.id),
            event::Scenario::Background(step, event) | event::Scenario::Step(step, event) => {
                self.step_event(&place, &selected, &step, event, &recorder);
            }
            event::Scenario::Finished => {
                self.scenario_finished(&place, &selected, &recorder);
                recorders.remove(&place);
            }
            event::Scenario::Hook(..) | event::Scenario::Log(_) => {}
        }
    }

    fn scenario_started(&mut self, place: &Place, id: ScenarioId) {
        let now = (self.clock)();
        let running = Running {
            started: now,
            step_started: now,
            expects: false,
            begun: 0,
            held: None,
            result: ScenarioResult::Passed,
        };
        self.running.insert(place.clone(), running);
        self.tell(EventKind::ScenarioStarted { scenario: id });
    }

    fn step_event(
        &mut self,
        place: &Place,
        selected: &SelectedScenario,
        step: &gherkin::Step,
        event: event::Step<World>,
        recorder: &Recorder,
    ) {
        let mut written = as_written(step, &selected.lines);
        let result = match event {
            event::Step::Started => {
                let held = self.running.get_mut(place).and_then(|running| running.held.take());
                held.into_iter().for_each(|kind| self.tell_step(kind, recorder));
                let now = (self.clock)();
                if let Some(running) = self.running.get_mut(place) {
                    running.begun += 1;
                    running.step_started = now;
                    running.expects = step.ty == StepType::Then;
                }
                return;
            }
            event::Step::Skipped => undefined(step),
            event::Step::Passed(..) => recorder.take_row().map_or(StepResult::Passed, StepError::into_result),
            event::Step::Failed(_, _, _, error) => failed(error, step, &selected.lines, &mut written),
        };
        let result = said_in(Language::of(&selected.lines).as_ref(), result);
        recorder.others(|_| {});
        self.tell_what_happened(Some(selected.id), recorder, step.ty == StepType::Then);
        let started = self.running.get(place).map_or_else(|| (self.clock)(), |running| running.step_started);
        let passed = result == StepResult::Passed;
        let inconclusive = matches!(result, StepResult::Inconclusive(_));
        let duration = self.since(started);
        let kind = EventKind::StepFinished { scenario: selected.id, step: written, result, duration };
        let Some(running) = self.running.get_mut(place) else { return };
        if passed {
            running.held = Some(kind);
        } else {
            // What failed stays so, whatever other rows of a table can't tell.
            if running.result != ScenarioResult::Failed {
                running.result =
                    if inconclusive { ScenarioResult::Inconclusive } else { ScenarioResult::Failed };
            }
            self.tell_step(kind, recorder);
        }
    }

    fn scenario_finished(&mut self, place: &Place, selected: &SelectedScenario, recorder: &Recorder) {
        let Some(mut running) = self.running.remove(place) else { return };
        if let Some(mut kind) = running.held.take() {
            if let (EventKind::StepFinished { result, .. }, Some(call)) = (&mut kind, recorder.unchecked()) {
                let language = Language::of(&selected.lines);
                *result = said_in(language.as_ref(), StepResult::Failed(surprise(&call).failure));
                running.result = ScenarioResult::Failed;
            }
            self.tell_step(kind, recorder);
        }
        for step in selected.steps.iter().skip(running.begun) {
            let step = as_written(step, &selected.lines);
            let duration = Duration::ZERO;
            let (scenario, result) = (selected.id, StepResult::NotRun);
            self.tell_step(EventKind::StepFinished { scenario, step, result, duration }, recorder);
        }
        self.tell_what_happened(Some(selected.id), recorder, false);
        let duration = self.since(running.started);
        self.end(place, selected.id, running.result, duration, recorder.forget_sent());
    }

    /// What happened so far in steps that have not ended: should the run end within one, it was told.
    pub(crate) fn tell_within_steps(&mut self, recorders: &BTreeMap<Place, Recorder>) {
        let running = |(place, running): (&Place, &Running)| {
            Some((self.scenarios.get(place)?.id, recorders.get(place)?.clone(), running.expects))
        };
        let all: Vec<_> = self.running.iter().filter_map(running).collect();
        for (id, recorder, expects) in all {
            self.tell_what_happened(Some(id), &recorder, expects);
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// What the recorder noted since the last time, without secrets; `None`: it belongs to no scenario.
    pub(crate) fn tell_what_happened(
        &mut self,
        scenario: Option<ScenarioId>,
        recorder: &Recorder,
        of_expectation: bool,
    ) {
        for what in recorder.take() {
            let mut sent = Vec::new();
            let kind = match what {
                Happened::Called(mut call, of_call) => {
                    if of_expectation && call.purpose == Purpose::SetUp {
                        call.purpose = Purpose::Expectation;
                    }
                    sent = of_call;
                    EventKind::Called { scenario, call: *call }
                }
                Happened::FileRead(file) => {
                    if !self.files.insert(file.clone()) {
                        continue;
                    }
                    EventKind::FileRead { file }
                }
                Happened::Waited(why, duration) => EventKind::Waited { scenario, why, duration },
                Happened::CleanedUp(left, duration) => EventKind::CleanedUp { scenario, left, duration },
            };
            self.tell_of(kind, sent, recorder);
        }
    }

    fn since(&self, started: DateTime<Utc>) -> Duration {
        ((self.clock)() - started).to_std().unwrap_or_default()
    }
}

fn vacuous(scenario: &SelectedScenario, reason: &str) -> EventKind {
    let line = scenario.reference.line;
    let source_line = source_line(&scenario.lines, line);
    let step = Step {
        keyword: scenario.keyword.as_str().into(),
        text: scenario.reference.name.as_str().into(),
        span: Span { line, column: indent(&source_line) + 1, length: source_line.trim().chars().count() },
        source_line: source_line.into(),
    };
    let failure = Failure {
        label: reason.to_owned(),
        message: "a scenario that checks nothing would pass whatever the policies say".to_owned(),
        help: Some("end it with what you expect, for instance `Then upload succeeds`".to_owned()),
        call: None,
    };
    let duration = Duration::ZERO;
    let result = said_in(Language::of(&scenario.lines).as_ref(), StepResult::Failed(failure));
    EventKind::StepFinished { scenario: scenario.id, step, result, duration }
}

/// The result with what it suggests in the language of the feature.
fn said_in(language: Option<&Language>, mut result: StepResult) -> StepResult {
    let Some(language) = language else { return result };
    match &mut result {
        StepResult::Failed(failure) | StepResult::Inconclusive(failure) => {
            failure.label = language.suggests(&failure.label);
            failure.message = language.suggests(&failure.message);
            failure.help = failure.help.take().map(|help| language.suggests(&help));
        }
        StepResult::Undefined { similar } => {
            similar.iter_mut().for_each(|step| *step = language.writes(step));
        }
        StepResult::Ambiguous { .. } | StepResult::Passed | StepResult::NotRun => {}
    }
    result
}

fn undefined(step: &gherkin::Step) -> StepResult {
    StepResult::Undefined { similar: vocabulary::similar(step) }
}

/// What the error makes of the step; `written` is moved to the line that it is about.
fn failed(error: event::StepError, step: &gherkin::Step, lines: &[String], written: &mut Step) -> StepResult {
    match error {
        event::StepError::NotFound => undefined(step),
        event::StepError::AmbiguousMatch(matches) => StepResult::Ambiguous {
            matching: matches
                .possible_matches
                .iter()
                .map(|(regex, _)| vocabulary::readable(regex.as_str()))
                .collect(),
        },
        event::StepError::Panic(info) => {
            let text = info
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| info.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            let error = StepError::from_panic(text);
            if let Some((span, source_line)) = error.place.and_then(|place| in_doc_string(step, lines, place))
            {
                (written.span, written.source_line) = (span, source_line.into());
            }
            error.into_result()
        }
    }
}

fn as_written(step: &gherkin::Step, lines: &[String]) -> Step {
    let line = step.position.line;
    let source_line = source_line(lines, line);
    let column = indent(&source_line) + 1;
    let length = source_line.trim().chars().count();
    let span = Span { line, column, length };
    let text = table_row(step).unwrap_or_else(|| step.value.clone());
    Step { keyword: step.keyword.trim().into(), text: text.into(), span, source_line: source_line.into() }
}

/// The line of the file on which a place of the step's doc string stands.
fn in_doc_string(step: &gherkin::Step, lines: &[String], place: InDocString) -> Option<(Span, String)> {
    let below = lines.iter().enumerate().skip(step.position.line);
    let is_fence =
        |line: &str| line.trim_start().starts_with("\"\"\"") || line.trim_start().starts_with("```");
    let (fence, _) = below.into_iter().find(|(_, line)| is_fence(line))?;
    let source_line = lines.get(fence + place.line.saturating_sub(1))?.clone();
    let text = step.docstring.as_ref()?.lines().nth(place.line.saturating_sub(1))?;
    // An outline's values, filled in, stand elsewhere than in the file: then the whole line is meant.
    let (column, length) = if source_line.trim() == text.trim() {
        let rest: String = text.chars().skip(place.column.saturating_sub(1)).collect();
        ((place.column.max(1) + indent(&source_line)).saturating_sub(indent(text)), word(&rest))
    } else {
        (indent(&source_line) + 1, source_line.trim().chars().count())
    };
    Some((Span { line: fence + place.line, column, length: length.max(1) }, source_line))
}

/// How long the JSON string or the word is with which a text begins.
fn word(text: &str) -> usize {
    let end = match text.strip_prefix('"') {
        Some(rest) => rest.chars().position(|letter| letter == '"').map(|quote| quote + 2),
        None => text.chars().position(|letter| letter.is_whitespace() || ",:{}[]\"".contains(letter)),
    };
    end.unwrap_or_else(|| text.trim_end().chars().count())
}

fn source_line(lines: &[String], line: usize) -> String {
    line.checked_sub(1).and_then(|index| lines.get(index)).cloned().unwrap_or_default()
}

fn indent(line: &str) -> usize {
    line.chars().take_while(|letter| letter.is_whitespace()).count()
}
