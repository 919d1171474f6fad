//! The run: selected scenarios through cucumber's runner.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use chrono::{DateTime, Utc};
use cucumber::runner::{Basic, Runner, basic};
use cucumber::{World as _, event, parser};
use evidence::{Event, EventKind, Purpose, SelfTest, TargetInfo, TargetKind, Tested};
use futures::{FutureExt, Stream, StreamExt, stream};
use target::probe::Probe;
use target::{Info, Target, TargetError};

use crate::beside::{Beside, clean_up};
use crate::pace::Pace;
use crate::plan::RunPlan;
use crate::reading::Reading;
use crate::recorder::Recorder;
use crate::scribe::Note;
use crate::secrets;
use crate::selected::{Place, Selected};
use crate::stage::Stage;
use crate::teller::Teller;
use crate::wiretap::{Listening, Wiretap};
use crate::world::World;

/// What the runner's hooks and the reader of its events share.
#[derive(Clone, Default)]
struct Shared {
    recorders: Rc<RefCell<BTreeMap<Place, Recorder>>>,
    pace: Pace,
    /// Whether a scenario failed.
    failed: Rc<Cell<bool>>,
    /// The scenarios in which time may really pass.
    slow: Rc<BTreeSet<Place>>,
    /// The run's clock, where the wire is listened to.
    listens: Option<Listening>,
}

/// Runs `plan` on `target`, telling `sink` what happens as it happens. `clock` gives the times of events.
///
/// # Errors
/// What the run left on the target.
pub async fn run(
    plan: RunPlan,
    target: Rc<dyn Target>,
    clock: impl Fn() -> DateTime<Utc> + Clone + Send + Sync + 'static,
    mut sink: impl FnMut(Event),
) -> Result<(), TargetError> {
    let mut scribe = plan.beside.scribe();
    note(plan, target, clock, |note| scribe.tell(note, &mut sink)).await
}

/// The same, where somebody else makes events of what `sink` is given: the [`Scribe`](crate::Scribe) of the plan's `beside`.
///
/// # Errors
/// What the run left on the target.
pub async fn note(
    mut plan: RunPlan,
    target: Rc<dyn Target>,
    clock: impl Fn() -> DateTime<Utc> + Clone + Send + Sync + 'static,
    sink: impl FnMut(Note),
) -> Result<(), TargetError> {
    let started = clock();
    let selected = Selected::of(&plan);
    let mut teller = begin(&mut plan, &selected, clock, sink);
    let Beside { recorder: beside, listens, .. } = plan.beside.clone();
    let probe = match selected.scenarios.is_empty() {
        true => None,
        false => {
            let [testing, removal] =
                [Purpose::SelfTest, Purpose::CleanUp].map(|purpose| beside.overhearing(purpose));
            Some(Probe::of(target.as_ref(), &testing, &removal).await)
        }
    };
    // Of its clean-up no place tells more.
    beside.others(|_| {});
    teller.tell_what_happened(None, &beside, false);
    teller.tell(EventKind::TargetTested {
        target: tested(target.info(), probe.as_ref(), plan.accept_unproven),
    });
    let probe = (!plan.accept_unproven).then(|| Rc::new(probe.unwrap_or_default()));
    let features = std::mem::take(&mut plan.features);
    let features =
        selected.only(features, |scenario| !teller.settles_beforehand(scenario, &plan, target.as_ref()));
    let slow = selected.scenarios.iter().filter(|scenario| plan.slow && scenario.is_slow());
    let slow = Rc::new(slow.map(|scenario| scenario.place.clone()).collect());
    let shared = Shared { failed: teller.failed.clone(), slow, listens, ..Shared::default() };
    let mut events = start(&plan, features, target.clone(), shared.clone(), probe);
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(Ok(event)) => {
                    teller.translate(event.into_inner(), &mut shared.recorders.borrow_mut());
                },
                Some(Err(_)) => {}
                None => break,
            },
            () = shared.pace.news() => {
                teller.tell_within_steps(&shared.recorders.borrow());
                continue;
            }
        }
        shared.pace.told();
    }
    let cleaned = clean_up(target.as_ref(), &plan.beside, &mut teller).await;
    teller.finish_run(started);
    cleaned
}

/// Notes a run that can't do anything, as where its target can't be had: for that `reason`.
pub fn note_none(
    mut plan: RunPlan,
    clock: impl Fn() -> DateTime<Utc>,
    sink: impl FnMut(Note),
    reason: String,
) {
    let selected = Selected::of(&plan);
    begin(&mut plan, &selected, clock, sink).stop(reason, &plan.beside.recorder);
}

