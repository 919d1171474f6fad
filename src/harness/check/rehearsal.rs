//! What a step would do, told without doing it: whom it names and gives names to, and what its table and doc string must be.
//!
//! Parameters tell most of it by their types. What else there is to tell stands beside the step, by [`crate::rehearse!`].

use std::io;

use gherkin::{Step, StepType, Table};

use super::codes::{self, Code};
use super::page::{Page, Place, Word};
use super::roll::{Roll, Unknown};
use crate::cast::means_several;
use crate::parameters::{Address, Kind, Name, Sense, Time};
use crate::reading::Read;
use crate::similar::nearest;
use crate::vocabulary::Known;

/// What a step tells beyond its parameters.
pub struct Rehearsed {
    /// The step's expression, whatever its keyword.
    pub expression: &'static str,
    /// Tells it.
    pub rehearse: fn(&mut Rehearsal<'_, '_>),
}

inventory::collect!(Rehearsed);

/// Tells `check` of steps what their parameters don't say: expressions, and a function over a [`Rehearsal`].
#[macro_export]
macro_rules! rehearse {
    ($($expression:literal),+ $(,)? => $rehearse:expr) => {
        $($crate::inventory::submit! {
            $crate::check::Rehearsed { expression: $expression, rehearse: $rehearse }
        })+
    };
}

/// A step of a feature file in its turn.
pub struct Rehearsal<'r, 'p> {
    pub(super) step: &'r Step,
    pub(super) known: &'r Known,
    pub(super) roll: &'r mut Roll,
    pub(super) page: &'r mut Page<'p>,
}

/// A row of a step's table.
pub struct Row(Vec<(String, Word)>);

impl Row {
    /// The cell in a column.
    pub fn cell(&self, column: &str) -> Option<&Word> {
        self.0.iter().find(|(name, _)| name == column).map(|(_, cell)| cell)
    }
}

impl Rehearsal<'_, '_> {
    /// Goes through the step: what it tells by itself, what it names, and what it gives names to.
    pub(super) fn go(&mut self) {
        if let Some(rehearse) = self.known.rehearse {
            rehearse(self);
        }
        self.look_at_values();
        if let Some(path) = self.parameter("{path}") {
            // Where a rehearsal has looked into it, the finding is the same.
            self.file(&path);
        }
        let words = self.words();
        for (sense, word) in &words {
            self.look_up(*sense, word);
        }
        for (sense, word) in words {
            if let Sense::Gives(kind) = sense {
                if let Some(holder) = self.roll.taken(kind, &word.text) {
                    let (name, what) = (&word.text, kind.words());
                    let message =
                        format!("there is a {holder} `{name}` already, so steps could not tell them apart");
                    self.tell(codes::TAKEN, &word, message, Some(format!("give the {what} another name")));
                }
                self.gives(kind, &word.text);
            }
        }
        self.roll.tried |= self.known.kind != StepType::Given;
    }

    /// Times and addresses are ones that there are.
    fn look_at_values(&mut self) {
        let time = self.parameter("{time}").filter(|time| Time(time.text.clone()).moment().is_none());
        let address = self.parameter("{address}").filter(|it| Address(it.text.clone()).ip().is_none());
        let found = [
            ("time", "for instance 2030-01-31, 2030-01-31 09:30 or 09:30", time),
            ("address", "for instance 203.0.113.7 or 2001:db8::7", address),
        ];
        for (what, help, word) in found {
            let Some(word) = word else { continue };
            let message = format!("there is no {what} `{}`", word.text);
            self.tell(codes::NO_VALUE, &word, message, Some(help.to_owned()));
        }
    }

    /// The step's parameters, in order.
    fn words(&self) -> Vec<(Sense, Word)> {
        let Some(found) = self.known.pattern.captures(&self.step.value) else { return Vec::new() };
        let parts = found.iter().skip(1).flatten().zip(&self.known.parameters);
        let word = |(part, parameter): (regex::Match<'_>, &&crate::parameters::Parameter)| {
            let text = part.as_str().trim_matches('"').to_owned();
            (parameter.sense, Word { text, place: self.page.in_step(self.step, part.range()) })
        };
        parts.map(word).collect()
    }

