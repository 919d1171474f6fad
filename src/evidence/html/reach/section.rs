//! The part of the report that tells who can reach what.

use super::super::context::Context;
use super::super::look;
use super::super::markup::{Html, put};
use super::drawing::{EDGES, PLACES, drawing, fits};
use super::map::Map;
use super::rows::{Row, rows};
use super::table::table;
use crate::call::Verdict;

pub(in super::super) fn reach(html: &mut Html, context: &Context<'_>) {
    let rows = rows(context.record, context.proven);
    if rows.is_empty() {
        return;
    }
    put!(
        html,
        "<section id=reach><h2>Who can reach what</h2><p class=meta>What the scenarios tried, and how it was answered. What they only prepare, look at or remove is left out, and so are calls that prove that a denial is one. Each scenario has policies of its own, so that one can be denied what another allows.</p>"
    );
    map(html, context, &rows);
    table(html, context, &rows);
    put!(html, "</section>");
}

fn map(html: &mut Html, context: &Context<'_>, rows: &[Row<'_>]) {
    let map = Map::of(rows.iter().enumerate());
    if fits(&map) {
        drawing(html, &map);
        legend(html, context, &map);
        return;
    }
    let (places, edges) = (map.places.len(), map.edges.len());
    put!(
        html,
        "<p>A map of all would be too large to read: {places} places and {edges} ways between them, and {PLACES} and {EDGES} are the most that are drawn."
    );
    let odd = |(_, row): &(usize, &Row<'_>)| row.unexpected || row.tried.look.class == "inconclusive";
    let map = Map::of(rows.iter().enumerate().filter(odd));
    if !map.edges.is_empty() && fits(&map) {
        put!(
            html,
            " Here is what came out otherwise than a scenario expects, or of which it could not tell."
        );
        drawing(html, &map);
        legend(html, context, &map);
    }
}

/// The signs that occur.
fn legend(html: &mut Html, context: &Context<'_>, map: &Map) {
    put!(html, "<ul class=legend>");
    let verdicts = [Verdict::Allowed, Verdict::Denied, Verdict::Unauthenticated, Verdict::Unknown];
    let looks = verdicts.map(|it| look::verdict(it, context.proven));
    for look in looks
        .iter()
        .chain([&look::SOMETHING_ELSE])
        .filter(|look| map.edges.keys().any(|(_, _, it)| it == *look))
    {
        put!(
            html,
            "<li class=\"e {}\"><svg width=34 height=10 aria-hidden=true><path d=\"M0,5H34\"/></svg> {} {}",
            look.class,
            look.sign,
            look.word
        );
    }
    if map.edges.values().any(|it| it.unexpected) {
        put!(html, "<li><b>!</b> otherwise than a scenario expects");
    }
    put!(html, "</ul>");
}
