//! The matrix of controls and scenarios, what is missing on either side, and what is shown of each control.

use std::collections::{BTreeMap, BTreeSet};

use crate::controls::{ControlFinding, ControlRow};
use crate::grounds;
use crate::record::Outcome;

use super::context::{Context, name};
use super::look;
use super::markup::{Html, count, isolated, marked, put, text};

/// As many columns as people can follow.
const COLUMNS: usize = 32;
/// As many links as people look at.
const LINKS: usize = 100;
/// As many scenarios that were not selected as the report names.
const LEFT_OUT: usize = 500;

pub(super) fn controls(html: &mut Html, context: &Context<'_>) {
    let rows = context.record.controls();
    if rows.is_empty() {
        return;
    }
    put!(html, "<section id=controls><h2>Controls</h2>");
    let bearing: Vec<usize> = (0..context.record.scenarios.len())
        .filter(|it| rows.iter().any(|row| row.scenarios.binary_search(it).is_ok()))
        .collect();
    put!(html, "<p class=kind><b>Evidence:</b> {}.", text(grounds::worth(context.record).1));
    let features = features(context, &bearing);
    if bearing.len() <= COLUMNS {
        grid(html, &rows, &Columns::Scenarios(&bearing), context);
    } else if features.len() <= COLUMNS {
        put!(
            html,
            "<p class=meta>{} bear on controls, too many for a column each: the columns are the features, and a number says how many scenarios of a feature ended so.",
            count(bearing.len(), "scenario")
        );
        grid(html, &rows, &Columns::Features(&features), context);
    } else {
        list(html, &rows, context);
    }
    let untested: Vec<String> = rows
        .iter()
        .filter(|row| row.finding == ControlFinding::NotTested)
        .map(|row| format!("<span class=tag>{}</span>", text(&row.control.to_string())))
        .collect();
    if !untested.is_empty() {
        put!(html, "<p>Controls without a selected scenario: {}", untested.join(" "));
    }
    let without = context.record.scenarios_without_control();
    if !without.is_empty() {
        put!(html, "<div>Scenarios without a control: {}</div>", context.all_links(&without, LINKS));
    }
    left_out(html, &rows, context);
    put!(html, "</section>");
}

/// Which scenarios bear on controls and were not selected.
fn left_out(html: &mut Html, rows: &[ControlRow], context: &Context<'_>) {
    let bearing: BTreeSet<usize> = rows.iter().flat_map(|row| &row.left_out).copied().collect();
    if bearing.is_empty() {
        return;
    }
    put!(
        html,
        "<details><summary>{} on controls and {} not selected</summary><ul>",
        if bearing.len() == 1 {
            "1 more scenario bears".to_owned()
        } else {
            format!("{} more scenarios bear", bearing.len())
        },
        if bearing.len() == 1 { "was" } else { "were" }
    );
    for scenario in bearing.iter().take(LEFT_OUT).filter_map(|it| context.record.left_out.get(*it)) {
        put!(
            html,
            "<li>{} <small>{}:{}</small>",
            isolated(&scenario.name),
            isolated(&scenario.path),
            scenario.line
        );
    }
    if let Some(more @ 1..) = bearing.len().checked_sub(LEFT_OUT) {
        put!(html, "<li>and {more} more, which the record holds");
    }
    put!(html, "</ul></details>");
}

/// What stands side by side.
enum Columns<'c> {
    Scenarios(&'c [usize]),
    /// By path and name.
    Features(&'c BTreeMap<(&'c str, &'c str), Vec<usize>>),
}

/// The scenarios that bear on a control, by the path and name of their feature.
fn features<'a>(context: &Context<'a>, bearing: &[usize]) -> BTreeMap<(&'a str, &'a str), Vec<usize>> {
    let mut features: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for index in bearing {
        let Some(it) = context.record.scenarios.get(*index) else { continue };
        features.entry((it.scenario.path.as_str(), it.scenario.feature.as_str())).or_default().push(*index);
    }
    features
}

