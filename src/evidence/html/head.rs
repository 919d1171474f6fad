//! What every file of the report begins with: its policy of what may be asked for, its styles, and what stands on each printed
//! page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;

use super::context::Context;
use super::markup::{Html, css, put, text};

const STYLE: &str = include_str!("style.css");
pub(super) const SCRIPT: &str = include_str!("script.js");

/// Whether the script may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scripts {
    Ours,
    None,
}

pub(super) fn head(html: &mut Html, context: &Context<'_>, scripts: Scripts) {
    let run = &context.record.run.id;
    let style = format!(
        "{STYLE}@page{{margin:16mm 14mm;@bottom-left{{content:\"Rolecall run {} · record {}\";font:7pt monospace}}@bottom-right{{content:counter(page) \" / \" counter(pages);font:7pt monospace}}}}",
        css(run),
        context.digest
    );
    let script = match scripts {
        Scripts::Ours => format!("script-src 'sha256-{}'; ", base64_digest(SCRIPT)),
        Scripts::None => String::new(),
    };
    put!(
        html,
        "<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'sha256-{}'; {script}base-uri 'none'; form-action 'none'\">",
        base64_digest(&style)
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
