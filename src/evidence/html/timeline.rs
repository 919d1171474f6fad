//! When what ran: a bar for each scenario and its steps, over the time of the run.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::console::{columns, human};
use crate::record::ScenarioRecord;

use super::context::{Context, name};
use super::look;
use super::markup::{Html, count, cut, marked, put, text};

/// As many scenarios as have a line with their name.
const NAMED: usize = 40;
/// As many as have a bar; of more, their features have one.
const BARS: usize = 1_500;

const WIDTH: i64 = 1_100;
/// Of the names, where there are some, and how many columns of a terminal fit there.
const NAMES: i64 = 330;
const NAME: usize = 44;
const TOP: i64 = 26;
/// At most as many times stand above it.
const TICKS: i64 = 6;

/// A scenario that began.
#[derive(Clone, Copy)]
struct Ran<'a> {
    /// Its place in `Record::scenarios`.
    index: usize,
    it: &'a ScenarioRecord,
    span: Span,
}

/// From when to when, in microseconds since the run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    start: i64,
    end: i64,
}

pub(super) fn timeline(html: &mut Html, context: &Context<'_>) {
    let Some(begin) = context.record.started else { return };
    let scenarios = &context.record.scenarios;
    let ran: Vec<Ran<'_>> = scenarios
        .iter()
        .enumerate()
        .filter_map(|(index, it)| Some(Ran { index, it, span: span(begin, it)? }))
        .collect();
    let Some(end) = ran.iter().map(|it| it.span.end).max() else { return };
    put!(html, "<section id=timeline><h2>Timeline</h2><p class=meta>");
    put!(
        html,
        "{} of {} over {}; times since {}.",
        count(ran.len(), "scenario"),
        scenarios.len(),
        human(duration(end)),
        begin.format("%F %T%.3f UTC")
    );
    if ran.len() <= NAMED {
        put!(html, " Each bar is a step.</p>");
        let scale = Scale { left: NAMES, end };
        open(html, ran.len(), 22, &scale);
        for (line, it) in (0..).zip(&ran) {
            named(html, context, *it, TOP + line * 22, &scale);
        }
    } else if ran.len() <= BARS {
        put!(html, " Each bar is a scenario; those that ran side by side stand below one another.</p>");
        let scale = Scale { left: 0, end };
        let lanes = lanes(&ran.iter().map(|it| it.span).collect::<Vec<_>>());
        open(html, lanes.iter().max().map_or(0, |it| it + 1), 12, &scale);
        for (it, lane) in ran.iter().zip(lanes) {
            let y = TOP + i64::try_from(lane).unwrap_or_default() * 12;
            bar(html, context, *it, y, &scale);
        }
    } else {
        put!(
            html,
            " Each bar is a feature, from the start of its first scenario to the end of its last.</p>"
        );
        features(html, &ran, end);
    }
    put!(html, "</svg></div></section>");
}

fn features(html: &mut Html, ran: &[Ran<'_>], end: i64) {
    let mut spans: BTreeMap<&str, Span> = BTreeMap::new();
    for Ran { it, span, .. } in ran {
        let whole = spans.entry(&it.scenario.path).or_insert(*span);
        *whole = Span { start: whole.start.min(span.start), end: whole.end.max(span.end) };
    }
    let scale = Scale { left: NAMES, end };
    open(html, spans.len(), 22, &scale);
    for (line, (path, span)) in (0..).zip(spans) {
        let y = TOP + line * 22;
        label(html, "", path, y);
        let (x, width) = scale.place(span);
        put!(
            html,
            "<rect class=skipped x={x} y={} width={width} height=12><title>{}</title></rect>",
            y + 4,
            text(path)
        );
    }
}

/// When a scenario ran; `None`: it did not begin.
fn span(begin: DateTime<Utc>, it: &ScenarioRecord) -> Option<Span> {
    let start = it.started?;
    let told = it.duration.and_then(|took| start.checked_add_signed(chrono::TimeDelta::from_std(took).ok()?));
    let end = told.or_else(|| it.steps.last().map(|step| step.finished)).unwrap_or(start);
    Some(Span { start: since(begin, start), end: since(begin, end.max(start)) })
}

fn since(begin: DateTime<Utc>, at: DateTime<Utc>) -> i64 {
    (at - begin).num_microseconds().unwrap_or(i64::MAX / 4).max(0)
}

fn duration(microseconds: i64) -> Duration {
    Duration::from_micros(u64::try_from(microseconds).unwrap_or_default())
}

/// The first line that is free, for each in the order of their starts.
fn lanes(spans: &[Span]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|it| spans.get(*it).copied());
    let mut free: Vec<i64> = Vec::new();
    let mut lanes = vec![0; spans.len()];
    for index in order {
        let Some(span) = spans.get(index) else { continue };
        let lane = free.iter().position(|it| *it <= span.start).unwrap_or(free.len());
        match free.get_mut(lane) {
            Some(end) => *end = span.end,
            None => free.push(span.end),
        }
        lanes.get_mut(index).into_iter().for_each(|it| *it = lane);
    }
    lanes
}

/// From times to places.
struct Scale {
    left: i64,
    end: i64,
}

impl Scale {
    fn x(&self, at: i64) -> i64 {
        let room = WIDTH - self.left - 2;
        let x = i128::from(at) * i128::from(room) / i128::from(self.end.max(1));
        self.left + i64::try_from(x).unwrap_or(room)
    }

