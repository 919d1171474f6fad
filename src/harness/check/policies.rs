//! Policies in doc strings and files, and tables of statements.

use gherkin::Step;
use policy::{PolicyDocument, PolicyKind};
use serde_json::{Value, json};

use super::codes::{self, Code};
use super::page::{Elsewhere, Page, Place};
use super::rehearsal::Rehearsal;
use super::statement::{self, Doubt, Where};
use crate::parameters::{Kind, Named};
use crate::reading::Read;

/// What a policy in a feature is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyUse {
    /// Embedded in the identity that the step names.
    Inline,
    /// A managed policy of the account.
    Managed,
    /// Of one session.
    Session,
    /// Who may take a role.
    Trust,
    /// A bucket's.
    Bucket,
    /// What the organization lets its accounts do.
    ServiceControl,
    /// What the organization lets be done to its accounts' resources.
    ResourceControl,
}

impl PolicyUse {
    fn kind(self) -> PolicyKind {
        match self {
            Self::Inline | Self::Managed | Self::Session => PolicyKind::Identity,
            Self::Trust => PolicyKind::Trust,
            Self::Bucket => PolicyKind::Resource,
            Self::ServiceControl => PolicyKind::ServiceControl,
            Self::ResourceControl => PolicyKind::ResourceControl,
        }
    }
}

impl Rehearsal<'_, '_> {
    /// The step's doc string is a policy.
    pub fn has_policy(&mut self, purpose: PolicyUse) {
        let Some(text) = &self.step.docstring else {
            let help = Some("it goes below the step, between two lines of `\"\"\"`".to_owned());
            let message = "this step has no policy".to_owned();
            self.page.add_line(codes::NO_POLICY, self.step.position.line, message, help);
            return;
        };
        let document = PolicyText::in_doc_string(self.step, text, self.page);
        self.look_through(&document, purpose);
    }

    /// The file that the step names is a policy.
    pub fn has_policy_in_file(&mut self, purpose: PolicyUse) {
        if let Some(file) = self.parameter("{path}").and_then(|path| self.file(&path)) {
            self.look_through(&PolicyText::in_file(self.step, file), purpose);
        }
    }

    fn look_through(&mut self, text: &PolicyText, purpose: PolicyUse) {
        let kind = purpose.kind();
        let parsed = match PolicyDocument::parse(&text.document, kind) {
            Ok(parsed) => parsed,
            Err(error) => {
                let (line, column) = text.place(error.line, error.column, self.page);
                let place = Place { line, column, length: 0 };
                text.tell(codes::NO_POLICY, place, error.message, self.page);
                return;
            }
        };
        self.look_at_size(text, purpose);
        let Ok(value) = serde_json::from_str::<Value>(&text.document) else { return };
        let statements = statement::each(value.get("Statement"));
        let denies = statements.iter().any(|one| one.get("Effect").is_some_and(|effect| effect == "Deny"));
        for (index, one) in statements.into_iter().enumerate() {
            let span = parsed.statement_span(index + 1).unwrap_or(0..0);
            let doubts = statement::mistakes(one).into_iter().chain(self.nobodies(one));
            let doubts = doubts.chain(self.no_organization(one)).chain(statement::strangers(one));
            let doubts = doubts.chain(self.too_much(one, purpose));
            // Where something is denied, not everything is allowed.
            for doubt in doubts.filter(|doubt| doubt.code != codes::EVERYTHING || !denies) {
                let place = text.word(&doubt.word, span.clone(), self.page);
                self.page.doubt(doubt, (text.anchor, place), text.elsewhere(place.line));
            }
        }
    }

    /// What a statement allows that may be more than was meant; what limits gives nothing by itself.
    fn too_much(&self, statement: &Value, purpose: PolicyUse) -> Vec<Doubt> {
        match purpose {
            PolicyUse::Inline | PolicyUse::Managed => statement::grants(statement),
            PolicyUse::Session | PolicyUse::ServiceControl | PolicyUse::ResourceControl => Vec::new(),
            PolicyUse::Trust => statement::trusts_everybody(statement).into_iter().collect(),
            PolicyUse::Bucket => {
                let bucket = self.parameter("{bucket}").map(|word| word.text).unwrap_or_default();
                let may_be = self.roll.open || self.roll.public.contains(&bucket);
                let public = statement::is_public(statement, &bucket).filter(|_| !may_be);
                statement::grants(statement).into_iter().chain(public).collect()
            }
        }
    }

    fn look_at_size(&mut self, text: &PolicyText, purpose: PolicyUse) {
        let most = self.largest(purpose);
        let size = match purpose {
            PolicyUse::Bucket => text.document.len(),
            PolicyUse::Session => text.document.chars().count(),
            _ => text.document.chars().filter(|letter| !letter.is_whitespace()).count(),
        };
        if size > most {
            let message = format!("this policy has {size} characters, of at most {most}");
            self.page.add_line(codes::TOO_LARGE, text.anchor, message, None);
        }
    }

