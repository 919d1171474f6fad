//! The whole output against expected files in `golden/`. `BLESS=1 cargo test -p rolecall-evidence` writes them anew:
//! read the difference. Escapes are spelled `␛` there.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;

use crate::console::{Color, Console, Detail, Page};
use crate::event::Event;
use crate::sample;

fn render(events: &[Event], page: Page) -> String {
    let mut console = Console::new(Vec::new(), page);
    events.iter().for_each(|event| console.event(event).unwrap());
    String::from_utf8(console.into_parts().1).unwrap()
}

#[track_caller]
fn check(golden: &str, events: &[Event], width: usize, color: Color, detail: Detail) {
    let actual = render(events, Page { width, color, detail }).replace('\u{1b}', "␛");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("console/golden").join(golden);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(actual == expected, "{golden} differs; this was printed:\n{actual}");
}

#[test]
fn everything_on_a_narrow_page() {
    check("everything_80.txt", &sample::everything(), 80, Color::Plain, Detail::Normal);
}

#[test]
fn everything_on_a_wide_page() {
    check("everything_120.txt", &sample::everything(), 120, Color::Plain, Detail::Normal);
}

#[test]
fn everything_in_colour() {
    check("everything_80_ansi.txt", &sample::everything(), 80, Color::Ansi, Detail::Normal);
}

#[test]
fn every_step_and_call() {
    check("verbose_120.txt", &sample::everything(), 120, Color::Plain, Detail::Verbose);
}

#[test]
fn only_what_did_not_pass() {
    check("quiet_80.txt", &sample::everything(), 80, Color::Plain, Detail::Quiet);
}

#[test]
fn a_run_that_passes_is_short() {
    check("passing.txt", &sample::passing(), 80, Color::Plain, Detail::Normal);
    check("passing_quiet.txt", &sample::passing(), 80, Color::Plain, Detail::Quiet);
}

#[test]
fn an_unproven_target_is_named_first_and_last() {
    check("unproven.txt", &sample::unproven(), 80, Color::Plain, Detail::Normal);
}

#[test]
fn a_run_that_selects_nothing_says_so() {
    check("nothing.txt", &sample::nothing(), 80, Color::Plain, Detail::Normal);
}

#[test]
fn colours_are_all_that_colour_adds() {
    let page = Page { width: 80, color: Color::Ansi, detail: Detail::Verbose };
    let coloured = render(&sample::everything(), page);
    let mut plain = String::new();
    let mut pieces = coloured.split('\u{1b}');
    plain.push_str(pieces.next().unwrap());
    pieces.for_each(|piece| plain.push_str(piece.split_once('m').unwrap().1));
    assert_eq!(plain, render(&sample::everything(), Page { color: Color::Plain, ..page }));
}

#[test]
fn lines_fit_the_page_unless_an_address_does_not() {
    for width in [0, 40, 60, 80, 120, 300] {
        let output =
            render(&sample::everything(), Page { width, color: Color::Plain, detail: Detail::Verbose });
        let addressed = |line: &str| line.contains(['/', ':']);
        for line in output.lines().filter(|line| !addressed(line)) {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= width.max(40), "{width}: {line}");
        }
    }
}

#[test]
fn scenarios_that_end_out_of_order_print_in_order() {
    let mut console =
        Console::new(Vec::new(), Page { width: 80, color: Color::Plain, detail: Detail::Normal });
    let events = sample::everything();
    let first_end =
        events.iter().position(|it| matches!(it.kind, crate::EventKind::ScenarioFinished { .. })).unwrap();
    for event in events.iter().take(first_end + 1) {
        console.event(event).unwrap();
    }
    let (record, printed) = console.into_parts();
    assert!(record.scenarios.iter().any(|it| it.result.is_some()));
    assert_eq!(String::from_utf8(printed).unwrap(), "", "the second scenario waits for the first");
}
