//! What was tried by whom, each once, with the scenarios that tried it.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::{Call, Purpose, Verdict};
use crate::event::{Failure, StepResult};
use crate::record::{Record, ScenarioRecord};

use super::super::look::{self, Look};

/// Something that was tried, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row<'a> {
    pub(super) tried: Tried<'a>,
    /// Those that tried it and had this answer, as places in `Record::scenarios`.
    pub(super) scenarios: BTreeSet<usize>,
    /// A scenario expects another answer.
    pub(super) unexpected: bool,
    /// How many of the scenarios saw somebody entitled do the same.
    pub(super) controlled: usize,
    /// Nothing was called: the model was asked.
    pub(super) modelled: bool,
    /// Why there is no verdict on access, each once.
    pub(super) remarks: BTreeSet<String>,
}

/// Who tried what on what, and how it was answered. Ordered as people look for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tried<'a> {
    pub(super) who: &'a str,
    /// `None`: the call names none, or all.
    pub(super) resource: Option<&'a str>,
    /// `s3:PutObject`; where nobody knows it, the operation.
    pub(super) action: String,
    pub(super) look: Look,
}

/// All that the scenarios are about: attempts, and decisions that were asked for. What they need beforehand, look at or
/// remove is not told.
pub(super) fn rows<'a>(record: &'a Record, proven: bool) -> Vec<Row<'a>> {
    let mut rows: BTreeMap<Tried<'a>, Row<'a>> = BTreeMap::new();
    for (index, scenario) in record.scenarios.iter().enumerate() {
        for (place, call) in attempts(scenario) {
            let told = Told::of(scenario, place, call);
            let tried = Tried {
                who: &call.principal,
                resource: call.resource.as_deref(),
                action: action(call),
                look: match told {
                    Told::Nothing(_) => look::verdict(Verdict::Unknown, proven),
                    _ if is_about_something_else(call) => look::SOMETHING_ELSE,
                    _ => look::verdict(call.verdict, proven),
                },
            };
            let row = rows.entry(tried.clone()).or_insert_with(|| Row {
                tried,
                scenarios: BTreeSet::new(),
                unexpected: false,
                controlled: 0,
                modelled: true,
                remarks: BTreeSet::new(),
            });
            row.unexpected |= told == Told::Unexpected;
            row.modelled &= call.purpose == Purpose::Decision;
            row.remarks.extend(match told {
                Told::Nothing(why) => Some(why.to_owned()),
                _ if is_about_something_else(call) => call.code.as_ref().map(ToString::to_string),
                _ => None,
            });
            if row.scenarios.insert(index) && has_control(scenario, call) {
                row.controlled += 1;
            }
        }
    }
    rows.into_values().collect()
}

/// The calls that a scenario is about, each with the place of its step.
fn attempts(scenario: &ScenarioRecord) -> impl Iterator<Item = (Option<usize>, &Call)> {
    let of_steps = scenario
        .steps
        .iter()
        .enumerate()
        .flat_map(|(place, step)| step.activity.calls.iter().map(move |it| (Some(place), &it.call)));
    let later = scenario.later.calls.iter().map(|it| (None, &it.call));
    of_steps.chain(later).filter(|(_, call)| matches!(call.purpose, Purpose::Attempt | Purpose::Decision))
}

/// The action, or what is known of it.
fn action(call: &Call) -> String {
    let other = || format!("{} {}", call.service, call.operation);
    call.action.as_ref().map_or_else(other, ToString::to_string)
}

/// What an answer told its scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told<'a> {
    Expected,
    Unexpected,
    /// A step could not tell, whatever the answer looks like, as where a denial has no control; and why.
    Nothing(&'a str),
}

