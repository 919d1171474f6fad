//! Condition operators: what each compares, what a missing key means, and how several values count.
//!
//! One file per family parses the policy's values and compares one request value with them. See
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html> and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>.

mod binary;
mod boolean;
mod date;
mod network;
mod number;
mod operator;
mod order;
mod text;

use std::sync::Arc;

pub use operator::condition_operators;
pub(crate) use operator::{Family, Operator, SetOperator};

use crate::Context;
use crate::arn::{ArnParts, ArnPattern};
use crate::known_keys;
use crate::variables::{Doubt, Reading, Template, Truth};

/// One operator with one key and the policy's values.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) operator: Operator,
    /// The operator as written.
    pub(crate) operator_text: Arc<str>,
    /// The key as written.
    pub(crate) key: Arc<str>,
    lower_key: Box<str>,
    known: bool,
    pub(crate) wants: Arc<[String]>,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Text {
        wants: Vec<Template>,
        fold: bool,
    },
    Arn(Vec<ArnPattern>),
    Number(order::Comparison, Vec<number::Decimal>),
    Date(order::Comparison, Vec<date::Instant>),
    Bool(Vec<bool>),
    Binary(Vec<Vec<u8>>),
    Network(Vec<network::Network>),
    /// The values of `Null`: whether the key is to be missing.
    Missing(Vec<bool>),
}

impl Condition {
    /// Compiles one entry of a `Condition` block, or says what is wrong with its values.
    pub(crate) fn new(
        operator_text: &str,
        operator: Operator,
        key: &str,
        wants: Vec<String>,
        variables: bool,
    ) -> Result<Self, String> {
        let reading = |wildcards, fold| Reading { wildcards, variables, fold };
        let texts =
            |reading| wants.iter().map(|want| Template::parse(want, reading)).collect::<Result<_, _>>();
        let test = match operator.family {
            Family::String => Test::Text { wants: texts(reading(false, false))?, fold: false },
            Family::StringIgnoreCase => Test::Text { wants: texts(reading(false, true))?, fold: true },
            Family::StringLike => Test::Text { wants: texts(reading(true, false))?, fold: false },
            Family::Arn => Test::Arn(
                wants
                    .iter()
                    .map(|want| ArnPattern::of_condition(want, variables))
                    .collect::<Result<_, _>>()?,
            ),
            Family::Number(order) => Test::Number(order, each(&wants, number::parse, "a number")?),
            Family::Date(order) => {
                Test::Date(order, each(&wants, date::parse, "a date (ISO 8601, or seconds since 1970)")?)
            }
            Family::Bool => Test::Bool(each(&wants, boolean::parse, "`true` or `false`")?),
            Family::Binary => Test::Binary(each(&wants, binary::parse, "base64")?),
            Family::Network => {
                Test::Network(each(&wants, network::parse, "an IP address or a range in CIDR form")?)
            }
            Family::Null => Test::Missing(each(&wants, boolean::parse, "`true` or `false`")?),
        };
        let lower_key = key.to_lowercase().into_boxed_str();
        Ok(Self {
            operator,
            operator_text: operator_text.into(),
            key: key.into(),
            known: known_keys::is_known(&lower_key),
            lower_key,
            wants: wants.into(),
            test,
        })
    }

    /// The request's values of the key.
    pub(crate) fn seen<'a>(&self, context: &'a Context) -> Option<&'a [String]> {
        context.values_of(&self.lower_key)
    }

    /// Whether the condition is met.
    pub(crate) fn judge(&self, context: &Context) -> Truth<'_> {
        let seen = self.seen(context);
        if seen.is_none() && (!self.known || context.hides(&self.lower_key)) {
            return Truth::Unknown(Doubt::Key(&self.key));
        }
        let values = seen.unwrap_or_default();
        if let Test::Missing(wants) = &self.test {
            return Truth::of(wants.contains(&values.is_empty()));
        }
        match self.operator.set {
            None => self.judge_single(values, context),
            Some(SetOperator::ForAllValues) => self.judge_all(values, context),
            Some(SetOperator::ForAnyValue) => self.judge_any(values, context),
        }
    }

    /// Without a set operator. Several values without one are not documented, so they are not decided.
    fn judge_single(&self, values: &[String], context: &Context) -> Truth<'_> {
        match values {
            [] => Truth::of(self.operator.if_exists || self.operator.negated),
            [value] => self.judge_value(value, context),
            _ => Truth::Unknown(Doubt::SeveralValues(&self.key)),
        }
    }

    /// True for no value at all, as documented, and for a single empty one.
    fn judge_all(&self, values: &[String], context: &Context) -> Truth<'_> {
        if is_null_set(values) {
            return Truth::Yes;
        }
        values.iter().fold(Truth::Yes, |all, value| all.and(self.judge_value(value, context)))
    }

    fn judge_any(&self, values: &[String], context: &Context) -> Truth<'_> {
        if is_null_set(values) {
            return Truth::of(values.is_empty() && self.operator.if_exists);
        }
        values.iter().fold(Truth::No, |any, value| any.or(self.judge_value(value, context)))
    }

    /// One request value against all of the policy's: one must match, with a negated operator none.
    fn judge_value(&self, value: &str, context: &Context) -> Truth<'_> {
        let matched = match &self.test {
            Test::Text { wants, fold } => text::matches(wants, *fold, value, context),
            Test::Arn(wants) => {
                let parts = ArnParts::of(value);
                wants.iter().fold(Truth::No, |any, want| any.or(want.matches(value, parts, context)))
            }
            Test::Number(order, wants) => Truth::of(
                number::parse(value)
                    .is_some_and(|value| wants.iter().any(|want| order.holds(value.cmp(want)))),
            ),
            Test::Date(order, wants) => Truth::of(
                date::parse(value).is_some_and(|value| wants.iter().any(|want| order.holds(value.cmp(want)))),
            ),
            Test::Bool(wants) => Truth::of(boolean::parse(value).is_some_and(|value| wants.contains(&value))),
            Test::Binary(wants) => Truth::of(wants.iter().any(|want| binary::equals(want, value))),
            Test::Network(wants) => Truth::of(network::contains(wants, value)),
            Test::Missing(_) => Truth::No,
        };
        matched.negated_if(self.operator.negated)
    }
}

fn is_null_set(values: &[String]) -> bool {
    values.iter().all(String::is_empty)
}

fn each<T>(wants: &[String], parse: impl Fn(&str) -> Option<T>, expected: &str) -> Result<Vec<T>, String> {
    wants.iter().map(|want| parse(want).ok_or_else(|| format!("`{want}` is not {expected}"))).collect()
}
