//! The same account under another number, as it is where it is tried.

use policy::AccountId;
use serde_json::Value;

use crate::model::Account;

impl Account {
    /// The same with `id` in place of its own number: in ARNs, and where a policy names the account itself. A number
    /// within another name, such as that of a bucket, stays.
    #[must_use]
    pub fn relocated(&self, id: &AccountId) -> Account {
        let mut account = self.clone();
        let Some(old) = account.id.replace(id.clone()).filter(|old| old != id) else { return account };
        let arn = |arn: &mut String| *arn = relocated(arn, &old, id);
        let document = |text: &mut String| {
            if let Ok(mut value) = serde_json::from_str::<Value>(text) {
                each_text(&mut value, &|text| relocated(text, &old, id));
                *text = value.to_string();
            }
        };
        let users = account.users.iter_mut().map(|user| &mut user.entity);
        let groups = account.groups.iter_mut().map(|group| &mut group.entity);
        let roles = account.roles.iter_mut().map(|role| (&mut role.entity, &mut role.trust));
        let roles = roles.map(|(entity, trust)| {
            trust.iter_mut().for_each(document);
            entity
        });
        for entity in users.chain(groups).chain(roles) {
            entity.inline.iter_mut().map(|policy| &mut policy.text).for_each(document);
            entity.attached.iter_mut().chain(&mut entity.boundary).for_each(arn);
        }
        for policy in &mut account.policies {
            arn(&mut policy.arn);
            document(&mut policy.text);
        }
        account.buckets.iter_mut().filter_map(|bucket| bucket.policy.as_mut()).for_each(document);
        account
    }
}

fn relocated(text: &str, old: &AccountId, new: &AccountId) -> String {
    if text == old.as_str() {
        return new.to_string();
    }
    let mut parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_mut_slice() {
        [arn, _, _, _, account, _] if *arn == "arn" && *account == old.as_str() => *account = new.as_str(),
        _ => return text.to_owned(),
    }
    parts.join(":")
}

fn each_text(value: &mut Value, renamed: &dyn Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = renamed(text),
        Value::Array(values) => values.iter_mut().for_each(|value| each_text(value, renamed)),
        Value::Object(members) => members.iter_mut().for_each(|(_, value)| each_text(value, renamed)),
        _ => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_another_where_it_is_the_accounts() {
        let (old, new) = (AccountId::new("123456789012").unwrap(), AccountId::new("111122223333").unwrap());
        let check = |text: &str, expected: &str| assert_eq!(relocated(text, &old, &new), expected);
        check("123456789012", "111122223333");
        check("arn:aws:iam::123456789012:role/a", "arn:aws:iam::111122223333:role/a");
        check("arn:aws:logs:*:123456789012:*", "arn:aws:logs:*:111122223333:*");
        check("arn:aws:iam::999999999999:role/a", "arn:aws:iam::999999999999:role/a");
        check("arn:aws:s3:::logs-123456789012/*", "arn:aws:s3:::logs-123456789012/*");
        check("logs-123456789012", "logs-123456789012");
    }
}
