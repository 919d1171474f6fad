//! What was found in files without a run, as results.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::digest::Sha256;
use crate::findings::{FindingRule, FindingText, Findings};

use super::{RESULTS, place, text};

pub(super) fn run(findings: &Findings<'_>) -> Value {
    let mut seen = BTreeMap::new();
    let shown = findings.found.iter().filter_map(|finding| result(findings, finding, &mut seen));
    let mut shown: Vec<Value> = shown.collect();
    shown.sort_by_key(|result| result.get("level").and_then(Value::as_str) != Some("error"));
    shown.truncate(RESULTS);
    json!({
        "tool": { "driver": {
            "name": "Rolecall",
            "version": findings.version,
            "semanticVersion": findings.version,
            "shortDescription": { "text": "Executable specifications of who may do what in AWS." },
            "rules": findings.rules.iter().map(descriptor).collect::<Vec<_>>(),
        } },
        "automationDetails": {
            "id": "rolecall/check/",
            "description": { "text": "What can be told of features without a run." },
        },
        "columnKind": "unicodeCodePoints",
        "defaultEncoding": "utf-8",
        "defaultSourceLanguage": "gherkin",
        "originalUriBaseIds": place::base_ids(),
        "artifacts": findings.files.iter().map(|file| place::artifact(file, "analysisTarget")).collect::<Vec<_>>(),
        "invocations": [{ "executionSuccessful": findings.complete }],
        "results": shown,
    })
}

fn result(
    findings: &Findings<'_>,
    finding: &FindingText<'_>,
    seen: &mut BTreeMap<String, usize>,
) -> Option<Value> {
    let rule = findings.rules.get(finding.rule)?;
    // The same words on a line of the same words stay the same finding, whatever is added above.
    let identity = json!([rule.id, finding.path, finding.message, finding.source_line.trim()]).to_string();
    let digest = Sha256::of(&identity);
    let count = seen.entry(identity).or_default();
    *count += 1;
    let fingerprint = format!("{}:{count}", digest.as_str().get(..16).unwrap_or_default());
    Some(json!({
        "ruleId": rule.id,
        "ruleIndex": finding.rule,
        "level": rule.level.word(),
        "message": { "text": text::sentence(&finding.said()), "markdown": text::escaped(&finding.said()) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": location(findings, finding.path),
            "region": place::region((finding.line, finding.column, finding.length), finding.source_line),
            "contextRegion": { "startLine": finding.line.max(1), "snippet": { "text": finding.source_line } },
        } }],
        "partialFingerprints": { "primaryLocationLineHash": fingerprint },
    }))
}

fn location(findings: &Findings<'_>, path: &str) -> Value {
    let mut location = place::location(path);
    let index = findings.files.iter().position(|file| file.path == path);
    if let (Some(index), Some(location)) = (index, location.as_object_mut()) {
        location.insert("index".to_owned(), json!(index));
    }
    location
}

fn descriptor(rule: &FindingRule<'_>) -> Value {
    let (level, meaning) = (rule.level.word(), rule.meaning);
    let help = format!("{meaning}\nWrong:\n{}\nRight:\n{}", rule.wrong, rule.right);
    let (wrong, right) = (text::code_block(rule.wrong), text::code_block(rule.right));
    json!({
        "id": rule.id,
        "name": pascal(rule.title),
        "shortDescription": { "text": text::sentence(rule.title) },
        "fullDescription": { "text": text::plain(meaning) },
        "help": {
            "text": text::plain(&help),
            "markdown": format!("{}\n\nWrong:\n\n{wrong}\n\nRight:\n\n{right}", text::plain(meaning)),
        },
        "defaultConfiguration": { "level": level },
        "properties": { "tags": ["access-control", "aws-iam"], "problem.severity": level },
    })
}

/// A name as rules have it: `NoSuchStep`.
fn pascal(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_alphanumeric());
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
        first.unwrap_or_default() + letters.as_str()
    };
    words.map(word).collect()
}
