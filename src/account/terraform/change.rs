//! One resource of a plan, as it will be.

use policy::PolicyKind;
use serde_json::Value;

use crate::document::{document, kind_of};
use crate::model::{Gap, ReadError, Subject};

/// A resource with what it will be.
pub(super) struct Change<'p> {
    pub(super) address: &'p str,
    pub(super) kind: &'p str,
    mode: &'p str,
    after: &'p Value,
    unknown: &'p Value,
}

/// A value that can't be told: its gap, but for what it is about.
#[derive(Clone)]
pub(super) struct Trouble {
    place: String,
    reason: String,
}

impl Trouble {
    pub(super) fn about(self, subject: Subject) -> Gap {
        Gap { place: self.place, line: None, reason: self.reason, subject }
    }
}

impl<'p> Change<'p> {
    pub(super) fn of(value: &'p Value) -> Result<Self, ReadError> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let (Some(address), Some(kind), Some(change)) = (text("address"), text("type"), value.get("change"))
        else {
            return Err(ReadError::new(
                "has an element of `resource_changes` without address, type or change",
            ));
        };
        Ok(Self {
            address,
            kind,
            mode: text("mode").unwrap_or("managed"),
            after: change.get("after").unwrap_or(&Value::Null),
            unknown: change.get("after_unknown").unwrap_or(&Value::Null),
        })
    }

    /// Whether it will be there once the plan is applied; what data sources read is in what they are read for.
    pub(super) fn will_be(&self) -> bool {
        self.mode == "managed" && !self.after.is_null()
    }

    pub(super) fn trouble(&self, reason: impl Into<String>) -> Trouble {
        Trouble { place: self.address.to_owned(), reason: reason.into() }
    }

    pub(super) fn about(&self, name: &str, reason: impl Into<String>) -> Trouble {
        Trouble { place: format!("{}.{name}", self.address), reason: reason.into() }
    }

    /// Whether an attribute, or a part of it, is known only once the plan is applied.
    pub(super) fn is_unknown(&self, name: &str) -> bool {
        self.unknown.get(name).is_some_and(holds_true)
    }

    /// Whether an attribute is set, and a part of it is not known: what is not set is not known as a whole.
    pub(super) fn is_partly_told(&self, name: &str) -> bool {
        self.unknown.get(name).is_some_and(|value| !value.is_boolean() && holds_true(value))
    }

    /// An attribute; `None` where it is not set.
    pub(super) fn value(&self, name: &str) -> Result<Option<&'p Value>, Trouble> {
        if self.is_unknown(name) {
            return Err(self.about(name, "is known only once the plan is applied"));
        }
        Ok(self.after.get(name).filter(|value| !value.is_null()))
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&'p str>, Trouble> {
        let text = |value: &'p Value| {
            value
                .as_str()
                .ok_or_else(|| self.about(name, format!("must be a string, not {}", kind_of(value))))
        };
        Ok(self.value(name)?.map(text).transpose()?.filter(|text| !text.is_empty()))
    }

    pub(super) fn needed(&self, name: &str) -> Result<&'p str, Trouble> {
        self.text(name)?.ok_or_else(|| self.about(name, "is missing"))
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Trouble> {
        let Some(value) = self.value(name)? else { return Ok(Vec::new()) };
        let values = value.as_array().into_iter().flatten();
        let texts = values.map(|value| value.as_str().map(str::to_owned));
        texts.collect::<Option<_>>().ok_or_else(|| self.about(name, "must be a list of strings"))
    }

    /// A policy document.
    pub(super) fn document(&self, name: &str, kind: PolicyKind) -> Result<Option<String>, Trouble> {
        let text = self.text(name)?;
        let document = text.map(|text| document(&Value::String(text.to_owned()), kind)).transpose();
        document.map_err(|reason| self.about(name, reason))
    }

    /// `tags_all`, which has the provider's own, or `tags`.
    pub(super) fn tags(&self) -> Result<Vec<(String, String)>, Trouble> {
        let all = self.value("tags_all").ok().flatten();
        let tags = match all {
            Some(tags) => Some(tags),
            None => self.value("tags")?,
        };
        let tags = tags.and_then(Value::as_object).into_iter().flatten();
        Ok(tags.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect())
    }
}

fn holds_true(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::Array(values) => values.iter().any(holds_true),
        Value::Object(members) => members.iter().any(|(_, value)| holds_true(value)),
        _ => false,
    }
}