    /// Where it begins, and how wide it is: wide enough to be seen.
    fn place(&self, span: Span) -> (i64, i64) {
        let (start, end) = (self.x(span.start), self.x(span.end));
        (start, (end - start - 1).max(2))
    }
}

fn open(html: &mut Html, lines: usize, line: i64, scale: &Scale) {
    let height = TOP + i64::try_from(lines).unwrap_or_default() * line + 4;
    put!(
        html,
        "<div class=\"wide card time\" tabindex=0 role=region aria-label=\"Timeline of the run\"><svg viewBox=\"0 0 {WIDTH} {height}\" width={WIDTH} height={height} role=group aria-label=\"Scenarios over time\">"
    );
    let step = round_step(scale.end);
    for at in (0..=TICKS).map(|tick| step.saturating_mul(tick)).take_while(|at| *at <= scale.end) {
        let x = scale.x(at);
        let anchor = match at {
            0 => "start",
            _ if x > WIDTH - 40 => "end",
            _ => "middle",
        };
        put!(
            html,
            "<path class=tick d=\"M{x},18V{height}\"/><text class=kind x={x} y=12 text-anchor={anchor}>{}</text>",
            if at == 0 { "0".to_owned() } else { human(duration(at)) }
        );
    }
}

/// The least round number of microseconds that is in `end` no more than [`TICKS`] times: by tens, and from a minute on
/// by sixties.
fn round_step(end: i64) -> i64 {
    const SECOND: i64 = 1_000_000;
    let decades = (3..7).flat_map(|power| [1, 2, 5].map(|it| it * 10_i64.pow(power)));
    let seconds = [10, 20, 30].map(|it| it * SECOND);
    let minutes = [1, 2, 5, 10, 20, 30].map(|it| it * 60 * SECOND);
    let hours = (0..30).map(|power| 3_600 * SECOND * 2_i64.pow(power));
    let mut steps = decades.chain(seconds).chain(minutes).chain(hours);
    steps.find(|step| end / step <= TICKS).unwrap_or(i64::MAX)
}

fn label(html: &mut Html, mark: &str, name: &str, y: i64) {
    let name = cut(name, NAME.saturating_sub(columns(mark)));
    put!(html, "<text x=0 y={}>{}{}</text>", y + 14, text(mark), marked(&name));
}

fn named(
    html: &mut Html,
    context: &Context<'_>,
    Ran { index, it, span: whole }: Ran<'_>,
    y: i64,
    scale: &Scale,
) {
    let begin = context.record.started.unwrap_or_default();
    put!(html, "<a href=#{} class={}>", context.id(index), context.look(it).class);
    label(html, &format!("{} {} ", context.look(it).sign, index + 1), name(it), y);
    if it.steps.is_empty() {
        rect(html, context.look(it).class, "", whole, y + 4, scale);
    }
    for step in &it.steps {
        let end = since(begin, step.finished);
        let took = i64::try_from(step.duration.as_micros()).unwrap_or(i64::MAX / 4);
        let look = look::step(&step.result, context.proven);
        let title = format!(
            "{} {}: {}, {}",
            step.step.keyword.trim(),
            step.step.text,
            look.word,
            human(step.duration)
        );
        rect(html, look.class, &title, Span { start: (end - took).max(whole.start), end }, y + 4, scale);
    }
    put!(html, "</a>");
}

fn bar(html: &mut Html, context: &Context<'_>, Ran { index, it, span }: Ran<'_>, y: i64, scale: &Scale) {
    let look = context.look(it);
    put!(html, "<a href=#{} tabindex=-1>", context.id(index));
    let title = format!("{} {}: {}", index + 1, name(it), look.word);
    rect(html, look.class, &title, span, y, scale);
    put!(html, "</a>");
}

fn rect(html: &mut Html, class: &str, title: &str, span: Span, y: i64, scale: &Scale) {
    let (x, width) = scale.place(span);
    // What did not pass stands out without its colour, too.
    let (y, height) = if ["passed", "skipped"].contains(&class) { (y + 2, 6) } else { (y, 10) };
    put!(html, "<rect class={class} x={x} y={y} width={width} height={height}>");
    if !title.is_empty() {
        put!(html, "<title>{}</title>", marked(title));
    }
    put!(html, "</rect>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ran_side_by_side_stands_below_one_another() {
        let span = |start, end| Span { start, end };
        assert_eq!(lanes(&[span(0, 10), span(5, 8), span(8, 9), span(10, 12), span(9, 11)]), [0, 1, 1, 0, 1]);
    }

    #[test]
    fn times_stand_at_round_numbers() {
        for (end, expected) in [
            (0, 1_000),
            (3_500, 1_000),
            (13_400, 2_000),
            (1_234_567, 200_000),
            (95_000_000, 20_000_000),
            (400_000_000, 60_000_000),
            (30_000_000_000, 2 * 3_600_000_000),
        ] {
            assert_eq!(round_step(end), expected, "{end}");
        }
        assert!(i64::MAX / round_step(i64::MAX) > 0);
    }

    #[test]
    fn everything_can_be_seen_however_short() {
        let scale = Scale { left: 0, end: i64::MAX / 2 };
        assert_eq!(scale.place(Span { start: 0, end: 1 }), (0, 2));
        assert_eq!(scale.place(Span { start: 0, end: i64::MAX / 2 }), (0, WIDTH - 3));
        assert_eq!(Scale { left: 0, end: 0 }.place(Span { start: 0, end: 0 }).1, 2);
    }
}
