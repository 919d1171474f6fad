//! The words that several outputs share: what a run's verdicts are worth, and why a scenario did not pass.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::console::{self, Color, Detail, Page};
use crate::event::{ScenarioResult, StepResult};
use crate::provenance::{RunInfo, Who};
use crate::record::{Outcome, Record, ScenarioRecord, StepRecord};
use crate::target::EvidenceKind;

/// What the run's verdicts on access are evidence of, in one line.
pub(crate) fn standing(record: &Record) -> String {
    let Some(target) = &record.target else {
        return "unproven: the target was not tested".to_owned();
    };
    match target.evidence() {
        EvidenceKind::DesignIntent => {
            format!("design intent, by Rolecall's model of IAM and not by AWS ({})", target.verdicts)
        }
        EvidenceKind::OperatingEffectiveness => {
            format!("operating effectiveness, in an account of AWS ({})", target.verdicts)
        }
        EvidenceKind::OtherServer => format!("decided by a server that is not AWS ({})", target.verdicts),
        EvidenceKind::Unproven => match target.verdicts.strip_prefix("unproven") {
            Some(_) => target.verdicts.clone(),
            None => format!("unproven: the target did not show that it enforces IAM ({})", target.verdicts),
        },
    }
}

/// That the run was interrupted, and why as far as it is known, in a sentence; `None`: it ended.
pub(crate) fn interrupted(record: &Record) -> Option<String> {
    let interrupted = record.interruption()?;
    Some(format!("The run was {interrupted}: what is told here is not all of it."))
}

/// The name, or what stands for it where there is none; in one line.
pub(crate) fn name(scenario: &ScenarioRecord) -> String {
    console::harmless(&console::name_of(&scenario.scenario)).into_owned()
}

/// The step on which its outcome rests; `None`: on none.
pub(crate) fn deciding_step(scenario: &ScenarioRecord) -> Option<&StepRecord> {
    let told = |step: &&StepRecord| !matches!(step.result, StepResult::Passed | StepResult::NotRun);
    let fails = scenario.steps.iter().find(|step| step.result.fails());
    fails.or_else(|| scenario.steps.iter().find(told))
}

/// Why it did not pass, in one line; empty for one that did.
pub(crate) fn headline(scenario: &ScenarioRecord) -> String {
    if let Some(ScenarioResult::Skipped { reason }) = &scenario.result {
        return console::harmless(reason).into_owned();
    }
    let Some(record) = deciding_step(scenario) else {
        return match scenario.outcome() {
            Outcome::Failed if scenario.steps.is_empty() => "it has no steps, so it shows nothing",
            Outcome::Failed => "it failed outside its steps",
            Outcome::Inconclusive => "it could not tell, outside its steps",
            Outcome::NotBegun => "the run ended before it began",
            Outcome::Unfinished => "the run ended before it did",
            Outcome::Passed | Outcome::Skipped => "",
        }
        .to_owned();
    };
    let why = match &record.result {
        StepResult::Failed(failure) | StepResult::Inconclusive(failure) => failure.label.clone(),
        StepResult::Undefined { .. } => "no step matches".to_owned(),
        StepResult::Ambiguous { matching } => format!("{} steps match", matching.len()),
        StepResult::Passed | StepResult::NotRun => String::new(),
    };
    let step = format!("{} {}", record.step.keyword.trim(), record.step.text);
    console::harmless(&format!("{step}: {why}")).into_owned()
}

/// All that people at a terminal see of why it did not pass; empty for one that did.
pub(crate) fn details(scenario: &ScenarioRecord) -> String {
    if scenario.outcome() == Outcome::Passed {
        return String::new();
    }
    let page = Page { width: 120, color: Color::Plain, detail: Detail::Normal };
    console::scenario_lines(&page, 0, scenario).join("\n")
}

/// How it ended, in one word.
pub(crate) fn outcome(scenario: &ScenarioRecord) -> &'static str {
    match scenario.outcome() {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Inconclusive => "inconclusive",
        Outcome::Skipped => "skipped",
        Outcome::Unfinished => "unfinished",
        Outcome::NotBegun => "not-begun",
    }
}

/// Who ran it.
pub(crate) fn who(run: &RunInfo) -> String {
    match &run.who {
        Some(Who { name, ci: Some(ci), .. }) => format!("{name}, {ci}"),
        Some(Who { name, .. }) => name.clone(),
        None => "not known".to_owned(),
    }
}

/// From which commit, and whether anything differed from it.
pub(crate) fn commit(record: &Record) -> String {
    record.run.commit.as_ref().map_or("not known".to_owned(), |commit| {
        format!("{}, {}", commit.id.chars().take(12).collect::<String>(), changes(record))
    })
}

/// Whether anything differed from the commit.
pub(crate) fn changes(record: &Record) -> &'static str {
    match record.is_clean() {
        Some(true) => "clean",
        Some(false) => "with changes",
        None => "not known whether clean",
    }
}

/// How long the run took, or was at it when the last was heard of it.
pub(crate) fn took(record: &Record) -> Duration {
    let since =
        record.last_event.unwrap_or_default() - record.started.or(record.last_event).unwrap_or_default();
    record.duration.unwrap_or_else(|| since.to_std().unwrap_or_default())
}

