//! Session tags, and those that a chain of roles passes on.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>

use policy::Context;
use serde::Deserialize;

use crate::iam::Tag;
use crate::operation::ServiceError;

/// The tag members of a request that issues credentials.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SessionTags {
    #[serde(default)]
    pub(super) tags: Vec<Tag>,
    #[serde(default)]
    pub(super) transitive_tag_keys: Vec<String>,
}

impl SessionTags {
    /// The condition keys that the request's tags fill.
    pub(super) fn fill(&self, context: &mut Context) {
        for Tag { key, value } in &self.tags {
            context.set(&format!("aws:RequestTag/{key}"), value);
        }
        if !self.tags.is_empty() {
            context.set_all("aws:TagKeys", self.tags.iter().map(|tag| tag.key.clone()).collect());
        }
        if !self.transitive_tag_keys.is_empty() {
            context.set_all("sts:TransitiveTagKeys", self.transitive_tag_keys.clone());
        }
    }

    /// The limits that the API model sets for tags of a request hold for those of an identity provider, too.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_operations>
    fn check_sizes(&self) -> Result<(), ServiceError> {
        let fits =
            |tag: &Tag| (1..=128).contains(&tag.key.chars().count()) && tag.value.chars().count() <= 256;
        if self.tags.len() > 50 || self.transitive_tag_keys.len() > 50 {
            return Err(invalid("The number of session tags exceeds the limit of 50."));
        }
        if !self.tags.iter().all(fits) {
            return Err(invalid("A session tag has a key of 1 to 128 and a value of up to 256 characters."));
        }
        Ok(())
    }

    /// All tags of the new session, where `inherited` are the transitive ones of the caller's session.
    pub(super) fn with_inherited(
        &self,
        inherited: &[(String, String)],
    ) -> Result<Vec<(String, String)>, ServiceError> {
        self.check_sizes()?;
        let same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
        let mut tags = inherited.to_vec();
        for Tag { key, value } in &self.tags {
            if key.to_lowercase().starts_with("aws:") {
                return Err(invalid("Invalid tag key: the prefix aws: is reserved for AWS use."));
            }
            if inherited.iter().any(|(inherited, _)| same(inherited, key)) {
                return Err(invalid(
                    "One of the specified transitive tag keys can't be set because it conflicts with a transitive \
                     tag key from the calling session.",
                ));
            }
            if tags.iter().any(|(other, _)| same(other, key)) {
                return Err(invalid(
                    "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
                ));
            }
            tags.push((key.clone(), value.clone()));
        }
        let sent = |key: &String| self.tags.iter().any(|tag| same(&tag.key, key));
        if !self.transitive_tag_keys.iter().all(sent) {
            return Err(invalid("The specified transitive tag key must be included in the requested tags."));
        }
        Ok(tags)
    }

    /// The keys that the new session passes on.
    pub(super) fn transitive(&self, inherited: &[(String, String)]) -> Vec<String> {
        let inherited = inherited.iter().map(|(key, _)| key.clone());
        inherited.chain(self.transitive_tag_keys.iter().cloned()).collect()
    }
}

fn invalid(message: &str) -> ServiceError {
    ServiceError::new(400, "InvalidParameterValue", message)
}
