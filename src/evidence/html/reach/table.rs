//! The map as a table, in which everything stands that was tried.

use super::super::context::Context;
use super::super::markup::{Html, isolated, put, text};
use super::rows::Row;

/// As many as people look at; the record has all.
const ROWS: usize = 1_500;
/// As many as one sees at a glance.
const FEW: usize = 30;
const LINKS: usize = 12;

pub(super) fn table(html: &mut Html, context: &Context<'_>, rows: &[Row<'_>]) {
    let open = if rows.len() <= FEW { " open" } else { "" };
    put!(
        html,
        "<details class=rows{open}><summary>The same as a table: {} rows</summary><div class=\"wide card\" tabindex=0 role=region aria-label=\"Who can reach what\"><table><thead><tr><th scope=col>Action<th scope=col>Resource<th scope=col>Answer<th scope=col>Where it was tried",
        rows.len()
    );
    let mut who = None;
    for (number, row) in rows.iter().enumerate().take(ROWS) {
        if who.replace(row.tried.who) != Some(row.tried.who) {
            put!(html, "<tbody><tr><th colspan=4 scope=rowgroup><code>{}</code>", isolated(row.tried.who));
        }
        one(html, context, number, row);
    }
    put!(html, "</table></div>");
    if rows.len() > ROWS {
        put!(html, "<p class=cut>{} more rows follow from the record.", rows.len() - ROWS);
    }
    put!(html, "</details>");
}

fn one(html: &mut Html, context: &Context<'_>, number: usize, row: &Row<'_>) {
    let look = row.tried.look;
    put!(
        html,
        "<tr id=r{number} class=\"call {}\"><th scope=row><code>{}</code><td><code>{}</code><td><b class=st>{} {}</b>",
        look.class,
        text(&row.tried.action),
        isolated(row.tried.resource.unwrap_or("*")),
        look.sign,
        look.word
    );
    for remark in remarks(row) {
        put!(html, "<small>{remark}</small>");
    }
    put!(html, "<td>{}", context.links(row.scenarios.iter().copied(), LINKS));
}

fn remarks(row: &Row<'_>) -> Vec<String> {
    let mut remarks: Vec<String> = row.remarks.iter().map(|it| isolated(it)).collect();
    if row.unexpected {
        remarks.push("<b>! a scenario expects otherwise</b>".to_owned());
    }
    if row.modelled {
        remarks.push("decided by the model, nothing was called".to_owned());
    }
    if row.tried.look.class == "denied" && row.controlled > 0 {
        remarks.push(if row.controlled == row.scenarios.len() {
            "the same was allowed to somebody entitled".to_owned()
        } else {
            format!(
                "the same was allowed to somebody entitled in {} of {}",
                row.controlled,
                row.scenarios.len()
            )
        });
    }
    remarks
}
