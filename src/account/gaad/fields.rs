//! Members of a JSON object, asked for by name, with the place of what is wrong.

use serde_json::Value;

use crate::document::kind_of;
use crate::model::ReadError;

/// An object and its place.
pub(super) struct Fields<'a> {
    value: &'a serde_json::Map<String, Value>,
    place: String,
}

/// Something that is not as it must be.
#[derive(Debug)]
pub(super) struct Trouble {
    place: String,
    reason: String,
}

impl From<Trouble> for ReadError {
    fn from(trouble: Trouble) -> Self {
        match trouble.place.is_empty() {
            true => ReadError::new(trouble.reason),
            false => ReadError::new(format!("{}: {}", trouble.place, trouble.reason)),
        }
    }
}

impl<'a> Fields<'a> {
    pub(super) fn of(value: &'a Value, place: &str) -> Result<Self, Trouble> {
        match value {
            Value::Object(members) => Ok(Self { value: members, place: place.to_owned() }),
            other => Err(Trouble {
                place: place.to_owned(),
                reason: format!("must be an object, not {}", kind_of(other)),
            }),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.value.contains_key(name)
    }

    pub(super) fn place(&self, name: &str) -> String {
        if self.place.is_empty() { name.to_owned() } else { format!("{}.{name}", self.place) }
    }

    pub(super) fn trouble(&self, name: &str, reason: impl Into<String>) -> Trouble {
        Trouble { place: self.place(name), reason: reason.into() }
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    pub(super) fn value(&self, name: &str) -> Result<&'a Value, Trouble> {
        self.value.get(name).ok_or_else(|| self.trouble(name, "is missing"))
    }

    pub(super) fn text(&self, name: &str) -> Result<&'a str, Trouble> {
        let value = self.value(name)?;
        let told = || self.trouble(name, format!("must be a string, not {}", kind_of(value)));
        value.as_str().ok_or_else(told)
    }

    pub(super) fn optional_text(&self, name: &str) -> Result<Option<&'a str>, Trouble> {
        self.has(name).then(|| self.text(name)).transpose()
    }

    /// The elements of a list, which may be missing.
    fn values(&self, name: &str) -> Result<&'a [Value], Trouble> {
        match self.value.get(name) {
            None => Ok(&[]),
            Some(Value::Array(values)) => Ok(values),
            Some(other) => Err(self.trouble(name, format!("must be a list, not {}", kind_of(other)))),
        }
    }

    /// The objects of a list, which may be missing.
    pub(super) fn list(&self, name: &str) -> Result<Vec<Fields<'a>>, Trouble> {
        let place = self.place(name);
        let values = self.values(name)?.iter().enumerate();
        values.map(|(index, value)| Fields::of(value, &format!("{place}[{index}]"))).collect()
    }

    /// The strings of a list, which may be missing.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Trouble> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let texts = self.values(name)?.iter().map(text);
        texts.collect::<Option<_>>().ok_or_else(|| self.trouble(name, "must be a list of strings"))
    }

    /// `Tags`, as most of AWS writes them.
    pub(super) fn tags(&self) -> Result<Vec<(String, String)>, Trouble> {
        let tags = self.list("Tags")?;
        tags.iter().map(|tag| Ok((tag.text("Key")?.to_owned(), tag.text("Value")?.to_owned()))).collect()
    }
}
