//! Policies as features hold them: a doc string, or a table of statements.

use harness::{Stage, StepError};
use serde_json::{Value, json};
use target::{Named, PolicyDocument, PolicyKind};

/// The doc string of a step as a policy of the scenario's account.
///
/// # Errors
/// Where there is none, or it is not a policy of this kind; with line and column in the doc string.
pub(crate) fn from_doc_string(
    stage: &Stage,
    step: &cucumber::gherkin::Step,
    kind: PolicyKind,
) -> Result<String, StepError> {
    let Some(text) = &step.docstring else {
        return Err(StepError::failed(
            "has no policy",
            "the policy goes below this step, between two lines of `\"\"\"`",
        ));
    };
    let written_column = |line: usize, column: usize| {
        as_written(stage, text.lines().nth(line.saturating_sub(1)).unwrap_or_default(), column)
    };
    if let Some((line, column, name)) = text.lines().zip(1..).find_map(|(words, line)| unfilled(words, line))
    {
        return Err(stands_for_nothing(&name).in_doc_string(line, written_column(line, column)));
    }
    has_accounts(stage, text)?;
    let filled = for_account(stage, text);
    let document = filled.trim();
    let before = filled.get(..filled.len() - filled.trim_start().len()).unwrap_or_default();
    // Of the document's first line in the doc string, which the document's own columns do not count.
    let indent = |line: usize| match line {
        1 => before.chars().rev().take_while(|letter| *letter != '\n').count(),
        _ => 0,
    };
    let parsed = PolicyDocument::parse(document, kind).map_err(|error| {
        let line = before.matches('\n').count() + error.line;
        StepError::failed("is not a policy", clipped(&error.message))
            .in_doc_string(line, written_column(line, indent(error.line) + error.column))
    })?;
    match slip(&parsed) {
        Some((line, column, error)) => {
            let (line, column) = (before.matches('\n').count() + line, indent(line) + column);
            Err(error.in_doc_string(line, written_column(line, column)))
        }
        None => Ok(stage.place.names().policy(document)?),
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

/// IAM names a principal that is not there, but not where it stands.
pub(crate) fn blaming_principal(
    stage: &Stage,
    step: &cucumber::gherkin::Step,
    error: StepError,
) -> StepError {
    let message = error.service_message().unwrap_or_default();
    let name =
        message.strip_prefix("Invalid principal in policy: ").and_then(|told| told.split('"').rev().nth(1));
    let place = name.and_then(|name| place_of(stage, step, |value| value == name));
    let Some((line, column)) = place else { return error };
    names_nobody(stage, error, (line, column))
}

/// A bucket policy's refusal, at the value that it is about; S3 does not tell which.
pub(crate) fn blaming_bucket_policy(
    stage: &Stage,
    step: &cucumber::gherkin::Step,
    bucket: &str,
    error: StepError,
) -> StepError {
    let message = error.service_message().unwrap_or_default().to_owned();
    if message.contains("BlockPublicPolicy") {
        return error.help(format!(
            "the policy lets in everybody; add before it: Given public access to {bucket} is allowed"
        ));
    }
    if message == "Invalid principal in policy" {
        let known = known_arns(stage);
        let entity = |value: &str| value.starts_with("arn:aws:iam::") && !value.ends_with(":root");
        let place = place_of(stage, step, |value| entity(value) && !known.contains(&value));
        return match place {
            Some(place) => names_nobody(stage, error, place),
            None => error,
        };
    }
    let own = stage.place.names().arn(&format!("arn:aws:s3:::{bucket}"));
    let of_bucket = |value: &str| value == own || value.starts_with(&format!("{own}/"));
    let place = place_of(stage, step, |value| value.starts_with("arn:aws:s3:") && !of_bucket(value));
    match place.filter(|_| message.contains("invalid resource")) {
        Some((line, column)) => error
            .in_doc_string(line, column)
            .labelled("is not in this bucket")
            .help(format!("a policy of {bucket} is about `{own}` and `{own}/*`")),
        None => error,
    }
}

fn names_nobody(stage: &Stage, error: StepError, (line, column): (usize, usize)) -> StepError {
    let known = known_arns(stage);
    let help = match known.is_empty() {
        true => "the scenario has no user and no role yet".to_owned(),
        false => format!("known here: {}", known.join(", ")),
    };
    error.in_doc_string(line, column).labelled("names nobody").help(help)
}

fn known_arns(stage: &Stage) -> Vec<&str> {
    let users = stage.cast.users.values().map(|user| user.arn.as_str());
    users.chain(stage.cast.roles.values().map(String::as_str)).collect()
}

/// Where the first string stands in a step's doc string that `wanted` is looking for: line and column.
fn place_of(
    stage: &Stage,
    step: &cucumber::gherkin::Step,
    wanted: impl Fn(&str) -> bool,
) -> Option<(usize, usize)> {
    let text = step.docstring.as_deref().unwrap_or_default();
    (1..).zip(text.lines()).find_map(|(line, words)| {
        let filled = for_account(stage, words);
        let names = stage.place.names();
        let value = filled.split('"').skip(1).step_by(2).find(|value| wanted(&names.arn(value)))?;
        let before = filled.get(..filled.find(&format!("\"{value}\""))?)?.chars().count();
        Some((line, as_written(stage, words, before + 1)))
    })
}

/// The column, in a line as it was written, of one in the same line with its placeholders filled in.
fn as_written(stage: &Stage, line: &str, column: usize) -> usize {
    let filled =
        |count: usize| for_account(stage, &line.chars().take(count).collect::<String>()).chars().count();
    (0..=line.chars().count()).rev().find(|count| filled(*count) < column).map_or(1, |count| count + 1)
}

fn stands_for_nothing(name: &str) -> StepError {
    StepError::failed("stands for nothing", format!("nothing fills in `{name}`")).help(
        "write the value itself; `<YOUR_ACCOUNT_ID>` is the scenario's account, `<OTHER_ACCOUNT_ID>` another",
    )
}

/// The first placeholder of a line that means nothing here: its place and name.
fn unfilled(words: &str, line: usize) -> Option<(usize, usize, String)> {
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('<') {
        let name = after.split_once('>').map(|(name, _)| name).filter(|name| !name.contains(['<', '"', ' ']));
        if let Some(name) = name.filter(|name| !name.is_empty() && !ACCOUNTS.contains(name)) {
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
const ACCOUNTS: [&str; 3] = ["YOUR_ACCOUNT_ID", "YOUR_AWS_ACCOUNT_ID", "OTHER_ACCOUNT_ID"];

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

/// `text` with the placeholders of the walkthrough filled in. That of another account stays where there is none.
pub(crate) fn for_account(stage: &Stage, text: &str) -> String {
    let account = stage.place.account().as_str();
    let text = text
        .replace("<YOUR_ACCOUNT_ID>", account)
        .replace("<YOUR_AWS_ACCOUNT_ID>", account)
        .replace("YOUR_AWS_ACCOUNT_ID", account);
    match stage.place.other_account() {
        Some(other) => text.replace(OTHER_ACCOUNT, other.as_str()),
        None => text,
    }
}

const OTHER_ACCOUNT: &str = "<OTHER_ACCOUNT_ID>";

/// # Errors
/// Where `text` speaks of another account and the target has none.
fn has_accounts(stage: &Stage, text: &str) -> Result<(), StepError> {
    if stage.place.other_account().is_none() && text.contains(OTHER_ACCOUNT) {
        let reason =
            format!("`{OTHER_ACCOUNT}` stands for an account of somebody else, and the target has only one");
        return Err(StepError::inconclusive("can't be tried", reason));
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
