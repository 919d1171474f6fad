//! JUnit XML, for CI systems. The format has no standard: this is the common part of what
//! [GitLab](https://docs.gitlab.com/ci/testing/unit_test_reports/), Jenkins and `junitparser` read.
//!
//! A suite is a feature file, a class its feature with the rule, a case a scenario. What could not tell or did not
//! end is an error, so that it is never taken for a pass.

use std::collections::HashSet;
use std::io::{self, Write};
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::record::{Outcome, Record, ScenarioRecord};
use crate::words;

/// GitLab reads no larger file.
const LARGEST: usize = 30_000_000;
/// Of that, what the reasons of all scenarios may take together.
const REASONS: usize = 15_000_000;
/// The reason of one scenario.
const REASON: usize = 8_000;
/// A name, or another single line.
const LINE: usize = 1_000;

/// Writes `record` as JUnit XML; `false`: it would be larger than readers take, and nothing was written.
pub(crate) fn write(record: &Record, out: &mut dyn Write) -> io::Result<bool> {
    write_within(record, LARGEST, out)
}

fn write_within(record: &Record, largest: usize, out: &mut dyn Write) -> io::Result<bool> {
    let mut document = Writer::new_with_indent(Vec::new(), b' ', 2);
    document.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let counts = match record.scenarios.is_empty() {
        true => [1, 0, 1, 0],
        false => tally(record.scenarios.iter()),
    };
    let [tests, failures, errors, skipped] = counts.map(|count| count.to_string());
    let time = seconds(words::took(record));
    let suites = document.create_element("testsuites").with_attributes([
        ("name", "rolecall"),
        ("tests", &tests),
        ("failures", &failures),
        ("errors", &errors),
        ("skipped", &skipped),
        ("time", &time),
    ]);
    let reason = REASON.min(REASONS / record.scenarios.len().max(1));
    let mut names = Names::default();
    suites.write_inner_content(|document| {
        if record.scenarios.is_empty() {
            return nothing(document, record);
        }
        let in_one_file =
            |one: &ScenarioRecord, other: &ScenarioRecord| one.scenario.path == other.scenario.path;
        record
            .scenarios
            .chunk_by(in_one_file)
            .try_for_each(|scenarios| suite(document, record, scenarios, &mut names, reason))
    })?;
    let mut document = document.into_inner();
    document.push(b'\n');
    if document.len() >= largest {
        return Ok(false);
    }
    out.write_all(&document)?;
    Ok(true)
}

type Document = Writer<Vec<u8>>;

fn suite(
    document: &mut Document,
    record: &Record,
    scenarios: &[ScenarioRecord],
    names: &mut Names,
    reason: usize,
) -> io::Result<()> {
    let Some(first) = scenarios.first() else { return Ok(()) };
    let [tests, failures, errors, skipped] = tally(scenarios.iter()).map(|count| count.to_string());
    let time = seconds(scenarios.iter().filter_map(|it| it.duration).sum());
    let began = scenarios.iter().filter_map(|it| it.started).min().unwrap_or_else(|| words::started(record));
    let suite = document.create_element("testsuite").with_attributes([
        ("name", line(&first.scenario.path).as_str()),
        ("tests", &tests),
        ("failures", &failures),
        ("errors", &errors),
        ("skipped", &skipped),
        ("time", &time),
        ("timestamp", &began.format("%Y-%m-%dT%H:%M:%S").to_string()),
    ]);
    suite.write_inner_content(|document| {
        properties(document, record)?;
        scenarios.iter().try_for_each(|scenario| case(document, record, scenario, names, reason))
    })?;
    Ok(())
}

/// Readers take a document without a case for one in which nothing is wrong.
fn nothing(document: &mut Document, record: &Record) -> io::Result<()> {
    let counts = [("name", "rolecall"), ("tests", "1"), ("failures", "0"), ("errors", "1"), ("skipped", "0")];
    let suite = document.create_element("testsuite").with_attributes(counts);
    let case = [("name", "the run"), ("classname", "rolecall"), ("time", "0.000")];
    let why = [("message", words::nothing(record)), ("type", "inconclusive".to_owned())];
    suite.with_attribute(("time", "0.000")).write_inner_content(|document| {
        properties(document, record)?;
        document.create_element("testcase").with_attributes(case).write_inner_content(|document| {
            let why = why.each_ref().map(|(name, value)| (*name, value.as_str()));
            document.create_element("error").with_attributes(why).write_empty().map(drop)
        })?;
        Ok(())
    })?;
    Ok(())
}

