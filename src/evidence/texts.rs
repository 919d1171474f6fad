//! All texts of an event that users, programs or services wrote, so that whoever knows secrets can take them out.

use std::ops::Deref;

use crate::call::{Call, Value};
use crate::event::{EventKind, Failure, ScenarioResult, StepResult};
use crate::text::{Known, Text};

/// What stands in the place of a text; `None`: it stays.
type Change<'c> = dyn FnMut(&str) -> Option<String> + 'c;

impl EventKind {
    /// Gives each such text to `change`, which may answer another one. Digests, and the policies that they are of, are left as
    /// they are.
    pub fn each_text(&mut self, change: &mut Change<'_>) {
        match self {
            EventKind::Called { call, .. } => each_of_call(call, change),
            EventKind::Waited { why, .. } => put(why, change),
            EventKind::FileRead { file } => put(&mut file.path, change),
            EventKind::RunStopped { reason } => put(reason, change),
            EventKind::CleanedUp { left, .. } => all(left, change),
            EventKind::StepFinished { step, result, .. } => {
                put(&mut step.text, change);
                put(&mut step.source_line, change);
                match result {
                    StepResult::Failed(failure) | StepResult::Inconclusive(failure) => {
                        each_of_failure(failure, change);
                    }
                    StepResult::Undefined { similar: known } | StepResult::Ambiguous { matching: known } => {
                        all(known, change);
                    }
                    StepResult::Passed | StepResult::NotRun => {}
                }
            }
            EventKind::ScenarioFinished { result: ScenarioResult::Skipped { reason }, .. } => {
                put(reason, change);
            }
            EventKind::TargetTested { target } => {
                put(&mut target.name, change);
                put(&mut target.verdicts, change);
                if let Some(test) = &mut target.self_test {
                    all(test.services.iter_mut().filter_map(|service| service.doubt.as_mut()), change);
                    let doubts =
                        [&mut test.signatures, &mut test.old_signatures, &mut test.time, &mut test.expiry];
                    all(doubts.into_iter().flatten(), change);
                }
            }
            EventKind::RunStarted { run, scenarios, left_out } => {
                all(&mut run.command_line, change);
                all(run.settings.iter_mut().map(|setting| &mut setting.value), change);
                all(run.controls.iter_mut().filter_map(|control| control.text.as_mut()), change);
                for scenario in scenarios.iter_mut().chain(left_out) {
                    put(&mut scenario.name, change);
                    put(&mut scenario.feature, change);
                    all(&mut scenario.rule, change);
                    all(&mut scenario.tags, change);
                }
                // A text without its secret has another digest; none is better than one that lies.
                run.feature_texts.retain(|_, text| change(text).is_none());
            }
            EventKind::PolicySeen { .. }
            | EventKind::ScenarioStarted { .. }
            | EventKind::ScenarioFinished { .. }
            | EventKind::RunFinished { .. } => {}
        }
    }

    /// Makes those texts of calls and steps that are alike one.
    pub(crate) fn share(&mut self, known: &mut Known) {
        match self {
            EventKind::Called { call, .. } => share_call(call, known),
            EventKind::StepFinished { step, .. } => {
                for text in [&mut step.keyword, &mut step.text, &mut step.source_line] {
                    known.share(text);
                }
            }
            _ => {}
        }
    }
}

fn put<T: Deref<Target = str> + From<String>>(text: &mut T, change: &mut Change<'_>) {
    if let Some(changed) = change(text) {
        *text = changed.into();
    }
}

fn all<'t, T: Deref<Target = str> + From<String> + 't>(
    texts: impl IntoIterator<Item = &'t mut T>,
    change: &mut Change<'_>,
) {
    texts.into_iter().for_each(|text| put(text, change));
}

fn each_of_failure(failure: &mut Failure, change: &mut Change<'_>) {
    put(&mut failure.label, change);
    put(&mut failure.message, change);
    all(&mut failure.help, change);
    if let Some(call) = &mut failure.call {
        each_of_call(call, change);
    }
}

fn each_of_call(call: &mut Call, change: &mut Change<'_>) {
    put(&mut call.principal, change);
    all([&mut call.resource, &mut call.message].into_iter().flatten(), change);
    if let Some(explanation) = &mut call.explanation {
        put(&mut explanation.why, change);
        all(&mut explanation.near, change);
    }
    if let Some(exchange) = &mut call.exchange {
        put(&mut exchange.endpoint, change);
        for parameter in exchange.parameters.iter_mut().chain(&mut exchange.response) {
            put(&mut parameter.name, change);
            if let Value::Text(text) = &mut parameter.value {
                put(text, change);
            }
        }
        all(exchange.attempts.iter_mut().filter_map(|attempt| attempt.error.as_mut()), change);
    }
}

/// Request ids are like no others.
fn share_call(call: &mut Call, known: &mut Known) {
    let mut share = |text: &mut Text| known.share(text);
    [&mut call.service, &mut call.operation, &mut call.principal].into_iter().for_each(&mut share);
    let some = [&mut call.action, &mut call.resource, &mut call.code, &mut call.message];
    some.into_iter().flatten().for_each(&mut share);
    if let Some(explanation) = &mut call.explanation {
        share(&mut explanation.why);
        explanation.near.iter_mut().for_each(&mut share);
    }
    if let Some(exchange) = &mut call.exchange {
        share(&mut exchange.endpoint);
        [&mut exchange.region, &mut exchange.access_key_id].into_iter().flatten().for_each(&mut share);
        for parameter in exchange.parameters.iter_mut().chain(&mut exchange.response) {
            share(&mut parameter.name);
            if let Value::Text(text) = &mut parameter.value {
                share(text);
            }
        }
        exchange.parameters.shrink_to_fit();
        exchange.response.shrink_to_fit();
        exchange.attempts.shrink_to_fit();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::sample;

    /// Whatever a new field brings, what is taken out of it is out of the journal: no letter of the sample's free words
    /// is left where all texts are emptied.
    #[test]
    fn nothing_is_left_of_texts_that_are_taken_out() {
        for mut event in sample::everything() {
            event.kind.each_text(&mut |_| Some(String::new()));
            let line = serde_json::to_string(&event).unwrap();
            for word in [
                "main-user",
                "testing-s3/testfile",
                "wasn't",
                "throttled",
                "upload is",
                "main-role1",
                "octo-org/",
            ] {
                let of_policy = line.contains("policySeen") || line.contains("runStarted");
                assert!(of_policy || !line.contains(word), "{word} in {line}");
            }
        }
    }
}
