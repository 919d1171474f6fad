//! `rolecall steps`: the vocabulary, with what each step does and an example.

use std::fmt::Write as _;

use ::steps::{Chapter, Entry, catalogue};
use evidence::console::wrap;
use harness::parameters::documented;
use serde_json::{Value, json};

use crate::args::{StepsArgs, StepsFormat};
use crate::diagnostic::Diagnostic;
use crate::manual::ended;
use crate::output::say;
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn steps(args: &StepsArgs, surroundings: &Surroundings) -> Status {
    let chapters = found(&args.words);
    if chapters.is_empty() {
        let words = args.words.join(" ");
        let nothing = Diagnostic::new(format!("no step speaks of `{words}`"));
        nothing.help("`rolecall steps` shows all of them").print(surroundings);
        return Status::NothingSelected;
    }
    let text = match args.format {
        StepsFormat::Text => as_text(&chapters, surroundings.width),
        StepsFormat::Md => as_markdown(&chapters),
        StepsFormat::Json => format!("{:#}\n", as_json(&chapters)),
    };
    ended(say(&text), surroundings)
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

fn as_text(chapters: &[Chapter], width: usize) -> String {
    let mut text = String::new();
    for chapter in chapters {
        for line in wrap(&chapter.title, width) {
            let _ = writeln!(text, "{line}");
        }
        for entry in &chapter.steps {
            let _ = writeln!(text);
            for (keywords, expression) in by_expression(entry) {
                let _ = writeln!(text, "  {keywords} {expression}");
            }
            let documentation = entry.documentation.replace('\n', " ");
            for line in wrap(&documentation, width.saturating_sub(6)) {
                let _ = writeln!(text, "      {line}");
            }
        }
        let _ = writeln!(text);
    }
    for (name, meaning) in used(chapters) {
        let _ = writeln!(text, "{name:22}{meaning}");
    }
    text
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
