//! Users, groups, roles, policies and buckets of a plan.

use policy::PolicyKind;
use serde_json::Value;

use super::Reader;
use super::change::{Change, Trouble};
use crate::document::document;
use crate::model::{
    Bucket, Document, Entity, Gap, Group, InstanceProfile, ManagedPolicy, Role, Subject, User,
};

impl Reader<'_> {
    pub(super) fn gap(&mut self, gap: Gap) {
        self.account.gaps.push(gap);
    }

    pub(super) fn thing(&mut self, change: &Change<'_>) {
        match change.kind {
            "aws_iam_user" => {
                let Some(entity) = self.entity(change) else { return };
                self.account.users.push(User { entity, groups: Vec::new() });
            }
            "aws_iam_group" => {
                let Some(entity) = self.entity(change) else { return };
                self.account.groups.push(Group { entity });
            }
            "aws_iam_role" => self.role(change),
            "aws_iam_policy" => self.policy(change),
            "aws_iam_instance_profile" => self.instance_profile(change),
            "aws_s3_bucket" => self.bucket(change),
            _ => {}
        }
    }

    /// The name of something; where it can't be told, it goes by its address, and is doubtful.
    fn name(&mut self, change: &Change<'_>, attribute: &str) -> Option<String> {
        match change.needed(attribute) {
            Ok(name) => Some(name.to_owned()),
            Err(trouble) => {
                let gap = trouble.about(Subject::Identity(change.address.to_owned()));
                let subject = Subject::Resource(change.address.to_owned());
                self.gap(Gap { subject, ..gap.clone() });
                self.gap(gap);
                None
            }
        }
    }

    fn entity(&mut self, change: &Change<'_>) -> Option<Entity> {
        let name = self.name(change, "name")?;
        let mut doubts: Vec<Trouble> = Vec::new();
        let mut told = |text: Result<Option<&str>, Trouble>| match text {
            Ok(text) => text.map(str::to_owned),
            Err(trouble) => {
                doubts.push(trouble);
                None
            }
        };
        let path = told(change.text("path")).unwrap_or_else(|| "/".to_owned());
        let boundary = match self.arn(change, "permissions_boundary") {
            Ok(boundary) => boundary,
            Err(trouble) => {
                doubts.push(trouble);
                None
            }
        };
        let tags = change.tags().unwrap_or_else(|trouble| {
            doubts.push(trouble);
            Vec::new()
        });
        for trouble in doubts {
            self.gap(trouble.about(Subject::Identity(name.clone())));
        }
        Some(Entity { name, path, boundary, tags, ..Entity::default() })
    }

    fn role(&mut self, change: &Change<'_>) {
        let Some(mut entity) = self.entity(change) else { return };
        let identity = || Subject::Identity(entity.name.clone());
        let mut gaps = Vec::new();
        let trust = match change.document("assume_role_policy", PolicyKind::Trust) {
            Ok(Some(trust)) => Some(trust),
            Ok(None) => {
                let trouble = change.about("assume_role_policy", "is missing");
                gaps.push(trouble.about(Subject::Resource(entity.name.clone())));
                None
            }
            Err(trouble) => {
                gaps.push(trouble.about(Subject::Resource(entity.name.clone())));
                None
            }
        };
        let mut inline = Vec::new();
        match change.value("inline_policy") {
            Ok(policies) => {
                for policy in policies.and_then(Value::as_array).into_iter().flatten() {
                    let Some(text) = policy.get("policy").filter(|text| !text.is_null()) else { continue };
                    let name = policy.get("name").and_then(Value::as_str).unwrap_or("inline").to_owned();
                    match document(text, PolicyKind::Identity) {
                        Ok(text) => inline.push(Document { name, text }),
                        Err(reason) => {
                            let trouble = change.about("inline_policy", format!("{name}: {reason}"));
                            gaps.push(trouble.about(identity()));
                        }
                    }
                }
            }
            // Not set, it takes what there is; a new role has none.
            Err(trouble) if change.is_partly_told("inline_policy") => gaps.push(trouble.about(identity())),
            Err(_) => {}
        }
        let attached = change.texts("managed_policy_arns").unwrap_or_else(|trouble| {
            if change.is_partly_told("managed_policy_arns") {
                gaps.push(trouble.about(identity()));
            }
            Vec::new()
        });
        let seconds = change.value("max_session_duration").ok().flatten().and_then(Value::as_i64);
        entity.inline = inline;
        entity.attached = attached;
        gaps.into_iter().for_each(|gap| self.gap(gap));
        let max_session_duration = seconds.and_then(|seconds| i32::try_from(seconds).ok());
        self.account.roles.push(Role { entity, trust, max_session_duration });
    }

    fn policy(&mut self, change: &Change<'_>) {
        let Some(arn) = self.policy_arn(change) else {
            // Whoever has it has one that is nowhere.
            return drop(self.name(change, "name"));
        };
        match change.document("policy", PolicyKind::Identity) {
            Ok(Some(text)) => self.account.policies.push(ManagedPolicy { arn, text, tags: Vec::new() }),
            Ok(None) => self.gap(change.about("policy", "is missing").about(Subject::Resource(arn))),
            Err(trouble) => self.gap(trouble.about(Subject::Resource(arn))),
        }
    }

    fn instance_profile(&mut self, change: &Change<'_>) {
        let Some(name) = self.name(change, "name") else { return };
        let path = change.text("path").ok().flatten().unwrap_or("/").to_owned();
        let role = match change.text("role") {
            Ok(None) => Ok(None),
            _ => self.named(change, "role").map(Some),
        };
        match role {
            Ok(role) => {
                self.account.instance_profiles.push(InstanceProfile { name, path, role });
            }
            Err(trouble) => self.gap(trouble.about(Subject::Resource(name))),
        }
    }

    fn bucket(&mut self, change: &Change<'_>) {
        let Some(name) = self.name(change, "bucket") else { return };
        let subject = || Subject::Resource(name.clone());
        // Both are older ways; what is not set is computed, and is what a new bucket has.
        if let Ok(Some(acl)) = change.text("acl")
            && acl != "private"
        {
            self.gap(change.about("acl", "is not read here, and may let others in").about(subject()));
        }
        let policy = match change.document("policy", PolicyKind::Resource) {
            Ok(policy) => policy,
            Err(trouble) => {
                if !change.is_unknown("policy") {
                    self.gap(trouble.about(subject()));
                }
                None
            }
        };
        let tags = change.tags().unwrap_or_default();
        self.account.buckets.push(Bucket { name, policy, blocks_public_policy: true, tags });
    }
}
