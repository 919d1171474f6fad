//! The registered steps, as people write them.

use cucumber::codegen::{Regex, StepConstructor as _, WorldInventory, inventory};
use gherkin::StepType;

use crate::similar::nearest_steps;
use crate::world::World;

/// How many steps are registered: zero where the binary forgot to link the crate of steps.
pub fn step_count() -> usize {
    [StepType::Given, StepType::When, StepType::Then].into_iter().map(|kind| expressions(kind).len()).sum()
}

/// What a step begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keyword {
    /// What is so before.
    Given,
    /// What happens.
    When,
    /// What is expected.
    Then,
}

impl Keyword {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Given => "Given",
            Self::When => "When",
            Self::Then => "Then",
        }
    }

    fn of(kind: StepType) -> Self {
        match kind {
            StepType::Given => Self::Given,
            StepType::When => Self::When,
            StepType::Then => Self::Then,
        }
    }
}

/// Whether `text` is what the step of this expression says.
pub fn says_it(keyword: Keyword, expression: &str, text: &str) -> bool {
    let mut of_keyword = patterns().into_iter().filter(|(kind, _)| Keyword::of(*kind) == keyword);
    of_keyword.any(|(_, pattern)| pattern.is_match(text) && readable(pattern.as_str()) == expression)
}

/// The steps that `step` may have meant, with their keywords, best first.
pub(crate) fn similar(step: &gherkin::Step) -> Vec<String> {
    let all: Vec<(StepType, String)> = [StepType::Given, StepType::When, StepType::Then]
        .into_iter()
        .flat_map(|kind| expressions(kind).into_iter().map(move |expression| (kind, expression)))
        .collect();
    let with_keyword = |(kind, expression): &(StepType, String)| format!("{kind:?} {expression}");
    let elsewhere = patterns().into_iter().filter(|(_, pattern)| pattern.is_match(&step.value));
    let mut similar: Vec<String> =
        elsewhere.map(|(kind, pattern)| with_keyword(&(kind, readable(pattern.as_str())))).collect();
    if similar.is_empty() {
        let near = nearest_steps(&step.value, all.iter().map(|(_, expression)| expression.as_str()));
        let of_its_kind = |expression: &str| {
            all.iter()
                .filter(|(_, known)| known == expression)
                .min_by_key(|(kind, _)| *kind != step.ty)
                .map(with_keyword)
        };
        similar = near.into_iter().filter_map(of_its_kind).collect();
        similar.dedup();
        similar.truncate(3);
    }
    similar
}

/// Whether a step, whatever its keyword, says `text` and is not only a name.
pub(crate) fn says(text: &str) -> bool {
    patterns().iter().any(|(_, pattern)| readable(pattern.as_str()) != "{name}" && pattern.is_match(text))
}

pub(crate) fn patterns() -> Vec<(StepType, Regex)> {
    let given = inventory::iter::<<World as WorldInventory>::Given>
        .into_iter()
        .map(|step| (StepType::Given, step.inner().1()));
    let when = inventory::iter::<<World as WorldInventory>::When>
        .into_iter()
        .map(|step| (StepType::When, step.inner().1()));
    let then = inventory::iter::<<World as WorldInventory>::Then>
        .into_iter()
        .map(|step| (StepType::Then, step.inner().1()));
    given.chain(when).chain(then).collect()
}

/// The expressions of the steps of one kind, sorted.
fn expressions(kind: StepType) -> Vec<String> {
    let mut expressions: Vec<String> = patterns()
        .iter()
        .filter(|(of, _)| *of == kind)
        .map(|(_, pattern)| readable(pattern.as_str()))
        .collect();
    expressions.sort();
    expressions.dedup();
    expressions
}

/// The cucumber expression that a generated regular expression came from: cucumber keeps only the latter.
pub(crate) fn readable(regex: &str) -> String {
    let mut text = regex.trim_start_matches('^').trim_end_matches('$').to_owned();
    for (pattern, name) in crate::parameters::PATTERNS {
        text = text.replace(&format!("({pattern})"), name);
    }
    // `(?:s)?` was `(s)`, and `(?:can't|cannot)` was `can't/cannot`.
    while let Some((before, rest)) = text.split_once("(?:") {
        let Some((inside, after)) = rest.split_once(')') else { break };
        text = match after.strip_prefix('?') {
            Some(after) => format!("{before}({inside}){after}"),
            None => format!("{before}{}{after}", inside.replace('|', "/")),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_read_as_they_were_written() {
        assert_eq!(
            readable("^a (?:can't|cannot) see (?:many|one) key(?:s)?$"),
            "a can't/cannot see many/one key(s)"
        );
        assert_eq!(readable(r#"^("[^"]*") passes$"#), "{text} passes");
    }
}
