//! A large run: `cargo bench -p rolecall-evidence --bench large -- JOURNAL [SCENARIOS]` repeats the scenarios of a real
//! journal until there are so many (10,000), and tells what writing, reading and rendering them costs: time of the
//! processor, and memory.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "benchmarks"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rolecall_evidence::console::{Color, Detail, Page};
use rolecall_evidence::{
    Event, EventKind, Format, Hub, Journal, JournalWriter, Record, RenderOptions, ScenarioId, Sha256, render,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", journal, count, to] => {
            write(Path::new(journal), count.parse().expect("a number of scenarios"), Path::new(to));
        }
        ["render", journal, formats @ ..] => render_all(Path::new(journal), formats),
        [journal] => measure(Path::new(journal), 10_000),
        [journal, count] => measure(Path::new(journal), count.parse().expect("a number of scenarios")),
        _ => println!("not measured: it needs a JOURNAL, as `rolecall run --evidence` leaves it"),
    }
}

fn measure(journal: &Path, count: usize) {
    let large = std::env::temp_dir().join(format!("large-{}.jsonl", std::process::id()));
    write(journal, count, &large);
    // In a process of its own, so that its memory is no other's.
    let child =
        Command::new(std::env::current_exe().unwrap()).args(["render", large.to_str().unwrap()]).status();
    std::fs::remove_file(&large).unwrap();
    assert!(child.unwrap().success());
}

fn write(journal: &Path, count: usize, large: &Path) {
    let mut events = Vec::new();
    Journal::read(BufReader::new(File::open(journal).unwrap()), &mut |event| events.push(event)).unwrap();
    let mut writer = JournalWriter::new(File::create(large).unwrap());
    let begun = processor_time();
    let written = repeated(&events, count, &mut writer);
    let each = (processor_time() - begun) / u32::try_from(count).unwrap();
    let size = std::fs::metadata(large).unwrap().len() / 1024 / 1024;
    println!("journal: {count} scenarios, {written} events, {size} MiB, {each:?} for each scenario");
}

/// Writes the run with its scenarios repeated. Answers how many events there are.
fn repeated(events: &[Event], count: usize, writer: &mut JournalWriter<File>) -> usize {
    let of_scenario = |event: &Event| match &event.kind {
        EventKind::ScenarioStarted { scenario }
        | EventKind::StepFinished { scenario, .. }
        | EventKind::ScenarioFinished { scenario, .. } => Some(*scenario),
        EventKind::Called { scenario, .. }
        | EventKind::Waited { scenario, .. }
        | EventKind::CleanedUp { scenario, .. } => *scenario,
        _ => None,
    };
    let mut scenarios: BTreeMap<usize, Vec<&Event>> = BTreeMap::new();
    let mut written = 0;
    let mut write = |event: &Event| {
        writer.write(event).unwrap();
        written += 1;
    };
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for event in events {
        match (of_scenario(event), &event.kind) {
            (Some(ScenarioId(id)), _) => scenarios.entry(id).or_default().push(event),
            (None, EventKind::RunFinished { .. }) => after.push(event),
            (None, _) => before.push(event),
        }
    }
    for event in before {
        let mut event = event.clone();
        if let EventKind::RunStarted { scenarios, left_out, .. } = &mut event.kind {
            let originals = scenarios.clone();
            *scenarios = (0..count).map(|place| originals[place % originals.len()].clone()).collect();
            for (place, scenario) in scenarios.iter_mut().enumerate() {
                scenario.path = format!("{}/{}", place / originals.len(), scenario.path);
            }
            left_out.clear();
        }
        write(&event);
    }
    for place in 0..count {
        for event in &scenarios[&(place % scenarios.len())] {
            let mut event = (*event).clone();
            match &mut event.kind {
                EventKind::ScenarioStarted { scenario }
                | EventKind::StepFinished { scenario, .. }
                | EventKind::ScenarioFinished { scenario, .. } => *scenario = ScenarioId(place),
                EventKind::Called { scenario, .. }
                | EventKind::Waited { scenario, .. }
                | EventKind::CleanedUp { scenario, .. } => *scenario = Some(ScenarioId(place)),
                _ => {}
            }
            write(&event);
        }
    }
    after.into_iter().for_each(&mut write);
    written
}

/// Reads the journal once, and renders these formats, or all that need no key.
fn render_all(journal: &Path, formats: &[&str]) {
    let begun = processor_time();
    let (record, journal) = Journal::record(BufReader::new(File::open(journal).unwrap())).unwrap();
    println!("read: {:.2?}, {}", processor_time() - begun, peak());
    let chosen = |format: &&Format| match formats {
        [] => **format != Format::InToto && **format != Format::Json,
        _ => formats.contains(&format.name()),
    };
    let options = RenderOptions {
        journal: Some(&journal.sha256),
        hub: Hub { account: Some("111122223333"), region: Some("us-east-1") },
        ..RenderOptions::on(Page { width: 80, color: Color::Plain, detail: Detail::Verbose })
    };
    // Others name the digest of the record.
    let report = render_one(&record, Format::Json, &options);
    let options = RenderOptions { report: Some(&report), ..options };
    for format in Format::ALL.iter().filter(chosen) {
        render_one(&record, *format, &options);
    }
    println!("in all: {:.2?}, {}", processor_time() - begun, peak());
}

/// Answers the digest of the file.
fn render_one(record: &Record, format: Format, options: &RenderOptions<'_>) -> Sha256 {
    let start = processor_time();
    let path = std::env::temp_dir().join(format!("large-{}", format.file_name()));
    let mut out = BufWriter::new(File::create(&path).unwrap());
    let rendered = render(record, format, options, &mut out);
    drop(out);
    let bytes = std::fs::metadata(&path).unwrap().len() / 1024 / 1024;
    let told = rendered.map_or_else(|error| error.to_string(), |()| format!("{bytes} MiB"));
    println!("{}: {:.2?}, {told}, {}", format.name(), processor_time() - start, peak());
    let digest = Sha256::of_all(File::open(&path).unwrap()).unwrap();
    std::fs::remove_file(path).unwrap();
    digest
}

/// Of the one thread that there is: what the machine does beside it does not count.
fn processor_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|text| text.parse().ok());
    Duration::from_nanos(nanoseconds.expect("Linux tells how long a thread ran"))
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim();
    format!("at most {peak} of memory")
}
