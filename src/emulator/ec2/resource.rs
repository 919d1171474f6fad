//! What all resources have in common: an id, a kind, an ARN, and tags.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use super::request::{error, invalid_value};
use super::store::Place;
use crate::operation::ServiceError;

/// A resource of an account in a region.
pub(super) trait Resource {
    /// As `ResourceType` spells it, which is also the ARN's: `security-group`.
    fn kind(&self) -> &'static str;
    fn id(&self) -> &str;
    /// What the ARN ends in; a key pair's ends in its name.
    fn arn_name(&self) -> &str {
        self.id()
    }
    fn tags(&self) -> &Tags;
    fn tags_mut(&mut self) -> &mut Tags;
}

/// Implements [`Resource`] for a struct with a `tags` field.
macro_rules! resource {
    ($type:ty, $kind:literal, $id:ident) => {
        impl $crate::ec2::resource::Resource for $type {
            fn kind(&self) -> &'static str {
                $kind
            }
            fn id(&self) -> &str {
                &self.$id
            }
            fn tags(&self) -> &$crate::ec2::resource::Tags {
                &self.tags
            }
            fn tags_mut(&mut self) -> &mut $crate::ec2::resource::Tags {
                &mut self.tags
            }
        }
    };
}
pub(super) use resource;

impl Place {
    /// The ARN of a resource of this account and region; `name` may be `*`.
    pub(crate) fn arn(&self, kind: &str, name: &str) -> String {
        format!("arn:aws:ec2:{}:{}:{kind}/{name}", self.region, self.account)
    }
}

/// A resource's tags, in the order of their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tags(pub(crate) BTreeMap<String, String>);

impl Tags {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of the tag that the console shows as the name.
    pub(super) fn name(&self) -> Option<&str> {
        self.0.get("Name").map(String::as_str)
    }
}

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(key, value)| TagOut { key, value }))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagOut<'a> {
    key: &'a str,
    value: &'a str,
}

/// A tag as a request has it. In `DeleteTags`, `None` as value means any.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagIn {
    pub(super) key: Option<String>,
    pub(super) value: Option<String>,
}

/// The tags for one kind of the resources that an operation creates.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagSpecification {
    pub(super) resource_type: Option<String>,
    #[serde(default)]
    pub(super) tags: Vec<TagIn>,
}

/// The tags given for `kind`, unchecked.
pub(super) fn requested<'a>(
    specifications: &'a [TagSpecification],
    kind: &'a str,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    specifications
        .iter()
        .filter(move |specification| specification.resource_type.as_deref() == Some(kind))
        .flat_map(|specification| &specification.tags)
        .map(|tag| (tag.key.as_deref().unwrap_or_default(), tag.value.as_deref().unwrap_or_default()))
}

/// The tags for `kind`, checked.
pub(super) fn tags_for(specifications: &[TagSpecification], kind: &str) -> Result<Tags, ServiceError> {
    let mut tags = Tags::default();
    for (key, value) in requested(specifications, kind) {
        if tags.0.contains_key(key) {
            return Err(invalid_value(format!("Duplicate tag key '{key}' specified.")));
        }
        set_tag(&mut tags, key, value)?;
    }
    Ok(tags)
}

/// Refuses specifications for anything but `kinds`, the resources that the operation creates.
pub(super) fn check_kinds(specifications: &[TagSpecification], kinds: &[&str]) -> Result<(), ServiceError> {
    for specification in specifications {
        let kind = specification.resource_type.as_deref().unwrap_or_default();
        if !kinds.contains(&kind) {
            return Err(invalid_value(format!(
                "'{kind}' is not a valid taggable resource type for this operation."
            )));
        }
    }
    Ok(())
}

/// Sets one tag, within AWS's limits.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>
pub(super) fn set_tag(tags: &mut Tags, key: &str, value: &str) -> Result<(), ServiceError> {
    if key.is_empty() {
        return Err(invalid_value("Tag key cannot be null or empty."));
    }
    refuse_reserved(key)?;
    if key.chars().count() > 127 {
        let message = "Tag key exceeds the maximum length of 127 characters";
        return Err(invalid_value(message));
    }
    if value.chars().count() > 255 {
        let message = "Tag value exceeds the maximum length of 255 characters";
        return Err(invalid_value(message));
    }
    if tags.0.len() >= 50 && !tags.0.contains_key(key) {
        let message = "More than 50 tags specified, the maximum number of tags per resource.";
        return Err(error("TagLimitExceeded", message));
    }
    tags.0.insert(key.to_owned(), value.to_owned());
    Ok(())
}

pub(super) fn refuse_reserved(key: &str) -> Result<(), ServiceError> {
    if key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
        let message = "Tag keys starting with 'aws:' are reserved for internal use";
        return Err(invalid_value(message));
    }
    Ok(())
}
