//! Pagination: `MaxResults` and `NextToken` in, `NextToken` out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::operation::{Call, Reply, ServiceError};

use super::errors::invalid;

/// The most items of a page, which is the default as well.
const MOST: usize = 20;

/// The page that the request asks for, of items that are ordered by their keys.
pub(super) fn page(
    call: &Call,
    member: &str,
    items: impl IntoIterator<Item = (String, Value)>,
) -> Result<Reply, ServiceError> {
    let limit =
        call.input.get("MaxResults").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(MOST).clamp(1, MOST);
    let after = call.input.get("NextToken").and_then(Value::as_str).map(decoded).transpose()?;
    let mut rest =
        items.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|after| key > after)).peekable();
    let mut taken = Vec::new();
    let mut last = String::new();
    while taken.len() < limit {
        let Some((key, item)) = rest.next() else { break };
        taken.push(item);
        last = key;
    }
    let mut output = Map::from_iter([(member.to_owned(), Value::Array(taken))]);
    if rest.peek().is_some() {
        output.insert("NextToken".to_owned(), Value::String(STANDARD.encode(&last)));
    }
    Ok(Reply { output: Value::Object(output), ..Reply::empty() })
}

fn decoded(token: &str) -> Result<String, ServiceError> {
    let message =
        "Get the value for the NextToken parameter from the response to a previous call of the operation.";
    let wrong = || invalid("INVALID_PAGINATION_TOKEN", message);
    String::from_utf8(STANDARD.decode(token).map_err(|_| wrong())?).map_err(|_| wrong())
}
