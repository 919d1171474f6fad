//! What a policy says, in words.

use serde_json::Value;

/// A sentence for each statement, in Markdown; none where it is no policy.
pub(crate) fn policy(text: &str) -> Option<String> {
    let document: Value = serde_json::from_str(text).ok()?;
    let statements = match document.get("Statement")? {
        Value::Array(several) => several.iter().collect(),
        one => vec![one],
    };
    let sentences: Vec<String> = statements.into_iter().filter_map(statement).collect();
    (!sentences.is_empty()).then(|| sentences.iter().map(|sentence| format!("- {sentence}\n")).collect())
}

/// A statement in a sentence.
pub(crate) fn statement(statement: &Value) -> Option<String> {
    let effect = match statement.get("Effect")?.as_str()? {
        "Allow" => "Allows",
        _ => "Denies",
    };
    let mut sentence = format!("**{effect}**");
    match (members(statement, "Principal"), members(statement, "NotPrincipal")) {
        (Some(who), _) => sentence.push_str(&format!(" {}", principals(&who))),
        (_, Some(who)) => sentence.push_str(&format!(" everybody but {}", principals(&who))),
        (None, None) => {}
    }
    match (texts(statement.get("Action")), texts(statement.get("NotAction"))) {
        (actions, _) if actions == ["*"] => sentence.push_str(" everything"),
        (actions, _) if !actions.is_empty() => sentence.push_str(&format!(" {}", listed(&actions, "and"))),
        (_, others) => sentence.push_str(&format!(" every action but {}", listed(&others, "and"))),
    }
    match (texts(statement.get("Resource")), texts(statement.get("NotResource"))) {
        (resources, _) if resources == ["*"] => sentence.push_str(" on any resource"),
        (resources, _) if !resources.is_empty() => {
            sentence.push_str(&format!(" on {}", listed(&resources, "and")));
        }
        (_, others) if !others.is_empty() => {
            sentence.push_str(&format!(" on every resource but {}", listed(&others, "and")));
        }
        _ => {}
    }
    let conditions = conditions(statement);
    if !conditions.is_empty() {
        sentence.push_str(&format!(", if {}", conditions.join(", and ")));
    }
    if let Some(sid) = statement.get("Sid").and_then(Value::as_str) {
        sentence.push_str(&format!(" (`{sid}`)"));
    }
    Some(sentence)
}

/// Principals by their kinds; `*` is one of none.
fn members(statement: &Value, name: &str) -> Option<Vec<(String, Vec<String>)>> {
    match statement.get(name)? {
        Value::Object(kinds) => {
            Some(kinds.iter().map(|(kind, names)| (kind.clone(), texts(Some(names)))).collect())
        }
        one => Some(vec![(String::new(), texts(Some(one)))]),
    }
}

fn principals(kinds: &[(String, Vec<String>)]) -> String {
    let told = |(kind, names): &(String, Vec<String>)| match kind.as_str() {
        _ if names.iter().any(|name| name == "*") => "anybody".to_owned(),
        "Service" => format!("the service {}", listed(names, "and")),
        "Federated" => format!("those who signed in at {}", listed(names, "and")),
        _ => listed(names, "and"),
    };
    kinds.iter().map(told).collect::<Vec<_>>().join(" and ")
}

fn conditions(statement: &Value) -> Vec<String> {
    let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    let tests = operators.flat_map(|(operator, keys)| {
        keys.as_object().into_iter().flatten().map(move |(key, values)| (operator, key, values))
    });
    tests.map(|(operator, key, values)| condition(operator, key, &texts(Some(values)))).collect()
}

/// A test of one key. Where the request has no such key, operators with `Not` hold, and those with `IfExists`:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists>.
/// `ForAllValues` holds there, too:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>.
fn condition(operator: &str, key: &str, values: &[String]) -> String {
    let (set, name) = operator.split_once(':').map_or(("", operator), |(set, name)| (set, name));
    let (name, if_exists) = name.strip_suffix("IfExists").map_or((name, false), |name| (name, true));
    let subject = match set {
        "ForAllValues" => format!("every value of `{key}`"),
        "ForAnyValue" => format!("some value of `{key}`"),
        _ => format!("`{key}`"),
    };
    if name == "Null" {
        let absent = values.iter().any(|value| value == "true");
        return format!("{subject} is {}", if absent { "absent" } else { "there" });
    }
    let verb = VERBS.iter().find(|(known, _)| *known == name).map_or(name, |(_, verb)| verb);
    let or_absent = if_exists || name.contains("Not") && set != "ForAnyValue" || set == "ForAllValues";
    let joined = listed(values, if name.contains("Not") { "nor" } else { "or" });
    format!("{subject} {verb} {joined}{}", if or_absent { " (or is absent)" } else { "" })
}

