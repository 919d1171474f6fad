//! How outcomes and verdicts look: a word and a sign, so that nothing depends on colour alone.

use crate::call::Verdict;
use crate::event::StepResult;
use crate::record::Outcome;

/// Class, sign and word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Look {
    pub(super) class: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
}

const fn look(class: &'static str, sign: &'static str, word: &'static str) -> Look {
    Look { class, sign, word }
}

/// A pass on a target that proves nothing is called so.
pub(super) const UNPROVEN: Look = look("unproven", "◌", "unproven");

/// What a service refused for another reason than access, on any target.
pub(super) const SOMETHING_ELSE: Look = look("other", "–", "refused, not over access");

pub(super) fn outcome(outcome: Outcome, proven: bool) -> Look {
    match outcome {
        Outcome::Passed if !proven => UNPROVEN,
        Outcome::Passed => look("passed", "✓", "passed"),
        Outcome::Failed => look("failed", "✕", "failed"),
        Outcome::Inconclusive => look("inconclusive", "?", "could not tell"),
        Outcome::Skipped => look("skipped", "–", "skipped"),
        Outcome::Unfinished => look("unfinished", "…", "did not end"),
        Outcome::NotBegun => look("notbegun", "·", "not begun"),
    }
}

pub(super) fn step(result: &StepResult, proven: bool) -> Look {
    match result {
        StepResult::Passed => outcome(Outcome::Passed, proven),
        StepResult::Failed(_) => outcome(Outcome::Failed, proven),
        StepResult::Inconclusive(_) => outcome(Outcome::Inconclusive, proven),
        StepResult::Undefined { .. } => look("failed", "✕", "no step matches"),
        StepResult::Ambiguous { .. } => look("failed", "✕", "several steps match"),
        StepResult::NotRun => look("skipped", "–", "not run"),
    }
}

pub(super) fn verdict(verdict: Verdict, proven: bool) -> Look {
    match verdict {
        Verdict::Allowed if !proven => look("unproven", "◌", "let through, unproven"),
        Verdict::Denied if !proven => look("unproven", "◌", "refused, unproven"),
        Verdict::Allowed => look("allowed", "✓", "allowed"),
        Verdict::Denied => look("denied", "✕", "denied"),
        Verdict::Unauthenticated => look("unauthenticated", "⊘", "refused at authentication"),
        Verdict::Unknown => look("inconclusive", "?", "no verdict"),
    }
}
