//! Which scenarios of the feature files are run.

use std::collections::BTreeSet;

use gherkin::tagexpr::TagOperation;
use regex::Regex;

/// Selects by tags and by name; both must agree.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    tags: Option<TagOperation>,
    name: Option<Regex>,
    places: Option<BTreeSet<(String, usize)>>,
}

/// An expression that can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SelectionError {
    /// A tag expression.
    #[error("`{0}` is not a tag expression; write for instance `@smoke and not @slow`")]
    Tags(String),
    /// A regular expression.
    #[error("`{0}` is not a regular expression: {1}")]
    Name(String, String),
}

impl Selection {
    /// `tags` as in `@smoke and not (@slow or @wip)`; `name` a regular expression found in the scenario's name.
    ///
    /// # Errors
    /// Where one of them can't be read.
    pub fn new(tags: Option<&str>, name: Option<&str>) -> Result<Self, SelectionError> {
        let tags = tags
            .map(|text| text.trim().parse().map_err(|_| SelectionError::Tags(text.to_owned())))
            .transpose()?;
        let name = name
            .map(|text| {
                Regex::new(text).map_err(|error| SelectionError::Name(text.to_owned(), error.to_string()))
            })
            .transpose()?;
        Ok(Self { tags, name, places: None })
    }

    /// The one scenario that stands at a line of a file.
    pub fn at(path: &str, line: usize) -> Self {
        Self::default().among(BTreeSet::from([(path.to_owned(), line)]))
    }

    /// Of these only: the paths of files, and the lines on which scenarios stand.
    #[must_use]
    pub fn among(self, places: BTreeSet<(String, usize)>) -> Self {
        Self { places: Some(places), ..self }
    }

    pub(crate) fn takes(&self, path: &str, scenario: &gherkin::Scenario, tags: &[String]) -> bool {
        self.tags.as_ref().is_none_or(|expression| holds(expression, tags))
            && self.name.as_ref().is_none_or(|pattern| pattern.is_match(&scenario.name))
            && self.places.as_ref().is_none_or(|all| all.contains(&(path.to_owned(), scenario.position.line)))
    }
}

fn holds(expression: &TagOperation, tags: &[String]) -> bool {
    match expression {
        TagOperation::And(left, right) => holds(left, tags) && holds(right, tags),
        TagOperation::Or(left, right) => holds(left, tags) || holds(right, tags),
        TagOperation::Not(inner) => !holds(inner, tags),
        TagOperation::Tag(name) => {
            let name = name.trim_start_matches('@');
            tags.iter().any(|tag| tag.trim_start_matches('@') == name)
        }
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expression: &str, tags: &[&str], expected: bool) {
        let expression: TagOperation = expression.parse().expect("a tag expression");
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        assert_eq!(holds(&expression, &tags), expected);
    }

    #[test]
    fn tag_expressions() {
        check("@a", &["a"], true);
        check("@a and not @b", &["a", "b"], false);
        check("@a or @b", &["b"], true);
        check("not @needs:aws-cli", &["needs:aws-cli"], false);
    }
}
