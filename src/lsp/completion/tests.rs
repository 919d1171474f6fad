use lsp_types::CompletionTextEdit;

use super::*;
use crate::marked::{marked, scenario};

fn offered(text: &str, snippets: Snippets) -> Vec<CompletionItem> {
    let (document, position) = marked(text);
    let mut items = completion(&document, position, snippets).items;
    items.sort_by(|one, other| one.sort_text.cmp(&other.sort_text));
    items
}

fn edited(item: &CompletionItem) -> (u32, u32, &str) {
    match item.text_edit.as_ref().unwrap() {
        CompletionTextEdit::Edit(edit) => {
            (edit.range.start.character, edit.range.end.character, edit.new_text.as_str())
        }
        CompletionTextEdit::InsertAndReplace(_) => unreachable!("no such edit is made"),
    }
}

/// The text that is inserted for a label, and the columns that it replaces.
#[track_caller]
fn check(lines: &str, label: &str, expected: (u32, u32, &str)) {
    let items = offered(&scenario(lines), Snippets::Known);
    let labels: Vec<_> = items.iter().map(|item| item.label.as_str()).collect();
    let item = items.iter().find(|item| item.label == label);
    let item = item.unwrap_or_else(|| unreachable!("`{label}` is not among {labels:?}"));
    assert_eq!(edited(item), expected);
}

#[track_caller]
fn first(lines: &str, expected: &[&str]) {
    let items = offered(&scenario(lines), Snippets::Known);
    let labels: Vec<_> = items.iter().map(|item| item.label.as_str()).take(expected.len()).collect();
    assert_eq!(labels, expected);
}

#[track_caller]
fn lacks(lines: &str, label: &str) {
    let items = offered(&scenario(lines), Snippets::Known);
    assert!(!items.is_empty() && items.iter().all(|item| item.label != label), "`{label}` is there");
}

#[test]
fn steps_are_completed_with_names_of_the_scenario() {
    let list = "{who} can't/cannot list {bucket}";
    check("    Then ¦\n", list, (9, 9, "${1:alice} can't list ${2|archive,reports|}"));
    check("    Then alice can¦", list, (9, 18, "alice can't list ${1|archive,reports|}"));
    check("    Then alice cannot l¦\n", list, (9, 23, "alice cannot list ${1|archive,reports|}"));
    check("    When x\n    Then y\n    And ¦\n", list, (8, 8, "${1:alice} can't list ${2|archive,reports|}"));
    lacks("    When ¦\n", list);
    // Words of a step, wherever they stand in it.
    check("    Then can't list¦\n", list, (9, 19, "${1:alice} can't list ${2|archive,reports|}"));
    check(
        "    # Ü\n    Then \"\u{1f511}\" can't li¦\n",
        list,
        (9, 22, "\"\u{1f511}\" can't list ${1|archive,reports|}"),
    );
}

#[test]
fn what_goes_below_a_step_comes_with_it() {
    let policy = "{identity} has the inline policy {new-inline-policy}:";
    let items = offered(&scenario("    And alice has the inl¦\n"), Snippets::Known);
    let item = items.iter().find(|item| item.label == policy).unwrap();
    let (_, _, text) = edited(item);
    assert!(
        text.starts_with("alice has the inline policy ${1:new-inline-policy}:\n  \"\"\"\n  {\n"),
        "{text}"
    );
    assert!(text.contains("\"Effect\": \"${2|Allow,Deny|}\""), "{text}");
    check(
        "    Then access¦\n",
        "access is:",
        (
            9,
            15,
            "access is:\n  | who | action | resource | verdict | because |\n  | $1 | $2 | $3 | $4 | $5 |",
        ),
    );
    check("    Then access¦\n      | who |\n", "access is:", (9, 15, "access is:"));
}

