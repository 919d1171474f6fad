//! The whole file.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;

use crate::digest::Sha256;
use crate::record::Record;

use super::call::Wire;
use super::context::Context;
use super::controls::controls;
use super::markup::{Html, css, put, text};
use super::origin::origin;
use super::scenarios::{ROOM, scenario};
use super::top::top;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Writes `record`; `digest` is that of the record in JSON.
pub(crate) fn write(record: &Record, digest: &Sha256, out: &mut dyn Write) -> io::Result<()> {
    let context = Context::new(record, digest);
    let mut html = Html::default();
    head(&mut html, &context);
    top(&mut html, &context);
    controls(&mut html, &context);
    filters(&mut html, &context);
    out.write_all(html.0.as_bytes())?;
    let (mut written, mut path) = (html.0.len(), None);
    for (index, it) in record.scenarios.iter().enumerate() {
        let mut html = Html::default();
        if path.replace(&it.scenario.path) != Some(&it.scenario.path) {
            put!(html, "<h3>{} <small>{}</small></h3>", text(&it.scenario.feature), text(&it.scenario.path));
        }
        scenario(&mut html, &context, index, it, if written < ROOM { Wire::Shown } else { Wire::Cut });
        written += html.0.len();
        out.write_all(html.0.as_bytes())?;
    }
    let mut html = Html::default();
    put!(html, "</section>");
    origin(&mut html, &context);
    put!(html, "</main><script>{SCRIPT}</script></html>\n");
    out.write_all(html.0.as_bytes())
}

fn head(html: &mut Html, context: &Context<'_>) {
    let run = &context.record.run.id;
    let style = format!(
        "{STYLE}@page{{margin:16mm 14mm;@bottom-left{{content:\"Rolecall run {} · record {}\";font:7pt monospace}}@bottom-right{{content:counter(page) \" / \" counter(pages);font:7pt monospace}}}}",
        css(run),
        context.digest
    );
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        base64_digest(&style),
        base64_digest(SCRIPT)
    );
    put!(
        html,
        "<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=Content-Security-Policy content=\"{policy}\">"
    );
    put!(
        html,
        "<meta name=viewport content=\"width=device-width,initial-scale=1\"><meta name=color-scheme content=\"light dark\"><meta name=referrer content=no-referrer>"
    );
    put!(html, "<title>Rolecall run {}</title><style>{style}</style><main>", text(run));
}

fn base64_digest(text: &str) -> String {
    STANDARD.encode(sha2::Sha256::digest(text.as_bytes()))
}

/// What only works with JavaScript is only shown with it.
fn filters(html: &mut Html, context: &Context<'_>) {
    put!(
        html,
        "<section id=scenarios><h2>Scenarios</h2><div id=filters hidden><label>Search <input id=q type=search></label>"
    );
    put!(html, "<label>Status <select id=fo><option value=\"\">all");
    for class in ["passed", "unproven", "failed", "inconclusive", "skipped", "unfinished"] {
        put!(html, "<option>{class}");
    }
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
    values.for_each(|(it, number)| put!(html, "<option value={number}>{}", text(it)));
    put!(html, "</select></label>");
}
