//! The map as SVG. Nothing depends on colour alone: each answer has a sign and a line of its own, and everything a title.

use super::super::look::Look;
use super::super::markup::{Html, count, cut, marked, put, text};
use super::layout::{Curve, Frame, Layout, WIDTH};
use super::map::{Column, Edge, Map, Place};

/// How many places and edges people can still make out.
pub(super) const PLACES: usize = 60;
pub(super) const EDGES: usize = 160;

/// How far the words of an edge may reach, in columns of a terminal.
const WORDS: usize = 28;
const NAME: usize = 23;

/// Whether people could make it out.
pub(super) fn fits(map: &Map) -> bool {
    map.places.len() <= PLACES && map.edges.len() <= EDGES
}

pub(super) fn drawing(html: &mut Html, map: &Map) {
    let layout = Layout::of(map);
    let Layout { width, height, .. } = layout;
    put!(
        html,
        "<div class=\"wide card map\" tabindex=0 role=region aria-label=\"Map of who can reach what\"><svg class=c{} viewBox=\"0 0 {width} {height}\" width={width} height={height} role=group aria-label=\"{} and {} between them. The table below says the same.\">",
        layout.columns.len(),
        count(map.places.len(), "place"),
        count(map.edges.len(), "way"),
    );
    for (column, x) in &layout.columns {
        let heading = match column {
            Column::Caller => "Who asked",
            Column::Role => "Roles",
            Column::Resource => "What for",
        };
        put!(html, "<text class=head x={x} y=16>{heading}</text>");
    }
    for (((from, to, look), edge), curve) in map.edges.iter().zip(&layout.curves) {
        let ends = [from, to].map(|it| map.places.get(*it).map_or("", |it| &it.name));
        draw_line(html, ends, *look, edge, *curve);
    }
    // Above all lines, so that none crosses a word.
    for (((_, _, look), edge), curve) in map.edges.iter().zip(&layout.curves) {
        draw_words(html, *look, edge, *curve);
    }
    let with_accounts = map.has_accounts();
    for (place, at) in map.places.iter().zip(&layout.boxes) {
        draw_place(html, place, *at, with_accounts);
    }
    put!(html, "</svg></div>");
}

fn draw_line(html: &mut Html, [from, to]: [&str; 2], look: Look, edge: &Edge, curve: Curve) {
    let actions: Vec<&str> = edge.actions.iter().map(String::as_str).collect();
    put!(
        html,
        "<a href=#r{} tabindex=-1 class=\"{}\"><title>{} → {}: {} {} ({}){}</title><path d=\"",
        edge.row,
        class(look, edge),
        marked(from),
        marked(to),
        look.word,
        text(&actions.join(", ")),
        count(edge.scenarios.len(), "scenario"),
        if edge.unexpected { "; a scenario expects otherwise" } else { "" },
    );
    let ((x, y), (to_x, to_y)) = (curve.from, curve.to);
    if x == to_x {
        let out = x + 70;
        put!(
            html,
            "M{x},{y}C{out},{y} {out},{to_y} {},{to_y}\"/><path class=tip d=\"M{x},{to_y}l7,-4v8z\"/></a>",
            x + 6
        );
    } else {
        put!(html, "M{x},{y}");
        let mut at = (x, y);
        if let Some((left, right, lane)) = curve.lane {
            bend(html, at, (left, lane));
            put!(html, "H{right}");
            at = (right, lane);
        }
        bend(html, at, (to_x - 6, to_y));
        put!(html, "\"/><path class=tip d=\"M{to_x},{to_y}l-7,-4v8z\"/></a>");
    }
}

fn class(look: Look, edge: &Edge) -> String {
    format!("e {}{}", look.class, if edge.unexpected { " unexpected" } else { "" })
}

fn draw_words(html: &mut Html, look: Look, edge: &Edge, curve: Curve) {
    let actions: Vec<&str> = edge.actions.iter().map(String::as_str).collect();
    let ((x, _), (to_x, to_y)) = (curve.from, curve.to);
    let (anchor, words_x, sign_x) =
        if x == to_x { ("start", x + 26, x + 17) } else { ("end", to_x - 26, to_x - 17) };
    put!(
        html,
        "<a href=#r{} tabindex=-1 class=\"{}\"><text x={words_x} y={} text-anchor={anchor}>{}{}</text><text class=sign x={sign_x} y={} text-anchor=middle>{}</text></a>",
        edge.row,
        class(look, edge),
        to_y - 4,
        if edge.unexpected { "! " } else { "" },
        text(&words(&actions)),
        to_y + 4,
        look.sign
    );
}

fn bend(html: &mut Html, (x, y): (i64, i64), (to_x, to_y): (i64, i64)) {
    if y == to_y {
        put!(html, "H{to_x}");
    } else {
        let middle = (x + to_x) / 2;
        put!(html, "C{middle},{y} {middle},{to_y} {to_x},{to_y}");
    }
}

/// The first action, without its service, and how many more there are.
fn words(actions: &[&str]) -> String {
    let first = actions.first().copied().unwrap_or_default();
    let name = first.rsplit([':', ' ']).next().unwrap_or(first);
    let name = cut(name, WORDS - 4);
    if actions.len() > 1 { format!("{name} +{}", actions.len() - 1) } else { name }
}

fn draw_place(html: &mut Html, place: &Place, at: Frame, with_accounts: bool) {
    let account = place.account.as_deref().filter(|_| with_accounts);
    let kind = match account {
        Some(account) => format!("{} · {account}", place.kind),
        None => place.kind.clone(),
    };
    let class = match place.column {
        Column::Caller => "caller",
        Column::Role => "role",
        Column::Resource => "resource",
    };
    let Frame { x, y, height } = at;
    let middle = y + height / 2;
    put!(
        html,
        "<g class=\"n {class}\"><title>{} {}</title><rect x={x} y={y} width={WIDTH} height={height} rx={} /><text class=kind x={} y={}>{}</text><text x={} y={}>{}</text></g>",
        text(&kind),
        text(&place.name),
        if place.column == Column::Role { 20 } else { 7 },
        x + 14,
        middle - 6,
        text(&cut(&kind, NAME + 4)),
        x + 14,
        middle + 12,
        marked(&cut(&place.name, NAME)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_an_edge_are_short() {
        assert_eq!(words(&["s3:PutObject"]), "PutObject");
        assert_eq!(words(&["s3:GetObject", "s3:PutObject"]), "GetObject +1");
        assert_eq!(words(&["STS GetCallerIdentity"]), "GetCallerIdentity");
    }
}
