//! All texts of an event that users, programs or services wrote, so that whoever knows secrets can take them out.

use crate::call::{Call, Value};
use crate::event::{EventKind, Failure, ScenarioResult, StepResult};

impl EventKind {
    /// Gives each such text to `change`. Digests, and the policies that they are of, are left as they are.
    pub fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        match self {
            EventKind::Called { call, .. } => each_of_call(call, change),
            EventKind::Waited { why, .. } => change(why),
            EventKind::CleanedUp { left, .. } => left.iter_mut().for_each(change),
            EventKind::StepFinished { step, result, .. } => {
                change(&mut step.text);
                change(&mut step.source_line);
                match result {
                    StepResult::Failed(failure) | StepResult::Inconclusive(failure) => {
                        each_of_failure(failure, change);
                    }
                    StepResult::Undefined { similar } => similar.iter_mut().for_each(change),
                    StepResult::Ambiguous { matching } => matching.iter_mut().for_each(change),
                    StepResult::Passed | StepResult::NotRun => {}
                }
            }
            EventKind::ScenarioFinished { result: ScenarioResult::Skipped { reason }, .. } => change(reason),
            EventKind::TargetTested { target } => {
                change(&mut target.name);
                change(&mut target.verdicts);
                if let Some(test) = &mut target.self_test {
                    test.services
                        .iter_mut()
                        .filter_map(|service| service.doubt.as_mut())
                        .for_each(&mut *change);
                    let doubts =
                        [&mut test.signatures, &mut test.old_signatures, &mut test.time, &mut test.expiry];
                    doubts.into_iter().flatten().for_each(change);
                }
            }
            EventKind::RunStarted { run, scenarios, .. } => {
                run.command_line.iter_mut().for_each(&mut *change);
                run.settings.iter_mut().for_each(|setting| change(&mut setting.value));
                run.controls.iter_mut().filter_map(|control| control.text.as_mut()).for_each(&mut *change);
                for scenario in scenarios {
                    change(&mut scenario.name);
                    change(&mut scenario.feature);
                    scenario.rule.iter_mut().for_each(&mut *change);
                    scenario.tags.iter_mut().for_each(&mut *change);
                }
                // A text without its secret has another digest; none is better than one that lies.
                run.feature_texts.retain(|_, text| {
                    let mut changed = text.clone();
                    change(&mut changed);
                    changed == *text
                });
            }
            EventKind::PolicySeen { .. }
            | EventKind::ScenarioStarted { .. }
            | EventKind::ScenarioFinished { .. }
            | EventKind::RunFinished { .. } => {}
        }
    }
}

fn each_of_failure(failure: &mut Failure, change: &mut dyn FnMut(&mut String)) {
    change(&mut failure.label);
    change(&mut failure.message);
    failure.help.iter_mut().for_each(&mut *change);
    if let Some(call) = &mut failure.call {
        each_of_call(call, change);
    }
}

fn each_of_call(call: &mut Call, change: &mut dyn FnMut(&mut String)) {
    change(&mut call.principal);
    [&mut call.resource, &mut call.message].into_iter().flatten().for_each(&mut *change);
    if let Some(explanation) = &mut call.explanation {
        change(&mut explanation.why);
        explanation.near.iter_mut().for_each(&mut *change);
    }
    if let Some(exchange) = &mut call.exchange {
        change(&mut exchange.endpoint);
        for parameter in exchange.parameters.iter_mut().chain(&mut exchange.response) {
            change(&mut parameter.name);
            if let Value::Text(text) = &mut parameter.value {
                change(text);
            }
        }
        exchange.attempts.iter_mut().filter_map(|attempt| attempt.error.as_mut()).for_each(change);
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
            event.kind.each_text(&mut |text| text.clear());
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
