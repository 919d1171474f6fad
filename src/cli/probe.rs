//! `rolecall probe`: what a target shows of itself, and so what its verdicts are worth.

use std::rc::Rc;

use harness::Beside;
use harness::check::NEEDS;
use target::probe::{NOT_TRIED, Probe};
use target::{Nobody, Target};

use crate::args::ProbeArgs;
use crate::chosen::{Chosen, NoTarget};
use crate::output::say;
use crate::run::{block_on, told};
use crate::settings::Settings;
use crate::status::Status;
use crate::stop::on_target;
use crate::terminal::Surroundings;

pub(crate) fn probe(args: &ProbeArgs, surroundings: &Surroundings) -> Status {
    told(block_on(probed(args, surroundings)), surroundings)
}

/// A line for each thing that was tried.
async fn probed(args: &ProbeArgs, surroundings: &Surroundings) -> Result<Status, NoTarget> {
    let settings = Settings::of(&args.target)?;
    let chosen = Chosen::of(&settings).await?;
    let mut probed = None;
    let work = async |target: Rc<dyn Target>| {
        probed = Some((Probe::of(target.as_ref(), &Nobody, &Nobody).await, target.clone()));
        target.clean_up(&Nobody).await
    };
    let cleaned = on_target(chosen, &Beside::default(), |_| {}, work, surroundings).await?;
    let Some((probe, target)) = probed else {
        cleaned?;
        return Ok(Status::Inconclusive);
    };
    let info = target.info();
    let mut text = format!("target              {}\n", info.name);
    let mut line = |what: &str, found: &Result<(), String>| {
        let found = match found {
            Ok(()) => "yes".to_owned(),
            Err(reason) if reason.starts_with(NOT_TRIED) => reason.clone(),
            Err(reason) => format!("NO: {reason}"),
        };
        text.push_str(&format!("{what:18}  {found}\n"));
    };
    line("checks signatures", &probe.signatures);
    line("refuses old ones", &probe.old_signatures);
    line("keeps time", &probe.time);
    line("ends sessions", &probe.expiry);
    for (service, found) in &probe.services {
        line(&format!("enforces IAM: {service}"), found);
    }
    // The AWS CLI is this machine's.
    for capability in NEEDS.into_iter().filter(|need| *need != "aws-cli") {
        line(capability, &target.capability(capability));
    }
    let verdicts = probe.verdict().err().map_or(info.verdicts, |reason| format!("unproven: {reason}"));
    text.push_str(&format!("verdicts            {verdicts}\n"));
    say(&text)?;
    cleaned?;
    Ok(if probe.verdict().is_ok() { Status::Passed } else { Status::Inconclusive })
}
