//! `rolecall decide`: answers requests offline, from the policies given with them.
//!
//! What a request looks like, and an answer, is in `docs/decide.md`.

use std::io::{self, Read, Write};
use std::path::Path;

use evidence::Explanation;
use evidence::console::{Decided, Detail, Page};
use policy::{Answer, Case, CaseError, Fails, Judged, Looked, Outcome};

use crate::args::{AnswerFormat, DecideArgs};
use crate::diagnostic::{Diagnostic, Place};
use crate::output::UntilClosed;
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn decide(args: &DecideArgs, surroundings: &Surroundings) -> Status {
    let text = match read(&args.file) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("{} can't be read: {error}", name(&args.file));
            Diagnostic::new(message).print(surroundings);
            return Status::Usage;
        }
    };
    let requests = requests(&text);
    if requests.is_empty() {
        Diagnostic::new(format!("{} holds no request", name(&args.file))).print(surroundings);
        return Status::Usage;
    }
    let mut output = UntilClosed::new(io::stdout().lock());
    let mut status = Status::Passed;
    for (place, request) in requests.iter().enumerate() {
        let answered = answer(request.text, args.trace);
        let written = match args.format {
            AnswerFormat::Json => write_json(&mut output, &answered),
            AnswerFormat::Text => write_text(&mut output, &answered, place, surroundings),
        };
        if let Err(error) = written.and_then(|()| output.flush()) {
            Diagnostic::new(format!("standard output can't be written: {error}")).print(surroundings);
            return Status::Inconclusive;
        }
        if let Err(trouble) = answered {
            trouble.diagnostic(args, request, &text).print(surroundings);
            status = status.max(trouble.status());
        }
    }
    status
}

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// Where the requests are from, as a place.
fn place_name(file: &Path) -> String {
    if is_standard_input(file) { "standard input".to_owned() } else { file.display().to_string() }
}

/// The same within a sentence.
fn name(file: &Path) -> String {
    if is_standard_input(file) { place_name(file) } else { format!("`{}`", file.display()) }
}

fn read(file: &Path) -> io::Result<String> {
    if !is_standard_input(file) {
        return std::fs::read_to_string(file);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

/// One request of the input, and the number of lines before it.
struct Asked<'a> {
    text: &'a str,
    lines_before: usize,
}

/// One request that fills the input, or one on each line: then the first line is a whole object.
fn requests(text: &str) -> Vec<Asked<'_>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let lines: Vec<Asked<'_>> =
        lines.map(|(lines_before, line)| Asked { text: line, lines_before }).collect();
    let on_lines = lines.first().is_some_and(|first| {
        let first = first.text.trim();
        first.starts_with('{') && first.ends_with('}')
    });
    match lines.len() {
        0 => lines,
        _ if on_lines => lines,
        _ => vec![Asked { text, lines_before: 0 }],
    }
}

/// A request that was decided, for the words.
struct Answered {
    case: Case,
    answer: Answer,
}

/// Why a request has no answer.
enum Trouble {
    /// It is none.
    Unreadable(CaseError),
    /// It hangs on something that is not known.
    Undecidable(String),
}

fn answer(text: &str, whole: bool) -> Result<Answered, Trouble> {
    let case = Case::parse(text, &emulator::aws_managed_policy).map_err(Trouble::Unreadable)?;
    let answer = case.answer(whole).map_err(|undecidable| Trouble::Undecidable(undecidable.to_string()))?;
    Ok(Answered { case, answer })
}

impl Trouble {
    fn status(&self) -> Status {
        match self {
            Self::Unreadable(_) => Status::Usage,
            Self::Undecidable(_) => Status::Inconclusive,
        }
    }

    fn message(&self) -> &str {
        match self {
            Self::Unreadable(error) => &error.message,
            Self::Undecidable(message) => message,
        }
    }