fn properties(document: &mut Document, record: &Record) -> io::Result<()> {
    let target = record.target.as_ref().map(|it| it.name.as_str()).unwrap_or_default();
    let properties = [
        ("run", record.run.id.clone()),
        ("target", target.to_owned()),
        ("evidence", words::standing(record)),
        ("complete", record.is_complete().to_string()),
    ];
    let stopped = record.stopped.clone().map(|reason| ("stopped", reason));
    document.create_element("properties").write_inner_content(|document| {
        for (name, value) in properties.into_iter().chain(stopped) {
            let property = document.create_element("property");
            property.with_attributes([("name", name), ("value", &line(&value))]).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn case(
    document: &mut Document,
    record: &Record,
    scenario: &ScenarioRecord,
    names: &mut Names,
    reason: usize,
) -> io::Result<()> {
    let place = &scenario.scenario;
    let class = match &place.rule {
        Some(rule) => format!("{}.{}", undotted(&place.feature), undotted(rule)),
        None => undotted(&place.feature),
    };
    let class = line(&class);
    let name = names.unique(&class, &line(&words::name(scenario)), scenario);
    let case = document.create_element("testcase").with_attributes([
        ("name", name.as_str()),
        ("classname", &class),
        ("file", &line(&place.path)),
        ("line", &place.line.to_string()),
        ("time", &seconds(scenario.duration.unwrap_or_default())),
    ]);
    let (element, kind) = match scenario.outcome() {
        Outcome::Passed => return case.write_empty().map(drop),
        Outcome::Failed => ("failure", "failed"),
        Outcome::Inconclusive => ("error", "inconclusive"),
        Outcome::Unfinished => ("error", "unfinished"),
        Outcome::NotBegun => ("error", "not begun"),
        Outcome::Skipped => ("skipped", "skipped"),
    };
    let mut message = words::headline(scenario);
    if let (Outcome::Unfinished | Outcome::NotBegun, Some(reason)) = (scenario.outcome(), &record.stopped) {
        message = format!("{message}: {reason}");
    }
    let message = line(&message);
    case.write_inner_content(|document| {
        let told = document.create_element(element).with_attribute(("message", message.as_str()));
        if element == "skipped" {
            return told.write_empty().map(drop);
        }
        let details = words::shortened(&allowed(&words::details(scenario)), reason);
        told.with_attribute(("type", kind)).write_text_content(BytesText::new(&details)).map(drop)
    })?;
    Ok(())
}

/// All, failures, errors and skipped ones.
fn tally<'record>(scenarios: impl Iterator<Item = &'record ScenarioRecord>) -> [usize; 4] {
    scenarios.fold([0; 4], |[all, failures, errors, skipped], scenario| match scenario.outcome() {
        Outcome::Passed => [all + 1, failures, errors, skipped],
        Outcome::Failed => [all + 1, failures + 1, errors, skipped],
        Outcome::Inconclusive | Outcome::Unfinished | Outcome::NotBegun => {
            [all + 1, failures, errors + 1, skipped]
        }
        Outcome::Skipped => [all + 1, failures, errors, skipped + 1],
    })
}

/// The names that were given. Readers tell cases apart by class and name alone.
#[derive(Default)]
struct Names(HashSet<(String, String)>);

impl Names {
    fn unique(&mut self, class: &str, name: &str, scenario: &ScenarioRecord) -> String {
        let place = &scenario.scenario;
        let file = place.path.rsplit('/').next().unwrap_or_default();
        let line_told = format!("{name} (line {})", place.line);
        let candidates = [
            name.to_owned(),
            line_told.clone(),
            line(&format!("{file}: {line_told}")),
            line(&format!("{}: {line_told}", place.path)),
        ];
        let counted = (self.0.len()..).map(|count| format!("{line_told} ({count})"));
        let mut all = candidates.into_iter().chain(counted);
        all.find(|it| self.0.insert((class.to_owned(), it.clone()))).unwrap_or_default()
    }
}

/// Readers take dots of a class for its packages.
fn undotted(text: &str) -> String {
    text.replace('.', "\u{2024}")
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}

/// One line of what XML allows.
fn line(text: &str) -> String {
    words::shortened(&allowed(&text.replace(['\n', '\r', '\t'], " ")), LINE)
}

/// What XML 1.0 has no way to say is replaced (<https://www.w3.org/TR/xml/#charsets>).
fn allowed(text: &str) -> String {
    let is_allowed = |character| matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
    text.chars().map(|it| if is_allowed(it) { it } else { char::REPLACEMENT_CHARACTER }).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use std::collections::BTreeSet;

    use quick_xml::Reader;

    use super::*;
    use crate::event::Event as Happened;
    use crate::golden;
    use crate::sample;

    fn rendered(record: &Record) -> String {
        let mut out = Vec::new();
        assert!(write(record, &mut out).unwrap());
        String::from_utf8(out).unwrap()
    }

    fn of(events: &[Happened]) -> Record {
        events.iter().collect()
    }

    /// The attributes of every element called so.
    fn attributes(xml: &str, element: &str) -> Vec<Vec<(String, String)>> {
        let mut reader = Reader::from_str(xml);
        let mut found = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => return found,
                Event::Start(it) | Event::Empty(it) if it.name().as_ref() == element => {
                    let pair = |it: quick_xml::events::attributes::Attribute<'_>| {
                        (it.key.as_ref().to_owned(), it.value.into_owned())
                    };
                    found.push(it.attributes().map(|it| pair(it.unwrap())).collect());
                }
                _ => {}
            }
        }
    }

    #[test]
    fn everything() {
        golden::check("junit.xml", &rendered(&of(&sample::everything())));
        golden::check("junit_unproven.xml", &rendered(&of(&sample::unproven())));
    }

    #[test]
    fn an_interrupted_run_took_the_time_until_its_last_event() {
        let events = sample::everything();
        let record = of(&events[..events.len() - 1]);
        let whole = attributes(&rendered(&record), "testsuites").remove(0);
        let time = whole.iter().find(|(name, _)| name == "time").unwrap();
        assert_eq!(time.1, format!("0.{:03}", events.len() - 2));
    }

    #[test]
    fn a_run_of_nothing_is_an_error() {
        for (events, why) in [
            (sample::nothing(), "no scenario was selected (57 found): nothing was shown"),
            (
                Vec::new(),
                "nothing is known of this run: it ended before it began, as where a target is out of reach",
            ),
        ] {
            let xml = rendered(&of(&events));
            let whole = attributes(&xml, "testsuites").remove(0);
            let counts = ["tests", "failures", "errors"]
                .map(|name| whole.iter().find(|(known, _)| known == name).unwrap().1.clone());
            assert_eq!(counts, ["1", "0", "1"]);
            assert_eq!(attributes(&xml, "error")[0][0].1, why);
        }
    }

    #[test]
    fn names_are_unique_however_scenarios_are_called() {
        let mut record = of(&sample::everything());
        for scenario in &mut record.scenarios {
            scenario.scenario.name = "the same".into();
            scenario.scenario.feature = "one".into();
            scenario.scenario.rule = None;
            scenario.scenario.line = 3;
        }
        let cases = attributes(&rendered(&record), "testcase");
        let names: BTreeSet<_> = cases.iter().map(|it| (&it[0], &it[1])).collect();
        assert_eq!((names.len(), cases.len()), (record.scenarios.len(), record.scenarios.len()));
    }

    #[test]
    fn whatever_stands_in_a_name_is_xml() {
        let mut record = of(&sample::everything());
        let all: String = ('\0'..='\u{ff}').chain(['\u{fffe}', '\u{ffff}', '😀', ']', ']', '>']).collect();
        record.scenarios[1].scenario.name.clone_from(&all);
        record.scenarios[8].result = Some(crate::ScenarioResult::Skipped { reason: all });
        let xml = rendered(&record);
        assert_eq!(attributes(&xml, "testcase").len(), record.scenarios.len());
        assert!(xml.chars().all(|it| matches!(it, '\n' | ' '..'\u{fffe}' | '\u{10000}'..)));
    }

    #[test]
    fn what_is_too_large_for_readers_is_not_written() {
        let record = of(&sample::everything());
        let size = rendered(&record).len();
        let mut out = Vec::new();
        assert!(!write_within(&record, size, &mut out).unwrap());
        assert!(out.is_empty());
        assert!(write_within(&record, size + 1, &mut out).unwrap());
    }
}
