//! Names on a place that others use as well: what a feature calls `testing-s3` is there a bucket that no other scenario
//! has.
//!
//! A name gets a suffix, and what IAM holds a path. ARNs, and the ARNs in policies, are parsed and named likewise, so that
//! a policy says of the real names what the feature says of its own.

use policy::AccountId;
use serde_json::Value;

use crate::place::TargetError;

/// How the names of a feature become those of the place.
#[derive(Clone, Debug)]
pub struct Names {
    /// Ends every name that is to be unique; `None`: names stay as they are.
    suffix: Option<String>,
    /// Where what IAM holds is kept, such as `/rolecall/`; `None`: IAM's names stay as they are.
    path: Option<String>,
    accounts: Vec<AccountId>,
}

/// What a name is the name of, as far as it makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A user, role, group, managed policy or instance profile.
    InIam,
    /// A bucket.
    Bucket,
    /// A key pair or security group.
    InEc2,
}

impl Names {
    /// A place that nobody else uses.
    pub fn kept() -> Self {
        Self { suffix: None, path: None, accounts: Vec::new() }
    }

    /// A place whose accounts nobody else uses, among others with the same buckets.
    pub fn with_unique_buckets(suffix: String) -> Self {
        Self { suffix: Some(suffix), ..Self::kept() }
    }

    /// A place in accounts that others use as well. `path` begins and ends with a slash.
    pub fn unique(suffix: String, path: String, accounts: Vec<AccountId>) -> Self {
        Self { suffix: Some(suffix), path: Some(path), accounts }
    }

    /// Whether a user's own name is another there, so that `${aws:username}` says something else than the feature.
    pub fn renames_users(&self) -> bool {
        self.path.is_some()
    }

    /// The path of what IAM holds.
    pub fn iam_path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The place's name for what a feature calls `name`.
    pub fn of(&self, named: Named, name: &str) -> String {
        match &self.suffix {
            Some(suffix) if named == Named::Bucket || self.path.is_some() => format!("{name}{suffix}"),
            _ => name.to_owned(),
        }
    }