    /// Whether these words stand in the step.
    pub fn says(&self, words: &str) -> bool {
        self.step.value.contains(words)
    }

    /// The file that a word of the step names, where it is there and `check` reads files.
    pub(super) fn file(&mut self, path: &Word) -> Option<Read> {
        match self.page.reading.read(&path.text)? {
            Ok(read) => Some(read),
            Err(error) => {
                let there = self.page.reading.path(&path.text);
                let message = match error.kind() {
                    io::ErrorKind::NotFound => format!("there is no file `{there}`"),
                    _ => format!("`{there}` can't be read: {error}"),
                };
                let help = "paths are relative to the folder of the feature file".to_owned();
                self.tell(codes::NO_FILE, path, message, Some(help));
                None
            }
        }
    }

    /// The step's first parameter that is written so, such as `{action}`.
    pub fn parameter(&self, written: &str) -> Option<Word> {
        let place = self.known.parameters.iter().position(|parameter| parameter.written == written)?;
        self.words().into_iter().nth(place).map(|(_, word)| word)
    }

    /// From here on somebody or something has this name.
    pub fn gives(&mut self, kind: Kind, name: &str) {
        self.roll.give(kind, name, self.step.position.line);
        self.page.made.insert((kind, name.to_owned()));
    }

    /// From here on there may be any name: what the step brings along is only known when it is run.
    pub fn gives_anything(&mut self) {
        self.roll.open = true;
        self.page.is_open = true;
    }

    /// From here on somebody acts where a step names nobody.
    pub fn lets_act(&mut self) {
        self.roll.acts = true;
    }

    /// The step names nobody, and somebody must act.
    pub fn needs_actor(&mut self) {
        if !self.roll.acts && !self.roll.open {
            let help = "say who before it, for instance `Given main-user`".to_owned();
            let message = "nobody acts: no step before this one says who makes the call".to_owned();
            self.page.add_line(codes::NOBODY_ACTS, self.step.position.line, message, Some(help));
        }
    }

    /// The step is about the attempt before it.
    pub fn needs_attempt(&mut self) {
        if !self.roll.tried && !self.roll.open {
            let help = "say what is tried before it, for instance `When uploading to NAME`".to_owned();
            let message = "nothing was tried: no step before this one makes a call".to_owned();
            self.page.add_line(codes::NO_ATTEMPT, self.step.position.line, message, Some(help));
        }
    }

    /// The step's user must have an MFA device.
    pub fn needs_mfa_device(&mut self) {
        let Some(user) = self.parameter("{user}") else { return };
        if self.roll.has(Kind::User, &user.text)
            && !self.roll.has(Kind::MfaDevice, &user.text)
            && !self.roll.open
        {
            let message = format!("no step before this one gives `{}` an MFA device", user.text);
            let help = format!("add a step such as `Given {} has an MFA device`", user.text);
            self.tell(codes::UNKNOWN_NAME, &user, message, Some(help));
        }
    }

    /// The step names no bucket, and there must be one and no other.
    pub fn needs_one_bucket(&mut self) {
        let (message, help) = match self.roll.names(&[Kind::Bucket]).as_slice() {
            [_] => return,
            [] => ("there is no bucket".to_owned(), "add a step such as `Given a bucket NAME`"),
            several => {
                (format!("which bucket? There are {}", several.join(", ")), "name it, as in `upload to NAME`")
            }
        };
        if !self.roll.open {
            self.page.add_line(codes::WHICH_BUCKET, self.step.position.line, message, Some(help.to_owned()));
        }
    }

    /// From here on a policy of the bucket may let in everybody.
    pub fn opens_to_public(&mut self, bucket: &Word) {
        self.roll.public.insert(bucket.text.clone());
    }

    /// From here on the account is in an organization.
    pub fn joins_organization(&mut self) {
        self.roll.organized = true;
    }

    /// Those who have names by now, of some kinds.
    pub fn given(&self, kinds: &[Kind]) -> Vec<&str> {
        self.roll.names(kinds)
    }

    /// Whether names may be given of which `check` can't know.
    pub fn may_have_others(&self) -> bool {
        self.roll.open
    }

    /// A word that names somebody or something as a parameter of this type does.
    pub fn names<N: Name>(&mut self, word: &Word) {
        self.look_up(N::SENSE, word);
    }

