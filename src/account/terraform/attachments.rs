//! Who has what, and the policies of buckets.

use policy::{AccountId, PolicyKind};

use super::Reader;
use super::change::{Change, Trouble};
use super::others;
use crate::model::{Document, Entity, Gap, Subject};

impl Reader<'_> {
    pub(super) fn attachment(&mut self, change: &Change<'_>) {
        match change.kind {
            "aws_iam_user_policy" => self.inline(change, "user"),
            "aws_iam_group_policy" => self.inline(change, "group"),
            "aws_iam_role_policy" => self.inline(change, "role"),
            "aws_iam_user_policy_attachment" => self.attached(change, &["user"]),
            "aws_iam_group_policy_attachment" => self.attached(change, &["group"]),
            "aws_iam_role_policy_attachment" => self.attached(change, &["role"]),
            "aws_iam_policy_attachment" => self.attached(change, &["users", "groups", "roles"]),
            "aws_iam_group_membership" => self.membership(change),
            "aws_iam_user_group_membership" => self.memberships(change),
            "aws_s3_bucket_policy" => self.bucket_policy(change),
            "aws_s3_bucket_public_access_block" => self.public_access(change),
            _ => {
                if let Some(gap) = others::gap(change) {
                    self.gap(gap);
                }
            }
        }
    }

    /// The ARN of a managed policy of the plan, also of one that is to be made.
    pub(super) fn policy_arn(&self, change: &Change<'_>) -> Option<String> {
        if let Ok(Some(arn)) = change.text("arn") {
            return Some(arn.to_owned());
        }
        let (name, path) = (change.needed("name").ok()?, change.text("path").ok()?.unwrap_or("/"));
        let id = self.account.id.as_ref().map_or("", AccountId::as_str);
        Some(format!("arn:aws:iam::{id}:policy{path}{name}"))
    }

    /// An attribute that is the ARN of a managed policy. Of one that is to be made it is not known yet; where the attribute is
    /// that ARN and nothing more, it follows from the policy's name.
    pub(super) fn arn(&self, change: &Change<'_>, attribute: &str) -> Result<Option<String>, Trouble> {
        let told = change.text(attribute);
        let Err(trouble) = told else { return told.map(|arn| arn.map(str::to_owned)) };
        let address = self.configuration.referred(change.address, attribute, "arn");
        let policy = self.there.iter().find(|it| Some(it.address) == address.as_deref());
        let policy = policy.filter(|it| it.kind == "aws_iam_policy");
        policy.and_then(|policy| self.policy_arn(policy)).map(Some).ok_or(trouble)
    }

    /// An attribute that names a user, group, role or bucket. Of one that is to be made it may not be known yet; where it is
    /// that thing's name and nothing more, it is known from there.
    pub(super) fn named(&self, change: &Change<'_>, attribute: &str) -> Result<String, Trouble> {
        let trouble = match change.needed(attribute) {
            Ok(name) => return Ok(name.to_owned()),
            Err(trouble) => trouble,
        };
        let named = ["id", "name", "bucket"].into_iter();
        let address =
            named.filter_map(|of| self.configuration.referred(change.address, attribute, of)).next();
        let thing = self.there.iter().find(|it| Some(it.address) == address.as_deref());
        let name = thing.and_then(|thing| match thing.kind {
            "aws_iam_user" | "aws_iam_group" | "aws_iam_role" => thing.needed("name").ok(),
            "aws_s3_bucket" => thing.needed("bucket").ok(),
            _ => None,
        });
        name.map(str::to_owned).ok_or(trouble)
    }

    fn holder(&mut self, attribute: &str, name: &str) -> Option<&mut Entity> {
        let account = &mut self.account;
        match attribute {
            "user" | "users" => {
                account.users.iter_mut().map(|user| &mut user.entity).find(|entity| entity.name == name)
            }
            "role" | "roles" => {
                account.roles.iter_mut().map(|role| &mut role.entity).find(|entity| entity.name == name)
            }
            _ => account.groups.iter_mut().map(|group| &mut group.entity).find(|entity| entity.name == name),
        }
    }

    /// Of somebody who is not in the plan, what they have besides can't be told.
    fn missing(&mut self, change: &Change<'_>, attribute: &str, name: &str) {
        let trouble = change.about(attribute, format!("`{name}` is not in the plan"));
        self.gap(trouble.about(Subject::Identity(name.to_owned())));
    }

    fn inline(&mut self, change: &Change<'_>, attribute: &str) {
        let name = match self.named(change, attribute) {
            Ok(name) => name,
            Err(trouble) => return self.gap(trouble.about(Subject::Everything)),
        };
        let policy_name = change.text("name").ok().flatten().unwrap_or(change.address).to_owned();
        match change.document("policy", PolicyKind::Identity) {
            Ok(Some(text)) => match self.holder(attribute, &name) {
                Some(holder) => holder.inline.push(Document { name: policy_name, text }),
                None => self.missing(change, attribute, &name),
            },
            Ok(None) => self.gap(change.about("policy", "is missing").about(Subject::Identity(name))),
            Err(trouble) => self.gap(trouble.about(Subject::Identity(name))),
        }
    }

    fn attached(&mut self, change: &Change<'_>, attributes: &[&str]) {
        let arn = self.arn(change, "policy_arn");
        let reason = arn.as_ref().err().map(|trouble| trouble.clone().about(Subject::Nothing));
        let arn = arn.ok().flatten();
        for attribute in attributes {
            let names = match attribute.ends_with('s') {
                true => change.texts(attribute),
                false => self.named(change, attribute).map(|name| vec![name]),
            };
            let names = match names {
                Ok(names) => names,
                Err(trouble) => {
                    self.gap(trouble.about(Subject::Everything));
                    continue;
                }
            };
            for name in names {
                match (self.holder(attribute, &name), &arn, &reason) {
                    (Some(holder), Some(arn), _) => holder.attached.push(arn.clone()),
                    (_, None, Some(gap)) => {
                        let gap = Gap { subject: Subject::Identity(name), ..gap.clone() };
                        self.gap(gap);
                    }
                    (None, ..) => self.missing(change, attribute, &name),
                    (Some(_), None, None) => {}
                }
            }
        }
    }

    fn membership(&mut self, change: &Change<'_>) {
        match (self.named(change, "group"), change.texts("users")) {
            (Ok(group), Ok(users)) => {
                for name in users {
                    self.join(change, &name, &group);
                }
            }
            (Err(trouble), _) | (_, Err(trouble)) => self.gap(trouble.about(Subject::Everything)),
        }
    }

    fn memberships(&mut self, change: &Change<'_>) {
        match (self.named(change, "user"), change.texts("groups")) {
            (Ok(user), Ok(groups)) => {
                for group in groups {
                    self.join(change, &user, &group);
                }
            }
            (Ok(user), Err(trouble)) => self.gap(trouble.about(Subject::Identity(user))),
            (Err(trouble), _) => self.gap(trouble.about(Subject::Everything)),
        }
    }

    fn join(&mut self, change: &Change<'_>, user: &str, group: &str) {
        match self.account.users.iter_mut().find(|known| known.entity.name == user) {
            Some(known) if known.groups.iter().any(|of| of == group) => {}
            Some(known) => known.groups.push(group.to_owned()),
            None => self.missing(change, "user", user),
        }
    }

    fn bucket_policy(&mut self, change: &Change<'_>) {
        let bucket = match self.named(change, "bucket") {
            Ok(bucket) => bucket,
            Err(trouble) => return self.gap(trouble.about(Subject::Service("s3".to_owned()))),
        };
        let document = change.document("policy", PolicyKind::Resource);
        let known = self.account.buckets.iter_mut().find(|known| known.name == bucket);
        match (document, known) {
            (Ok(policy), Some(known)) => known.policy = policy,
            (Ok(_), None) => {
                let trouble = change.about("bucket", format!("`{bucket}` is not in the plan"));
                self.gap(trouble.about(Subject::Resource(bucket)));
            }
            (Err(trouble), _) => self.gap(trouble.about(Subject::Resource(bucket))),
        }
    }

    fn public_access(&mut self, change: &Change<'_>) {
        let bucket = match self.named(change, "bucket") {
            Ok(bucket) => bucket,
            Err(trouble) => return self.gap(trouble.about(Subject::Service("s3".to_owned()))),
        };
        let blocks = change.value("block_public_policy").ok().flatten().and_then(serde_json::Value::as_bool);
        if let Some(known) = self.account.buckets.iter_mut().find(|known| known.name == bucket) {
            known.blocks_public_policy = blocks.unwrap_or(false);
        }
    }
}
