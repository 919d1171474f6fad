//! Users, groups and roles of the account.

use policy::PolicyKind;

use super::Reader;
use super::fields::{Fields, Trouble};
use crate::document::document;
use crate::model::{Document, Entity, Group, InstanceProfile, Role, Subject, User};

/// How the members of a kind are called.
struct Kind {
    name: &'static str,
    id: &'static str,
    inline: &'static str,
}

const USER: Kind = Kind { name: "UserName", id: "UserId", inline: "UserPolicyList" };
const GROUP: Kind = Kind { name: "GroupName", id: "GroupId", inline: "GroupPolicyList" };
const ROLE: Kind = Kind { name: "RoleName", id: "RoleId", inline: "RolePolicyList" };

impl Reader {
    pub(super) fn user(&mut self, fields: &Fields<'_>) -> Result<(), Trouble> {
        let (entity, groups) = (self.entity(fields, &USER)?, fields.texts("GroupList")?);
        self.account.users.push(User { entity, groups });
        Ok(())
    }

    pub(super) fn group(&mut self, fields: &Fields<'_>) -> Result<(), Trouble> {
        let entity = self.entity(fields, &GROUP)?;
        self.account.groups.push(Group { entity });
        Ok(())
    }

    pub(super) fn role(&mut self, fields: &Fields<'_>) -> Result<(), Trouble> {
        let entity = self.entity(fields, &ROLE)?;
        if entity.path.starts_with("/aws-service-role/") {
            self.account.service_linked.push(entity.name);
            return Ok(());
        }
        for profile in fields.list("InstanceProfileList")? {
            self.account.instance_profiles.push(InstanceProfile {
                name: profile.text("InstanceProfileName")?.to_owned(),
                path: profile.optional_text("Path")?.unwrap_or("/").to_owned(),
                role: Some(entity.name.clone()),
            });
        }
        let trust = document(fields.value("AssumeRolePolicyDocument")?, PolicyKind::Trust);
        let trust = trust.map_err(|reason| {
            let place = fields.place("AssumeRolePolicyDocument");
            self.gap(place, reason, Subject::Resource(entity.name.clone()));
        });
        self.account.roles.push(Role { entity, trust: trust.ok(), max_session_duration: None });
        Ok(())
    }

    fn entity(&mut self, fields: &Fields<'_>, kind: &Kind) -> Result<Entity, Trouble> {
        self.owner(fields, fields.text("Arn")?)?;
        let name = fields.text(kind.name)?.to_owned();
        let mut inline = Vec::new();
        for policy in fields.list(kind.inline)? {
            match document(policy.value("PolicyDocument")?, PolicyKind::Identity) {
                Ok(text) => inline.push(Document { name: policy.text("PolicyName")?.to_owned(), text }),
                Err(reason) => {
                    self.gap(policy.place("PolicyDocument"), reason, Subject::Identity(name.clone()));
                }
            }
        }
        let attached = fields.list("AttachedManagedPolicies")?;
        let attached = attached.iter().map(|policy| Ok(policy.text("PolicyArn")?.to_owned()));
        let boundary = match fields.has("PermissionsBoundary") {
            true => {
                let boundary = fields.value("PermissionsBoundary")?;
                let boundary = Fields::of(boundary, &fields.place("PermissionsBoundary"))?;
                Some(boundary.text("PermissionsBoundaryArn")?.to_owned())
            }
            false => None,
        };
        Ok(Entity {
            path: fields.optional_text("Path")?.unwrap_or("/").to_owned(),
            id: fields.optional_text(kind.id)?.map(str::to_owned),
            inline,
            attached: attached.collect::<Result<_, Trouble>>()?,
            boundary,
            tags: fields.tags()?,
            name,
        })
    }
}
