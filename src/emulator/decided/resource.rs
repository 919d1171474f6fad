//! ARNs of what requests name.

use policy::AccountId;
use sha2::{Digest, Sha256};

use crate::ssm::PUBLIC_PARAMETERS;

/// What the resources of a type look like.
pub(super) struct ResourceType {
    pub(super) spelling: Spelling,
    /// The ARN with `{region}` and `{account}` of the call, and `{}` and `{1}` of the request.
    pub(super) template: &'static str,
}

/// How requests name a resource, if not by its ARN.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// By what stands in the ARN.
    Plain,
    /// By a URL whose path ends with account and name; or a name, and perhaps the account.
    QueueUrl,
    /// By a name, or a part of the ARN, and perhaps a qualifier.
    Function,
    /// By a name, after which the ARN has six more characters that nobody knows beforehand.
    Secret,
    /// By a path, and perhaps a version or label.
    Parameter,
    /// By an ARN that begins with that of the topic.
    Subscription,
    /// By the id, the ARN, an alias or the ARN of an alias of a key that there must be.
    KmsKey,
}

impl Spelling {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "plain" => Self::Plain,
            "queue-url" => Self::QueueUrl,
            "function" => Self::Function,
            "secret" => Self::Secret,
            "parameter" => Self::Parameter,
            "subscription" => Self::Subscription,
            "kms-key" => Self::KmsKey,
            _ => return None,
        })
    }
}

/// Where a call is made.
pub(super) struct Where<'a> {
    pub(super) region: &'a str,
    pub(super) account: &'a AccountId,
}

impl ResourceType {
    /// The ARN of what a request names; `more` is its second member, where the type has two.
    pub(super) fn arn(&self, place: &Where<'_>, name: &str, more: Option<&str>) -> String {
        if name.starts_with("arn:") {
            return self.of_arn(name, more);
        }
        match self.spelling {
            Spelling::Plain | Spelling::KmsKey => {
                self.filled(place.region, place.account.as_str(), name, more)
            }
            Spelling::QueueUrl => self.of_queue(place, name, more),
            Spelling::Function => self.of_function(place, name, more),
            Spelling::Secret => {
                let name = format!("{name}-{}", suffix(name));
                self.filled(place.region, place.account.as_str(), &name, None)
            }
            Spelling::Parameter => {
                let name = name.strip_prefix('/').unwrap_or(name);
                let name = name.split(':').next().unwrap_or(name);
                let of_aws = name.starts_with(PUBLIC_PARAMETERS);
                self.filled(place.region, if of_aws { "" } else { place.account.as_str() }, name, None)
            }
            Spelling::Subscription => name.to_owned(),
        }
    }

    fn of_arn(&self, arn: &str, more: Option<&str>) -> String {
        match (self.spelling, more) {
            (Spelling::Subscription, _) => arn.rsplit_once(':').map_or(arn, |(topic, _)| topic).to_owned(),
            (Spelling::Function, Some(qualifier)) => format!("{arn}:{qualifier}"),
            (_, Some(more)) => {
                let rest = self.template.split_once("{}").map(|(_, rest)| rest).unwrap_or_default();
                format!("{arn}{}", rest.replace("{1}", more))
            }
            (_, None) => arn.to_owned(),
        }
    }

    fn of_queue(&self, place: &Where<'_>, name: &str, owner: Option<&str>) -> String {
        let path = name.split_once("://").map(|(_, rest)| rest);
        let in_path = path.and_then(|path| {
            let mut parts = path.trim_end_matches('/').rsplit('/');
            let name = parts.next()?;
            Some((parts.next().and_then(AccountId::new)?, name))
        });
        match in_path {
            Some((account, name)) => self.filled(place.region, account.as_str(), name, None),
            None => self.filled(place.region, owner.unwrap_or(place.account.as_str()), name, None),
        }
    }

    /// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestSyntax>
    fn of_function(&self, place: &Where<'_>, name: &str, qualifier: Option<&str>) -> String {
        let (account, name) = match name.split_once(":function:") {
            Some((account, name)) => (account.rsplit(':').next().unwrap_or(account), name),
            None => (place.account.as_str(), name.strip_prefix("function:").unwrap_or(name)),
        };
        let arn = self.filled(place.region, account, name, None);
        qualifier.map_or(arn.clone(), |qualifier| format!("{arn}:{qualifier}"))
    }

    fn filled(&self, region: &str, account: &str, name: &str, more: Option<&str>) -> String {
        let filled = self.template.replace("{region}", region).replace("{account}", account);
        // What the request names comes last, as it may have braces itself.
        let filled = filled.replace("{1}", more.unwrap_or_default());
        filled.replacen("{}", name, 1)
    }
}

/// Six letters that follow from the name.
fn suffix(name: &str) -> String {
    let letter = |byte: &u8| char::from(b'a' + byte % 26);
    Sha256::digest(name).iter().take(6).map(letter).collect()
}

/// The account in an ARN.
pub(super) fn account_of(arn: &str) -> Option<AccountId> {
    arn.split(':').nth(4).and_then(AccountId::new)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::table;
    use super::*;
    use crate::operation::Service;

    #[track_caller]
    fn check(service: Service, kind: &str, name: &str, more: Option<&str>, expected: &str) {
        let account = AccountId::new("111122223333").unwrap();
        let place = Where { region: "eu-west-1", account: &account };
        let found = table::of(service).unwrap().types.get(kind).unwrap().arn(&place, name, more);
        assert_eq!(found, expected);
    }

    #[test]
    fn resources_have_their_arns() {
        let queue = "arn:aws:sqs:eu-west-1:444455556666:q";
        check(Service::Sqs, "queue", "https://sqs.eu-west-1.amazonaws.com/444455556666/q", None, queue);
        check(Service::Sqs, "queue", "q", Some("444455556666"), queue);
        check(Service::Sqs, "queue", "q", None, "arn:aws:sqs:eu-west-1:111122223333:q");
        let function = "arn:aws:lambda:eu-west-1:111122223333:function:f";
        for name in ["f", "function:f", "111122223333:function:f", function] {
            check(Service::Lambda, "function", name, None, function);
            check(Service::Lambda, "function", name, Some("live"), &format!("{function}:live"));
        }
        let table = "arn:aws:dynamodb:eu-west-1:111122223333:table/t";
        check(Service::DynamoDb, "table", "t", None, table);
        check(Service::DynamoDb, "index", "t", Some("i"), &format!("{table}/index/i"));
        check(Service::DynamoDb, "index", table, Some("i"), &format!("{table}/index/i"));
        check(Service::Ssm, "parameter", "/a/b:3", None, "arn:aws:ssm:eu-west-1:111122223333:parameter/a/b");
        let topic = "arn:aws:sns:eu-west-1:111122223333:t";
        check(Service::Sns, "subscription", &format!("{topic}:0-1"), None, topic);
        let secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:";
        check(Service::SecretsManager, "secret", "s", None, &format!("{secret}s-{}", suffix("s")));
    }
}