const VERBS: [(&str, &str); 26] = [
    ("StringEquals", "is"),
    ("StringNotEquals", "is not"),
    ("StringEqualsIgnoreCase", "is, in any case,"),
    ("StringNotEqualsIgnoreCase", "is not, in any case,"),
    ("StringLike", "is like"),
    ("StringNotLike", "is not like"),
    ("NumericEquals", "is"),
    ("NumericNotEquals", "is not"),
    ("NumericLessThan", "is less than"),
    ("NumericLessThanEquals", "is at most"),
    ("NumericGreaterThan", "is more than"),
    ("NumericGreaterThanEquals", "is at least"),
    ("DateEquals", "is"),
    ("DateNotEquals", "is not"),
    ("DateLessThan", "is before"),
    ("DateLessThanEquals", "is not after"),
    ("DateGreaterThan", "is after"),
    ("DateGreaterThanEquals", "is not before"),
    ("Bool", "is"),
    ("BinaryEquals", "is"),
    ("IpAddress", "is in"),
    ("NotIpAddress", "is not in"),
    ("ArnEquals", "is like"),
    ("ArnLike", "is like"),
    ("ArnNotEquals", "is not like"),
    ("ArnNotLike", "is not like"),
];

/// The texts of a value that is one or several.
fn texts(value: Option<&Value>) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match value {
        None => Vec::new(),
        Some(Value::Array(several)) => several.iter().map(text).collect(),
        Some(one) => vec![text(one)],
    }
}

fn listed(names: &[String], word: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [several @ .., last] => format!("{} {word} {last}", several.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(statement: &str, expected: &str) {
        let told = policy(&format!("{{\"Version\": \"2012-10-17\", \"Statement\": {statement}}}"));
        assert_eq!(told.unwrap_or_default(), format!("- {expected}\n"));
    }

    #[test]
    fn statements_are_sentences() {
        check(
            r#"{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}"#,
            "**Allows** `s3:GetObject` on `arn:aws:s3:::reports/*` (`Read`)",
        );
        check(
            r#"[{"Effect": "Deny", "Action": "*", "Resource": "*"}]"#,
            "**Denies** everything on any resource",
        );
        check(
            r#"{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}"#,
            "**Allows** the service `ec2.amazonaws.com` `sts:AssumeRole`",
        );
        check(
            r#"{"Effect": "Deny", "NotPrincipal": {"AWS": ["a", "b"]}, "NotAction": ["s3:*"], "NotResource": "x"}"#,
            "**Denies** everybody but `a` and `b` every action but `s3:*` on every resource but `x`",
        );
        check(
            r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}"#,
            "**Allows** anybody `s3:*` on any resource",
        );
    }

    #[test]
    fn conditions_tell_what_an_absent_key_does() {
        for (condition, expected) in [
            (
                r#"{"StringEquals": {"aws:PrincipalTag/team": ["red", "blue"]}}"#,
                "`aws:PrincipalTag/team` is `red` or `blue`",
            ),
            (r#"{"StringNotLike": {"aws:userid": "A*"}}"#, "`aws:userid` is not like `A*` (or is absent)"),
            (
                r#"{"BoolIfExists": {"aws:SecureTransport": true}}"#,
                "`aws:SecureTransport` is `true` (or is absent)",
            ),
            (r#"{"Null": {"aws:TokenIssueTime": "true"}}"#, "`aws:TokenIssueTime` is absent"),
            (
                r#"{"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}"#,
                "every value of `aws:TagKeys` is `a` (or is absent)",
            ),
            (
                r#"{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "NumericLessThan": {"s3:max-keys": 10}}"#,
                "`aws:SourceIp` is in `10.0.0.0/8`, and `s3:max-keys` is less than `10`",
            ),
        ] {
            check(
                &format!(
                    r#"{{"Effect": "Allow", "Action": "a:b", "Resource": "*", "Condition": {condition}}}"#
                ),
                &format!("**Allows** `a:b` on any resource, if {expected}"),
            );
        }
    }

    #[test]
    fn what_is_no_policy_has_no_words() {
        assert_eq!(policy("{\"Statement\": ["), None);
        assert_eq!(policy("[]"), None);
    }
}
