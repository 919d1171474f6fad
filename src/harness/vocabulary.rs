//! The registered steps, as people write them.

use std::sync::LazyLock;

use cucumber::codegen::{StepConstructor as _, WorldInventory, inventory};
use cucumber::step::Location;
use gherkin::StepType;
use regex::{Regex, RegexSet, RegexSetBuilder};

use crate::check::{Rehearsal, Rehearsed};
use crate::parameters::{Parameter, parameters};
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

    pub(crate) fn of(kind: StepType) -> Self {
        match kind {
            StepType::Given => Self::Given,
            StepType::When => Self::When,
            StepType::Then => Self::Then,
        }
    }
}

/// A registered step.
pub(crate) struct Known {
    pub(crate) kind: StepType,
    /// As it is written, with parameters in braces.
    pub(crate) expression: String,
    pub(crate) pattern: Regex,
    /// In the order of the pattern's groups.
    pub(crate) parameters: Vec<&'static Parameter>,
    /// The source file and line of its definition.
    pub(crate) place: String,
    /// What it tells beyond its parameters.
    pub(crate) rehearse: Option<fn(&mut Rehearsal<'_, '_>)>,
}

impl Known {
    /// Its keyword and expression.
    pub(crate) fn written(&self) -> String {
        format!("{:?} {}", self.kind, self.expression)
    }
}

impl Known {
    /// Whether it takes no notice of a table or a doc string, as far as its expression tells.
    pub(crate) fn reads_nothing(&self) -> bool {
        !self.expression.ends_with(BELOW)
    }
}

struct Vocabulary {
    /// Sorted by kind and expression.
    steps: Vec<Known>,
    /// All patterns, in the order of the steps.
    patterns: Option<RegexSet>,
}

/// What a thread may use to find the steps that say something. With less, what it has learnt is soon forgotten, and each text
/// is compared with every step in the slowest way there is.
const MEMORY: usize = 32 * 1024 * 1024;

/// Making the expressions is the expensive part.
static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let mut steps: Vec<Known> = registered();
    steps.sort_by(|one, other| {
        (one.kind as u8, &one.expression, &one.place).cmp(&(
            other.kind as u8,
            &other.expression,
            &other.place,
        ))
    });
    let mut patterns = RegexSetBuilder::new(steps.iter().map(|step| step.pattern.as_str()));
    let patterns = patterns.dfa_size_limit(MEMORY).build().ok();
    Vocabulary { steps, patterns }
});

fn registered() -> Vec<Known> {
    let known = |kind, location: Location, pattern: Regex| {
        let expression = readable(pattern.as_str());
        let parameters = in_order(&expression);
        let place = format!("{}:{}", location.path, location.line);
        let rehearsed = inventory::iter::<Rehearsed>.into_iter().find(|it| it.expression == expression);
        let rehearse = rehearsed.map(|it| it.rehearse);
        Known { kind, expression, pattern, parameters, place, rehearse }
    };
    let given = inventory::iter::<<World as WorldInventory>::Given>.into_iter().map(|step| step.inner());
    let given = given.map(|(place, pattern, _)| known(StepType::Given, place, pattern()));
    let when = inventory::iter::<<World as WorldInventory>::When>.into_iter().map(|step| step.inner());
    let when = when.map(|(place, pattern, _)| known(StepType::When, place, pattern()));
    let then = inventory::iter::<<World as WorldInventory>::Then>.into_iter().map(|step| step.inner());
    let then = then.map(|(place, pattern, _)| known(StepType::Then, place, pattern()));
    given.chain(when).chain(then).collect()
}

/// The parameters of an expression, as they stand in it.
fn in_order(expression: &str) -> Vec<&'static Parameter> {
    let parts = expression.split('{').skip(1).filter_map(|part| part.split_once('}'));
    let find = |name: &str| parameters().find(|known| known.written.trim_matches(['{', '}']) == name);
    parts.filter_map(|(name, _)| find(name)).collect()
}

/// All registered steps.
pub(crate) fn steps() -> &'static [Known] {
    &VOCABULARY.steps
}

