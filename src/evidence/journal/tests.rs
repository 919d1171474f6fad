#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::event::Event;
use crate::record::{Exit, Record};
use crate::sample;

pub(crate) fn journal(events: &[Event]) -> Vec<u8> {
    let mut writer = JournalWriter::new(Vec::new());
    events.iter().for_each(|event| writer.write(event).unwrap());
    writer.into_output()
}

fn read(bytes: &[u8]) -> Result<(Vec<Event>, Journal), BrokenJournal> {
    let mut events = Vec::new();
    let journal = Journal::read(bytes, &mut |event| events.push(event))?;
    Ok((events, journal))
}

#[test]
fn what_was_written_is_read() {
    let events = sample::everything();
    let bytes = journal(&events);
    let (read, journal) = read(&bytes).unwrap();
    let last = bytes.strip_suffix(b"\n").unwrap().rsplit(|byte| *byte == b'\n').next().unwrap();
    let (last, sha256) = (Sha256::of(last), Sha256::of(&bytes));
    assert_eq!(journal, Journal { events: events.len(), last, cut: 0, sha256 });
    assert_eq!(read, events);
}

#[test]
fn a_journal_that_was_cut_anywhere_tells_what_happened_before() {
    let events = sample::everything();
    let whole = journal(&events);
    for end in whole.len().saturating_sub(1024)..whole.len() {
        let (read, journal) = read(&whole[..end]).unwrap();
        let record: Record = read.iter().collect();
        assert_eq!(read, events[..read.len()], "{end}");
        assert!(!record.is_complete() && record.exit() != Exit::Passed, "{end}");
        assert_eq!(journal.cut == 0, whole[..end].ends_with(b"\n"), "{end}");
    }
}

#[test]
fn a_line_that_was_changed_left_out_or_moved_is_found() {
    let whole = journal(&sample::everything());
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let broken = |lines: &[&[u8]]| read(&lines.concat()).unwrap_err();
    let mut changed = lines.clone();
    let text = String::from_utf8(lines[3].to_vec()).unwrap().replacen("2026", "2025", 1);
    changed[3] = text.as_bytes();
    assert_eq!(broken(&changed), BrokenJournal::Chain { line: 5 });
    let left_out = [&lines[..3], &lines[4..]].concat();
    assert_eq!(broken(&left_out), BrokenJournal::Chain { line: 4 });
    let mut moved = lines.clone();
    moved.swap(3, 4);
    assert_eq!(broken(&moved), BrokenJournal::Chain { line: 4 });
    assert_eq!(broken(&lines[1..]), BrokenJournal::Chain { line: 1 });
    assert!(matches!(broken(&[b"{}\n"]), BrokenJournal::Line { line: 1, .. }));
}

#[test]
fn lines_of_other_versions_are_told_from_broken_ones() {
    let whole = String::from_utf8(journal(&sample::passing())).unwrap();
    let other = whole.replacen(&format!("\"version\":{VERSION}"), "\"version\":77", 1);
    assert_eq!(read(other.as_bytes()), Err(BrokenJournal::Version { line: 1, version: 77 }));
    let unknown = b"{\"version\":78,\"happened\":\"something new\"}\n";
    assert_eq!(read(unknown), Err(BrokenJournal::Version { line: 1, version: 78 }));
}
