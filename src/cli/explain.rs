//! `rolecall explain`: what a code of `check` means.

use std::fmt::Write as _;

use harness::check::{CODES, Code, code};

use crate::args::{ExplainArgs, ExplainFormat};
use crate::diagnostic::Diagnostic;
use crate::manual::ended;
use crate::output::say;
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn explain(args: &ExplainArgs, surroundings: &Surroundings) -> Status {
    let codes = match args.code.as_deref().map(|id| (id, code(id))) {
        None => CODES.to_vec(),
        Some((_, Some(code))) => vec![code],
        Some((id, None)) => {
            let unknown = Diagnostic::new(format!("there is no code `{id}`"));
            unknown.help("`rolecall explain` shows all of them").print(surroundings);
            return Status::Usage;
        }
    };
    let text = match (args.format, codes.as_slice()) {
        (ExplainFormat::Text, [one]) => explained(one),
        (ExplainFormat::Text, all) => all
            .iter()
            .map(|code| format!("{}  {:7}  {}\n", code.id, code.severity.word(), code.title))
            .collect(),
        (ExplainFormat::Md, all) => as_markdown(all),
    };
    ended(say(&text), surroundings)
}

/// The page of all codes, in Markdown.
pub(crate) fn page() -> String {
    as_markdown(&CODES)
}

fn explained(code: &Code) -> String {
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    let allowed = match code.can_be_allowed() {
        true => format!(
            "\nto allow it, above the step or at the head of the file:\n    # rolecall: allow({}) why it is meant\n",
            code.id
        ),
        false => String::new(),
    };
    format!(
        "{} ({}): {}\n\n{}\n\nwrong:\n{}\nright:\n{}{allowed}",
        code.id,
        code.severity.word(),
        code.title,
        code.meaning,
        indented(code.wrong),
        indented(code.right),
    )
}

/// A page of the documentation.
fn as_markdown(codes: &[&Code]) -> String {
    let mut text = HEAD.to_owned();
    for code in codes {
        let _ = writeln!(
            text,
            "| [{0}](#{1}) | {2} | {3} |",
            code.id,
            code.id.to_lowercase(),
            code.severity.word(),
            code.title
        );
    }
    for code in codes {
        let _ = write!(
            text,
            "\n## {}\n\nAn {}: {}.\n\n{}\n\nWrong:\n\n```text\n{}\n```\n\nRight:\n\n```text\n{}\n```\n",
            code.id,
            code.severity.word(),
            code.title,
            code.meaning,
            code.wrong,
            code.right,
        );
    }
    text.replace("An warning", "A warning")
}

const HEAD: &str = "# What `check` finds

`rolecall check [PATHS]` tells all that can be told of feature files without running them: with file, line, caret and what to do \
about it. It needs no target and no credentials. `rolecall explain CODE` tells more of a finding; `rolecall explain --format md` \
makes this page.

Its exit code is 1 where it found errors, with `--strict` also where it found warnings; 2 where a file can't be read, 4 where there \
are no files, else 0. `--format json`, `sarif` (for code scanning) and `github` (annotations of a job) are for programs.

What is meant all the same is allowed by a comment with the reason, above the step or the scenario, or at the head of the file \
for all of it:

```gherkin
# rolecall: allow(RC010) the break-glass user
```

An allow without a reason is an error, one that silences nothing a warning. A file that is no feature (RC001) can't be allowed.

## Before each commit

With [pre-commit](https://pre-commit.com), from this repository, where `rolecall` is installed:

```yaml
repos:
  - repo: URL of this repository
    rev: VERSION
    hooks:
      - id: rolecall-check
```

## Codes

| | | |
|---|---|---|
";
