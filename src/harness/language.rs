//! What is suggested to write, in the language of the feature: our texts say steps with English keywords, behind a
//! backtick.
//!
//! `languages.txt` has the first keyword of each kind of the languages that gherkin knows and keeps to itself, but for three
//! in which it takes `When` for `Given`.

use crate::syntax::language;

const LANGUAGES: &str = include_str!("languages.txt");

/// What steps begin with, and a space where the language writes one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Language {
    given: &'static str,
    when: &'static str,
    then: &'static str,
}

impl Language {
    /// That of a file with these lines; `None`: English, or one that nobody knows.
    pub(crate) fn of<Line: AsRef<str>>(lines: &[Line]) -> Option<Self> {
        let (_, name) = language(lines)?;
        let row = |line: &'static str| line.split('|').collect::<Vec<_>>();
        LANGUAGES.lines().map(row).find_map(|row| match *row.as_slice() {
            [language, _, _, given, when, then, ..] if language == name => Some(Self { given, when, then }),
            _ => None,
        })
    }

    /// A text with what it suggests as it is written in this language.
    pub(crate) fn suggests(&self, text: &str) -> String {
        let mut said = text.to_owned();
        for (english, own) in self.keywords() {
            said = said.replace(&format!("`{english} "), &format!("`{own}"));
            said = said.replace(&format!("`{english}`"), &format!("`{}`", own.trim_end()));
        }
        said
    }

    /// A step as it is written in this language.
    pub(crate) fn writes(&self, step: &str) -> String {
        let own = self.keywords().into_iter().find_map(|(english, own)| {
            let words = step.strip_prefix(english)?.strip_prefix(' ')?;
            Some(format!("{own}{words}"))
        });
        own.unwrap_or_else(|| step.to_owned())
    }

    fn keywords(&self) -> [(&'static str, &'static str); 3] {
        [("Given", self.given), ("When", self.when), ("Then", self.then)]
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]
mod tests {
    use gherkin::{Feature, GherkinEnv, StepType};

    use super::*;

    #[track_caller]
    fn check(language: &str, text: &str, expected: &str) {
        let said = Language::of(&[format!("# language: {language}")]).unwrap().suggests(text);
        assert_eq!(said, expected);
    }

    #[test]
    fn steps_behind_backticks_are_in_the_language() {
        let text = "add `Given a bucket NAME`, or `Then it succeeds`: it has no `Then`; Given the ARN";
        check(
            "de",
            text,
            "add `Angenommen a bucket NAME`, or `Dann it succeeds`: it has no `Dann`; Given the ARN",
        );
        check("zh-CN", "begin with `When uploading`", "begin with `当uploading`");
        assert_eq!(
            Language::of(&["# language: fr"]).unwrap().writes("Then it succeeds"),
            "Alors it succeeds"
        );
    }

    #[test]
    fn english_needs_no_translation() {
        assert_eq!(Language::of(&["Feature: f"]), None);
        assert_eq!(Language::of(&["# language: en"]), None);
        assert_eq!(Language::of(&["# language: xx"]), None);
    }

    #[test]
    fn every_keyword_is_what_gherkin_reads() {
        let mut count = 0;
        for row in LANGUAGES.lines().map(|line| line.split('|').collect::<Vec<_>>()) {
            let (language, feature, scenario) = (row[0], row[1], row[2]);
            let steps: String = row[3..6].iter().map(|keyword| format!("    {keyword}x\n")).collect();
            let text = format!("# language: {language}\n{feature}: f\n  {scenario}: s\n{steps}");
            let read = Feature::parse(&text, GherkinEnv::default());
            let read = read.unwrap_or_else(|error| panic!("{language}: {error}\n{text}"));
            let kinds: Vec<StepType> = read.scenarios[0].steps.iter().map(|step| step.ty).collect();
            assert_eq!(kinds, [StepType::Given, StepType::When, StepType::Then], "{language}\n{text}");
            assert!(read.scenarios[0].steps.iter().all(|step| step.value == "x"), "{language}\n{text}");
            count += 1;
        }
        assert_eq!(count, 73);
    }
}