    /// What a feature calls that which the place calls `name`.
    pub fn back<'a>(&self, name: &'a str) -> &'a str {
        self.suffix.as_deref().and_then(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
    }

    /// The place's ARN, or pattern of ARNs, for one of a feature. Others than of buckets and of what IAM holds in the
    /// place's accounts stay as they are.
    pub fn arn(&self, arn: &str) -> String {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", partition, "s3", "", "", resource] => {
                let (bucket, rest) = split_at(resource, '/');
                format!("arn:{partition}:s3:::{}{rest}", self.pattern(Named::Bucket, bucket))
            }
            ["arn", partition, "iam", "", account, resource] if self.is_ours(account) => {
                format!("arn:{partition}:iam::{account}:{}", self.in_iam(resource))
            }
            ["arn", partition, "sts", "", account, resource] if self.is_ours(account) => {
                format!("arn:{partition}:sts::{account}:{}", self.session(resource))
            }
            _ => arn.to_owned(),
        }
    }

    /// A policy of a feature with the place's names in the ARNs of its resources, principals and conditions.
    ///
    /// # Errors
    /// Where it is not JSON, or speaks of users by `${aws:username}` where their names are others.
    pub fn policy(&self, text: &str) -> Result<String, TargetError> {
        if self.suffix.is_none() {
            return Ok(text.to_owned());
        }
        if self.renames_users() && text.to_ascii_lowercase().contains("${aws:username}") {
            return Err(TargetError::OtherNames("`${aws:username}`".to_owned()));
        }
        let unreadable = |error: serde_json::Error| TargetError::Unexpected(error.to_string());
        let mut document: Value = serde_json::from_str(text).map_err(unreadable)?;
        let statements = match document.get_mut("Statement") {
            Some(Value::Array(statements)) => statements.iter_mut().collect(),
            Some(statement) => vec![statement],
            None => Vec::new(),
        };
        statements.into_iter().filter_map(Value::as_object_mut).for_each(|statement| {
            for (element, value) in statement {
                match element.as_str() {
                    "Resource" | "NotResource" | "Principal" | "NotPrincipal" => {
                        self.each_text(value, &mut |text| self.arn(text));
                    }
                    "Condition" => self.condition(value),
                    _ => {}
                }
            }
        });
        serde_json::to_string_pretty(&document).map_err(unreadable)
    }

    /// ARNs wherever a condition compares with them, and the names of users.
    fn condition(&self, value: &mut Value) {
        let operators = value.as_object_mut().into_iter().flatten();
        let keys = operators.filter_map(|(_, keys)| keys.as_object_mut()).flatten();
        for (key, values) in keys {
            let names_users = key.eq_ignore_ascii_case("aws:username");
            self.each_text(values, &mut |text| match names_users {
                true => self.pattern(Named::InIam, text),
                false => self.arn(text),
            });
        }
    }

    fn each_text(&self, value: &mut Value, renamed: &mut dyn FnMut(&str) -> String) {
        match value {
            Value::String(text) => *text = renamed(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.each_text(value, renamed)),
            Value::Object(members) => {
                members.iter_mut().for_each(|(_, value)| self.each_text(value, renamed));
            }
            _ => {}
        }
    }

    /// `text` that is no policy, such as a script: its ARNs, and whatever of `known` stands in it as a word.
    pub fn words<'a>(&self, text: &str, known: impl Iterator<Item = (Named, &'a str)>) -> String {
        if self.suffix.is_none() {
            return text.to_owned();
        }
        let known: Vec<(Named, &str)> = known.collect();
        let in_word = |letter: char| letter.is_ascii_alphanumeric() || "+=,.@_-:/*".contains(letter);
        let mut renamed = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(in_word) {
            let (before, from) = rest.split_at(start);
            let (word, after) = split_where(from, |letter| !in_word(letter));
            renamed.push_str(before);
            renamed.push_str(&self.word(word, &known));
            rest = after;
        }
        renamed + rest
    }

    /// An ARN as a whole; else the parts between slashes, equals signs and the like that are names.
    fn word(&self, word: &str, known: &[(Named, &str)]) -> String {
        if let Some((before, arn)) = word.find("arn:").map(|start| word.split_at(start)) {
            return self.word(before, known) + &self.arn(arn);
        }
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        let mut renamed = String::with_capacity(word.len());
        let mut rest = word;
        while !rest.is_empty() {
            let (part, after) = split_where(rest, |letter| !is_name(letter));
            match known.iter().find(|(_, name)| *name == part) {
                Some((named, name)) => renamed.push_str(&self.of(*named, name)),
                None => renamed.push_str(part),
            }
            let (between, after) = split_where(after, is_name);
            renamed.push_str(between);
            rest = after;
        }
        renamed
    }

    /// A pattern that ends with `*` matches the longer name as well, and may mean more than names.
    fn pattern(&self, named: Named, pattern: &str) -> String {
        if pattern.ends_with('*') || pattern.is_empty() {
            pattern.to_owned()
        } else {
            self.of(named, pattern)
        }
    }

    fn is_ours(&self, account: &str) -> bool {
        account.contains(['*', '?']) || self.accounts.iter().any(|ours| ours.as_str() == account)
    }

    /// `user/NAME` and so on. What AWS keeps under paths of its own is nobody's to name.
    fn in_iam(&self, resource: &str) -> String {
        let Some(path) = self.path.as_deref() else { return resource.to_owned() };
        let (kind, name) = match resource.split_once('/') {
            Some((kind @ ("user" | "role" | "group" | "policy" | "instance-profile"), name)) => (kind, name),
            _ => return resource.to_owned(),
        };
        if name.starts_with("aws-service-role/") || name.starts_with("aws-reserved/") || name.starts_with('*')
        {
            return resource.to_owned();
        }
        format!("{kind}{path}{}", self.pattern(Named::InIam, name))
    }

    /// `assumed-role/ROLE/SESSION`: the role without its path.
    fn session(&self, resource: &str) -> String {
        match resource.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/')) {
            Some((role, session)) => {
                format!("assumed-role/{}/{session}", self.pattern(Named::InIam, role))
            }
            None => resource.to_owned(),
        }
    }
}

fn split_at(text: &str, separator: char) -> (&str, &str) {
    split_where(text, |letter| letter == separator)
}

