//! Filters and pages of the `Describe` operations.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html> (Pagination),
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::request::{error, invalid_value};
use super::resource::Tags;
use crate::operation::ServiceError;

/// A filter of a request. A resource must match one value of each filter.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Filter {
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) values: Vec<String>,
}

/// A filter's name and how to find its values in a resource. No value matches nothing.
pub(super) type Field<T> = (&'static str, fn(&T) -> Vec<String>);

/// Whether a resource matches all filters.
///
/// # Errors
/// A filter that is neither among `fields` nor a tag filter is refused, as AWS does.
pub(super) fn matches<T>(
    item: &T,
    tags: Option<&Tags>,
    filters: &[Filter],
    fields: &[Field<T>],
) -> Result<bool, ServiceError> {
    for filter in filters {
        if !matches_one(item, tags, filter, fields)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn matches_one<T>(
    item: &T,
    tags: Option<&Tags>,
    filter: &Filter,
    fields: &[Field<T>],
) -> Result<bool, ServiceError> {
    let name = filter.name.as_deref().unwrap_or_default();
    let found = match (tags, name.strip_prefix("tag:")) {
        (Some(tags), Some(key)) => tags.0.get(key).cloned().into_iter().collect(),
        (Some(tags), None) if name == "tag-key" => tags.0.keys().cloned().collect(),
        _ => match fields.iter().find(|(known, _)| *known == name) {
            Some((_, values)) => values(item),
            None => return Err(unknown(name)),
        },
    };
    Ok(found.iter().any(|value| filter.values.iter().any(|pattern| like(pattern, value))))
}

/// Refuses unknown filters, also where there is nothing to filter.
pub(super) fn check<T>(filters: &[Filter], fields: &[Field<T>], tagged: bool) -> Result<(), ServiceError> {
    for filter in filters {
        let name = filter.name.as_deref().unwrap_or_default();
        let is_tag =
            tagged && (name == "tag-key" || name.strip_prefix("tag:").is_some_and(|key| !key.is_empty()));
        if !is_tag && !fields.iter().any(|(known, _)| *known == name) {
            return Err(unknown(name));
        }
        if filter.values.is_empty() {
            return Err(invalid_value(format!("The filter '{name}' has no values")));
        }
    }
    Ok(())
}

fn unknown(name: &str) -> ServiceError {
    invalid_value(format!("The filter '{name}' is invalid"))
}

/// Those that match, in their order.
pub(super) fn select<'a, T>(
    items: impl IntoIterator<Item = &'a T>,
    tags: fn(&T) -> Option<&Tags>,
    filters: &[Filter],
    fields: &[Field<T>],
) -> Result<Vec<&'a T>, ServiceError> {
    check(filters, fields, true)?;
    let mut selected = Vec::new();
    for item in items {
        if matches(item, tags(item), filters, fields)? {
            selected.push(item);
        }
    }
    Ok(selected)
}

/// Whether `value` fits `pattern`, in which `*` is any text, `?` any character, and `\` takes the next literally.
pub(super) fn like(pattern: &str, value: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let value: Vec<char> = value.chars().collect();
    let (mut at, mut from) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while from < value.len() {
        let here = value.get(from);
        let step = match pattern.get(at) {
            Some('*') => {
                retry = Some((at + 1, from));
                at += 1;
                continue;
            }
            Some('?') => 1,
            Some('\\') if pattern.get(at + 1).is_some() && pattern.get(at + 1) == here => 2,
            literal if literal.is_some() && literal == here => 1,
            _ => 0,
        };
        if step > 0 {
            at += step;
            from += 1;
        } else if let Some((after, start)) = retry {
            retry = Some((after, start + 1));
            at = after;
            from = start + 1;
        } else {
            return false;
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|c| *c == '*')
}

/// The page that a request asks for.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) max_results: Option<i64>,
    pub(super) next_token: Option<&'a str>,
    /// The least `MaxResults` that the operation takes.
    pub(super) least: i64,
}

impl Page<'_> {
    /// Refuses a page together with a list of ids.
    pub(super) fn exclude_ids(&self, ids: &[String], parameter: &str) -> Result<(), ServiceError> {
        if ids.is_empty() || self.max_results.is_none() {
            return Ok(());
        }
        let message = format!("The parameter {parameter} cannot be used with the parameter maxResults");
        Err(error("InvalidParameterCombination", message))
    }

    /// The items of this page, and the token of the next.
    pub(super) fn of<T>(&self, items: Vec<T>) -> Result<(Vec<T>, Option<String>), ServiceError> {
        let size = match self.max_results {
            None => 1000,
            Some(max) if max < self.least => {
                let least = self.least;
                let message = format!(
                    "Value ( {max} ) for parameter maxResults is invalid. Expecting a value greater than {least}."
                );
                return Err(invalid_value(message));
            }
            // More than the documented maximum is taken as the maximum.
            Some(max) => usize::try_from(max.min(1000)).unwrap_or(1000),
        };
        let start = self.next_token.map_or(Ok(0), offset)?;
        let total = items.len();
        let page: Vec<T> = items.into_iter().skip(start).take(size).collect();
        let end = start + page.len();
        Ok((page, (end < total).then(|| URL_SAFE_NO_PAD.encode(format!("from:{end}")))))
    }
}

fn offset(token: &str) -> Result<usize, ServiceError> {
    URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.strip_prefix("from:")?.parse().ok())
        .ok_or_else(|| error("InvalidNextToken", "The specified NextToken is not valid"))
}

#[cfg(test)]
mod tests {
    use super::like;

    #[track_caller]
    fn check(pattern: &str, value: &str, expected: bool) {
        assert_eq!(like(pattern, value), expected, "{pattern} on {value}");
    }

    #[test]
    fn wildcards() {
        check("Testing1", "Testing1", true);
        check("Testing1", "testing1", false);
        check("Testing?", "Testing1", true);
        check("Testing?", "Testing", false);
        check("*", "", true);
        check("ubuntu/*22.04*", "ubuntu/images/x-22.04-amd64", true);
        check("*a*b", "xaxxb", true);
        check("*a*b", "xaxxbc", false);
        check("a\\*", "a*", true);
        check("a\\*", "ab", false);
        check("", "", true);
        check("", "a", false);
    }
}
