//! What the documentation says of a step, by what it is written with.

use std::sync::LazyLock;

use harness::{Form, Keyword};
use steps::Entry;

static ENTRIES: LazyLock<Vec<Entry>> =
    LazyLock::new(|| steps::catalogue().into_iter().flat_map(|chapter| chapter.steps).collect());

/// What is said of a step, and its place among all. Steps that are not ours are not there.
pub(crate) fn entry(form: &Form) -> Option<(usize, &'static Entry)> {
    let is_it =
        |(keyword, expression): &(Keyword, String)| *keyword == form.keyword && expression == form.expression;
    ENTRIES.iter().enumerate().find(|(_, entry)| entry.forms.iter().any(is_it))
}

/// What is said of a step, in Markdown.
pub(crate) fn told(form: &Form) -> String {
    let head = format!("**{}** `{}`", form.keyword.word(), form.expression);
    let Some((_, entry)) = entry(form) else { return format!("{head}\n\nDefined in `{}`.", form.place) };
    let example = entry.example.as_ref().map(|example| format!("\n\n```gherkin\n{example}\n```"));
    format!("{head}\n\n{}{}", entry.documentation.trim(), example.unwrap_or_default())
}
