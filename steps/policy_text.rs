//! Policies as features hold them: a doc string, a file beside the feature, or a table of statements.

use harness::parameters::Path;
use harness::{Stage, StepError};
use serde_json::{Value, json};
use target::{Named, PolicyDocument, PolicyKind};

/// A policy as people wrote it: a step's doc string, or a file that the step names.
pub(crate) struct Written {
    text: String,
    /// The file's path; `None`: it is the doc string.
    file: Option<String>,
}

impl Written {
    /// The doc string of a step.
    ///
    /// # Errors
    /// Where there is none.
    pub(crate) fn below(step: &cucumber::gherkin::Step) -> Result<Self, StepError> {
        let missing = || {
            StepError::failed(
                "has no policy",
                "the policy goes below this step, between two lines of `\"\"\"`",
            )
        };
        Ok(Self { text: step.docstring.clone().ok_or_else(missing)?, file: None })
    }

    /// A file, by its path from the folder of the feature.
    ///
    /// # Errors
    /// Where it can't be read.
    pub(crate) fn in_file(stage: &Stage, path: &Path) -> Result<Self, StepError> {
        Ok(Self { text: stage.file(&path.0)?, file: Some(stage.file_path(&path.0)) })
    }

    /// It as a policy of the scenario's account.
    ///
    /// # Errors
    /// Where it is not a policy of this kind; with line and column.
    pub(crate) fn document(&self, stage: &Stage, kind: PolicyKind) -> Result<String, StepError> {
        let text = &self.text;
        let slip_in = |(words, line)| unfilled(words, line);
        if let Some((line, column, name)) = text.lines().zip(1..).find_map(slip_in) {
            return Err(self.at(line, column, stands_for_nothing(&name)));
        }
        has_accounts(stage, text)?;
        let filled = for_account(stage, text);
        let document = filled.trim();
        let before = filled.get(..filled.len() - filled.trim_start().len()).unwrap_or_default();
        // Of the document's first line in the text, which the document's own columns do not count.
        let indent = |line: usize| match line {
            1 => before.chars().rev().take_while(|letter| *letter != '\n').count(),
            _ => 0,
        };
        let at = |line: usize, column: usize, error: StepError| {
            let (column, line) = (indent(line) + column, before.matches('\n').count() + line);
            self.at(line, self.written_column(stage, line, column), error)
        };
        let parsed = PolicyDocument::parse(document, kind).map_err(|error| {
            let told = StepError::failed("is not a policy", clipped(&error.message));
            at(error.line, error.column, told)
        })?;
        match slip(&parsed) {
            Some((line, column, error)) => Err(at(line, column, error)),
            None => Ok(stage.place.names().policy(document)?),
        }
    }

    /// The error at a place, of which the caret is one of the doc string.
    fn at(&self, line: usize, column: usize, error: StepError) -> StepError {
        match &self.file {
            None => error.in_doc_string(line, column),
            Some(path) => error.in_file(path, line, column),
        }
    }

    fn written_column(&self, stage: &Stage, line: usize, column: usize) -> usize {
        as_written(stage, self.text.lines().nth(line.saturating_sub(1)).unwrap_or_default(), column)
    }

    /// IAM names a principal that is not there, but not where it stands.
    pub(crate) fn blaming_principal(&self, stage: &Stage, error: StepError) -> StepError {
        let message = error.service_message().unwrap_or_default();
        let name = message
            .strip_prefix("Invalid principal in policy: ")
            .and_then(|told| told.split('"').rev().nth(1));
        let place = name.and_then(|name| self.place_of(stage, |value| value == name));
        let Some(place) = place else { return error };
        self.names_nobody(stage, error, place)
    }

    /// A bucket policy's refusal, at the value that it is about; S3 does not tell which.
    pub(crate) fn blaming_bucket_policy(&self, stage: &Stage, bucket: &str, error: StepError) -> StepError {
        let message = error.service_message().unwrap_or_default().to_owned();
        if message.contains("BlockPublicPolicy") {
            return error.help(format!(
                "the policy lets in everybody; add before it `Given public access to {bucket} is allowed`"
            ));
        }
        if message == "Invalid principal in policy" {
            let known = known_arns(stage);
            let entity = |value: &str| value.starts_with("arn:aws:iam::") && !value.ends_with(":root");
            let place = self.place_of(stage, |value| entity(value) && !known.contains(&value));
            return match place {
                Some(place) => self.names_nobody(stage, error, place),
                None => error,
            };
        }
        let own = stage.place.names().arn(&format!("arn:aws:s3:::{bucket}"));
        let of_bucket = |value: &str| value == own || value.starts_with(&format!("{own}/"));
        let place = self.place_of(stage, |value| value.starts_with("arn:aws:s3:") && !of_bucket(value));
        match place.filter(|_| message.contains("invalid resource")) {
            Some((line, column)) => self
                .at(line, column, error)
                .labelled("is not in this bucket")
                .help(format!("a policy of {bucket} is about `{own}` and `{own}/*`")),
            None => error,
        }
    }

