//! What may be written at a position: steps, names, the cells of tables, and the insides of policies.

use harness::check::{CODES, Given, Here, here, managed_policies_of_aws};
use harness::forms;
use harness::parameters::{Kind, Sense, Written};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionTextEdit, Documentation, InsertTextFormat,
    InsertTextMode, MarkupContent, MarkupKind, Position, Range, TextEdit,
};

use crate::catalogue::{entry, told};
use crate::document::{Document, utf16};
use crate::expression::{Typed, pieces, typed};
use crate::policy_completion::{self, actions};
use crate::snippet::{Snippet, fitting};
use crate::table::{Cell, cell};

/// Whether the editor fills in places of what it inserts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snippets {
    /// It does.
    Known,
    /// It takes texts as they are.
    Unknown,
}

/// All that may be written at a position. The list is never complete: what is typed next is asked for anew.
pub fn completion(document: &Document, position: Position, snippets: Snippets) -> CompletionList {
    CompletionList { is_incomplete: true, items: items(document, position, snippets) }
}

fn items(document: &Document, at: Position, snippets: Snippets) -> Vec<CompletionItem> {
    let (before, _) = document.split(at);
    let here = here(document.path(), document.text(), at.line as usize + 1);
    let names = here.as_ref().map_or(&[][..], |here| here.names.as_slice());
    if let Some(text) = document.doc_string(at) {
        return policy_completion::completion(&text.before, &text.whole, names, at);
    }
    match before.trim_start() {
        text if text.starts_with('#') => codes(text, at),
        text if text.starts_with('|') => {
            cell(document, at).map_or_else(Vec::new, |cell| of_column(&cell, names, at))
        }
        text => match here.as_ref().and_then(|here| Some((here, said(text, here)?))) {
            Some((here, said)) => steps(document, at, here, said, snippets),
            None => keywords(text, here.is_some(), at),
        },
    }
}

/// What is typed of a step, behind its keyword; none where that is still being typed.
fn said<'t>(text: &'t str, here: &Here) -> Option<&'t str> {
    let said = text.strip_prefix(here.written.as_str()).filter(|_| !here.written.is_empty())?;
    Some(said.trim_start())
}

/// Steps, and names where one is being typed.
fn steps(
    document: &Document,
    at: Position,
    here: &Here,
    said: &str,
    snippets: Snippets,
) -> Vec<CompletionItem> {
    let names = &here.names;
    let next = document.line(at.line + 1).trim_start();
    let is_followed = next.starts_with(['|', '"', '`']);
    let mut items = Vec::new();
    for form in forms().filter(|form| form.keyword == here.keyword) {
        let found = entry(&form);
        let place = found.map_or(usize::MAX, |(place, _)| place);
        let (rank, typed) = match typed(said, &pieces(form.expression)) {
            Some(typed) => (1, Some(typed)),
            None if found.is_some_and(|(_, entry)| entry.mentions(&words(said))) => (2, None),
            None => continue,
        };
        if let Some((parameter, length)) = typed.as_ref().and_then(|typed| typed.within) {
            let begun = said.get(said.len() - length..).unwrap_or_default();
            items.extend(of_parameter(&parameter, begun, names, at));
        }
        let mut snippet = Snippet::new(snippets);
        begin(&mut snippet, said, typed.as_ref(), names);
        match &typed {
            Some(typed) => snippet.pieces(&typed.rest, names),
            None => snippet.pieces(&pieces(form.expression), names),
        }
        if let Some((_, entry)) = found.filter(|_| form.takes_more() && !is_followed) {
            snippet.below(entry);
        }
        let (text, has_places) = snippet.into_parts();
        if text == said {
            continue;
        }
        items.push(CompletionItem {
            label: form.expression.to_owned(),
            kind: Some(CompletionItemKind::FUNCTION),
            documentation: Some(markdown(told(&form))),
            sort_text: Some(format!("{rank}{place:04}")),
            filter_text: Some(if said.is_empty() { form.expression } else { said }.to_owned()),
            insert_text_format: Some(match has_places {
                true => InsertTextFormat::SNIPPET,
                false => InsertTextFormat::PLAIN_TEXT,
            }),
            insert_text_mode: Some(InsertTextMode::ADJUST_INDENTATION),
            text_edit: Some(edit(at, said, text)),
            ..CompletionItem::default()
        });
    }
    let mut seen = std::collections::BTreeSet::new();
    items.retain(|item| seen.insert(item.label.clone()));
    items
}

