//! `rolecall --version`: what decisions rest on.

use std::io::{self, Write};

use policy::{Conformance, Score};

use crate::diagnostic::Diagnostic;
use crate::output::UntilClosed;
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn print(verbose: bool, surroundings: &Surroundings) -> Status {
    let text = if verbose { verbose_text() } else { text() };
    let mut output = UntilClosed::new(io::stdout());
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Ok(()) => Status::Passed,
        Err(error) => {
            Diagnostic::new(format!("standard output can't be written: {error}")).print(surroundings);
            Status::Inconclusive
        }
    }
}

fn text() -> String {
    let reference = policy::reference::version();
    format!("rolecall {} (service authorization reference: {reference})\n", env!("CARGO_PKG_VERSION"))
}

fn verbose_text() -> String {
    let Conformance { corpus, black_box } = policy::conformance();
    let score = |Score { passed, total, version }: Score| format!("{passed} of {total} (cases {version})");
    format!(
        "rolecall {}\n\
         service authorization reference: {}\n\
         AWS managed policies: {}\n\
         API models: {}\n\
         conformance, decisions of the engine: {}\n\
         conformance, the emulator from outside: {}\n",
        env!("CARGO_PKG_VERSION"),
        policy::reference::version(),
        emulator::aws_managed_policies_version(),
        emulator::api_models_version(),
        score(corpus),
        score(black_box),
    )
}
