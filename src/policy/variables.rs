//! Texts of a policy that are compared with values of a request: wildcards and policy variables, compiled.
//!
//! `*` and `?` are wildcards where the element has them; `${aws:username}` and its like are replaced by the
//! request's value, which never acts as a wildcard. A variable without value matches nothing:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.

use std::borrow::Cow;

use crate::Context;
use crate::known_keys;

/// Whether something holds, where it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth<'a> {
    Yes,
    No,
    /// It hangs on something that is not known.
    Unknown(Doubt<'a>),
}

/// What is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt<'a> {
    /// A condition key that is neither in the request nor among the documented ones.
    Key(&'a str),
    /// A condition key with several values in the request, under an operator for one value.
    SeveralValues(&'a str),
    /// A principal that the request cannot be compared with.
    CanonicalUser(&'a str),
}

impl Truth<'_> {
    pub(crate) fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// Whether either holds.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Unknown(doubt), _) | (_, Self::Unknown(doubt)) => Self::Unknown(doubt),
            (Self::No, Self::No) => Self::No,
        }
    }

    /// Whether both hold.
    pub(crate) fn and(self, other: Self) -> Self {
        self.negated_if(true).or(other.negated_if(true)).negated_if(true)
    }

    /// As [`and`](Self::and); the other is not asked where this does not hold.
    pub(crate) fn and_then(self, other: impl FnOnce() -> Self) -> Self {
        if self == Self::No { self } else { self.and(other()) }
    }

    pub(crate) fn negated_if(self, negate: bool) -> Self {
        match self {
            Self::Yes if negate => Self::No,
            Self::No if negate => Self::Yes,
            other => other,
        }
    }
}

/// How a text is to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// `*` and `?` are wildcards.
    pub(crate) wildcards: bool,
    /// `${…}` are variables: the document is of version 2012-10-17.
    pub(crate) variables: bool,
    /// Compare without regard to case; the caller lower-cases the request's value.
    pub(crate) fold: bool,
}

/// A compiled text.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    form: Form,
    fold: bool,
}

#[derive(Clone, Debug)]
enum Form {
    Any,
    Literal(Box<str>),
    Prefix(Box<str>),
    Glob(Box<[Piece]>),
    WithVariables(Box<[Piece]>),
}

#[derive(Clone, Debug)]
enum Piece {
    Text(Box<str>),
    One,
    Many,
    Variable(Variable),
}

#[derive(Clone, Debug)]
struct Variable {
    /// Lower-cased.
    key: Box<str>,
    known: bool,
    default: Option<Box<str>>,
}

impl Template {
    /// Compiles `text`, or says what is wrong with its variables.
    pub(crate) fn parse(text: &str, reading: Reading) -> Result<Self, String> {
        let pieces = pieces(text, reading)?;
        let form = match pieces.as_slice() {
            [] => Form::Literal("".into()),
            [Piece::Many] => Form::Any,
            [Piece::Text(text)] => Form::Literal(text.clone()),
            [Piece::Text(text), Piece::Many] => Form::Prefix(text.clone()),
            _ if pieces.iter().any(|piece| matches!(piece, Piece::Variable(_))) => {
                Form::WithVariables(pieces.into_boxed_slice())
            }
            _ => Form::Glob(pieces.into_boxed_slice()),
        };
        Ok(Self { form, fold: reading.fold })
    }

    pub(crate) fn matches<'a>(&'a self, value: &str, context: &Context) -> Truth<'a> {
        match &self.form {
            Form::Any => Truth::Yes,
            Form::Literal(text) => Truth::of(**text == *value),
            Form::Prefix(text) => Truth::of(value.starts_with(&**text)),
            Form::Glob(pieces) => Truth::of(glob(pieces, value, &|_| Cow::Borrowed(""))),
            Form::WithVariables(pieces) => self.matches_with_variables(pieces, value, context),
        }
    }

    /// For texts that cannot have variables.
    pub(crate) fn matches_plainly(&self, value: &str) -> bool {
        match &self.form {
            Form::Any => true,
            Form::Literal(text) => **text == *value,
            Form::Prefix(text) => value.starts_with(&**text),
            Form::Glob(pieces) => glob(pieces, value, &|_| Cow::Borrowed("")),
            Form::WithVariables(_) => false,
        }
    }

    fn matches_with_variables<'a>(&self, pieces: &'a [Piece], value: &str, context: &Context) -> Truth<'a> {
        let mut undecided = None;
        for piece in pieces {
            let Piece::Variable(variable) = piece else { continue };
            if variable.is_undecided(context) {
                undecided = undecided.or(Some(&*variable.key));
            } else if variable.value(context).is_none() {
                return Truth::No;
            }
        }
        let any_value;
        let compared = if undecided.is_some() {
            any_value = with_any_value(pieces, context);
            any_value.as_slice()
        } else {
            pieces
        };
        let holds = glob(compared, value, &|variable| variable.text(context, self.fold));
        match undecided {
            Some(key) if holds => Truth::Unknown(Doubt::Key(key)),
            // Where no value at all would do, nothing hangs on it.
            _ => Truth::of(holds),
        }
    }
}

