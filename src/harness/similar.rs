//! What somebody may have meant: names and steps close to a given one.

use policy::edit_distance;

/// Those of `known` that are close enough to `word` to be a slip, nearest first.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let limit = (word.chars().count() / 3).max(2);
    let mut scored: Vec<(usize, &str)> = known
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    scored.sort();
    scored.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The step expressions that share most with `text`, best first.
pub(crate) fn nearest_steps<'a>(text: &str, expressions: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = words(text);
    let mut scored: Vec<(usize, &str)> = expressions
        .map(|expression| {
            let offered = words(expression);
            let shared = wanted.iter().filter(|word| offered.iter().any(|other| alike(word, other))).count();
            (shared * 1000 / (wanted.len() + offered.len()).max(1), expression)
        })
        .filter(|(score, _)| *score > 0)
        .collect();
    scored.sort_by(|(left, one), (right, other)| right.cmp(left).then(one.cmp(other)));
    scored.into_iter().take(6).map(|(_, expression)| expression).collect()
}

/// Whether two words are the same but for a slip.
fn alike(word: &str, other: &str) -> bool {
    word == other || word.chars().count() > 3 && edit_distance(word, other) <= 1 + word.chars().count() / 7
}

/// The words of a step, without the parts that vary.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter(|word| {
            !word.contains(['{', '"', '<', '(']) && !word.chars().all(|letter| letter.is_ascii_digit())
        })
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, known: &[&str], expected: &[&str]) {
        assert_eq!(nearest(word, known.iter().copied()), expected);
    }

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        check("main-rol1", &["main-role1", "other"], &["main-role1"]);
        check("Whne", &["When", "Then", "Given"], &["When"]);
        check("testing-s3", &["billing-data"], &[]);
    }

    #[test]
    fn steps_are_found_by_their_words() {
        let known = ["upload succeeds", "upload is denied", "a bucket {name}"];
        assert_eq!(
            nearest_steps("uploads succeed upload", known.into_iter()),
            ["upload succeeds", "upload is denied"]
        );
        assert_eq!(nearest_steps("a bucket \"x\"", known.into_iter()), ["a bucket {name}"]);
    }
}