    /// Principals of the scenario's account that no step has made: IAM and S3 refuse a policy that names one.
    fn nobodies(&self, statement: &Value) -> Vec<Doubt> {
        let principals =
            ["Principal", "NotPrincipal"].into_iter().filter_map(|name| statement.get(name)?.get("AWS"));
        let names = principals.flat_map(|names| statement::each(Some(names))).filter_map(Value::as_str);
        let doubt = |word: &str| {
            let (kind, name) = word
                .strip_prefix("arn:aws:iam::")?
                .strip_prefix(OWN_ACCOUNT)?
                .strip_prefix(':')?
                .split_once('/')?;
            let kinds: &'static [Kind] = match kind {
                "user" => &[Kind::User],
                "role" => &[Kind::Role],
                _ => return None,
            };
            let unknown = self.roll.look_up(&Named::one_of(kinds), name.rsplit('/').next()?).err()?;
            let (message, help) = (unknown.message, Some(unknown.help));
            Some(Doubt {
                code: codes::UNKNOWN_NAME,
                word: word.to_owned(),
                message,
                help,
                only: Where::Always,
            })
        };
        names.filter_map(doubt).collect()
    }

    /// An organization that no step has put the account in has no id.
    fn no_organization(&self, statement: &Value) -> Option<Doubt> {
        let speaks_of_it = statement.to_string().contains(ANY_ORGANIZATION);
        (speaks_of_it && !self.roll.organized && !self.roll.open).then(|| Doubt {
            code: codes::UNKNOWN_NAME,
            word: ANY_ORGANIZATION.to_owned(),
            message: "no step before this one puts the account in an organization".to_owned(),
            help: Some("add a step such as `Given the account is in an organization`".to_owned()),
            only: Where::Always,
        })
    }

    /// The step's table holds the statements of an inline policy.
    pub fn has_statements(&mut self) {
        for row in self.rows(&["effect", "action", "resource"], &[]) {
            if let Some(effect) = row.cell("effect").filter(|cell| !EFFECTS.contains(&cell.text.as_str())) {
                self.is_one_of(effect, "effect", &EFFECTS);
                continue;
            }
            let cell = |name: &str| row.cell(name).map_or("", |cell| cell.text.as_str());
            let list = |name: &str| cell(name).split(',').map(|part| filled(part.trim())).collect::<Value>();
            let one =
                json!({"Effect": cell("effect"), "Action": list("action"), "Resource": list("resource")});
            let document = json!({"Version": "2012-10-17", "Statement": one}).to_string();
            let Some(place) = row.cell("effect").map(|cell| cell.place) else { continue };
            let anchor = self.step.position.line;
            if let Err(error) = PolicyDocument::parse(&document, PolicyKind::Identity) {
                let before: String = document.chars().take(error.column).collect();
                let parts = [("resource", "\"Resource\":"), ("action", "\"Action\":")];
                let part = parts.iter().find(|(_, member)| before.contains(member));
                let cell = part.and_then(|(column, _)| row.cell(column)).map(|cell| cell.place);
                let place = cell.unwrap_or_else(|| self.page.whole(place.line));
                self.page.add(codes::NO_POLICY, anchor, place, error.message, None);
                continue;
            }
            let doubts = statement::mistakes(&one).into_iter().chain(statement::grants(&one));
            for doubt in doubts.chain(statement::strangers(&one)) {
                let column = self.page.column_of(place.line, &doubt.word);
                let place = Place { column, length: doubt.word.chars().count(), ..place };
                self.page.doubt(doubt, (anchor, place), None);
            }
        }
    }

    /// How many characters AWS takes.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length>
    fn largest(&self, purpose: PolicyUse) -> usize {
        let holder = self.parameter("{identity}").map(|word| word.text).unwrap_or_default();
        match purpose {
            PolicyUse::Inline if self.roll.has(Kind::User, &holder) => 2048,
            PolicyUse::Inline if self.roll.has(Kind::Group, &holder) => 5120,
            PolicyUse::Inline => 10_240,
            PolicyUse::Managed => 6144,
            PolicyUse::Session | PolicyUse::Trust => 2048,
            // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
            PolicyUse::ServiceControl | PolicyUse::ResourceControl => 5120,
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
            PolicyUse::Bucket => 20 * 1024,
        }
    }
}

const EFFECTS: [&str; 2] = ["Allow", "Deny"];

const OWN_ACCOUNT: &str = "111122223333";

/// In the form of such an id, and nobody's.
const ANY_ORGANIZATION: &str = "o-yourorganizationid";

/// What stands for accounts and their organization, longer ones first.
const PLACEHOLDERS: [(&str, &str); 5] = [
    ("<YOUR_ACCOUNT_ID>", OWN_ACCOUNT),
    ("<YOUR_AWS_ACCOUNT_ID>", OWN_ACCOUNT),
    ("YOUR_AWS_ACCOUNT_ID", OWN_ACCOUNT),
    ("<OTHER_ACCOUNT_ID>", "444455556666"),
    ("<YOUR_ORGANIZATION_ID>", ANY_ORGANIZATION),
];

