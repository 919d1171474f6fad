//! The expressions of steps, taken apart: what of them is typed already, and what is still to come.

use std::sync::LazyLock;

use harness::parameters::{Written, written};
use regex::Regex;

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Words of which one is written, the usual one first; an optional one may be left out.
    Words(Vec<String>),
    /// A parameter.
    Parameter(Written),
}

/// How far a text is one of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Typed {
    /// What follows the text, its first words cut where the text ends.
    pub(crate) rest: Vec<Piece>,
    /// The parameter that the text ends in, and how much of it there is, in bytes.
    pub(crate) within: Option<(Written, usize)>,
}

/// An expression such as `{who} can't/cannot list key(s)`.
pub(crate) fn pieces(expression: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = expression;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        let Some(parameter) = PARAMETERS.iter().map(|(it, _)| it).find(|it| it.name == format!("{{{name}}}"))
        else {
            break;
        };
        words(before, &mut pieces);
        pieces.push(Piece::Parameter(*parameter));
        rest = after;
    }
    words(rest, &mut pieces);
    pieces
}

/// Words in which `a/b` is one of two, and `(s)` may be left out.
fn words(text: &str, pieces: &mut Vec<Piece>) {
    for part in text.split_inclusive(' ') {
        let (word, space) = part.strip_suffix(' ').map_or((part, ""), |word| (word, " "));
        let alternatives: Vec<String> = word.split('/').flat_map(with_and_without).collect();
        match (alternatives.as_slice(), pieces.last_mut()) {
            ([one], Some(Piece::Words(before))) if before.len() == 1 => {
                before.iter_mut().for_each(|before| *before += &format!("{one}{space}"));
            }
            _ => pieces.push(Piece::Words(alternatives.iter().map(|one| format!("{one}{space}")).collect())),
        }
    }
}

/// `key(s)` without its optional end, and with it.
fn with_and_without(word: &str) -> Vec<String> {
    let parts = word.split_once('(').and_then(|(before, rest)| {
        let (optional, after) = rest.split_once(')')?;
        Some((before, optional, after))
    });
    match parts {
        Some((before, optional, after)) => {
            vec![format!("{before}{after}"), format!("{before}{optional}{after}")]
        }
        None => vec![word.to_owned()],
    }
}

/// How far `text` is the beginning of what the pieces say; `None`: it is that of something else.
pub(crate) fn typed(text: &str, pieces: &[Piece]) -> Option<Typed> {
    let Some((first, rest)) = pieces.split_first() else {
        return text.is_empty().then(|| Typed { rest: Vec::new(), within: None });
    };
    match first {
        Piece::Words(_) if text.is_empty() => Some(Typed { rest: pieces.to_vec(), within: None }),
        Piece::Words(alternatives) => alternatives.iter().find_map(|words| {
            if let Some(text) = text.strip_prefix(words.as_str()) {
                return typed(text, rest);
            }
            let left = words.strip_prefix(text)?;
            let left = (!left.is_empty()).then(|| Piece::Words(vec![left.to_owned()]));
            Some(Typed { rest: left.into_iter().chain(rest.iter().cloned()).collect(), within: None })
        }),
        Piece::Parameter(parameter) => {
            let (_, pattern) = PARAMETERS.iter().find(|(it, _)| it == parameter)?;
            let found = pattern.as_ref()?.find(text).map_or(0, |found| found.end());
            let left = text.get(found..)?;
            // Quotes that are still open, or nothing at all.
            let is_begun =
                left.is_empty() || found == 0 && left.starts_with('"') && left.matches('"').count() == 1;
            if is_begun {
                return Some(Typed { rest: rest.to_vec(), within: Some((*parameter, text.len())) });
            }
            if found == 0 { None } else { typed(left, rest) }
        }
    }
}

static PARAMETERS: LazyLock<Vec<(Written, Option<Regex>)>> = LazyLock::new(|| {
    written().map(|parameter| (parameter, Regex::new(&format!("^(?:{})", parameter.regex)).ok())).collect()
});

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn spelt(pieces: &[Piece]) -> String {
        let spelt = |piece: &Piece| match piece {
            Piece::Words(words) => words.join("|"),
            Piece::Parameter(parameter) => parameter.name.to_owned(),
        };
        pieces.iter().map(spelt).collect::<Vec<_>>().join("·")
    }

    #[test]
    fn expressions_are_taken_apart() {
        let of = |expression| spelt(&pieces(expression));
        assert_eq!(of("a user {new-user}"), "a user ·{new-user}");
        assert_eq!(of("{who} can't/cannot list {bucket}"), "{who}· ·can't |cannot ·list ·{bucket}");
        assert_eq!(of("{user} has {count} access key(s)"), "{user}· has ·{count}· access ·key|keys");
    }

    #[track_caller]
    fn check(text: &str, expression: &str, expected: Option<(&str, Option<(&str, usize)>)>) {
        let found = typed(text, &pieces(expression));
        let found = found.map(|it| (spelt(&it.rest), it.within.map(|(it, length)| (it.name, length))));
        assert_eq!(
            found,
            expected.map(|(rest, within)| (rest.to_owned(), within)),
            "`{text}` of `{expression}`"
        );
    }

    #[test]
    fn what_is_typed_leaves_what_is_to_come() {
        let list = "{who} can't/cannot list {bucket}";
        check("", list, Some((" ·can't |cannot ·list ·{bucket}", Some(("{who}", 0)))));
        check("al", list, Some((" ·can't |cannot ·list ·{bucket}", Some(("{who}", 2)))));
        check("alice ", list, Some(("can't |cannot ·list ·{bucket}", None)));
        check("alice cann", list, Some(("ot ·list ·{bucket}", None)));
        check("alice cannot list ", list, Some(("", Some(("{bucket}", 0)))));
        check("alice can't list \"my bu", list, Some(("", Some(("{bucket}", 6)))));
        check("alice can list ", list, None);
        check("a user bob", "a user {new-user}", Some(("", Some(("{new-user}", 3)))));
        check("a user bob ", "a user {new-user}", None);
        check("1 hour pas", "{span} passes", Some(("ses", None)));
    }
}