/// `text` up to the first letter that `ends` it, and the rest.
fn split_where(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn names() -> Names {
        let account = AccountId::new("111122223333").unwrap();
        Names::unique("-x1".to_owned(), "/rolecall/".to_owned(), vec![account])
    }

    #[track_caller]
    fn becomes(arn: &str, expected: &str) {
        assert_eq!(names().arn(arn), expected);
    }

    #[test]
    fn arns_of_buckets_are_those_of_unique_ones() {
        becomes("arn:aws:s3:::testing-s3", "arn:aws:s3:::testing-s3-x1");
        becomes("arn:aws:s3:::testing-s3/*", "arn:aws:s3:::testing-s3-x1/*");
        becomes("arn:aws:s3:::*-s3/a/b", "arn:aws:s3:::*-s3-x1/a/b");
        becomes("arn:aws:s3:::testing*", "arn:aws:s3:::testing*");
        becomes("arn:aws:s3:::*", "arn:aws:s3:::*");
    }

    #[test]
    fn arns_of_iam_have_the_path_and_the_unique_name() {
        becomes("arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/rolecall/a-x1");
        becomes("arn:aws:iam::111122223333:role/a*", "arn:aws:iam::111122223333:role/rolecall/a*");
        becomes("arn:aws:iam::*:user/eve", "arn:aws:iam::*:user/rolecall/eve-x1");
        becomes(
            "arn:aws:sts::111122223333:assumed-role/a/s",
            "arn:aws:sts::111122223333:assumed-role/a-x1/s",
        );
    }

    #[test]
    fn what_is_not_the_scenarios_keeps_its_name() {
        for arn in [
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/y",
            "arn:aws:iam::444455556666:role/a",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:dynamodb:us-east-1:111122223333:table/orders",
            "*",
        ] {
            becomes(arn, arn);
        }
    }

    #[test]
    fn policies_are_named_where_they_hold_arns() {
        let text = r#"{"Statement": {"Sid": "testing-s3", "Effect": "Allow", "Action": "s3:*",
            "Principal": {"AWS": ["arn:aws:iam::111122223333:user/eve", "444455556666"]},
            "Resource": "arn:aws:s3:::testing-s3/*", "Condition": {
                "StringEquals": {"aws:username": "eve", "s3:prefix": "eve"},
                "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/a"}}}}"#;
        let named: Value = serde_json::from_str(&names().policy(text).unwrap()).unwrap();
        let expected = serde_json::json!({"Statement": {"Sid": "testing-s3", "Effect": "Allow", "Action": "s3:*",
            "Principal": {"AWS": ["arn:aws:iam::111122223333:user/rolecall/eve-x1", "444455556666"]},
            "Resource": "arn:aws:s3:::testing-s3-x1/*", "Condition": {
                "StringEquals": {"aws:username": "eve-x1", "s3:prefix": "eve"},
                "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/rolecall/a-x1"}}}});
        assert_eq!(named, expected);
    }

    #[test]
    fn a_users_name_as_a_variable_is_refused_where_it_is_another() {
        let text = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${AWS:username}/*"}]}"#;
        assert!(names().policy(text).is_err());
        assert_eq!(Names::kept().policy(text).unwrap(), text);
    }

    #[test]
    fn scripts_are_named_by_words() {
        let script = "aws s3 cp f.txt s3://data/f.txt --role=arn:aws:iam::111122223333:role/a; aws iam get-role --role-name a";
        let known = [(Named::Bucket, "data"), (Named::InIam, "a")];
        let expected = "aws s3 cp f.txt s3://data-x1/f.txt --role=arn:aws:iam::111122223333:role/rolecall/a-x1; aws iam get-role --role-name a-x1";
        assert_eq!(names().words(script, known.into_iter()), expected);
    }

    #[test]
    fn with_unique_buckets_only_those_are_named() {
        let names = Names::with_unique_buckets("-x1".to_owned());
        assert_eq!(names.of(Named::Bucket, "b"), "b-x1");
        assert_eq!(names.of(Named::InIam, "eve"), "eve");
        assert_eq!(names.back("b-x1"), "b");
        assert_eq!(names.arn("arn:aws:iam::111122223333:user/eve"), "arn:aws:iam::111122223333:user/eve");
    }
}