#[test]
fn names_are_completed_where_they_stand() {
    first("    Then alice can list ¦\n", &["archive", "reports"]);
    check("    Then alice can list re¦\n", "reports", (24, 26, "reports"));
    check("    Then al¦\n", "alice", (9, 11, "alice"));
    lacks("    Then al¦\n", "reports");
    check(
        "    And alice has the managed policy AmazonS3Rea¦\n",
        "AmazonS3ReadOnlyAccess",
        (37, 48, "AmazonS3ReadOnlyAccess"),
    );
    check("    When alice tries s3:GetO¦ on reports/a\n", "s3:GetObject", (21, 28, "s3:GetObject"));
    check("    When alice tries s3:GetObject on rep¦\n", "reports/*", (37, 40, "reports/*"));
    // What is only given below is not there yet.
    lacks("    Then alice can list ¦\n    And a bucket later\n", "later");
}

#[test]
fn editors_without_snippets_get_what_they_can_go_on_from() {
    let items = offered(&scenario("    Given ¦\n"), Snippets::Unknown);
    let item = items.iter().find(|item| item.label == "a user {new-user}").unwrap();
    assert_eq!(
        (edited(item), item.insert_text_format),
        ((10, 10, "a user "), Some(InsertTextFormat::PLAIN_TEXT))
    );
}

#[test]
fn cells_are_completed_by_their_columns() {
    let table =
        |row: &str| format!("    Then access is:\n      | who | action | resource | verdict |\n{row}\n");
    check(&table("      | al¦"), "alice", (8, 10, "alice"));
    check(&table("      | alice | s3:Get¦"), "s3:GetObject", (16, 22, "s3:GetObject"));
    check(&table("      | alice | s3:GetObject | ¦"), "reports/*", (31, 31, "reports/*"));
    check(&table("      | alice | s3:GetObject | reports | d¦"), "denied", (41, 42, "denied"));
    let statements = "    And alice has the inline policy p with the statements:\n      | effect | action | resource |\n      | Allow | s3:GetObject, s3:Put¦";
    check(statements, "s3:PutObject", (30, 36, "s3:PutObject"));
    let resource = "    And alice has the inline policy p with the statements:\n      | effect | action | resource |\n      | Allow | s3:GetObject | ¦";
    check(resource, "arn:aws:s3:::reports/*", (31, 31, "arn:aws:s3:::reports/*"));
}

#[test]
fn policies_are_completed_inside() {
    let policy = |members: &str| {
        format!(
            "    And alice has the inline policy p:\n      \"\"\"\n      {{\"Version\": \"2012-10-17\", \"Statement\": [{{\n{members}\n      }}]}}\n      \"\"\"\n"
        )
    };
    check(&policy("\"Action\": \"s3:GetOb¦\""), "s3:GetObject", (11, 19, "s3:GetObject"));
    check(&policy("\"Action\": [\"s3:GetObject\", \"¦\"]"), "sqs:", (28, 28, "sqs:"));
    check(&policy("\"Eff¦\""), "Effect", (1, 4, "Effect"));
    check(&policy("\"Effect\": \"¦\""), "Deny", (11, 11, "Deny"));
    let resource = "\"Action\": \"s3:GetObject\", \"Resource\": \"¦\"";
    check(&policy(resource), "arn:aws:s3:::archive/*", (39, 39, "arn:aws:s3:::archive/*"));
    check(&policy("\"Condition\": {\"String¦\""), "StringEqualsIfExists", (15, 21, "StringEqualsIfExists"));
    let key = "\"Action\": \"s3:ListBucket\", \"Condition\": {\"StringLike\": {\"¦\"";
    check(&policy(key), "s3:prefix", (57, 57, "s3:prefix"));
    check(&policy(key), "aws:SourceIp", (57, 57, "aws:SourceIp"));
    lacks(&policy(key), "sqs:MessageRetentionPeriod");
}

#[test]
fn keywords_and_codes_are_completed() {
    check("    ¦\n", "Then", (4, 4, "Then "));
    check("    Th¦\n", "Then", (4, 6, "Then "));
    check("    # rolecall: allow(RC0¦\n", "RC010", (22, 25, "RC010"));
    let items = offered("¦", Snippets::Known);
    assert!(
        items.iter().any(|item| item.label == "Feature:") && items.iter().all(|item| item.label != "Given")
    );
}
