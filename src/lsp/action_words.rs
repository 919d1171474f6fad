//! What the service authorization reference says of actions and condition keys, in words.

use policy::reference::{self, AccessLevel, Action};
use policy::{KeyType, condition_key_type};

/// An action, or a pattern of actions, in Markdown; none where no action is called so.
pub(crate) fn action(name: &str) -> Option<String> {
    if name.contains(['*', '?']) {
        return pattern(name);
    }
    let action = reference::action(name)?;
    let mut text =
        format!("`{}`: {}, of {}", action.full_name(), level(action.level), action.service().title);
    let kinds = action.resources.iter().map(|resource| {
        let arns: Vec<String> = resource.kind.arns().map(|arn| format!("`{arn}`")).collect();
        format!("\n- {}: {}", resource.kind.name, arns.join(", "))
    });
    let kinds: String = kinds.collect();
    text.push_str(&if kinds.is_empty() {
        "\n\nOn no resource: `*`.".to_owned()
    } else {
        format!("\n\nOn:{kinds}")
    });
    let keys: Vec<String> = action.condition_keys().map(|key| format!("`{key}`")).collect();
    if !keys.is_empty() {
        text.push_str(&format!("\n\nCondition keys beside the global ones: {}", keys.join(", ")));
    }
    let more: Vec<String> = action.dependent_actions.iter().map(|action| format!("`{action}`")).collect();
    if !more.is_empty() {
        text.push_str(&format!("\n\nMay need as well: {}", more.join(", ")));
    }
    Some(text)
}

fn pattern(pattern: &str) -> Option<String> {
    let matching = reference::matching(pattern);
    let first = matching.first()?;
    let of = match matching.iter().all(|action| action.service().prefix == first.service().prefix) {
        true => format!(" of {}", first.service().title),
        false => String::new(),
    };
    let counted = LEVELS.iter().filter_map(|it| {
        let count = matching.iter().filter(|action| action.level == *it).count();
        (count > 0).then(|| format!("\n- {}: {}", level(*it), names(&matching, *it, count)))
    });
    let actions = if matching.len() == 1 { "action" } else { "actions" };
    Some(format!("`{pattern}`: {} {actions}{of}\n{}", matching.len(), counted.collect::<String>()))
}

/// A few of them, and how many there are.
fn names(matching: &[Action], level: AccessLevel, count: usize) -> String {
    let of_level = matching.iter().filter(|action| action.level == level);
    let some: Vec<String> = of_level.take(SHOWN).map(|action| format!("`{}`", action.name)).collect();
    let more = count.checked_sub(SHOWN).filter(|more| *more > 0);
    format!("{}{}", some.join(", "), more.map(|more| format!(" and {more} more")).unwrap_or_default())
}

/// How many names of each level are shown.
const SHOWN: usize = 5;

const LEVELS: [AccessLevel; 5] = [
    AccessLevel::List,
    AccessLevel::Read,
    AccessLevel::Tagging,
    AccessLevel::Write,
    AccessLevel::PermissionsManagement,
];

/// The access level, as the reference calls it.
pub(crate) fn level(level: AccessLevel) -> &'static str {
    match level {
        AccessLevel::List => "list",
        AccessLevel::Read => "read",
        AccessLevel::Tagging => "tagging",
        AccessLevel::Write => "write",
        AccessLevel::PermissionsManagement => "permissions management",
    }
}

/// A condition key, in Markdown; none where no request has it.
pub(crate) fn condition_key(key: &str) -> Option<String> {
    Some(format!("Condition key `{key}`: {}", key_type(condition_key_type(key)?)))
}

/// What the values of a condition key are.
pub(crate) fn key_type(key_type: KeyType) -> &'static str {
    match key_type {
        KeyType::String => "a string",
        KeyType::Number => "a number",
        KeyType::Date => "a date",
        KeyType::Bool => "true or false",
        KeyType::IpAddress => "an IP address",
        KeyType::Arn => "an ARN",
        KeyType::Strings => "any number of strings, compared with ForAllValues or ForAnyValue",
        KeyType::Arns => "any number of ARNs, compared with ForAllValues or ForAnyValue",
        KeyType::Bools => "any number of true and false, compared with ForAllValues or ForAnyValue",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_told_with_what_they_are_about() {
        let told = action("s3:getobject").unwrap_or_default();
        assert!(told.starts_with("`s3:GetObject`: read, of Amazon S3\n\nOn:\n- "), "{told}");
        assert!(told.contains("\n- object: `arn:${Partition}:s3:::${BucketName}/${ObjectName}`\n"), "{told}");
        let told = action("ec2:DescribeInstances").unwrap_or_default();
        assert!(told.contains("On no resource: `*`."), "{told}");
        let told = action("sqs:*Permission").unwrap_or_default();
        assert_eq!(
            told,
            "`sqs:*Permission`: 2 actions of Amazon SQS\n\n- permissions management: `AddPermission`, `RemovePermission`"
        );
        assert_eq!(action("s3:GetObjects"), None);
        assert_eq!(action("s3:Foo*"), None);
    }

    #[test]
    fn condition_keys_are_told_by_their_values() {
        assert_eq!(
            condition_key("aws:SourceIp").as_deref(),
            Some("Condition key `aws:SourceIp`: an IP address")
        );
        assert_eq!(condition_key("aws:SourceIpp"), None);
    }
}
