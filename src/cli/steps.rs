//! `rolecall steps`: the vocabulary, with what each step does and an example.

mod called;

use std::fmt::Write as _;

use ::steps::{Chapter, Entry, catalogue};
use evidence::console::wrap;
use harness::parameters::{documented, written};
use serde_json::{Value, json};

use crate::args::{StepsArgs, StepsFormat};
use crate::diagnostic::Diagnostic;
use crate::manual::ended;
use crate::output::say;
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn steps(args: &StepsArgs, surroundings: &Surroundings) -> Status {
    if args.called {
        return called::called(args, surroundings);
    }
    let chapters = found(&args.words);
    if chapters.is_empty() {
        let words = args.words.join(" ");
        let nothing = Diagnostic::new(format!("no step speaks of `{words}`"));
        nothing.help("`rolecall steps` shows all of them").print(surroundings);
        return Status::NothingSelected;
    }
    let text = match args.format {
        StepsFormat::Text => as_text(&chapters, surroundings.width, !args.words.is_empty()),
        StepsFormat::Md => as_markdown(&chapters),
        StepsFormat::Json => format!("{:#}\n", as_json(&chapters)),
        StepsFormat::Glue => as_glue(&chapters),
    };
    ended(say(&text), surroundings)
}

/// The page of all steps, in Markdown.
pub(crate) fn page() -> String {
    as_markdown(&found(&[]))
}

/// The steps in which all words stand.
fn found(words: &[String]) -> Vec<Chapter> {
    let mut chapters = catalogue();
    for chapter in &mut chapters {
        chapter.steps.retain(|entry| entry.mentions(words));
    }
    chapters.retain(|chapter| !chapter.steps.is_empty());
    chapters
}

/// The keywords of a step, by the expression that they stand before.
fn by_expression(entry: &Entry) -> Vec<(String, &str)> {
    let mut lines: Vec<(String, &str)> = Vec::new();
    for (keyword, expression) in &entry.forms {
        match lines.iter_mut().find(|(_, known)| known == expression) {
            Some((keywords, _)) => {
                keywords.push('/');
                keywords.push_str(keyword.word());
            }
            None => lines.push((keyword.word().to_owned(), expression)),
        }
    }
    lines
}

/// What stands in braces in these steps, and what people can write for it.
fn used(chapters: &[Chapter]) -> Vec<(&'static str, &'static str)> {
    let forms = || chapters.iter().flat_map(|chapter| &chapter.steps).flat_map(|entry| &entry.forms);
    documented().filter(|(name, _)| forms().any(|(_, expression)| expression.contains(name))).collect()
}

/// Who looks for steps by words sees an example of each.
fn as_text(chapters: &[Chapter], width: usize, examples: bool) -> String {
    let mut text = String::new();
    for chapter in chapters {
        lines(&mut text, &chapter.title, width, ("", ""));
        for entry in &chapter.steps {
            let _ = writeln!(text);
            for (keywords, expression) in by_expression(entry) {
                lines(&mut text, &format!("{keywords} {expression}"), width, ("  ", "    "));
            }
            lines(&mut text, &entry.documentation.replace('\n', " "), width, ("      ", "      "));
            if let Some(example) = entry.example.as_ref().filter(|_| examples) {
                let _ = writeln!(text, "      For example:");
                for line in example.lines() {
                    let _ = writeln!(text, "        {line}");
                }
            }
        }
        let _ = writeln!(text);
    }
    let used = used(chapters);
    let margin = used.iter().map(|(name, _)| name.len()).max().unwrap_or_default() + 2;
    for (name, meaning) in used {
        lines(&mut text, meaning, width, (&format!("{name:margin$}"), &" ".repeat(margin)));
    }
    text
}

/// Words in lines of at most `width` columns, after what stands before the first and before the others.
fn lines(text: &mut String, words: &str, width: usize, (first, others): (&str, &str)) {
    let room = width.saturating_sub(first.len().max(others.len()));
    for (place, line) in wrap(words, room).into_iter().enumerate() {
        let _ = writeln!(text, "{}{line}", if place == 0 { first } else { others });
    }
}

fn as_markdown(chapters: &[Chapter]) -> String {
    let mut text = "# Steps\n\nWhat a feature can say. `rolecall steps --format md` makes this page; `rolecall steps WORDS` finds steps.\n\n| | stands for |\n|---|---|\n".to_owned();
    for (name, meaning) in used(chapters) {
        let _ = writeln!(text, "| `{name}` | {meaning} |");
    }
    for chapter in chapters {
        let _ = writeln!(text, "\n## {}", chapter.title);
        for entry in &chapter.steps {
            let _ = writeln!(text);
            for (keywords, expression) in by_expression(entry) {
                let _ = writeln!(text, "- **{keywords}** `{expression}`");
            }
            let _ = writeln!(text, "\n  {}", entry.documentation.replace('\n', "\n  "));
            if let Some(example) = &entry.example {
                let _ = writeln!(text, "\n  ```gherkin\n  {}\n  ```", example.replace('\n', "\n  "));
            }
        }
    }
    text
}

/// The vocabulary as what the Cucumber extension of editors reads: Rust with literal attributes, of which nothing is compiled.
pub(crate) fn glue() -> String {
    as_glue(&found(&[]))
}

fn as_glue(chapters: &[Chapter]) -> String {
    let literal = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut text = GLUE.to_owned();
    for parameter in written() {
        let (name, regex) = (parameter.name.trim_matches(['{', '}']), literal(parameter.regex));
        let kind: String = name.split('-').map(capital).collect();
        let _ = writeln!(text, "#[param(name = \"{name}\", regex = \"{regex}\")]\nstruct {kind};");
    }
    for (number, entry) in chapters.iter().flat_map(|chapter| &chapter.steps).enumerate() {
        for (keyword, expression) in &entry.forms {
            let keyword = keyword.word().to_ascii_lowercase();
            let _ = writeln!(text, "#[{keyword}(expr = \"{}\")]", literal(expression));
        }
        let _ = writeln!(text, "fn step_{}() {{}}", number + 1);
    }
    text
}

const GLUE: &str = "\
// What features can say, for the Cucumber extension of editors, which completes steps from it. It is no program.
// Made by `rolecall steps --format glue`: make it anew after an update of rolecall.

";

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

fn as_json(chapters: &[Chapter]) -> Value {
    let forms = |entry: &Entry| -> Vec<Value> {
        let form = |(keyword, expression): &(harness::Keyword, String)| json!({"keyword": keyword.word(), "expression": expression});
        entry.forms.iter().map(form).collect()
    };
    let steps = chapters.iter().flat_map(|chapter| chapter.steps.iter().map(move |entry| (chapter, entry)));
    let steps = steps.map(|(chapter, entry)| {
        json!({
            "about": chapter.title,
            "forms": forms(entry),
            "documentation": entry.documentation,
            "example": entry.example,
        })
    });
    let parameters = used(chapters).into_iter().map(|(name, meaning)| (name.to_owned(), json!(meaning)));
    json!({ "parameters": serde_json::Map::from_iter(parameters), "steps": steps.collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Larger files are refused by the parser that the extension's library has for Node.
    #[test]
    fn what_editors_read_is_short_enough() {
        let glue = glue();
        assert!(glue.len() < 32 * 1024, "{}", glue.len());
        assert!(glue.contains("#[given(expr = \"a user {new-user}\")]"), "{glue}");
    }
}
