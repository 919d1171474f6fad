//! Pagination: `MaxItems` and `Marker` in, `IsTruncated` and `Marker` out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::operation::{Call, Reply, ServiceError};

use super::errors::validation;
use super::input::optional;

const DEFAULT_ITEMS: usize = 100;

/// One page of a list.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    marker: Option<String>,
}

/// The page that the request asks for, of items that are ordered by their keys.
pub(super) fn page<T>(
    call: &Call,
    items: impl IntoIterator<Item = (String, T)>,
) -> Result<Page<T>, ServiceError> {
    let limit =
        call.input.get("MaxItems").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(DEFAULT_ITEMS).max(1);
    let after = optional(call, "Marker").map(decoded).transpose()?;
    let mut rest =
        items.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|after| key > after)).peekable();
    let mut taken = Vec::new();
    let mut last = String::new();
    while taken.len() < limit {
        let Some((key, item)) = rest.next() else { break };
        taken.push(item);
        last = key;
    }
    let marker = rest.peek().map(|_| STANDARD.encode(&last));
    Ok(Page { items: taken, marker })
}

/// The key after which the page of this marker starts.
pub(super) fn decoded(marker: &str) -> Result<String, ServiceError> {
    let invalid = || validation("Invalid Marker.");
    String::from_utf8(STANDARD.decode(marker).map_err(|_| invalid())?).map_err(|_| invalid())
}

impl Page<Value> {
    /// The answer of a list operation.
    pub(super) fn reply(mut self, member: &str) -> Reply {
        let items = std::mem::take(&mut self.items);
        self.reply_with([(member.to_owned(), Value::Array(items))])
    }
}

impl<T> Page<T> {
    /// The same page of what `map` makes of its items.
    pub(super) fn try_map<U, E>(self, map: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let items = self.items.into_iter().map(map).collect::<Result<_, E>>()?;
        Ok(Page { items, marker: self.marker })
    }

    /// The answer of an operation that lists beside other members.
    pub(super) fn reply_with(self, members: impl IntoIterator<Item = (String, Value)>) -> Reply {
        let mut output: Map<String, Value> = members.into_iter().collect();
        output.insert("IsTruncated".to_owned(), Value::Bool(self.marker.is_some()));
        if let Some(marker) = self.marker {
            output.insert("Marker".to_owned(), Value::String(marker));
        }
        Reply { output: Value::Object(output), ..Reply::empty() }
    }
}