    fn diagnostic(&self, args: &DecideArgs, request: &Asked<'_>, whole: &str) -> Diagnostic {
        let (line, column) = match self {
            Self::Unreadable(error) => (request.lines_before + error.line, error.column),
            Self::Undecidable(_) => (request.lines_before + 1, 1),
        };
        let source_line = whole.lines().nth(line - 1).unwrap_or_default().to_owned();
        let path = place_name(&args.file);
        Diagnostic {
            place: Some(Box::new(Place { path, line, column, length: 0, source_line })),
            ..Diagnostic::new(self.message())
        }
    }
}

/// A line for each request, so that answers and requests can be put side by side.
fn write_json(output: &mut impl Write, answered: &Result<Answered, Trouble>) -> io::Result<()> {
    match answered {
        Ok(answered) => serde_json::to_writer(&mut *output, &answered.answer)?,
        Err(trouble) => {
            serde_json::to_writer(&mut *output, &serde_json::json!({ "error": trouble.message() }))?
        }
    }
    output.write_all(b"\n")
}

fn write_text(
    output: &mut impl Write,
    answered: &Result<Answered, Trouble>,
    place: usize,
    surroundings: &Surroundings,
) -> io::Result<()> {
    let Ok(Answered { case, answer }) = answered else { return Ok(()) };
    if place > 0 {
        writeln!(output)?;
    }
    let decision = match answer.decision {
        Outcome::Allowed => "allowed",
        Outcome::ExplicitDeny => "denied explicitly",
        Outcome::ImplicitDeny => "denied implicitly",
    };
    let statements: Vec<_> = answer.statements.iter().flatten().map(statement).collect();
    let decided = Decided {
        allowed: answer.decision == Outcome::Allowed,
        decision,
        action: &case.request.action,
        resource: &case.request.resource,
        principal: &case.request.principal.arn(),
        explanation: &Explanation {
            why: answer.why.as_str().into(),
            near: answer.near.iter().map(|near| near.as_str().into()).collect(),
        },
        notes: &answer.notes,
        statements: &statements,
    };
    let page = Page { width: surroundings.width, color: surroundings.output, detail: Detail::Normal };
    page.decided(&decided).iter().try_for_each(|line| writeln!(output, "{line}"))
}

/// A statement's place, and what it found in the request.
fn statement(looked: &Looked) -> (String, Vec<String>) {
    let place = &looked.place;
    let sid = place.sid.as_ref().map_or_else(|| place.statement.to_string(), Clone::clone);
    let applies = match looked.applies {
        Some(true) => "applies",
        Some(false) => "does not apply",
        None => "can't be told",
    };
    let head = format!("{}, statement {sid}, {:?}: {applies}", place.policy, looked.effect);
    let fails = looked.fails.iter().map(|Fails { element, wants, seen }| {
        let verb = if element.starts_with("Not") { "leaves out" } else { "does not match" };
        format!("{element} {} {verb} {seen}", wants.join(" or "))
    });
    (head, fails.chain(looked.conditions.iter().map(condition)).collect())
}

fn condition(judged: &Judged) -> String {
    let Judged { operator, key, wants, seen, met } = judged;
    let verdict = match met {
        Some(true) => "met",
        Some(false) => "not met",
        None => "not known",
    };
    let seen = match seen.as_deref() {
        None | Some([]) => "the request has no such key".to_owned(),
        Some(values) => format!("the request has {}", values.join(", ")),
    };
    format!("{operator} {key} {}: {verdict}, {seen}", wants.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, &str)]) {
        let found: Vec<_> = requests(text).iter().map(|asked| (asked.lines_before, asked.text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn one_request_a_file_or_one_a_line() {
        check("", &[]);
        check(" \n\n", &[]);
        check("{\"a\": 1}", &[(0, "{\"a\": 1}")]);
        check("{\"a\": 1}\n\n{\"b\": 2}\n", &[(0, "{\"a\": 1}"), (2, "{\"b\": 2}")]);
        check("{\n \"a\": 1\n}\n", &[(0, "{\n \"a\": 1\n}\n")]);
        // A broken line does not take the others along.
        check("{\"a\": }\nx\n{}", &[(0, "{\"a\": }"), (1, "x"), (2, "{}")]);
    }
}
