//! Where something comes from: a name from the step that gave it first, a file from where it is, and a step from the page
//! that documents it.

use harness::Form;
use harness::check::{Given, here};
use lsp_types::{Position, Range};

use crate::document::{Document, utf16};

/// Where to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A part of the same document.
    Here(Range),
    /// A file, by its path as the document has it: from the document's folder.
    File(String),
    /// The documentation of a step.
    Step(Form),
}

/// Where what stands at a position comes from. `is_file` tells whether there is a file at a path that the document has.
pub fn definition(document: &Document, position: Position, is_file: impl Fn(&str) -> bool) -> Option<Place> {
    let here = here(document.path(), document.text(), position.line as usize + 1)?;
    let word = document.word(position);
    if let Some(range) = name(document, &word, &here.names, position.line) {
        return Some(Place::Here(range));
    }
    if !word.is_empty() && is_file(&word) {
        return Some(Place::File(word));
    }
    here.form.filter(|_| here.line == position.line as usize + 1).map(Place::Step)
}

/// The step that gave a name; not where it is pointed at itself.
fn name(document: &Document, word: &str, names: &[Given], line: u32) -> Option<Range> {
    let is_it = |word: &str| names.iter().find(|given| given.name == word);
    // Of an ARN, and of a file in a bucket, the parts are names.
    let parts = word.rsplit([':', '/']).chain([word.split('/').next().unwrap_or_default()]);
    let given = is_it(word).or_else(|| parts.filter(|part| !part.is_empty()).find_map(is_it))?;
    let at = u32::try_from(given.line.checked_sub(1)?).ok()?;
    let text = document.line(at);
    let byte = text.rfind(given.name.as_str());
    if at == line {
        return None;
    }
    Some(match byte {
        Some(byte) => document.range(at, byte..byte + given.name.len()),
        // A step such as `Given main-user` gives more than it names.
        None => Range::new(Position::new(at, 0), Position::new(at, utf16(text))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marked::{marked, scenario};

    #[track_caller]
    fn check(lines: &str, expected: Option<&str>) {
        let (document, position) = marked(&scenario(lines));
        let place = definition(&document, position, |path| path == "accounts/gaad.json");
        let told = place.map(|place| match place {
            Place::Here(range) => {
                format!("{}:{}-{}", range.start.line + 1, range.start.character, range.end.character)
            }
            Place::File(path) => path,
            Place::Step(form) => format!("{:?} {}", form.keyword, form.expression),
        });
        assert_eq!(told.as_deref(), expected);
    }

    #[test]
    fn names_lead_to_the_steps_that_gave_them() {
        check("    Then al¦ice can't list reports\n", Some("6:17-22"));
        check("    Then alice can't list reports¦\n", Some("3:19-26"));
        check("    Then alice can do s3:GetObject on repor¦ts/a\n", Some("3:19-26"));
        let policy = "    And alice has the inline policy p:\n      \"\"\"\n      {\"Resource\": \"arn:aws:s3:::arch¦ive/*\"}\n      \"\"\"\n";
        check(policy, Some("4:17-24"));
        check("    Then access is:\n      | who | action |\n      | audi¦tor | a:b |\n", Some("7:15-22"));
    }

    #[test]
    fn files_and_steps_lead_to_where_they_are() {
        check("    Given the account described in \"accounts/ga¦ad.json\"\n", Some("accounts/gaad.json"));
        check("    Then alice can't li¦st reports\n", Some("Then {who} can't/cannot list {bucket}"));
        check("    Given a us¦er bob\n", Some("Given a user {new-user}"));
        check("    Given a us¦r bob\n", None);
        check("    Then access is:\n      | who | action |\n      | nob¦ody | a:b |\n", None);
    }
}
