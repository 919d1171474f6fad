//! The run: selected scenarios through cucumber's runner.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::{DateTime, Utc};
use cucumber::runner::{Basic, Runner, basic};
use cucumber::{World as _, event, parser};
use evidence::{Event, EventKind, TargetInfo};
use futures::{FutureExt, Stream, StreamExt, stream};
use target::{Target, probe};

use crate::feature::FeatureFile;
use crate::pace::Pace;
use crate::plan::RunPlan;
use crate::recorder::Recorder;
use crate::selected::{Place, Selected};
use crate::teller::Teller;
use crate::world::{Stage, World};

/// What the runner's hooks and the reader of its events share.
#[derive(Clone, Default)]
struct Shared {
    recorders: Rc<RefCell<BTreeMap<Place, Recorder>>>,
    pace: Pace,
    /// Whether a scenario failed.
    failed: Rc<Cell<bool>>,
}

/// Runs `plan` on `target`, telling `sink` what happens as it happens. `clock` gives the times of events.
pub async fn run(
    plan: RunPlan,
    target: Rc<dyn Target>,
    clock: impl Fn() -> DateTime<Utc>,
    sink: impl FnMut(Event),
) {
    let started = clock();
    let selected = Selected::of(&plan);
    let mut teller = Teller::new(&selected, plan.fail_fast, clock, sink);
    let enforced = if selected.scenarios.is_empty() { Ok(()) } else { enforces_iam(target.as_ref()).await };
    let info = target.info();
    teller.tell(EventKind::RunStarted {
        target: TargetInfo {
            name: info.name,
            verdicts: enforced.clone().err().map_or(info.verdicts, |reason| format!("unproven: {reason}")),
            enforces_iam: enforced.is_ok(),
        },
        scenarios: selected.scenarios.iter().map(|scenario| scenario.reference.clone()).collect(),
        found: plan.features.iter().map(FeatureFile::scenario_count).sum(),
    });
    let features = selected
        .features_where(&plan, |scenario| !teller.settles_beforehand(scenario, &plan, target.as_ref()));
    let shared = Shared { failed: teller.failed.clone(), ..Shared::default() };
    let mut events = start(&plan, features, target, shared.clone(), enforced.is_ok());
    while let Some(event) = events.next().await {
        if let Ok(event) = event {
            teller.translate(event.into_inner(), &shared.recorders.borrow());
        }
        shared.pace.told();
    }
    teller.finish_run(started);
}

/// Rule 3 of the design: a target must prove itself before the first scenario.
async fn enforces_iam(target: &dyn Target) -> Result<(), String> {
    let place = target.place().await.map_err(|error| error.to_string())?;
    probe::enforces_iam(place.as_ref()).await
}

/// cucumber's runner over `features`, with a stage for each scenario.
fn start(
    plan: &RunPlan,
    features: Vec<gherkin::Feature>,
    target: Rc<dyn Target>,
    shared: Shared,
    enforced: bool,
) -> impl Stream<Item = parser::Result<cucumber::Event<event::Cucumber<World>>>> + use<> {
    let commands = plan.commands.clone();
    let fail_fast = plan.fail_fast;
    // The runner's own `fail_fast` takes undefined steps for passed.
    let runner = Basic::default()
        .steps(World::collection())
        .max_concurrent_scenarios(Some(plan.jobs.max(1)))
        .before(move |feature, _rule, scenario, world: &mut World| {
            let recorder = Recorder::new(shared.pace.clone());
            let place = Place::of(feature, scenario);
            let (target, commands, shared) = (target.clone(), commands.clone(), shared.clone());
            async move {
                recorder.caught_up().await;
                if fail_fast && shared.failed.get() {
                    return world.enter(Err("a scenario failed before".to_owned()));
                }
                shared.recorders.borrow_mut().insert(place, recorder.clone());
                let stage =
                    target.place().await.map(|place| Stage::new(place, enforced, &commands, recorder));
                world.enter(stage.map_err(|error| error.to_string()));
            }
            .boxed_local()
        });
    runner.run(stream::iter(features.into_iter().map(Ok)), basic::Cli::default())
}
