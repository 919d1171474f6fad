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

/// How people say that something may be done.
const MAY: [&str; 9] =
    ["able", "allowed", "can", "granted", "passes", "permitted", "succeed", "succeeds", "works"];
/// How they say that it may not.
const MAY_NOT: [&str; 13] = [
    "blocked",
    "can't",
    "cannot",
    "denied",
    "fail",
    "fails",
    "forbidden",
    "impossible",
    "prevented",
    "prohibited",
    "refused",
    "rejected",
    "unable",
];
/// What turns a word for the one into a word for the other.
const NOT: [&str; 4] = ["isn't", "never", "no", "not"];

/// The step expressions that share most with `text`, best first. None of them says the opposite of it.
pub(crate) fn nearest_steps<'a>(text: &str, expressions: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = words(text);
    let expected = outcome(&wanted);
    let mut scored: Vec<(usize, &str)> = expressions
        .filter_map(|expression| {
            let offered = words(expression);
            let same_outcome = match (expected, outcome(&offered)) {
                (Some(expected), Some(offered)) if expected != offered => return None,
                (Some(_), Some(_)) => 1,
                _ => 0,
            };
            let shared = wanted.iter().filter(|word| offered.iter().any(|other| alike(word, other))).count();
            Some(((shared + same_outcome) * 1000 / (wanted.len() + offered.len()).max(1), expression))
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

/// Whether something may be done, as the words have it; `None`: they speak of neither.
fn outcome(words: &[String]) -> Option<bool> {
    // `table` is no slip of `able`.
    let is = |known: &str, word: &str| known == word || known.len() > 5 && alike(known, word);
    let one_of = |known: &[&str], word: &str| known.iter().any(|known| is(known, word));
    let is_negated =
        |place: usize| words.iter().take(place).rev().take(2).any(|before| NOT.contains(&before.as_str()));
    words.iter().enumerate().find_map(|(place, word)| {
        let may = one_of(&MAY, word);
        (may || one_of(&MAY_NOT, word)).then(|| may != is_negated(place))
    })
}

/// The words of a step, without the parts that vary.
fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| letter.is_whitespace() || letter == '/')
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
        assert_eq!(nearest_steps("uploads succeed upload", known.into_iter()), ["upload succeeds"]);
        assert_eq!(nearest_steps("a bucket \"x\"", known.into_iter()), ["a bucket {name}"]);
    }

    #[test]
    fn no_step_is_offered_that_says_the_opposite() {
        let known =
            ["upload succeeds", "upload is denied", "{who} is allowed {action}", "{who} can't/cannot lie"];
        for (text, expected) in [
            ("alice is able to upload", ["upload succeeds", "{who} is allowed {action}"].as_slice()),
            ("alice is not able to upload", &["upload is denied", "{who} can't/cannot lie"]),
            ("upload isn't allowed", &["upload is denied", "{who} can't/cannot lie"]),
            ("upload is forbiden", &["upload is denied", "{who} can't/cannot lie"]),
            ("upload", &["upload succeeds", "upload is denied"]),
        ] {
            assert_eq!(nearest_steps(text, known.into_iter()), expected, "{text}");
        }
    }
}
