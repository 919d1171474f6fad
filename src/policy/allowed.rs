//! Which services policies let their holder access, as IAM's last accessed information reckons: by these policies
//! alone, whatever the resources and conditions.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html>

use crate::PolicyDocument;
use crate::decision::Effect;
use crate::reference;
use crate::statement::Statement;

/// The prefixes of the services of which the policies together allow an action, in alphabetical order.
pub fn allowed_services(documents: &[&PolicyDocument]) -> Vec<&'static str> {
    reference::services().filter(|prefix| allows_service(documents, prefix)).collect()
}

/// Whether the policies together allow any action of a service, by its prefix. A Deny takes away what it denies on every
/// resource and under no condition.
pub fn allows_service(documents: &[&PolicyDocument], prefix: &str) -> bool {
    let Some(service) = reference::service(prefix) else { return false };
    let prefix = service.prefix.to_lowercase();
    let statements = || documents.iter().flat_map(|document| document.statements());
    service.action_names().any(|name| {
        let action = format!("{prefix}:{}", name.to_lowercase());
        let covering = statements().filter(|statement| statement.actions.cover(&prefix, &action));
        let covering: Vec<&Statement> = covering.collect();
        covering.iter().any(|statement| statement.effect == Effect::Allow)
            && !covering.into_iter().any(denies_flatly)
    })
}

fn denies_flatly(statement: &Statement) -> bool {
    let everywhere = statement
        .resources
        .as_ref()
        .is_none_or(|resources| !resources.not && resources.words.iter().any(|word| word == "*"));
    statement.effect == Effect::Deny && everywhere && statement.conditions.is_empty()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::PolicyKind;

    fn document(statements: &str) -> PolicyDocument {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        PolicyDocument::parse(&text, PolicyKind::Identity).unwrap()
    }

    fn statement(effect: &str, actions: &str, rest: &str) -> String {
        format!(r#"{{"Effect":"{effect}",{actions},{rest}}}"#)
    }

    #[track_caller]
    fn check(statements: &[String], expected: &[&str]) {
        assert_eq!(allowed_services(&[&document(&statements.join(","))]), expected);
    }

    #[test]
    fn services_of_which_an_action_is_allowed() {
        let everywhere = r#""Resource":"*""#;
        let allow = |actions: &str| statement("Allow", &format!(r#""Action":{actions}"#), everywhere);
        check(&[allow(r#"["S3:Get*","sts:AssumeRole","s3:NoSuch","nosuch:*"]"#)], &["s3", "sts"]);
        check(&[allow(r#""s3:NoSuch""#)], &[]);
        let deny = |rest: &str| statement("Deny", r#""Action":["s3:*"]"#, rest);
        check(&[allow(r#"["s3:*","sqs:*"]"#), deny(everywhere)], &["sqs"]);
        check(&[allow(r#""s3:*""#), deny(r#""Resource":"arn:aws:s3:::b""#)], &["s3"]);
        let bucket = r#""Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}"#;
        check(&[allow(r#""s3:*""#), deny(bucket)], &["s3"]);
        let rest = statement("Deny", r#""NotAction":["iam:*","sts:Get*"]"#, everywhere);
        check(&[allow(r#""*""#), rest], &["iam", "sts"]);
    }

    #[test]
    fn policies_count_together() {
        let everywhere = r#""Resource":"*""#;
        let allowing = document(&statement("Allow", r#""Action":"s3:GetObject""#, everywhere));
        let denying = document(&statement("Deny", r#""Action":"s3:Get*""#, everywhere));
        assert!(allows_service(&[&allowing], "s3") && !allows_service(&[&allowing], "sts"));
        assert!(!allows_service(&[&allowing, &denying], "s3") && !allows_service(&[&allowing], "nosuch"));
    }
}
