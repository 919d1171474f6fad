//! How much of each scenario stands in the report itself: all of it where there is room, what did not pass first.

use crate::record::{Outcome, ScenarioRecord};

use super::context::Context;
use super::markup::Html;
use super::scenarios::scenario;

/// How large a report may become: people send it around, and open it on telephones.
const ROOM: usize = 1_900_000;
/// What there is room for however large a run is.
const LEAST: usize = 500_000;

/// How much of a scenario is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Detail {
    /// What became of it.
    Line,
    /// Its steps, and why they did not hold.
    Steps,
    /// All, with every call.
    Whole,
}

/// The details of each scenario, in a report in which so many bytes are taken by other things.
pub(super) fn details(context: &Context<'_>, taken: usize) -> Vec<Detail> {
    let scenarios = &context.record.scenarios;
    let size = |index: usize, it: &ScenarioRecord, detail: Detail| {
        let mut html = Html::default();
        scenario(&mut html, context, index, it, detail);
        html.0.len()
    };
    let mut sizes: Vec<usize> =
        scenarios.iter().enumerate().map(|(index, it)| size(index, it, Detail::Line)).collect();
    let mut details = vec![Detail::Line; scenarios.len()];
    let lines = taken + sizes.iter().sum::<usize>();
    let mut left = ROOM.saturating_sub(lines).max(LEAST);
    let passed = |it: &ScenarioRecord| matches!(it.outcome(), Outcome::Passed | Outcome::Skipped);
    for (of_passed, detail) in
        [(false, Detail::Steps), (false, Detail::Whole), (true, Detail::Steps), (true, Detail::Whole)]
    {
        let each = scenarios.iter().zip(sizes.iter_mut()).zip(details.iter_mut()).enumerate();
        for (index, ((it, held), shown)) in each.filter(|(_, ((it, _), _))| passed(it) == of_passed) {
            let needed = size(index, it, detail);
            let more = needed.saturating_sub(*held);
            if more > left {
                break;
            }
            left -= more;
            (*held, *shown) = (needed, detail);
        }
    }
    details
}
