//! Policies in doc strings, and tables of statements.

use gherkin::Step;
use policy::{PolicyDocument, PolicyKind};
use serde_json::{Value, json};

use super::{Page, codes, statement};

pub(super) fn check(step: &Step, page: &mut Page<'_>) {
    if let (Some(text), Some(kind)) = (&step.docstring, kind_of(&step.value)) {
        DocString::of(step, text, page).check(kind, page);
    }
    if let Some(table) = &step.table {
        statements(step, table, page);
    }
}

/// What the doc string of a step is, if it is a policy.
fn kind_of(text: &str) -> Option<PolicyKind> {
    match text {
        _ if text.contains("the inline policy ") => Some(PolicyKind::Identity),
        _ if text.contains("trust policy") => Some(PolicyKind::Trust),
        _ if text.starts_with("the bucket ") && text.ends_with(" the policy:") => Some(PolicyKind::Resource),
        _ => None,
    }
}

/// `text` with accounts in place of their placeholders.
fn filled(text: &str) -> String {
    text.replace("<YOUR_ACCOUNT_ID>", "111122223333")
        .replace("<YOUR_AWS_ACCOUNT_ID>", "111122223333")
        .replace("YOUR_AWS_ACCOUNT_ID", "111122223333")
        .replace("<OTHER_ACCOUNT_ID>", "444455556666")
}

struct DocString {
    anchor: usize,
    /// The line of the opening quotes, from 1.
    fence: usize,
    /// Its lines as they are written, those that gherkin's indentation was taken from.
    lines: Vec<String>,
    document: String,
    /// Lines before the document.
    before: usize,
}

impl DocString {
    fn of(step: &Step, text: &str, page: &Page<'_>) -> Self {
        let is_fence = |line: &str| ["\"\"\"", "```"].iter().any(|mark| line.trim_start().starts_with(mark));
        let anchor = step.position.line;
        let fence = (anchor + 1..=page.lines.len()).find(|line| is_fence(page.line(*line))).unwrap_or(anchor);
        let filled = filled(text);
        let before = filled.len() - filled.trim_start().len();
        let before = filled.get(..before).unwrap_or_default().matches('\n').count();
        let lines = text.lines().map(str::to_owned).collect();
        Self { anchor, fence, lines, document: filled.trim().to_owned(), before }
    }

    /// The place in the file of one in the document: line and column.
    fn place(&self, line: usize, column: usize, page: &Page<'_>) -> (usize, usize) {
        let line = line + self.before;
        let written = self.lines.get(line.saturating_sub(1)).map_or("", String::as_str);
        let indent = |text: &str| text.chars().count() - text.trim_start().chars().count();
        // The document's first line was trimmed.
        let column = if line == self.before + 1 { column + indent(written) } else { column };
        let length = |count: usize| filled(&written.chars().take(count).collect::<String>()).chars().count();
        let column = (0..=written.chars().count())
            .rev()
            .find(|count| length(*count) < column)
            .map_or(1, |count| count + 1);
        let line = self.fence + line - 1;
        (line, column + indent(page.line(line)).saturating_sub(indent(written)))
    }

    fn at_byte(&self, byte: usize, page: &Page<'_>) -> (usize, usize) {
        let before = self.document.get(..byte).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        self.place(before.matches('\n').count() + 1, column, page)
    }

    fn check(&self, kind: PolicyKind, page: &mut Page<'_>) {
        let parsed = match PolicyDocument::parse(&self.document, kind) {
            Ok(parsed) => parsed,
            Err(error) => {
                let (line, column) = self.place(error.line, error.column, page);
                page.add(codes::NO_POLICY, self.anchor, (line, column, 0), error.message, None);
                return;
            }
        };
        self.check_size(kind, page);
        let Ok(value) = serde_json::from_str::<Value>(&self.document) else { return };
        for (index, one) in statement::each(value.get("Statement")).into_iter().enumerate() {
            let span = parsed.statement_span(index + 1).unwrap_or(0..0);
            let within = self.document.get(span.clone()).unwrap_or_default();
            for doubt in statement::check(one, kind) {
                let word = Value::String(doubt.word.clone()).to_string();
                let at = within.find(&word).unwrap_or(0);
                let (line, column) = self.at_byte(span.start + at, page);
                page.add(doubt.code, self.anchor, (line, column, 0), doubt.message, doubt.help);
            }
        }
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length>
    fn check_size(&self, kind: PolicyKind, page: &mut Page<'_>) {
        let dense = self.document.chars().filter(|letter| !letter.is_whitespace()).count();
        let (size, most) = match kind {
            PolicyKind::Identity => (dense, 10_240),
            PolicyKind::Trust => (dense, 2048),
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
            PolicyKind::Resource => (self.document.len(), 20 * 1024),
            _ => return,
        };
        if size > most {
            let message = format!("this policy has {size} characters, of at most {most}");
            page.add_line(codes::TOO_LARGE, self.anchor, message, None);
        }
    }
}

/// The rows of a table `| effect | action | resource |`.
fn statements(step: &Step, table: &gherkin::Table, page: &mut Page<'_>) {
    let Some((header, rows)) = table.rows.split_first() else { return };
    let column = |name: &str| header.iter().position(|cell| cell == name);
    let (Some(effect), Some(action), Some(resource)) =
        (column("effect"), column("action"), column("resource"))
    else {
        return;
    };
    let is_row = |line: &usize| page.line(*line).trim_start().starts_with('|');
    let lines: Vec<usize> =
        (table.position.line..=page.lines.len()).filter(is_row).take(table.rows.len()).collect();
    for (row, line) in rows.iter().zip(lines.into_iter().skip(1)) {
        let cell = |place: usize| row.get(place).map_or("", String::as_str);
        let list = |place: usize| cell(place).split(',').map(|part| filled(part.trim())).collect::<Value>();
        let one = json!({"Effect": cell(effect), "Action": list(action), "Resource": list(resource)});
        let anchor = step.position.line;
        let document = json!({"Version": "2012-10-17", "Statement": one}).to_string();
        if let Err(error) = PolicyDocument::parse(&document, PolicyKind::Identity) {
            let length = page.line(line).trim().chars().count();
            page.add(
                codes::NO_POLICY,
                anchor,
                (line, page.column_of(line, "|"), length),
                error.message,
                None,
            );
            continue;
        }
        for doubt in statement::check(&one, PolicyKind::Identity) {
            let place = (line, page.column_of(line, &doubt.word), doubt.word.chars().count());
            page.add(doubt.code, anchor, place, doubt.message, doubt.help);
        }
    }
}
