//! Tags that mean something to a run, and those that look like them. All others are free.

use evidence::{ControlRef, TAG_PREFIX as CONTROL_PREFIX};

use super::codes;
use super::page::Page;

/// What a tag `@needs:NAME` may name: what one target or another has, and the AWS CLI.
pub const NEEDS: [&str; 10] = [
    "aws-cli",
    "clock",
    "explanations",
    "identity-provider",
    "instances",
    "mfa",
    "organization",
    "other-account",
    "root",
    "source-address",
];
const NEEDS_PREFIX: &str = "needs:";

pub(super) fn check(tags: &[String], line: usize, page: &mut Page<'_>) {
    for tag in tags {
        one(tag.trim_start_matches('@'), line, page);
    }
}

fn one(tag: &str, line: usize, page: &mut Page<'_>) {
    let written = format!("@{tag}");
    let tell = |page: &mut Page<'_>, code, message: String, help: Option<String>| {
        let place = page.tag(line, &written);
        page.add(code, place.line, place, message, help);
    };
    if let Some(name) = tag.strip_prefix(NEEDS_PREFIX) {
        if !NEEDS.contains(&name) {
            let near = policy::nearest(name, NEEDS.into_iter())
                .first()
                .map(|near| format!("did you mean `@needs:{near}`?"));
            let help = near.or_else(|| Some(format!("there are: {}", NEEDS.join(", "))));
            tell(page, codes::NEEDS, format!("no target has `{name}`"), help);
        }
    } else if tag.starts_with(CONTROL_PREFIX) {
        let unknown = match ControlRef::from_tag(tag) {
            Some(control) => unknown(&control, page.beside.controls),
            None => {
                let help = "write `@control:FRAMEWORK:ID`, for instance `@control:NIST-800-53:AC-6`";
                Some((format!("`{written}` names no control"), help.to_owned()))
            }
        };
        if let Some((message, help)) = unknown {
            tell(page, codes::CONTROL, message, Some(help));
        }
    } else if let Some(meant) = meant(tag) {
        tell(
            page,
            codes::TAG,
            format!("`{written}` means nothing to a run"),
            Some(format!("did you mean `@{meant}`?")),
        );
    }
}

/// What is wrong with a control, and what to do about it: that a file which lists its framework does not have it.
fn unknown(control: &ControlRef, known: &[ControlRef]) -> Option<(String, String)> {
    // A run takes names that differ only in case for the same control's.
    if known.iter().any(|it| it.folded() == control.folded()) {
        return None;
    }
    let ControlRef { framework, id } = control;
    let ids: Vec<&str> = known
        .iter()
        .filter(|it| it.framework.eq_ignore_ascii_case(framework))
        .map(|it| it.id.as_str())
        .collect();
    let message = format!("`controls.toml` has no `{control}`");
    if ids.is_empty() {
        let near = policy::nearest(framework, known.iter().map(|it| it.framework.as_str()));
        return near.first().map(|near| (message, format!("did you mean `@control:{near}:{id}`?")));
    }
    let near = policy::nearest(id, ids.iter().copied());
    let help = match near.first() {
        Some(near) => format!("did you mean `@control:{framework}:{near}`?"),
        None => format!("it has of {framework}: {}", ids.join(", ")),
    };
    Some((message, help))
}

/// The tag with a meaning that one without is a slip of.
fn meant(tag: &str) -> Option<String> {
    let lower = tag.to_lowercase();
    if tag == "slow" {
        return None;
    }
    if lower == "slow" || is_swapped(&lower, "slow") {
        return Some("slow".to_owned());
    }
    // `@needs-clock`, but not `@needs-review`; of `@control` nothing tells what follows from a word of its own.
    let (word, rest) = lower.split_once([':', '-', '_', '='])?;
    let is_near = |known: &str| !policy::nearest(word, std::iter::once(known)).is_empty();
    if is_near("needs") && NEEDS.contains(&rest) {
        return Some(format!("{NEEDS_PREFIX}{rest}"));
    }
    let (_, rest) = tag.split_once(':')?;
    let names_control =
        rest.split_once(':').is_some_and(|(framework, id)| !framework.is_empty() && !id.is_empty());
    (is_near("control") && names_control).then(|| format!("{CONTROL_PREFIX}{rest}"))
}

/// Whether two neighbouring letters have changed places, and nothing else.
fn is_swapped(word: &str, known: &str) -> bool {
    let (word, known): (Vec<char>, Vec<char>) = (word.chars().collect(), known.chars().collect());
    let others: Vec<usize> = (0..known.len()).filter(|place| word.get(*place) != known.get(*place)).collect();
    let [first, second] = others.as_slice() else { return false };
    word.len() == known.len()
        && second - first == 1
        && word.get(*first) == known.get(*second)
        && word.get(*second) == known.get(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_and_free_tags_are_not() {
        for (tag, expected) in [
            ("Slow", Some("slow")),
            ("solw", Some("slow")),
            ("need:clock", Some("needs:clock")),
            ("needs-instances", Some("needs:instances")),
            ("Needs:AWS-CLI", Some("needs:aws-cli")),
            ("controls:SOC2:CC6.1", Some("control:SOC2:CC6.1")),
            ("Control:SOC2:CC6.1", Some("control:SOC2:CC6.1")),
        ] {
            assert_eq!(meant(tag).as_deref(), expected, "{tag}");
        }
        for tag in [
            "flow",
            "glow",
            "slot",
            "show",
            "wip",
            "skip",
            "smoke",
            "needs-review",
            "control-plane",
            "controls",
            "team:billing",
            "JIRA-12",
            "owner:needs",
            "clock",
            "slower",
            "slow",
        ] {
            assert_eq!(meant(tag), None, "{tag}");
        }
    }
}
