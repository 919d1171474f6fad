//! An account and a file that describes a part of it.

use crate::model::Account;

impl Account {
    /// This account once a part of it is as `part` says: what both have is that of the part.
    #[must_use]
    pub fn with(&self, part: &Account) -> Account {
        let mut account = self.clone();
        // ARNs of the part name the account by its number there.
        let part = match &self.id {
            Some(id) => part.relocated(id),
            None => part.clone(),
        };
        replace(&mut account.users, part.users, |user| user.entity.name.clone());
        replace(&mut account.groups, part.groups, |group| group.entity.name.clone());
        replace(&mut account.roles, part.roles, |role| role.entity.name.clone());
        replace(&mut account.policies, part.policies, |policy| policy.arn.clone());
        replace(&mut account.instance_profiles, part.instance_profiles, |profile| profile.name.clone());
        replace(&mut account.buckets, part.buckets, |bucket| bucket.name.clone());
        account.gaps.extend(part.gaps);
        account
    }

    /// What this account has of that which `part` describes.
    #[must_use]
    pub fn within(&self, part: &Account) -> Account {
        let mut account = self.clone();
        account.users.retain(|user| part.users.iter().any(|it| it.entity.name == user.entity.name));
        account.groups.retain(|group| part.groups.iter().any(|it| it.entity.name == group.entity.name));
        account.roles.retain(|role| part.roles.iter().any(|it| it.entity.name == role.entity.name));
        account.buckets.retain(|bucket| part.buckets.iter().any(|it| it.name == bucket.name));
        account
    }
}

fn replace<Thing>(all: &mut Vec<Thing>, new: Vec<Thing>, name: impl Fn(&Thing) -> String) {
    for thing in new {
        match all.iter_mut().find(|known| name(known) == name(&thing)) {
            Some(known) => *known = thing,
            None => all.push(thing),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use policy::AccountId;

    use super::*;
    use crate::model::{Entity, ManagedPolicy, User};

    fn account(id: &str, users: &[&str]) -> Account {
        let users = users.iter().map(|name| {
            let attached = vec![format!("arn:aws:iam::{id}:policy/p")];
            let entity = Entity { name: (*name).to_owned(), attached, ..Entity::default() };
            User { entity, groups: Vec::new() }
        });
        let arn = format!("arn:aws:iam::{id}:policy/p");
        let text = format!("{{\"of\":\"arn:aws:iam::{id}:root\"}}");
        let policies = vec![ManagedPolicy { arn, text, tags: Vec::new() }];
        Account { id: AccountId::new(id), users: users.collect(), policies, ..Account::default() }
    }

    #[test]
    fn a_part_replaces_what_both_have() {
        let (whole, part) = (account("123456789012", &["a", "b"]), account("111122223333", &["b", "c"]));
        let names = |account: &Account| {
            account.users.iter().map(|user| user.entity.name.clone()).collect::<Vec<_>>().join(" ")
        };
        let both = whole.with(&part);
        assert_eq!((names(&both).as_str(), both.policies.len()), ("a b c", 1));
        assert_eq!(both.users.last().unwrap().entity.attached, ["arn:aws:iam::123456789012:policy/p"]);
        assert_eq!(names(&whole.within(&part)), "b");
    }
}