impl<'a> Told<'a> {
    /// Of a call in the step at `place`; a step below it may have judged it.
    fn of(scenario: &'a ScenarioRecord, place: Option<usize>, call: &Call) -> Told<'a> {
        let mut told = Told::Expected;
        for (number, step) in scenario.steps.iter().enumerate() {
            let is_here = place == Some(number);
            match &step.result {
                // Where it could not tell for lack of a control, it names that.
                StepResult::Inconclusive(failure) if is_here || names(failure, call, Who::Anybody) => {
                    return Told::Nothing(&failure.label);
                }
                StepResult::Failed(failure)
                    if names(failure, call, Who::Same) || is_here && failure.call.is_none() =>
                {
                    told = Told::Unexpected;
                }
                _ => {}
            }
        }
        told
    }
}

/// Whether the service refused a call for another reason than access, such as a quota or a name that is not there.
fn is_about_something_else(call: &Call) -> bool {
    call.verdict == Verdict::Unknown
        && call.code.is_some()
        && call.status.is_some_and(|status| (400..500).contains(&status) && status != 429)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Same,
    Anybody,
}

/// Whether a failure rests on a call, or on one that differs only in who made it.
fn names(failure: &Failure, call: &Call, who: Who) -> bool {
    failure.call.as_ref().is_some_and(|it| {
        (&it.operation, &it.resource) == (&call.operation, &call.resource)
            && (who == Who::Anybody || it.principal == call.principal)
    })
}

fn has_control(scenario: &ScenarioRecord, call: &Call) -> bool {
    scenario.calls().map(|it| &it.call).any(|it| {
        it.purpose == Purpose::Control
            && it.verdict == Verdict::Allowed
            && (&it.operation, &it.resource) == (&call.operation, &call.resource)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::sample;

    fn told(record: &Record) -> Vec<String> {
        let row = |it: &Row<'_>| {
            let who = it.tried.who.rsplit('/').next().unwrap();
            format!("{who} {} {} {:?}", it.tried.action, it.tried.look.word, it.scenarios)
        };
        rows(record, true).iter().map(row).collect()
    }

    #[test]
    fn what_was_tried_is_told_once_with_all_that_tried_it() {
        let record: Record = sample::everything().iter().collect();
        assert_eq!(
            told(&record),
            ["main-user sts:AssumeRole allowed {1}", "testSession s3:PutObject denied {0, 1}"]
        );
        let rows = rows(&record, true);
        assert!(rows[1].unexpected && !rows[0].unexpected);
        assert_eq!((rows[1].controlled, rows[0].controlled), (1, 0));
    }

    fn could_not_tell(record: &mut Record) {
        let step = &mut record.scenarios[1].steps[2];
        let StepResult::Failed(failure) = step.result.clone() else { panic!("{:?}", step.result) };
        step.result = StepResult::Inconclusive(failure);
    }

    #[test]
    fn a_denial_of_which_its_step_could_not_tell_is_none() {
        let none = "testSession s3:PutObject no verdict {1}";
        let mut record: Record = sample::everything().iter().collect();
        could_not_tell(&mut record);
        assert!(told(&record).iter().any(|it| it == none), "{:?}", told(&record));
        // The call was made in the step before, and what the step names is the control that failed.
        let calls = std::mem::take(&mut record.scenarios[1].steps[2].activity.calls);
        record.scenarios[1].steps[1].activity.calls.extend(calls);
        could_not_tell_for_lack_of_a_control(&mut record);
        assert!(told(&record).iter().any(|it| it == none), "{:?}", told(&record));
    }

    fn could_not_tell_for_lack_of_a_control(record: &mut Record) {
        let StepResult::Inconclusive(failure) = &mut record.scenarios[1].steps[2].result else { panic!() };
        let call = failure.call.as_mut().unwrap();
        (call.principal, call.purpose) = ("arn:aws:iam::111122223333:root".into(), Purpose::Control);
    }

    #[test]
    fn an_answer_without_a_verdict_says_why() {
        let mut record: Record = sample::everything().iter().collect();
        could_not_tell(&mut record);
        let remarks = |record: &Record, word: &str| {
            let rows = rows(record, true);
            rows.iter().find(|row| row.tried.look.word == word).unwrap().remarks.clone()
        };
        assert_eq!(remarks(&record, "no verdict"), BTreeSet::from(["denied by policy".to_owned()]));
        let mut record: Record = sample::everything().iter().collect();
        let call = &mut record.scenarios[1].steps[1].activity.calls[0].call;
        (call.verdict, call.code, call.status) =
            (Verdict::Unknown, Some("ValidationError".into()), Some(400));
        assert_eq!(
            remarks(&record, "refused, not over access"),
            BTreeSet::from(["ValidationError".to_owned()])
        );
    }

    #[test]
    fn what_a_later_step_did_not_expect_is_told_where_it_was_tried() {
        let mut record: Record = sample::everything().iter().collect();
        let calls = std::mem::take(&mut record.scenarios[1].steps[2].activity.calls);
        record.scenarios[1].steps[1].activity.calls.extend(calls);
        let unexpected: Vec<bool> = rows(&record, true).iter().map(|it| it.unexpected).collect();
        assert_eq!(unexpected, [false, true]);
    }

    #[test]
    fn nothing_is_allowed_or_denied_on_a_target_that_proves_nothing() {
        let record: Record = sample::everything().iter().collect();
        let looks: BTreeSet<&str> = rows(&record, false).iter().map(|it| it.tried.look.class).collect();
        assert_eq!(looks, BTreeSet::from(["unproven"]));
    }
}