/// The steps that say `text`, whatever their keyword.
pub(crate) fn saying(text: &str) -> Vec<&'static Known> {
    let Vocabulary { steps, patterns } = &*VOCABULARY;
    match patterns {
        Some(patterns) => patterns.matches(text).into_iter().filter_map(|place| steps.get(place)).collect(),
        None => steps.iter().filter(|step| step.pattern.is_match(text)).collect(),
    }
}

/// A registered step, as people write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// What it begins with.
    pub keyword: Keyword,
    /// With parameters in braces.
    pub expression: &'static str,
    /// The source file and line of its definition.
    pub place: &'static str,
}

impl Form {
    pub(crate) fn of(known: &'static Known) -> Self {
        let (expression, place) = (known.expression.as_str(), known.place.as_str());
        Self { keyword: Keyword::of(known.kind), expression, place }
    }

    /// Whether a table or a doc string goes below it.
    pub fn takes_more(&self) -> bool {
        self.expression.ends_with(BELOW)
    }
}

/// All registered steps, by keyword and expression.
pub fn forms() -> impl Iterator<Item = Form> {
    steps().iter().map(Form::of)
}

/// The one step that says what `step` does.
pub(crate) fn form_of(step: &gherkin::Step) -> Option<Form> {
    let saying = saying(&step.value);
    let mut saying = saying.into_iter().filter(|known| known.kind == step.ty);
    saying.next().filter(|_| saying.next().is_none()).map(Form::of)
}

/// What stands at the end of an expression whose step takes a table or a doc string, and has to tell `check` of it.
const BELOW: char = ':';

/// Expressions of which `check` is not told what it must know: those that have something below them without a rehearsal,
/// and those of rehearsals that no step has.
pub fn untold() -> Vec<String> {
    let without = steps().iter().filter(|step| step.expression.ends_with(BELOW) && step.rehearse.is_none());
    let nowhere = inventory::iter::<Rehearsed>
        .into_iter()
        .filter(|rehearsed| !steps().iter().any(|step| step.expression == rehearsed.expression));
    without.map(Known::written).chain(nowhere.map(|rehearsed| rehearsed.expression.to_owned())).collect()
}

/// Whether `text` is what the step of this expression says.
pub fn says_it(keyword: Keyword, expression: &str, text: &str) -> bool {
    saying(text).iter().any(|step| Keyword::of(step.kind) == keyword && step.expression == expression)
}

/// The steps that `step` may have meant, with their keywords, best first.
pub(crate) fn similar(step: &gherkin::Step) -> Vec<String> {
    let mut similar: Vec<String> = saying(&step.value).into_iter().map(Known::written).collect();
    if similar.is_empty() {
        let near = nearest_steps(&step.value, steps().iter().map(|step| step.expression.as_str()));
        let of_its_kind = |expression: &str| {
            let of_it = steps().iter().filter(|known| known.expression == expression);
            of_it.min_by_key(|known| known.kind != step.ty).map(Known::written)
        };
        similar = near.into_iter().filter_map(of_its_kind).collect();
        similar.dedup();
        similar.truncate(3);
    }
    similar
}

/// Whether a step, whatever its keyword, says `text` and is not only a name.
pub(crate) fn says(text: &str) -> bool {
    saying(text).iter().any(|step| step.expression != "{who}")
}

/// The expressions of the steps of one kind, each once.
fn expressions(kind: StepType) -> Vec<&'static str> {
    let of_kind = steps().iter().filter(|step| step.kind == kind);
    let mut expressions: Vec<&str> = of_kind.map(|step| step.expression.as_str()).collect();
    expressions.dedup();
    expressions
}

/// The cucumber expression that a generated regular expression came from: cucumber keeps only the latter.
pub(crate) fn readable(regex: &str) -> String {
    let mut text = regex.trim_start_matches('^').trim_end_matches('$').to_owned();
    for parameter in parameters() {
        text = text.replace(&format!("({})", parameter.regex), parameter.written);
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
