//! The head of the list of scenarios, with what chooses among them: shown only where it works, which is with JavaScript.

use std::collections::BTreeSet;

use super::context::Context;
use super::markup::{Html, marked, put};

pub(super) fn filters(html: &mut Html, context: &Context<'_>) {
    put!(
        html,
        "<section id=scenarios><h2>Scenarios</h2><div id=filters hidden><label>Search <input id=q type=search></label>"
    );
    put!(html, "<label>Status <select id=fo><option value=\"\">all");
    let mut looks: Vec<_> = context.record.scenarios.iter().map(|it| context.look(it)).collect();
    looks.sort_unstable();
    looks.dedup();
    looks.iter().for_each(|it| put!(html, "<option value={}>{}", it.class, it.word));
    put!(html, "</select></label>");
    let tags = |is_control: bool| {
        context.tags.iter().filter(move |(it, _)| it.starts_with(crate::TAG_PREFIX) == is_control)
    };
    select(html, "ft", "Tag", tags(false));
    select(html, "fc", "Control", tags(true));
    select(html, "fp", "Principal", context.principals.iter());
    put!(html, "<button id=all type=button>Open all</button> <output id=shown></output></div>");
}

fn select<'a>(
    html: &mut Html,
    id: &str,
    label: &str,
    values: impl Iterator<Item = (&'a &'a str, &'a usize)>,
) {
    put!(html, "<label>{label} <select id={id}><option value=\"\">all");
    let mut seen = BTreeSet::new();
    for (it, number) in values.filter(|(_, number)| seen.insert(*number)) {
        put!(html, "<option value={number}>{}", marked(it.strip_prefix(crate::TAG_PREFIX).unwrap_or(it)));
    }
    put!(html, "</select></label>");
}