/// Tells that a run begins, and which calls were made before.
fn begin<Clock: Fn() -> DateTime<Utc>, Sink: FnMut(Note)>(
    plan: &mut RunPlan,
    selected: &Selected,
    clock: Clock,
    sink: Sink,
) -> Teller<Clock, Sink> {
    let mut teller = Teller::new(selected, plan.fail_fast, clock, sink);
    let mut first = EventKind::RunStarted {
        run: Box::new(std::mem::take(&mut plan.info)),
        scenarios: selected.scenarios.iter().map(|scenario| scenario.reference.clone()).collect(),
        left_out: selected.left_out.clone(),
    };
    if let EventKind::RunStarted { run, .. } = &mut first {
        run.feature_texts.retain(|_, text| !secrets::stands_in_table(text));
    }
    first.each_text(&mut secrets::found);
    teller.tell(first);
    plan.beside.recorder.others(|_| {});
    teller.tell_what_happened(None, &plan.beside.recorder, false);
    teller
}

/// What the target's verdicts are worth, by its self-test; `None`: there was none, as nothing is to be run.
fn tested(info: Info, probe: Option<&Probe>, accepted_unproven: bool) -> TargetInfo {
    let doubts = probe.map_or(Ok(()), Probe::verdict);
    let unproven = if accepted_unproven { "unproven, and accepted as such" } else { "unproven" };
    TargetInfo {
        kind: match info.kind {
            target::TargetKind::Embedded => TargetKind::Embedded,
            target::TargetKind::LocalStack => TargetKind::LocalStack,
            target::TargetKind::Endpoint => TargetKind::Endpoint,
            target::TargetKind::Aws => TargetKind::Aws,
        },
        name: info.name,
        enforces_iam: doubts.is_ok(),
        verdicts: doubts.err().map_or(info.verdicts, |reason| format!("{unproven}: {reason}")),
        accepted_unproven,
        account: info.account.map(|account| account.to_string()),
        region: Some(info.region),
        self_test: probe.map(|probe| SelfTest {
            services: probe
                .services
                .iter()
                .map(|(service, found)| Tested { service: (*service).to_owned(), doubt: found.clone().err() })
                .collect(),
            signatures: probe.signatures.clone().err(),
            old_signatures: probe.old_signatures.clone().err(),
            time: probe.time.clone().err(),
            expiry: probe.expiry.clone().err(),
        }),
    }
}

/// cucumber's runner over `features`, with a stage for each scenario.
fn start(
    plan: &RunPlan,
    features: Vec<gherkin::Feature>,
    target: Rc<dyn Target>,
    shared: Shared,
    probe: Option<Rc<Probe>>,
) -> impl Stream<Item = parser::Result<cucumber::Event<event::Cucumber<World>>>> + use<> {
    let commands = plan.commands.clone();
    let files = plan.files;
    let fail_fast = plan.fail_fast;
    // The runner's own `fail_fast` takes undefined steps for passed.
    let runner = Basic::default()
        .steps(World::collection())
        .max_concurrent_scenarios(Some(plan.jobs.max(1)))
        // The runner would try a scenario with `@retry` again until it passes: what failed once has failed.
        .retry_options(|_, _, _, _| None)
        .before(move |feature, _rule, scenario, world: &mut World| {
            let recorder = Recorder::new(shared.pace.clone(), shared.listens.clone().map(Wiretap::new));
            let place = Place::of(feature, scenario);
            let path = feature.path.as_deref().unwrap_or(Path::new(""));
            let reading = Reading::beside(path, files);
            let (target, commands, shared) = (target.clone(), commands.clone(), shared.clone());
            let probe = probe.clone();
            async move {
                recorder.caught_up().await;
                if fail_fast && shared.failed.get() {
                    return world.enter(Err("a scenario failed before".to_owned()));
                }
                let waits = shared.slow.contains(&place);
                shared.recorders.borrow_mut().insert(place, recorder.clone());
                let stage = target.place(&recorder.overhearing(Purpose::Reach)).await;
                let stage = stage.map(|place| Stage::new(place, probe, &commands, reading, waits, recorder));
                world.enter(stage.map_err(|error| error.to_string()));
            }
            .boxed_local()
        })
        .after(|_, _, _, _, world| {
            async move {
                if let Some(Ok(stage)) = world.map(World::stage) {
                    // What is left is tried again at the end of the run.
                    stage.clean_up().await;
                }
            }
            .boxed_local()
        });
    runner.run(stream::iter(features.into_iter().map(Ok)), basic::Cli::default())
}