/// What is typed already: it stays, but for a parameter that is only to come.
fn begin(snippet: &mut Snippet, said: &str, typed: Option<&Typed>, names: &[Given]) {
    match typed {
        Some(Typed { within: Some((parameter, 0)), .. }) => {
            snippet.words(said);
            snippet.pieces(&[crate::expression::Piece::Parameter(*parameter)], names);
        }
        Some(_) => snippet.words(said),
        None => {}
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// What a parameter may say.
fn of_parameter(parameter: &Written, typed: &str, names: &[Given], at: Position) -> Vec<CompletionItem> {
    match (parameter.name, parameter.sense) {
        ("{action}", _) => actions(typed, at),
        ("{resource}", _) => resources(typed, names, at),
        (_, Sense::Names(named)) => {
            let told = |name: &str| {
                names.iter().find(|given| given.name == name).map_or("", |given| given.kind.words())
            };
            let kind = CompletionItemKind::VARIABLE;
            let own = fitting(parameter, names);
            let own = own.into_iter().map(|name| value(at, typed, name, kind, Some(told(name))));
            let words = named.words.iter().map(|word| {
                let quoted = if word.contains(' ') { format!("\"{word}\"") } else { (*word).to_owned() };
                value(at, typed, &quoted, CompletionItemKind::KEYWORD, None)
            });
            // There are more than a thousand.
            let of_aws = managed_policies_of_aws()
                .filter(|name| named.kinds.contains(&Kind::ManagedPolicy) && begins(name, typed))
                .map(|name| value(at, typed, name, CompletionItemKind::CONSTANT, Some("of AWS")));
            own.chain(words).chain(of_aws).collect()
        }
        _ => Vec::new(),
    }
}

fn begins(name: &str, typed: &str) -> bool {
    !typed.is_empty() && name.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed))
}

/// Things of the scenario that actions are about.
fn resources(typed: &str, names: &[Given], at: Position) -> Vec<CompletionItem> {
    let kind = CompletionItemKind::VARIABLE;
    let of = |given: &Given| match given.kind {
        Kind::Bucket => vec![given.name.clone(), format!("{}/*", given.name)],
        Kind::User | Kind::Role | Kind::Group => vec![given.name.clone()],
        _ => Vec::new(),
    };
    let own = names.iter().flat_map(|given| of(given).into_iter().map(|name| (name, given.kind.words())));
    let own = own.map(|(name, what)| value(at, typed, &name, kind, Some(what)));
    own.chain([value(at, typed, "*", CompletionItemKind::VALUE, Some("no resource, or any"))]).collect()
}

/// What stands in the columns of tables.
fn of_column(cell: &Cell, names: &[Given], at: Position) -> Vec<CompletionItem> {
    // Several stand in one cell, with commas between.
    let typed = cell.typed.rsplit(',').next().unwrap_or_default().trim_start();
    let words = |words: &[&str]| -> Vec<CompletionItem> {
        words.iter().map(|word| value(at, typed, word, CompletionItemKind::KEYWORD, None)).collect()
    };
    let those = |kinds: &[Kind]| -> Vec<CompletionItem> {
        let those = names.iter().filter(|given| kinds.contains(&given.kind));
        let kind = CompletionItemKind::VARIABLE;
        those.map(|given| value(at, typed, &given.name, kind, Some(given.kind.words()))).collect()
    };
    match cell.column.as_str() {
        "who" => {
            let mut who = those(&[Kind::User, Kind::Role, Kind::Session, Kind::Instance]);
            who.extend(words(&["anonymous", "administrator"]));
            who
        }
        "principal" => those(&[Kind::User, Kind::Role]),
        "action" => actions(typed, at),
        "resource" if cell.before.iter().any(|(column, _)| column == "effect") => {
            policy_completion::own_resources(typed, names, at)
        }
        "resource" => resources(typed, names, at),
        "effect" => words(&["Allow", "Deny"]),
        "verdict" => words(&["allowed", "denied", "denied explicitly"]),
        _ => Vec::new(),
    }
}

/// Keywords, of steps where one may stand.
fn keywords(text: &str, step: bool, at: Position) -> Vec<CompletionItem> {
    let of_steps: &[&str] = if step { &["Given ", "When ", "Then ", "And ", "But "] } else { &[] };
    let parts = ["Feature: ", "Background:", "Rule: ", "Scenario: ", "Scenario Outline: ", "Examples:"];
    let kind = CompletionItemKind::KEYWORD;
    of_steps.iter().chain(&parts).map(|word| value(at, text, word, kind, None)).collect()
}

/// The codes of findings, in a comment that allows one.
fn codes(text: &str, at: Position) -> Vec<CompletionItem> {
    let Some((_, typed)) = text.rsplit_once("allow(").filter(|(_, code)| !code.contains(')')) else {
        return vec![value(at, text, "# rolecall: allow(", CompletionItemKind::KEYWORD, None)];
    };
    let kind = CompletionItemKind::CONSTANT;
    let codes = CODES.into_iter().filter(|code| code.can_be_allowed());
    codes.map(|code| value(at, typed, code.id, kind, Some(code.title))).collect()
}

/// A word in place of what is typed of it.
pub(crate) fn value(
    at: Position,
    typed: &str,
    word: &str,
    kind: CompletionItemKind,
    detail: Option<&str>,
) -> CompletionItem {
    CompletionItem {
        label: word.trim_end().to_owned(),
        kind: Some(kind),
        detail: detail.map(str::to_owned),
        sort_text: Some(format!("0{word}")),
        filter_text: Some(word.to_owned()),
        text_edit: Some(edit(at, typed, word.to_owned())),
        ..CompletionItem::default()
    }
}

/// `text` in place of what is typed before a position.
fn edit(at: Position, typed: &str, text: String) -> CompletionTextEdit {
    let start = Position::new(at.line, at.character.saturating_sub(utf16(typed)));
    CompletionTextEdit::Edit(TextEdit { range: Range::new(start, at), new_text: text })
}

fn markdown(value: String) -> Documentation {
    Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;
