//! Users, groups and roles of a template, and what they have.

use policy::PolicyKind;
use serde_json::Value as Json;

use super::places::Resource;
use super::resources::Reader;
use crate::document::document;
use crate::model::{Document, Entity, Group, InstanceProfile, Role, Subject, User};

impl<'t> Reader<'t> {
    pub(super) fn role(&mut self, resource: &Resource<'t>) {
        let Some(entity) = self.entity(resource) else { return };
        let name = entity.name.clone();
        let trust = self.policy_document(resource, "AssumeRolePolicyDocument", PolicyKind::Trust);
        let trust = trust.map_err(|trouble| self.gap(trouble.about(Subject::Resource(name.clone()))));
        let seconds = match resource.text("MaxSessionDuration") {
            Ok(seconds) => seconds.and_then(|seconds| seconds.parse().ok()),
            Err(trouble) => {
                self.gap(trouble.about(Subject::Resource(name)));
                None
            }
        };
        self.account.roles.push(Role { entity, trust: trust.ok(), max_session_duration: seconds });
    }

    pub(super) fn user(&mut self, resource: &Resource<'t>) {
        let Some(entity) = self.entity(resource) else { return };
        let groups = resource.texts("Groups").unwrap_or_else(|trouble| {
            self.gap(trouble.about(Subject::Identity(entity.name.clone())));
            Vec::new()
        });
        self.account.users.push(User { entity, groups });
    }

    pub(super) fn group(&mut self, resource: &Resource<'t>) {
        if let Some(entity) = self.entity(resource) {
            self.account.groups.push(Group { entity });
        }
    }

    pub(super) fn instance_profile(&mut self, resource: &Resource<'t>) {
        let Some(name) = self.name(resource) else { return };
        let path = self.path(resource, &name);
        match resource.texts("Roles") {
            Ok(roles) => {
                let role = roles.into_iter().next();
                self.account.instance_profiles.push(InstanceProfile { name, path, role });
            }
            Err(trouble) => self.gap(trouble.about(Subject::Resource(name))),
        }
    }

    fn entity(&mut self, resource: &Resource<'t>) -> Option<Entity> {
        let name = self.name(resource)?;
        let path = self.path(resource, &name);
        let mut gaps = Vec::new();
        let mut attached = Vec::new();
        for element in resource.elements("ManagedPolicyArns") {
            match element {
                Ok(Json::String(arn)) => attached.push(arn),
                Ok(_) => gaps.push(resource.about("ManagedPolicyArns", "must be a list of ARNs")),
                Err(trouble) => gaps.push(trouble),
            }
        }
        let mut inline = Vec::new();
        for element in resource.elements("Policies") {
            let policy = element.and_then(|policy| {
                let policy_name =
                    policy.get("PolicyName").and_then(Json::as_str).unwrap_or("policy").to_owned();
                let text = policy.get("PolicyDocument").ok_or_else(|| "has no PolicyDocument".to_owned());
                let text = text.and_then(|text| document(text, PolicyKind::Identity));
                let text =
                    text.map_err(|reason| resource.about("Policies", format!("{policy_name}: {reason}")))?;
                Ok(Document { name: policy_name, text })
            });
            match policy {
                Ok(policy) => inline.push(policy),
                Err(trouble) => gaps.push(trouble),
            }
        }
        let boundary = resource.text("PermissionsBoundary").unwrap_or_else(|trouble| {
            gaps.push(trouble);
            None
        });
        let tags = resource.tags().unwrap_or_else(|trouble| {
            gaps.push(trouble);
            Vec::new()
        });
        for trouble in gaps {
            self.gap(trouble.about(Subject::Identity(name.clone())));
        }
        Some(Entity { name, path, id: None, inline, attached, boundary, tags })
    }

    /// `AWS::IAM::Policy`, and the types for one holder each.
    pub(super) fn inline_policy(&mut self, resource: &Resource<'t>) {
        let policy_name = match resource.text("PolicyName") {
            Ok(name) => name.unwrap_or_else(|| resource.id.to_owned()),
            // What it is called has no say in access.
            Err(_) => resource.id.to_owned(),
        };
        let text = self.policy_document(resource, "PolicyDocument", PolicyKind::Identity);
        let mut trouble = None;
        let text = text.map_err(|error| trouble = Some(error)).ok();
        let reason = trouble.map(|trouble| trouble.about(Subject::Nothing));
        self.each_holder(resource, &mut |reader, property, name| {
            let missing = resource.about(property, format!("`{name}` is not in the template"));
            let subject = Subject::Identity(name.to_owned());
            match (reader.holders(property, name), &text, &reason) {
                (Some(holder), Some(text), _) => {
                    holder.inline.push(Document { name: policy_name.clone(), text: text.clone() });
                }
                (None, Some(_), _) => reader.gap(missing.about(subject)),
                (_, None, Some(gap)) => reader.gap(crate::model::Gap { subject, ..gap.clone() }),
                (_, None, None) => {}
            }
        });
    }

    /// To whom a managed policy attaches itself.
    pub(super) fn attached(&mut self, resource: &Resource<'t>) {
        let arn = self.policy_arn(resource);
        self.each_holder(resource, &mut |reader, property, name| {
            let unknown = match arn {
                Some(_) => resource.about(property, format!("`{name}` is not in the template")),
                None => resource.trouble("its name can't be told"),
            };
            match (reader.holders(property, name), &arn) {
                (Some(holder), Some(arn)) => holder.attached.push(arn.clone()),
                _ => reader.gap(unknown.about(Subject::Identity(name.to_owned()))),
            }
        });
    }

    pub(super) fn membership(&mut self, resource: &Resource<'t>) {
        let (group, users) = match (resource.text("GroupName"), resource.texts("Users")) {
            (Ok(Some(group)), Ok(users)) => (group, users),
            (Ok(None), _) => {
                return self.gap(resource.about("GroupName", "is missing").about(Subject::Everything));
            }
            (Err(trouble), Ok(users)) => {
                let gap = trouble.about(Subject::Nothing);
                for name in users {
                    self.gap(crate::model::Gap { subject: Subject::Identity(name), ..gap.clone() });
                }
                return;
            }
            (_, Err(trouble)) => return self.gap(trouble.about(Subject::Everything)),
        };
        for name in users {
            match self.account.users.iter_mut().find(|user| user.entity.name == name) {
                Some(user) => user.groups.push(group.clone()),
                None => {
                    let trouble = resource.about("Users", format!("`{name}` is not in the template"));
                    self.gap(trouble.about(Subject::Identity(name)));
                }
            }
        }
    }

    /// Does something for each of `Roles`, `Users` and `Groups`; where it can't be told who they are, nothing can.
    fn each_holder(&mut self, resource: &Resource<'t>, work: &mut dyn FnMut(&mut Self, &str, &str)) {
        for property in ["Roles", "Users", "Groups"] {
            for element in resource.elements(property) {
                match element {
                    Ok(Json::String(name)) => work(self, property, &name),
                    Ok(_) => {
                        let trouble = resource.about(property, "must be a list of names");
                        self.gap(trouble.about(Subject::Everything));
                    }
                    Err(trouble) => self.gap(trouble.about(Subject::Everything)),
                }
            }
        }
        for property in ["RoleName", "UserName", "GroupName"] {
            match resource.text(property) {
                Ok(Some(name)) => work(self, property, &name),
                Ok(None) => {}
                Err(trouble) => self.gap(trouble.about(Subject::Everything)),
            }
        }
    }
}
