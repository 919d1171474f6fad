//! Texts with wildcards and variables, matched letter by letter.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html> and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.

use rolecall_policy::Context;

/// One piece of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    Letter(char),
    /// `*`: any number of letters, none too.
    Any,
    /// `?`: one letter.
    One,
}

/// A policy's text with its variables replaced; `None` where one has no value ("effectively null": nothing is equal to
/// it or like it). `${*}`, `${?}` and `${$}` are the characters themselves.
pub(crate) fn expand(text: &str, variables: bool, context: &Context) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let variable = rest.strip_prefix("${").filter(|_| variables).and_then(|after| after.split_once('}'));
        match (variable, letter) {
            (Some((name, after)), _) => {
                pieces.extend(value_of(name, context)?.chars().map(Piece::Letter));
                rest = after;
                continue;
            }
            (None, '*') => pieces.push(Piece::Any),
            (None, '?') => pieces.push(Piece::One),
            (None, letter) => pieces.push(Piece::Letter(letter)),
        }
        rest = &rest[letter.len_utf8()..];
    }
    Some(pieces)
}

fn value_of(name: &str, context: &Context) -> Option<String> {
    if matches!(name, "*" | "?" | "$") {
        return Some(name.to_owned());
    }
    let (key, default) = match name.split_once(',') {
        Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\'').to_owned())),
        None => (name.trim(), None),
    };
    // A key with several values cannot be a variable.
    match context.get(key) {
        Some([value]) => Some(value.clone()),
        _ => default,
    }
}

/// Whether the whole text is what the pattern says.
pub(crate) fn like(pattern: &[Piece], text: &[char]) -> bool {
    match pattern.first() {
        None => text.is_empty(),
        Some(Piece::Any) => (0..=text.len()).any(|eaten| like(&pattern[1..], &text[eaten..])),
        Some(Piece::One) => !text.is_empty() && like(&pattern[1..], &text[1..]),
        Some(Piece::Letter(letter)) => text.first() == Some(letter) && like(&pattern[1..], &text[1..]),
    }
}

/// The same without wildcards: `*` and `?` are letters like others.
pub(crate) fn equal(pattern: &[Piece], text: &str) -> bool {
    let letters: String = pattern
        .iter()
        .map(|piece| match piece {
            Piece::Letter(letter) => *letter,
            Piece::Any => '*',
            Piece::One => '?',
        })
        .collect();
    letters == text
}

pub(crate) fn letters(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// "Each of the six colon-delimited components of the ARN is checked separately and each can include multi-character
/// match wildcards (*) or single-character match wildcards (?)."
pub(crate) fn arn_like(pattern: &[Piece], arn: &str) -> bool {
    let wanted: Vec<&[Piece]> = pattern.splitn(6, |piece| *piece == Piece::Letter(':')).collect();
    let found: Vec<&str> = arn.splitn(6, ':').collect();
    wanted.len() == 6
        && found.len() == 6
        && wanted.iter().zip(&found).all(|(wanted, found)| like(wanted, &letters(found)))
}
