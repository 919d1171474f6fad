//! `String…` operators.

use std::borrow::Cow;

use crate::Context;
use crate::variables::{Template, Truth};

/// Whether one of the policy's values matches.
pub(super) fn matches<'a>(wants: &'a [Template], fold: bool, value: &str, context: &Context) -> Truth<'a> {
    let value = if fold { Cow::Owned(value.to_lowercase()) } else { Cow::Borrowed(value) };
    wants.iter().fold(Truth::No, |any, want| any.or(want.matches(&value, context)))
}
