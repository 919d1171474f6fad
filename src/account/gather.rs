//! Puts together what stands apart in a file: holders and the managed policies that they have.

use crate::model::{Account, Entity, Gap, ManagedPolicy, Subject};

impl Account {
    /// Adds AWS's own policies that somebody has and the file does not hold, and a gap for each policy that is nowhere.
    /// What can't be told of a policy can't be told of those who have it.
    pub(crate) fn complete(&mut self, of_aws: &dyn Fn(&str) -> Option<String>) {
        let mut gaps = Vec::new();
        let mut found: Vec<ManagedPolicy> = Vec::new();
        for (kind, entity) in self.entities() {
            for (what, arn) in wanted(entity) {
                if self.policy(arn).is_some() || found.iter().any(|policy| policy.arn == arn) {
                    continue;
                }
                let Some(text) = of_aws(arn) else {
                    let reason = match self.doubtful(arn) {
                        Some(gap) => format!("{what} `{arn}` can't be told: {gap}"),
                        None => format!("{what} `{arn}` is not in the file"),
                    };
                    let place = format!("{kind} {}", entity.name);
                    gaps.push(Gap {
                        place,
                        line: None,
                        reason,
                        subject: Subject::Identity(entity.name.clone()),
                    });
                    continue;
                };
                found.push(ManagedPolicy { arn: arn.to_owned(), text, tags: Vec::new() });
            }
        }
        for user in &self.users {
            for group in user.groups.iter().filter(|name| !self.has_group(name)) {
                let place = format!("user {}", user.entity.name);
                let reason = format!("its group `{group}` is not in the file");
                let subject = Subject::Identity(user.entity.name.clone());
                gaps.push(Gap { place, line: None, reason, subject });
            }
        }
        self.policies.append(&mut found);
        self.gaps.append(&mut gaps);
    }

    /// Users, groups and roles, with what each of them is.
    pub fn entities(&self) -> impl Iterator<Item = (&'static str, &Entity)> {
        let users = self.users.iter().map(|user| ("user", &user.entity));
        let groups = self.groups.iter().map(|group| ("group", &group.entity));
        users.chain(groups).chain(self.roles.iter().map(|role| ("role", &role.entity)))
    }

    fn has_group(&self, name: &str) -> bool {
        self.groups.iter().any(|group| group.entity.name == name)
    }

    fn doubtful(&self, arn: &str) -> Option<&Gap> {
        self.gaps.iter().find(|gap| matches!(&gap.subject, Subject::Resource(of) if of == arn))
    }
}

/// The managed policies that an entity needs, by ARN, and what for.
fn wanted(entity: &Entity) -> impl Iterator<Item = (&'static str, &str)> {
    let attached = entity.attached.iter().map(|arn| ("its policy", arn.as_str()));
    attached.chain(entity.boundary.iter().map(|arn| ("its permissions boundary", arn.as_str())))
}