    pub(super) fn look_up(&mut self, sense: Sense, word: &Word) {
        let Sense::Names(named) = sense else { return };
        if let Err(Unknown { message, help }) = self.roll.look_up(&named, &word.text) {
            self.tell(codes::UNKNOWN_NAME, word, message, Some(help));
        }
    }

    /// A word that names, as a parameter of this type does, things of one kind and no other.
    pub fn is_one_thing<N: Name>(&mut self, word: &Word) {
        let Sense::Names(named) = N::SENSE else { return };
        let kinds: Vec<&str> = named
            .kinds
            .iter()
            .filter(|kind| self.roll.has(**kind, &word.text))
            .map(|kind| kind.words())
            .collect();
        if kinds.len() > 1 {
            let message = means_several(&word.text, &kinds);
            self.tell(codes::TAKEN, word, message, Some("give one of them another name".to_owned()));
        }
    }

    /// A word that is one of a few.
    pub fn is_one_of(&mut self, word: &Word, what: &str, words: &[&str]) {
        if words.contains(&word.text.as_str()) {
            return;
        }
        let near =
            nearest(&word.text, words.iter().copied()).first().map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| format!("there are: {}", words.join(", ")));
        self.tell(codes::TABLE, word, format!("`{}` is no {what}", word.text), Some(help));
    }

    /// The rows of the step's table, which has these columns, and may have those of `more`. None where it has others.
    pub fn rows(&mut self, columns: &[&str], more: &[&str]) -> Vec<Row> {
        let Some(table) = self.step.table.as_ref().filter(|table| !table.rows.is_empty()) else {
            self.tell_step(codes::TABLE, "this step has no table", columns);
            return Vec::new();
        };
        let mut lines = self.page.table_lines(table).into_iter();
        let header = lines.next().unwrap_or(table.position.line);
        if !self.has_columns(table, header, columns, more) {
            return Vec::new();
        }
        // A row of a matrix stands alone, with its own line.
        if self.step.position.line > header {
            lines = vec![self.step.position.line].into_iter();
        }
        let Some((names, rows)) = table.rows.split_first() else { return Vec::new() };
        if rows.is_empty() {
            self.tell_step(codes::TABLE, "this table has no rows", columns);
        }
        let row = |(cells, line): (&Vec<String>, usize)| {
            let cell = |(place, (name, text)): (usize, (&String, &String))| {
                (name.clone(), Word { text: text.clone(), place: self.page.cell(line, place) })
            };
            Row(names.iter().zip(cells).enumerate().map(cell).collect())
        };
        rows.iter().zip(lines).map(row).collect()
    }

    fn has_columns(&mut self, table: &Table, header: usize, columns: &[&str], more: &[&str]) -> bool {
        let Some(names) = table.rows.first() else { return false };
        let mut is_right = true;
        for (place, name) in names.iter().enumerate() {
            if columns.iter().chain(more).any(|column| column == name) {
                continue;
            }
            is_right = false;
            let word = Word { text: name.clone(), place: self.page.cell(header, place) };
            let all: Vec<&str> = columns.iter().chain(more).copied().collect();
            self.is_one_of(&word, "column of this table", &all);
        }
        let missing = columns.iter().find(|column| !names.iter().any(|name| name == *column));
        if let Some(missing) = missing.filter(|_| is_right) {
            is_right = false;
            let message = format!("this table lacks the column `{missing}`");
            let word = Word { text: String::new(), place: self.page.whole(header) };
            self.tell(
                codes::TABLE,
                &word,
                message,
                Some(format!("its columns are | {} |", columns.join(" | "))),
            );
        }
        is_right
    }

    fn tell_step(&mut self, code: &'static Code, message: &str, columns: &[&str]) {
        let help = format!("it begins with the row | {} |", columns.join(" | "));
        let word = Word { text: String::new(), place: self.page.whole(self.step.position.line) };
        self.tell(code, &word, message.to_owned(), Some(help));
    }

    pub(super) fn tell(&mut self, code: &'static Code, word: &Word, message: String, help: Option<String>) {
        let anchor = self.step.position.line;
        let place = Place { length: word.place.length.max(1), ..word.place };
        self.page.add(code, anchor, place, message, help);
    }
}
