//! What a completion inserts: with places to fill in where the editor knows them, else as far as the first of them.
//!
//! The syntax: <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#snippet_syntax>.

use harness::check::Given;
use harness::parameters::{Sense, Written};
use steps::Entry;

use crate::completion::Snippets;
use crate::expression::Piece;

/// A text being put together.
pub(crate) struct Snippet {
    text: String,
    places: usize,
    /// Whether no more is taken in: where places can't be filled in, the writer goes on at the first.
    ended: bool,
    snippets: Snippets,
}

impl Snippet {
    pub(crate) fn new(snippets: Snippets) -> Self {
        Self { text: String::new(), places: 0, ended: false, snippets }
    }

    /// The text, and whether it has places to fill in.
    pub(crate) fn into_parts(self) -> (String, bool) {
        (self.text, self.snippets == Snippets::Known)
    }

    /// Words that stand there as they are.
    pub(crate) fn words(&mut self, words: &str) {
        if self.ended {
            return;
        }
        match self.snippets {
            Snippets::Known => self.text.push_str(&escaped(words, &['\\', '$', '}'])),
            Snippets::Unknown => self.text.push_str(words),
        }
    }

    /// A place to fill in, with what stands there until then; several are a choice.
    pub(crate) fn place(&mut self, choices: &[&str]) {
        self.places += 1;
        if self.snippets == Snippets::Unknown {
            self.ended = true;
            return;
        }
        let place = self.places;
        match choices {
            [] => self.text.push_str(&format!("${place}")),
            [one] => self.text.push_str(&format!("${{{place}:{}}}", escaped(one, &['\\', '$', '}']))),
            several => {
                let choices = several.iter().map(|choice| escaped(choice, &['\\', '$', '}', ',', '|']));
                self.text.push_str(&format!("${{{place}|{}|}}", choices.collect::<Vec<_>>().join(",")));
            }
        }
    }

    /// The rest of a step; its parameters are filled in from the names that there are.
    pub(crate) fn pieces(&mut self, pieces: &[Piece], names: &[Given]) {
        for piece in pieces {
            match piece {
                Piece::Words(words) => self.words(words.first().map_or("", String::as_str)),
                Piece::Parameter(parameter) => {
                    let known = fitting(parameter, names);
                    let bare = parameter.name.trim_matches(['{', '}']);
                    let quoted = format!("\"{bare}\"");
                    let usual = if bare == "text" { quoted.as_str() } else { bare };
                    match known.as_slice() {
                        [] => self.place(&[usual]),
                        known => self.place(known),
                    }
                }
            }
        }
    }

    /// The table or doc string that goes below a step, as its example has it.
    pub(crate) fn below(&mut self, entry: &Entry) {
        let Some((_, below)) = entry.example.as_deref().and_then(|example| example.split_once('\n')) else {
            return;
        };
        let first = below.lines().next().unwrap_or_default().trim();
        if first.starts_with('|') {
            let columns: Vec<&str> = first.trim_matches('|').split('|').map(str::trim).collect();
            self.words(&format!("\n  | {} |\n  |", columns.join(" | ")));
            for _ in columns {
                self.words(" ");
                self.place(&[]);
                self.words(" |");
            }
        } else if below.contains("\"Statement\"") {
            self.policy(below.contains("\"Principal\""), below.contains("\"Resource\""));
        } else {
            self.words("\n  \"\"\"\n  ");
            self.place(&[]);
            self.words("\n  \"\"\"");
        }
    }

    /// A policy of one statement: one of a bucket or role names principals, that of a role no resource.
    fn policy(&mut self, has_principal: bool, has_resource: bool) {
        self.words("\n  \"\"\"\n  {\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n      {\n");
        self.words("        \"Effect\": \"");
        self.place(&["Allow", "Deny"]);
        let members = [
            (has_principal, "Principal\": {\"AWS\": \"", "\"}"),
            (true, "Action\": \"", "\""),
            (has_resource, "Resource\": \"", "\""),
        ];
        self.words("\"");
        for (_, name, end) in members.into_iter().filter(|(is_there, ..)| *is_there) {
            self.words(&format!(",\n        \"{name}"));
            self.place(&[]);
            self.words(end);
        }
        self.words("\n      }\n    ]\n  }\n  \"\"\"");
    }
}

/// The names that may stand for a parameter.
pub(crate) fn fitting<'a>(parameter: &Written, names: &'a [Given]) -> Vec<&'a str> {
    let Sense::Names(named) = parameter.sense else { return Vec::new() };
    let fitting = names.iter().filter(|given| named.kinds.contains(&given.kind));
    let mut fitting: Vec<&str> = fitting.map(|given| given.name.as_str()).collect();
    fitting.dedup();
    fitting
}

fn escaped(text: &str, letters: &[char]) -> String {
    let escape = |letter: char| letters.contains(&letter).then_some('\\').into_iter().chain([letter]);
    text.chars().flat_map(escape).collect()
}

#[cfg(test)]
mod tests {
    use harness::parameters::Kind;

    use super::*;
    use crate::expression::pieces;

    #[track_caller]
    fn check(expression: &str, names: &[(Kind, &str)], snippets: Snippets, expected: &str) {
        let given = |(kind, name): &(Kind, &str)| Given { kind: *kind, name: (*name).to_owned(), line: 1 };
        let names: Vec<Given> = names.iter().map(given).collect();
        let mut snippet = Snippet::new(snippets);
        snippet.pieces(&pieces(expression), &names);
        assert_eq!(snippet.into_parts().0, expected);
    }

    #[test]
    fn parameters_are_places_to_fill_in() {
        use Snippets::{Known, Unknown};
        let list = "{who} can't/cannot list {bucket}";
        check(list, &[], Known, "${1:who} can't list ${2:bucket}");
        let names = [(Kind::User, "alice"), (Kind::Bucket, "a,b"), (Kind::Bucket, "c")];
        check(list, &names, Known, "${1:alice} can't list ${2|a\\,b,c|}");
        check(list, &names, Unknown, "");
        check("a user {new-user}", &names, Unknown, "a user ");
        check("{user} has {count} access key(s)", &[], Known, "${1:user} has ${2:count} access key");
        check("it fails with {text}", &[], Known, "it fails with ${1:\"text\"}");
    }
}