/// `text` with any accounts, and any organization, in place of their placeholders.
pub fn filled(text: &str) -> String {
    PLACEHOLDERS
        .iter()
        .fold(text.to_owned(), |text, (placeholder, account)| text.replace(placeholder, account))
}

/// The column in a line, as it is written, of one in the line with its placeholders filled in.
fn written_column(written: &str, column: usize) -> usize {
    let (mut rest, mut here, mut there) = (written, 1, 1);
    while let Some(letter) = rest.chars().next() {
        let placeholder = PLACEHOLDERS.iter().find(|(placeholder, _)| rest.starts_with(placeholder));
        let (taken, filled) =
            placeholder.map_or(("", 1), |(placeholder, account)| (*placeholder, account.len()));
        if there + filled > column {
            break;
        }
        (here, there) = (here + taken.len().max(1), there + filled);
        rest = rest.get(taken.len().max(letter.len_utf8())..).unwrap_or_default();
    }
    here
}

/// The text of a policy, and where it stands.
struct PolicyText {
    /// The line of the step.
    anchor: usize,
    /// The file; `None`: the step's doc string.
    path: Option<String>,
    /// The line above its first one.
    above: usize,
    /// Its lines as they are written; in a doc string those that gherkin's indentation was taken from.
    lines: Vec<String>,
    document: String,
    /// Lines before the document.
    before: usize,
}

impl PolicyText {
    fn in_doc_string(step: &Step, text: &str, page: &Page<'_>) -> Self {
        let is_fence = |line: &str| ["\"\"\"", "```"].iter().any(|mark| line.trim_start().starts_with(mark));
        let anchor = step.position.line;
        let fence = (anchor + 1..=page.lines.len()).find(|line| is_fence(page.line(*line))).unwrap_or(anchor);
        // What stands behind the opening quotes is the text's first line.
        Self::new(anchor, None, fence - 1, text)
    }

    fn in_file(step: &Step, file: Read) -> Self {
        Self::new(step.position.line, Some(file.path), 0, &file.text)
    }

    fn new(anchor: usize, path: Option<String>, above: usize, text: &str) -> Self {
        let filled = filled(text);
        let before = filled.len() - filled.trim_start().len();
        let before = filled.get(..before).unwrap_or_default().matches('\n').count();
        let lines = text.lines().map(str::to_owned).collect();
        Self { anchor, path, above, lines, document: filled.trim().to_owned(), before }
    }

    /// The line on which something is found, where that is none of the feature.
    fn elsewhere(&self, line: usize) -> Option<Elsewhere> {
        let source_line = self.lines.get(line.saturating_sub(1)).cloned().unwrap_or_default();
        self.path.clone().map(|path| Elsewhere { path, source_line })
    }

    fn tell(&self, code: &'static Code, place: Place, message: String, page: &mut Page<'_>) {
        page.add_where(code, (self.anchor, place), self.elsewhere(place.line), message, None);
    }

    /// The place in its file of one in the document: line and column.
    fn place(&self, line: usize, column: usize, page: &Page<'_>) -> (usize, usize) {
        let line = line + self.before;
        let written = self.lines.get(line.saturating_sub(1)).map_or("", String::as_str);
        let indent = |text: &str| text.chars().count() - text.trim_start().chars().count();
        // The document's first line was trimmed.
        let column = if line == self.before + 1 { column + indent(written) } else { column };
        let column = written_column(written, column);
        let line = self.above + line;
        let there = if self.path.is_some() { written } else { page.line(line) };
        (line, column + indent(there).saturating_sub(indent(written)))
    }

    fn at_byte(&self, byte: usize, page: &Page<'_>) -> (usize, usize) {
        let before = self.document.get(..byte).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        self.place(before.matches('\n').count() + 1, column, page)
    }

    /// A string of a statement, in its quotes.
    fn word(&self, word: &str, statement: std::ops::Range<usize>, page: &Page<'_>) -> Place {
        let word = Value::String(word.to_owned()).to_string();
        let at = self.document.get(statement.clone()).and_then(|text| text.find(&word)).unwrap_or(0);
        let (line, column) = self.at_byte(statement.start + at, page);
        let (_, end) = self.at_byte(statement.start + at + word.len(), page);
        Place { line, column, length: end.saturating_sub(column) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_of_the_text_as_written() {
        let written = "\"ü<YOUR_ACCOUNT_ID>:x\"";
        // Filled in it is `"ü111122223333:x"`.
        for (column, expected) in [(1, 1), (2, 2), (3, 3), (14, 3), (15, 20), (16, 21), (17, 22), (99, 23)] {
            assert_eq!(written_column(written, column), expected, "{column}");
        }
    }
}