    fn names_nobody(&self, stage: &Stage, error: StepError, (line, column): (usize, usize)) -> StepError {
        let known = known_arns(stage);
        let help = match known.is_empty() {
            true => "the scenario has no user and no role yet".to_owned(),
            false => format!("known here: {}", known.join(", ")),
        };
        self.at(line, column, error).labelled("names nobody").help(help)
    }

    /// Where the first string stands that `wanted` is looking for: line and column.
    fn place_of(&self, stage: &Stage, wanted: impl Fn(&str) -> bool) -> Option<(usize, usize)> {
        (1..).zip(self.text.lines()).find_map(|(line, words)| {
            let filled = for_account(stage, words);
            let names = stage.place.names();
            let value = filled.split('"').skip(1).step_by(2).find(|value| wanted(&names.arn(value)))?;
            let before = filled.get(..filled.find(&format!("\"{value}\""))?)?.chars().count();
            Some((line, as_written(stage, words, before + 1)))
        })
    }
}

/// An action that no service has, with its line and column: AWS takes it, and a denial that rests on the slip would
/// prove nothing.
fn slip(policy: &PolicyDocument) -> Option<(usize, usize, StepError)> {
    let slip = policy.unmatched_actions().into_iter().next()?;
    let message = format!("`{}` is no action of any service, so it allows and denies nothing", slip.pattern);
    let error = StepError::failed("matches no action", message);
    let error = match slip.nearest.as_slice() {
        [] => error,
        nearest => error.help(format!("did you mean `{}`?", nearest.join("` or `"))),
    };
    Some((slip.line, slip.column, error))
}

fn known_arns(stage: &Stage) -> Vec<&str> {
    let users = stage.cast.users.values().map(|user| user.arn.as_str());
    users.chain(stage.cast.roles.values().map(String::as_str)).collect()
}

/// The column, in a line as it was written, of one in the same line with its placeholders filled in.
fn as_written(stage: &Stage, line: &str, column: usize) -> usize {
    let filled =
        |count: usize| for_account(stage, &line.chars().take(count).collect::<String>()).chars().count();
    (0..=line.chars().count()).rev().find(|count| filled(*count) < column).map_or(1, |count| count + 1)
}

fn stands_for_nothing(name: &str) -> StepError {
    StepError::failed("stands for nothing", format!("nothing fills in `{name}`")).help(
        "write the value itself; `<YOUR_ACCOUNT_ID>` is the scenario's account, `<OTHER_ACCOUNT_ID>` another, \
         `<YOUR_ORGANIZATION_ID>` their organization",
    )
}

/// The first placeholder of a line that means nothing here: its place and name.
fn unfilled(words: &str, line: usize) -> Option<(usize, usize, String)> {
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('<') {
        let name = after.split_once('>').map(|(name, _)| name).filter(|name| !name.contains(['<', '"', ' ']));
        if let Some(name) = name.filter(|name| !name.is_empty() && !FILLED.contains(name)) {
            let column = words.chars().count() - rest.chars().count() + before.chars().count() + 1;
            return Some((line, column, format!("<{name}>")));
        }
        rest = after;
    }
    None
}

/// A message that may hold a value of the document, however long that is.
fn clipped(message: &str) -> String {
    match message.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}

/// The placeholders that are filled in, without their brackets.
const FILLED: [&str; 4] =
    ["YOUR_ACCOUNT_ID", "YOUR_AWS_ACCOUNT_ID", "OTHER_ACCOUNT_ID", "YOUR_ORGANIZATION_ID"];