/// Why scenarios were skipped; counted where there are several reasons.
pub(crate) fn skips(record: &Record) -> String {
    let mut by_reason: BTreeMap<&str, usize> = BTreeMap::new();
    for scenario in &record.scenarios {
        if let Some(ScenarioResult::Skipped { reason }) = &scenario.result {
            *by_reason.entry(reason).or_default() += 1;
        }
    }
    let counted = by_reason.len() > 1;
    let texts = by_reason.into_iter().map(|(reason, count)| match counted {
        true => format!("{count}: {reason}"),
        false => reason.to_owned(),
    });
    texts.collect::<Vec<_>>().join("; ")
}

/// What to do about it; `None`: nobody knows, or there is nothing to be done.
pub(crate) fn help(scenario: &ScenarioRecord) -> Option<&str> {
    match &deciding_step(scenario)?.result {
        StepResult::Failed(failure) | StepResult::Inconclusive(failure) => failure.help.as_deref(),
        _ => None,
    }
}

/// When it ended, as far as is known.
pub(crate) fn ended(record: &Record, scenario: &ScenarioRecord) -> DateTime<Utc> {
    let ended = scenario.steps.last().map(|step| step.finished).or(scenario.started).or(record.last_event);
    ended.unwrap_or_default()
}

/// When the run began; where nothing is known, the beginning of time, so that the same record gives the same bytes.
pub(crate) fn started(record: &Record) -> DateTime<Utc> {
    record.started.or(record.last_event).unwrap_or_default()
}

/// At most `limit` bytes of `text`, cut between characters and marked where it was cut.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    const MARK: &str = "…";
    if text.len() <= limit {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(limit.saturating_sub(MARK.len()));
    format!("{}{MARK}", text.get(..end).unwrap_or_default())
}

/// The path with `/` between its parts and everything else encoded that an address has other uses for
/// (<https://www.rfc-editor.org/rfc/rfc3986#section-2.3>).
pub(crate) fn address(path: &str) -> String {
    let mut address = String::new();
    for byte in path.strip_prefix("./").unwrap_or(path).bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => address.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => address.push(char::from(byte)),
            byte => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

/// Why a record has no scenario.
pub(crate) fn nothing(record: &Record) -> String {
    match record.started {
        Some(_) => format!("no scenario was selected ({} found): nothing was shown", record.found),
        None => "nothing is known of this run: it ended before it began, as where a target is out of reach"
            .to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn an_unproven_run_is_never_called_anything_else() {
        let unproven: Record = sample::unproven().iter().collect();
        assert!(standing(&unproven).starts_with("unproven: "), "{}", standing(&unproven));
        assert!(standing(&Record::default()).starts_with("unproven: "));
        let mut said_to_be_proven = unproven;
        said_to_be_proven.target.iter_mut().for_each(|it| it.verdicts = "proven".into());
        assert!(standing(&said_to_be_proven).starts_with("unproven: "));
    }

    #[test]
    fn whatever_did_not_pass_says_why_in_one_line() {
        let record: Record = sample::everything().iter().collect();
        for scenario in &record.scenarios {
            let told = headline(scenario);
            let name = &scenario.scenario.name;
            assert_eq!(told.is_empty(), scenario.outcome() == Outcome::Passed, "{name}: {told}");
            assert!(!told.contains(char::is_control), "{told:?}");
        }
        assert_eq!(headline(&record.scenarios[1]), "Then upload succeeds: denied by policy");
        assert_eq!(headline(&record.scenarios[8]), "needs aws-cli: no `aws` on the PATH");
        assert_eq!(headline(&record.scenarios[11]), "the run ended before it began");
    }

    #[test]
    fn who_ran_it_and_from_what_is_told_or_told_to_be_unknown() {
        let mut record: Record = sample::everything().iter().collect();
        assert_eq!(
            (who(&record.run).as_str(), commit(&record).as_str()),
            ("octocat, GitHub Actions", "ffac537e6cbb, clean")
        );
        record.run.features.iter_mut().for_each(|file| file.differs = true);
        assert_eq!(commit(&record), "ffac537e6cbb, with changes");
        record.run.commit.iter_mut().for_each(|commit| commit.clean = None);
        assert_eq!(commit(&record), "ffac537e6cbb, not known whether clean");
        (record.run.who, record.run.commit) = (None, None);
        assert_eq!((who(&record.run).as_str(), commit(&record).as_str()), ("not known", "not known"));
    }

    #[test]
    fn shortened_text_is_cut_between_characters() {
        assert_eq!(shortened("用户可以", 12), "用户可以");
        assert_eq!(shortened("用户可以", 11), "用户…");
        assert_eq!(shortened("abc", 2), "…");
    }

    #[test]
    fn a_path_is_an_address_whatever_stands_in_it() {
        let check = |path: &str, expected: &str| assert_eq!(address(path), expected, "{path}");
        check("features/part_2.feature", "features/part_2.feature");
        check("./features/a b.feature", "features/a%20b.feature");
        check("a:b/100%/#1?.feature", "a%3Ab/100%25/%231%3F.feature");
        check("ü.feature", "%C3%BC.feature");
    }
}
