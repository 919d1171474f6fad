//! The vocabulary as people look it up: each step with what it does, as its doc comment says, and an example.
//!
//! It is read from the sources of the steps, so that it can't say anything else than they do.

use harness::{Keyword, says_it};

/// Steps that speak of the same thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// What they speak of.
    pub title: String,
    /// In the order in which they are written.
    pub steps: Vec<Entry>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// How it is written: `Given`, `When` or `Then` with its expression, of which the first is the usual one.
    pub forms: Vec<(Keyword, String)>,
    /// What it does, in Markdown.
    pub documentation: String,
    /// A place in the features of the walkthrough where it stands, with what belongs to it.
    pub example: Option<String>,
}

const SOURCES: [&str; 20] = [
    include_str!("account.rs"),
    include_str!("described.rs"),
    include_str!("principals.rs"),
    include_str!("groups.rs"),
    include_str!("policies.rs"),
    include_str!("managed_policies.rs"),
    include_str!("organization.rs"),
    include_str!("roles.rs"),
    include_str!("tags.rs"),
    include_str!("assuming.rs"),
    include_str!("mfa.rs"),
    include_str!("federation.rs"),
    include_str!("sessions.rs"),
    include_str!("surroundings.rs"),
    include_str!("buckets.rs"),
    include_str!("objects.rs"),
    include_str!("instances.rs"),
    include_str!("commands.rs"),
    include_str!("access.rs"),
    include_str!("decisions.rs"),
];

const FEATURES: [&str; 17] = [
    include_str!("../features/terse.feature"),
    include_str!("../features/part_1_instance_role.feature"),
    include_str!("../features/part_2_assume_role.feature"),
    include_str!("../features/session_duration.feature"),
    include_str!("../features/vocabulary.feature"),
    include_str!("../features/identities.feature"),
    include_str!("../features/policies.feature"),
    include_str!("../features/mfa.feature"),
    include_str!("../features/reasons.feature"),
    include_str!("../features/surroundings.feature"),
    include_str!("../features/services.feature"),
    include_str!("../features/accounts.feature"),
    include_str!("../features/federation.feature"),
    include_str!("../features/organization.feature"),
    include_str!("../features/access.feature"),
    include_str!("../features/described.feature"),
    include_str!("../features/aws_cli.feature"),
];

/// All steps.
#[must_use]
pub fn catalogue() -> Vec<Chapter> {
    SOURCES.into_iter().map(chapter).collect()
}

impl Entry {
    /// Whether every one of `words` stands in it or in its example, in whatever case.
    #[must_use]
    pub fn mentions(&self, words: &[String]) -> bool {
        let forms = self.forms.iter().map(|(_, expression)| expression.as_str());
        let rest = [self.documentation.as_str(), self.example.as_deref().unwrap_or_default()];
        let text = forms.chain(rest).collect::<Vec<_>>().join("\n").to_lowercase();
        words.iter().all(|word| text.contains(&word.to_lowercase()))
    }
}

fn chapter(source: &str) -> Chapter {
    let heading = source.lines().map_while(|line| line.strip_prefix("//!"));
    let heading: Vec<&str> = heading.map(str::trim).take_while(|line| !line.is_empty()).collect();
    Chapter { title: heading.join(" ").trim_end_matches('.').to_owned(), steps: entries(source) }
}

fn entries(source: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let (mut documentation, mut forms) = (Vec::new(), Vec::new());
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("///") {
            documentation.push(text.strip_prefix(' ').unwrap_or(text));
        } else if let Some(form) = form(line) {
            forms.push(form);
        } else if !line.starts_with("#[") {
            if !forms.is_empty() {
                let forms = std::mem::take(&mut forms);
                let example = FEATURES.into_iter().find_map(|feature| example(feature, &forms));
                entries.push(Entry { forms, documentation: documentation.join("\n"), example });
            }
            documentation.clear();
        }
    }
    entries
}

/// Of a line such as `#[given(expr = "a user {new-user}")]`.
fn form(line: &str) -> Option<(Keyword, String)> {
    let (keyword, rest) = line.strip_prefix("#[")?.split_once("(expr = \"")?;
    let keyword = match keyword {
        "given" => Keyword::Given,
        "when" => Keyword::When,
        "then" => Keyword::Then,
        _ => return None,
    };
    Some((keyword, rest.strip_suffix("\")]")?.replace("\\\"", "\"")))
}

/// The first step of a feature that one of the forms means, and the doc string or table below it.
fn example(feature: &str, forms: &[(Keyword, String)]) -> Option<String> {
    let lines: Vec<&str> = feature.lines().collect();
    let mut keyword = Keyword::Given;
    for (number, line) in lines.iter().enumerate() {
        let Some((word, text)) = line.trim().split_once(' ') else { continue };
        keyword = match word {
            "Given" => Keyword::Given,
            "When" => Keyword::When,
            "Then" => Keyword::Then,
            "And" | "But" | "*" => keyword,
            _ => continue,
        };
        if forms.iter().any(|(of, form)| *of == keyword && says_it(*of, form, text)) {
            let below = lines.iter().skip(number + 1).copied();
            let example = format!("{} {text}{}", keyword.word(), argument(below));
            if !is_of_outline(&example) {
                return Some(example);
            }
        }
    }
    None
}

/// A value that only the examples of an outline tell is no example; an account's number is.
fn is_of_outline(example: &str) -> bool {
    harness::check::filled(example).contains('<')
}

/// A doc string or a table, with a line break before each line.
fn argument<'a>(below: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    let (mut fenced, mut margin) = (false, None);
    for line in below {
        let is_fence = line.trim().starts_with("\"\"\"");
        if !fenced && !is_fence && !line.trim().starts_with('|') {
            break;
        }
        let margin = *margin.get_or_insert_with(|| line.len() - line.trim_start().len());
        text.push_str("\n  ");
        text.push_str(line.get(margin..).unwrap_or_default().trim_end());
        if is_fence && fenced {
            break;
        }
        fenced |= is_fence;
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_step_is_in_it_and_says_what_it_does() {
        let entries = || catalogue().into_iter().flat_map(|chapter| chapter.steps);
        let forms: BTreeSet<_> = entries().flat_map(|entry| entry.forms).collect();
        assert_eq!(forms.len(), harness::step_count());
        for entry in entries() {
            assert!(!entry.documentation.is_empty(), "{:?} does not say what it does", entry.forms);
            assert!(entry.example.is_some(), "no feature shows {:?}", entry.forms);
        }
    }

    #[test]
    fn check_is_told_of_what_stands_below_steps() {
        assert_eq!(harness::untold(), Vec::<String>::new());
    }

    #[test]
    fn examples_come_with_what_belongs_to_them() {
        let all = catalogue();
        let find = |expression: &str| {
            let mut entries = all.iter().flat_map(|chapter| &chapter.steps);
            entries.find(|entry| entry.forms.iter().any(|(_, form)| form == expression)).cloned()
        };
        let trusts = find("{role} trusts:").and_then(|entry| entry.example);
        let expected = "When main-role1 trusts:\n  | principal            |\n  | lambda.amazonaws.com |";
        assert_eq!(trusts.as_deref(), Some(expected));
        let user = find("a user {new-user}").map(|entry| entry.forms);
        assert_eq!(user, Some(vec![(Keyword::Given, "a user {new-user}".to_owned())]));
    }
}