/// The table of a step, `| effect | action | resource |`, as a policy.
///
/// # Errors
/// Where a column is missing, or the statements are not a policy.
pub(crate) fn from_table(stage: &Stage, step: &cucumber::gherkin::Step) -> Result<String, StepError> {
    let rows = rows(step, &["effect", "action", "resource"])?;
    if let Some((_, _, name)) = rows.iter().flatten().find_map(|cell| unfilled(cell, 1)) {
        return Err(stands_for_nothing(&name));
    }
    rows.iter().flatten().try_for_each(|cell| has_accounts(stage, cell))?;
    let list =
        |cell: &str| -> Value { cell.split(',').map(|part| for_account(stage, part.trim())).collect() };
    let statement = |row: &Vec<String>| match row.as_slice() {
        [effect, action, resource] => {
            json!({"Effect": effect, "Action": list(action), "Resource": list(resource)})
        }
        _ => Value::Null,
    };
    let statements: Vec<Value> = rows.iter().map(statement).collect();
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let parsed = PolicyDocument::parse(&text, PolicyKind::Identity)
        .map_err(|error| StepError::failed("is not a policy", error.message))?;
    match slip(&parsed) {
        Some((_, _, error)) => Err(error),
        None => Ok(stage.place.names().policy(&text)?),
    }
}

/// The data rows of a step's table in the order of `columns`.
///
/// # Errors
/// Where there is no table, or a column is missing or not known.
pub(crate) fn rows(step: &cucumber::gherkin::Step, columns: &[&str]) -> Result<Vec<Vec<String>>, StepError> {
    let wanted = format!("| {} |", columns.join(" | "));
    let Some((header, rows)) = step.table.as_ref().and_then(|table| table.rows.split_first()) else {
        return Err(StepError::failed("has no table", format!("its table begins with the row {wanted}")));
    };
    if let Some(stranger) = header.iter().find(|name| !columns.contains(&name.as_str())) {
        return Err(StepError::failed(
            format!("has no column `{stranger}`"),
            format!("its columns are {wanted}"),
        ));
    }
    let mut ordered = Vec::new();
    for row in rows {
        let cell = |name: &&str| {
            header
                .iter()
                .zip(row)
                .find(|(column, _)| column == name)
                .map(|(_, cell)| cell.clone())
                .ok_or_else(|| {
                    StepError::failed(
                        format!("lacks the column `{name}`"),
                        format!("its columns are {wanted}"),
                    )
                })
        };
        ordered.push(columns.iter().map(cell).collect::<Result<_, _>>()?);
    }
    Ok(ordered)
}

/// `text` with the placeholders of the walkthrough filled in. Those of another account and of an organization stay where
/// there is none.
pub(crate) fn for_account(stage: &Stage, text: &str) -> String {
    let account = stage.place.account().as_str();
    let text = text
        .replace("<YOUR_ACCOUNT_ID>", account)
        .replace("<YOUR_AWS_ACCOUNT_ID>", account)
        .replace("YOUR_AWS_ACCOUNT_ID", account);
    let text = match stage.place.other_account() {
        Some(other) => text.replace(OTHER_ACCOUNT, other.as_str()),
        None => text,
    };
    match &stage.cast.organization {
        Some(id) => text.replace(ORGANIZATION, id),
        None => text,
    }
}

const OTHER_ACCOUNT: &str = "<OTHER_ACCOUNT_ID>";
const ORGANIZATION: &str = "<YOUR_ORGANIZATION_ID>";

/// # Errors
/// Where `text` speaks of another account and the target has none, or of an organization that the account is not in.
pub(crate) fn has_accounts(stage: &Stage, text: &str) -> Result<(), StepError> {
    if stage.place.other_account().is_none() && text.contains(OTHER_ACCOUNT) {
        let reason =
            format!("`{OTHER_ACCOUNT}` stands for an account of somebody else, and the target has only one");
        return Err(StepError::inconclusive("can't be tried", reason));
    }
    if stage.cast.organization.is_none() && text.contains(ORGANIZATION) {
        let message = format!("`{ORGANIZATION}` stands for the organization, and the account is in none");
        let error = StepError::failed("there is no organization", message);
        return Err(error.help("add before it `Given the account is in an organization`"));
    }
    Ok(())
}

/// `text` of no policy, such as a script, as it must be at the scenario's place.
pub(crate) fn as_there(stage: &Stage, text: &str) -> String {
    let cast = &stage.cast;
    let in_iam = cast.users.keys().chain(cast.roles.keys()).chain(cast.instance_profiles.keys());
    let in_iam = in_iam.chain(cast.groups.keys()).chain(cast.policies.keys());
    let known = in_iam.map(|name| (Named::InIam, name.as_str()));
    let known = known.chain(cast.buckets.iter().map(|name| (Named::Bucket, name.as_str())));
    stage.place.names().words(&for_account(stage, text), known)
}

/// A policy of the walkthrough as it must be at the scenario's place.
///
/// # Errors
/// Where the place's names can't be said in it.
pub(crate) fn placed(stage: &Stage, policy: &str) -> Result<String, StepError> {
    Ok(stage.place.names().policy(&for_account(stage, policy))?)
}
