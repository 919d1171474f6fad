//! A large run: `cargo bench -p rolecall-evidence --bench large -- JOURNAL [SCENARIOS]` repeats the scenarios of a real
//! journal until there are so many (10,000), and tells what writing, reading and rendering them costs.
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
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use rolecall_evidence::console::{Color, Detail, Page};
use rolecall_evidence::{
    Event, EventKind, Format, Journal, JournalWriter, Record, RenderOptions, ScenarioId, render,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["render", journal, format] => render_one(Path::new(journal), format),
        [journal] => measure(Path::new(journal), 10_000),
        [journal, count] => measure(Path::new(journal), count.parse().expect("a number of scenarios")),
        _ => println!("not measured: it needs a JOURNAL, as `rolecall run --evidence` leaves it"),
    }
}

fn measure(journal: &Path, count: usize) {
    let events = Journal::read(&std::fs::read(journal).unwrap()).unwrap().events;
    let large = std::env::temp_dir().join(format!("large-{}.jsonl", std::process::id()));
    let mut writer = JournalWriter::new(File::create_new(&large).unwrap());
    let begun = Instant::now();
    let written = repeated(&events, count, &mut writer);
    let each = begun.elapsed() / u32::try_from(count).unwrap();
    let size = std::fs::metadata(&large).unwrap().len() / 1024 / 1024;
    println!("journal: {count} scenarios, {written} events, {size} MiB, {each:?} for each scenario");
    for format in Format::ALL.iter().filter(|format| **format != Format::InToto) {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["render", large.to_str().unwrap(), format.name()])
            .output()
            .unwrap();
        print!("{}", String::from_utf8_lossy(&child.stdout));
    }
    std::fs::remove_file(&large).unwrap();
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
        if let EventKind::RunStarted { scenarios, found, .. } = &mut event.kind {
            let originals = scenarios.clone();
            *scenarios = (0..count).map(|place| originals[place % originals.len()].clone()).collect();
            for (place, scenario) in scenarios.iter_mut().enumerate() {
                scenario.path = format!("{}/{}", place / originals.len(), scenario.path);
            }
            *found = count;
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

fn render_one(journal: &Path, name: &str) {
    let format = Format::ALL.into_iter().find(|format| format.name() == name).expect("a format");
    let begun = Instant::now();
    let record: Record =
        Journal::read(&std::fs::read(journal).unwrap()).unwrap().events.into_iter().collect();
    let read = begun.elapsed();
    let mut out = Counted { bytes: 0 };
    let options = RenderOptions::on(Page { width: 80, color: Color::Plain, detail: Detail::Verbose });
    let rendered = render(&record, format, &options, &mut BufWriter::new(&mut out));
    let told = match rendered {
        Ok(()) => format!("{} MiB", out.bytes / 1024 / 1024),
        Err(error) => error.to_string(),
    };
    let whole = begun.elapsed();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim();
    println!("{name}: read {read:.2?}, in all {whole:.2?}, {told}, at most {peak} of memory");
}

/// An output that is only counted.
struct Counted {
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