/// The pieces with a `*` for each variable whose value is not known.
fn with_any_value(pieces: &[Piece], context: &Context) -> Vec<Piece> {
    let with_any = |piece: &Piece| match piece {
        Piece::Variable(variable) if variable.is_undecided(context) => Piece::Many,
        piece => piece.clone(),
    };
    pieces.iter().map(with_any).collect()
}

impl Variable {
    fn text<'a>(&'a self, context: &'a Context, fold: bool) -> Cow<'a, str> {
        let text = self.value(context).unwrap_or("");
        if fold { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) }
    }

    /// Whether the request may have a value that is not told, which a default would not stand for.
    fn is_undecided(&self, context: &Context) -> bool {
        !context.has(&self.key) && (!self.known || context.hides(&self.key))
    }

    /// A key with several values has no value as a variable.
    fn value<'a>(&'a self, context: &'a Context) -> Option<&'a str> {
        match context.values_of(&self.key) {
            Some([single]) => Some(single),
            _ => self.default.as_deref(),
        }
    }
}

/// Matches `text` against all of `pieces`. On a mismatch only the last `*` needs to take one character more.
fn glob<'p, 'v>(pieces: &'p [Piece], text: &str, resolve: &dyn Fn(&'p Variable) -> Cow<'v, str>) -> bool {
    let (mut next, mut at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let rest = text.get(at..).unwrap_or("");
        let step = match pieces.get(next) {
            None if rest.is_empty() => return true,
            None => None,
            Some(Piece::Many) => {
                if next + 1 == pieces.len() {
                    return true;
                }
                next += 1;
                retry = Some((next, at));
                continue;
            }
            Some(Piece::One) => rest.chars().next().map(char::len_utf8),
            Some(Piece::Text(wanted)) => rest.starts_with(&**wanted).then_some(wanted.len()),
            Some(Piece::Variable(variable)) => {
                let wanted = resolve(variable);
                rest.starts_with(&*wanted).then_some(wanted.len())
            }
        };
        if let Some(length) = step {
            at += length;
            next += 1;
            continue;
        }
        let Some((after_star, start)) = retry else { return false };
        let Some(skipped) = text.get(start..).and_then(|rest| rest.chars().next()) else { return false };
        at = start + skipped.len_utf8();
        next = after_star;
        retry = Some((after_star, at));
    }
}

fn pieces(text: &str, reading: Reading) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if reading.variables && rest.starts_with("${") {
            let end =
                variable_end(rest).ok_or_else(|| format!("the policy variable in `{text}` has no end"))?;
            let inside = rest.get(2..end).unwrap_or("");
            rest = rest.get(end + 1..).unwrap_or("");
            match inside {
                "*" | "?" | "$" => plain.push_str(inside),
                _ => {
                    flush(&mut plain, &mut pieces, reading);
                    pieces.push(Piece::Variable(variable(inside)?));
                }
            }
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or("");
        match c {
            '*' if reading.wildcards => {
                flush(&mut plain, &mut pieces, reading);
                if !matches!(pieces.last(), Some(Piece::Many)) {
                    pieces.push(Piece::Many);
                }
            }
            '?' if reading.wildcards => {
                flush(&mut plain, &mut pieces, reading);
                pieces.push(Piece::One);
            }
            _ => plain.push(c),
        }
    }
    flush(&mut plain, &mut pieces, reading);
    Ok(pieces)
}

fn flush(plain: &mut String, pieces: &mut Vec<Piece>, reading: Reading) {
    if plain.is_empty() {
        return;
    }
    let text = std::mem::take(plain);
    let text = if reading.fold { text.to_lowercase() } else { text };
    pieces.push(Piece::Text(text.into_boxed_str()));
}

/// The length of the variable that `rest` begins with.
pub(crate) fn length(rest: &str) -> Option<usize> {
    rest.strip_prefix("${")?;
    variable_end(rest).map(|end| end + 1)
}

/// The place of the closing brace; a brace within the quoted default does not close.
fn variable_end(rest: &str) -> Option<usize> {
    let mut quoted = false;
    for (offset, c) in rest.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '}' if !quoted => return Some(offset),
            _ => {}
        }
    }
    None
}

fn variable(inside: &str) -> Result<Variable, String> {
    let (key, default) = match inside.split_once(',') {
        None => (inside.trim(), None),
        Some((key, quoted)) => {
            let default = quoted.trim().strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            let default = default.ok_or_else(|| {
                format!("the default of the policy variable `${{{inside}}}` must be in single quotes")
            })?;
            (key.trim(), Some(default.into()))
        }
    };
    // Tag keys may contain spaces.
    let well_formed = key.contains(':') && !key.contains(['{', '}', '$', '\'']);
    if !well_formed {
        return Err(format!("`${{{inside}}}` is not a policy variable"));
    }
    let key = key.to_lowercase();
    Ok(Variable { known: known_keys::is_known(&key), key: key.into_boxed_str(), default })
}