fn grid(html: &mut Html, rows: &[ControlRow], columns: &Columns<'_>, context: &Context<'_>) {
    put!(
        html,
        "<div class=\"wide card\" tabindex=0 role=region aria-label=\"Controls and scenarios\"><table class=grid><thead><tr><th scope=col>Control<th scope=col>Finding"
    );
    match columns {
        Columns::Scenarios(scenarios) => scenarios.iter().for_each(|it| {
            let name = context.record.scenarios.get(*it).map_or("", name);
            put!(
                html,
                "<th scope=col class=up><a href=#{}>{} {}</a>",
                context.id(*it),
                it + 1,
                isolated(name)
            );
        }),
        Columns::Features(features) => features.keys().for_each(|(path, name)| {
            put!(html, "<th scope=col class=up title=\"{}\"><span>{}</span>", marked(path), isolated(name));
        }),
    }
    put!(html, "<tbody>");
    for row in rows {
        control(html, row, context);
        match columns {
            Columns::Scenarios(scenarios) => scenarios.iter().for_each(|it| {
                put!(html, "<td>");
                if row.scenarios.binary_search(it).is_ok() {
                    sign(html, context, *it);
                }
            }),
            Columns::Features(features) => features.values().for_each(|of| {
                put!(html, "<td>");
                let both = of.iter().copied().filter(|it| row.scenarios.binary_search(it).is_ok());
                counts(html, context, both);
            }),
        }
    }
    put!(html, "</table></div>");
}

fn list(html: &mut Html, rows: &[ControlRow], context: &Context<'_>) {
    put!(
        html,
        "<div class=\"wide card\" tabindex=0 role=region aria-label=Controls><table><thead><tr><th scope=col>Control<th scope=col>Finding<th scope=col>Scenarios<tbody>"
    );
    for row in rows {
        control(html, row, context);
        put!(html, "<td>{}", context.all_links(&row.scenarios, LINKS));
    }
    put!(html, "</table></div>");
}

fn control(html: &mut Html, row: &ControlRow, context: &Context<'_>) {
    let (class, finding) = match row.finding {
        ControlFinding::Satisfied if grounds::worth(context.record).0 == "design-intent" => {
            ("passed", "✓ satisfied by design")
        }
        ControlFinding::Satisfied => ("passed", "✓ satisfied"),
        ControlFinding::NotSatisfied => ("failed", "✕ not satisfied"),
        ControlFinding::Undetermined => ("inconclusive", "? undetermined"),
        ControlFinding::NotTested => ("skipped", "– not tested"),
    };
    let about = row.text.as_ref().and_then(|it| it.text.as_deref()).unwrap_or_default();
    put!(
        html,
        "<tr><th scope=row>{}<small>{}</small><td class={class}><b class=st>{finding}</b><small>{}</small>",
        text(&row.control.to_string()),
        text(about),
        text(&grounds::of(context.record, row))
    );
}

fn sign(html: &mut Html, context: &Context<'_>, scenario: usize) {
    let Some(look) = context.record.scenarios.get(scenario).map(|it| context.look(it)) else { return };
    put!(
        html,
        "<a class=\"chip {}\" href=#{} aria-label=\"{}: scenario {}\">{}</a>",
        look.class,
        context.id(scenario),
        look.word,
        scenario + 1,
        look.sign
    );
}

/// How many of the scenarios ended how, each with a link to the first.
fn counts(html: &mut Html, context: &Context<'_>, scenarios: impl Iterator<Item = usize>) {
    let mut by: BTreeMap<Outcome, Vec<usize>> = BTreeMap::new();
    for index in scenarios {
        let Some(it) = context.record.scenarios.get(index) else { continue };
        by.entry(it.outcome()).or_default().push(index);
    }
    for (outcome, of) in by {
        let look = look::outcome(outcome, context.proven);
        let first = of.first().map_or("", |it| context.id(*it));
        put!(
            html,
            "<a class=\"chip {}\" href=#{first} aria-label=\"{} {}\">{} {}</a> ",
            look.class,
            of.len(),
            look.word,
            look.sign,
            of.len()
        );
    }
}
