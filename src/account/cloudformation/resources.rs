//! The resources of a template, one after the other: first what there is, then who has what.

use policy::PolicyKind;
use serde_json::Value as Json;

use super::conditions::Conditions;
use super::node::{Node, Value};
use super::others;
use super::places::{Resource, Trouble};
use super::references;
use super::resolve::Resolver;
use crate::document::document;
use crate::model::{Account, Bucket, Entity, Gap, ManagedPolicy, Subject};

/// What is read so far.
pub(super) struct Reader<'t> {
    pub(super) resolver: &'t Resolver<'t>,
    pub(super) account: Account,
}

impl<'t> Reader<'t> {
    pub(super) fn new(resolver: &'t Resolver<'t>) -> Self {
        let account = Account { id: Some(resolver.surroundings.account.clone()), ..Account::default() };
        Self { resolver, account }
    }

    pub(super) fn read(mut self, of_aws: &dyn Fn(&str) -> Option<String>) -> Account {
        self.transforms();
        let resources = self.resources();
        for resource in &resources {
            self.thing(resource);
        }
        for resource in &resources {
            self.attachment(resource);
        }
        self.account.complete(of_aws);
        self.account
    }

    /// Those whose condition holds.
    fn resources(&mut self) -> Vec<Resource<'t>> {
        let resolver = self.resolver;
        let all = resolver.root.member("Resources").map_or(&[][..], Node::members);
        let mut resources = Vec::new();
        for (id, node) in all {
            let resource = Resource::new(id, node, resolver);
            let holds = match node.member("Condition") {
                None => Ok(true),
                Some(condition) => {
                    Conditions::of(resolver).holds(condition, condition.text().unwrap_or_default())
                }
            };
            match holds {
                Ok(true) => resources.push(resource),
                Ok(false) => {}
                Err(error) => {
                    let reason = format!("whether it is made can't be told: {}", error.reason);
                    self.whole(&resource, reason);
                }
            }
        }
        resources
    }

    /// A resource of which nothing can be told.
    fn whole(&mut self, resource: &Resource<'_>, reason: String) {
        let subjects = match references::type_of(resource.node) {
            "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group" | "AWS::S3::Bucket" => {
                let name = references::name(self.resolver, resource.id, resource.node);
                let name = name.unwrap_or_else(|_| resource.id.to_owned());
                vec![Subject::Identity(name.clone()), Subject::Resource(name)]
            }
            // Whom they are about may hang on anything.
            kind if kind.starts_with("AWS::IAM::") || kind == "AWS::S3::BucketPolicy" => {
                vec![Subject::Everything]
            }
            kind => {
                others::service(kind).map_or(Vec::new(), |service| vec![Subject::Service(service.to_owned())])
            }
        };
        for subject in subjects {
            self.gap(resource.trouble(reason.clone()).about(subject));
        }
    }

    pub(super) fn gap(&mut self, gap: Gap) {
        self.account.gaps.push(gap);
    }

    fn transforms(&mut self) {
        let transforms = self.resolver.root.member("Transform");
        let names: Vec<&Node> = match transforms.map(|node| &node.value) {
            Some(Value::List(nodes)) => nodes.iter().collect(),
            _ => transforms.into_iter().collect(),
        };
        for node in names {
            let name = node.text().unwrap_or("a macro");
            if matches!(name, "AWS::Serverless-2016-10-31" | "AWS::LanguageExtensions") {
                continue;
            }
            let reason = format!("`{name}` rewrites the template before the stack is made");
            let place = "Transform".to_owned();
            self.gap(Gap { place, line: node.line, reason, subject: Subject::Everything });
        }
    }

    fn thing(&mut self, resource: &Resource<'t>) {
        match references::type_of(resource.node) {
            "AWS::IAM::Role" => self.role(resource),
            "AWS::IAM::User" => self.user(resource),
            "AWS::IAM::Group" => self.group(resource),
            "AWS::IAM::ManagedPolicy" => self.managed_policy(resource),
            "AWS::IAM::InstanceProfile" => self.instance_profile(resource),
            "AWS::S3::Bucket" => self.bucket(resource),
            _ => {}
        }
    }

    fn attachment(&mut self, resource: &Resource<'t>) {
        match references::type_of(resource.node) {
            "AWS::IAM::Policy"
            | "AWS::IAM::RolePolicy"
            | "AWS::IAM::UserPolicy"
            | "AWS::IAM::GroupPolicy" => {
                self.inline_policy(resource);
            }
            "AWS::IAM::ManagedPolicy" => self.attached(resource),
            "AWS::IAM::UserToGroupAddition" => self.membership(resource),
            "AWS::S3::BucketPolicy" => self.bucket_policy(resource),
            "AWS::IAM::Role"
            | "AWS::IAM::User"
            | "AWS::IAM::Group"
            | "AWS::IAM::InstanceProfile"
            | "AWS::S3::Bucket" => {}
            kind => {
                for gap in others::gaps(self.resolver, kind, resource) {
                    self.gap(gap);
                }
            }
        }
    }

    /// The name of a resource; where it can't be told, what it is called can't be, either.
    pub(super) fn name(&mut self, resource: &Resource<'_>) -> Option<String> {
        match references::name(self.resolver, resource.id, resource.node) {
            Ok(name) => Some(name),
            Err(error) => {
                self.whole(resource, format!("its name can't be told: {}", error.reason));
                None
            }
        }
    }

    pub(super) fn path(&mut self, resource: &Resource<'_>, name: &str) -> String {
        references::path(self.resolver, resource.node).unwrap_or_else(|error| {
            let trouble = resource.unresolved("Path", error);
            self.gap(trouble.about(Subject::Identity(name.to_owned())));
            "/".to_owned()
        })
    }

    fn managed_policy(&mut self, resource: &Resource<'_>) {
        // Whoever has one without a name, or without a document, is doubtful, as its ARN is nowhere.
        let Some(arn) = self.policy_arn(resource) else { return };
        match self.policy_document(resource, "PolicyDocument", PolicyKind::Identity) {
            Ok(text) => self.account.policies.push(ManagedPolicy { arn, text, tags: Vec::new() }),
            Err(trouble) => self.gap(trouble.about(Subject::Resource(arn))),
        }
    }

    pub(super) fn policy_arn(&self, resource: &Resource<'_>) -> Option<String> {
        references::reference(self.resolver, resource.node, resource.id, resource.node).ok()
    }

    pub(super) fn policy_document(
        &self,
        resource: &Resource<'_>,
        property: &str,
        kind: PolicyKind,
    ) -> Result<String, Trouble> {
        let value = resource.value(property)?;
        let value = value.ok_or_else(|| resource.about(property, "is missing"))?;
        document(&value, kind).map_err(|reason| resource.about(property, reason))
    }

    fn bucket(&mut self, resource: &Resource<'_>) {
        let Some(name) = self.name(resource) else { return };
        let subject = || Subject::Resource(name.clone());
        let blocks = resource.value("PublicAccessBlockConfiguration").map(|block| {
            // Without any, all is blocked:
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
            block.is_none_or(|block| block.get("BlockPublicPolicy").is_some_and(is_true))
        });
        let blocks = blocks.unwrap_or_else(|trouble| {
            self.gap(trouble.about(subject()));
            true
        });
        let control = resource.text("AccessControl");
        if resource.has("AccessControl") && control.ok().flatten().as_deref() != Some("Private") {
            let trouble = resource.about("AccessControl", "is not read here, and may let others in");
            self.gap(trouble.about(subject()));
        }
        let tags = resource.tags().unwrap_or_else(|trouble| {
            self.gap(trouble.about(subject()));
            Vec::new()
        });
        self.account.buckets.push(Bucket { name, policy: None, blocks_public_policy: blocks, tags });
    }

    fn bucket_policy(&mut self, resource: &Resource<'_>) {
        let bucket = match resource.text("Bucket") {
            Ok(Some(bucket)) => bucket,
            Ok(None) => return self.gap(resource.about("Bucket", "is missing").about(Subject::Everything)),
            Err(trouble) => return self.gap(trouble.about(Subject::Service("s3".to_owned()))),
        };
        let document = self.policy_document(resource, "PolicyDocument", PolicyKind::Resource);
        let known = self.account.buckets.iter_mut().find(|known| known.name == bucket);
        match (document, known) {
            (Ok(text), Some(known)) => known.policy = Some(text),
            (Ok(_), None) => {
                let trouble = resource.about("Bucket", format!("`{bucket}` is not in the template"));
                self.gap(trouble.about(Subject::Resource(bucket)));
            }
            (Err(trouble), _) => self.gap(trouble.about(Subject::Resource(bucket))),
        }
    }
}

impl Reader<'_> {
    /// Users, groups and roles of this name, as the property that lists them says.
    pub(super) fn holders(&mut self, property: &str, name: &str) -> Option<&mut Entity> {
        let account = &mut self.account;
        match property {
            "Roles" | "RoleName" => {
                account.roles.iter_mut().map(|role| &mut role.entity).find(|entity| entity.name == name)
            }
            "Users" | "UserName" => {
                account.users.iter_mut().map(|user| &mut user.entity).find(|entity| entity.name == name)
            }
            _ => account.groups.iter_mut().map(|group| &mut group.entity).find(|entity| entity.name == name),
        }
    }
}

fn is_true(value: &Json) -> bool {
    value == &Json::Bool(true) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
}
