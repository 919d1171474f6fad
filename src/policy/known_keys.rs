//! The types of condition keys: the global ones and those of identity providers, which are kept here, and those of
//! all services, which are generated.
//!
//! A key that is neither here nor in a request cannot be told missing, so a decision that hangs on it is refused
//! by name. Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
//! and [`reference`](crate::reference).

use std::cmp::Ordering;

use KeyType::{Arn, Arns, Bool, Bools, Date, IpAddress, Number, String, Strings};

use crate::reference::{KEYS, PATTERNS};

/// What the values of a condition key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// One text.
    String,
    /// One number.
    Number,
    /// One point in time.
    Date,
    /// `true` or `false`.
    Bool,
    /// One IP address.
    IpAddress,
    /// One ARN.
    Arn,
    /// Any number of texts: compared with `ForAllValues` or `ForAnyValue`.
    Strings,
    /// Any number of ARNs, likewise.
    Arns,
    /// Any number of `true` and `false`, likewise.
    Bools,
}

impl KeyType {
    /// Whether a request may have several values of the key at once.
    pub fn is_multivalued(self) -> bool {
        matches!(self, Strings | Arns | Bools)
    }

    /// As the reference's lines spell it.
    pub(crate) fn of_letter(letter: &str) -> Self {
        match letter {
            "S" => Strings,
            "a" => Arn,
            "A" => Arns,
            "b" => Bool,
            "B" => Bools,
            "n" => Number,
            "d" => Date,
            "i" => IpAddress,
            _ => String,
        }
    }
}

/// The type of a condition key, written in any case; `None`: it is not known.
pub fn condition_key_type(key: &str) -> Option<KeyType> {
    type_of(&key.to_lowercase())
}

pub(crate) fn is_known(lower_key: &str) -> bool {
    type_of(lower_key).is_some()
}

/// The global condition keys, as AWS writes them.
pub fn global_keys() -> impl Iterator<Item = &'static str> {
    GLOBAL_KEYS.iter().map(|(key, _)| *key)
}

fn type_of(lower_key: &str) -> Option<KeyType> {
    if lower_key.starts_with("aws:") {
        let place = GLOBAL_KEYS.binary_search_by(|(key, _)| compare_folded(key, lower_key));
        let tagged = |prefix: &str| lower_key.len() > prefix.len() && lower_key.starts_with(prefix);
        let exact = place.ok().and_then(|place| GLOBAL_KEYS.get(place)).map(|(_, key_type)| *key_type);
        return exact.or_else(|| GLOBAL_TAGS.iter().any(|prefix| tagged(prefix)).then_some(String));
    }
    let place = KEYS.binary_search_by(|(key, _)| (*key).cmp(lower_key));
    let exact = place.ok().and_then(|place| KEYS.get(place)).map(|(_, key_type)| *key_type);
    identity_provider_claim(lower_key).or(exact).or_else(|| varying(lower_key))
}

fn compare_folded(key: &str, lower_key: &str) -> Ordering {
    key.bytes().map(|letter| letter.to_ascii_lowercase()).cmp(lower_key.bytes())
}

/// The type of a key with a tag key or another name in it. Of several forms the longest is meant.
fn varying(lower_key: &str) -> Option<KeyType> {
    let fits = |before: &str, after: &str| {
        let middle = lower_key.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        middle.is_some_and(|middle| !middle.is_empty())
    };
    let fitting = PATTERNS.iter().filter(|(before, after, _)| fits(before, after));
    fitting.max_by_key(|(before, after, _)| before.len() + after.len()).map(|(_, _, key_type)| *key_type)
}

/// Keys of OpenID Connect providers are `HOST[/PATH]:CLAIM`:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif>.
fn identity_provider_claim(lower_key: &str) -> Option<KeyType> {
    let (provider, claim) = lower_key.split_once(':')?;
    let host = provider.split('/').next().unwrap_or(provider);
    let known = CLAIMS.binary_search(&claim).is_ok();
    // The reference has a single-valued `amr`, which AWS documents with `ForAnyValue`:
    // https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html
    (host.contains('.') && known).then_some(if claim == "amr" { Strings } else { String })
}

/// Global keys with a tag key after the prefix.
const GLOBAL_TAGS: &[&str] = &["aws:principaltag/", "aws:requesttag/", "aws:resourcetag/"];

/// The claims of identity providers that AWS passes on; here for providers of any name.
const CLAIMS: &[&str] = &[
    "actor",
    "actor_id",
    "amr",
    "app_id",
    "aud",
    "azp",
    "build_branch",
    "cluster_id",
    "cluster_name",
    "email",
    "enterprise_id",
    "environment",
    "id",
    "job_workflow_ref",
    "namespace_id",
    "oaud",
    "organization_id",
    "organization_slug",
    "pipeline_id",
    "pipeline_slug",
    "pipeline_source",
    "project_id",
    "ref",
    "ref_protected",
    "repository",
    "repository_id",
    "repository_owner_id",
    "rpst_id",
    "runner_environment",
    "sub",
    "user_access_level",
    "user_email",
    "user_id",
    "user_login",
    "workflow",
];

/// The keys that all services have, as AWS writes them; sorted without regard to case.
const GLOBAL_KEYS: &[(&str, KeyType)] = &[
    ("aws:AssumedRoot", Bool),
    ("aws:CalledVia", Strings),
    ("aws:CalledViaAWSMCP", String),
    ("aws:CalledViaFirst", String),
    ("aws:CalledViaLast", String),
    ("aws:ChatbotSourceArn", Arn),
    ("aws:CurrentTime", Date),
    ("aws:Ec2InstanceSourcePrivateIPv4", IpAddress),
    ("aws:Ec2InstanceSourceVpc", String),
    ("aws:EpochTime", Date),
    ("aws:FederatedProvider", String),
    ("aws:IsMcpServiceAction", Bool),
    ("aws:MultiFactorAuthAge", Number),
    ("aws:MultiFactorAuthPresent", Bool),
    ("aws:PrincipalAccount", String),
    ("aws:PrincipalArn", Arn),
    ("aws:PrincipalIsAWSService", Bool),
    ("aws:PrincipalOrgID", String),
    ("aws:PrincipalOrgPaths", Strings),
    ("aws:PrincipalServiceName", String),
    ("aws:PrincipalServiceNamesList", Strings),
    ("aws:PrincipalType", String),
    ("aws:referer", String),
    ("aws:RequestedRegion", String),
    ("aws:ResourceAccount", String),
    ("aws:ResourceOrgID", String),
    ("aws:ResourceOrgPaths", Strings),
    ("aws:SecureTransport", Bool),
    ("aws:SourceAccount", String),
    ("aws:SourceArn", Arn),
    ("aws:SourceIdentity", String),
    ("aws:SourceIp", IpAddress),
    ("aws:SourceOrgID", String),
    ("aws:SourceOrgPaths", Strings),
    ("aws:SourceOwner", String),
    ("aws:SourceVpc", String),
    ("aws:SourceVpcArn", String),
    ("aws:SourceVpce", String),
    ("aws:TagKeys", Strings),
    ("aws:TokenIssueTime", Date),
    ("aws:UserAgent", String),
    ("aws:userid", String),
    ("aws:username", String),
    ("aws:ViaAWSMCPService", Bool),
    ("aws:ViaAWSService", Bool),
    ("aws:VpceAccount", String),
    ("aws:VpceOrgID", String),
    ("aws:VpceOrgPaths", Strings),
    ("aws:VpcSourceIp", IpAddress),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        let lower: Vec<_> = global_keys().map(str::to_lowercase).collect();
        assert!(lower.is_sorted());
        assert!(KEYS.is_sorted_by(|(a, _), (b, _)| a < b));
        assert!(CLAIMS.is_sorted());
    }

    #[test]
    fn keys_are_found() {
        let cases = [
            ("aws:PrincipalArn", Some(Arn)),
            ("AWS:principaltag/Team", Some(String)),
            ("aws:PrincipalTag/", None),
            ("aws:TagKeys", Some(Strings)),
            ("s3:max-keys", Some(Number)),
            ("s3:ExistingObjectTag/class", Some(String)),
            ("sts:ExternalId", Some(String)),
            ("ec2:ResourceTag/a/b", Some(String)),
            ("token.actions.githubusercontent.com:sub", Some(String)),
            ("oidc.eks.us-east-1.amazonaws.com/id/X:aud", Some(String)),
            ("dynamodb:Attributes", Some(Strings)),
            ("kms:EncryptionContext:team", Some(String)),
            ("codebuild:secondarySources/x.insecureSsl", Some(Bool)),
            ("codebuild:secondarySources/.insecureSsl", None),
            ("events:metadata/x", Some(Strings)),
            ("events:metadata/x/matcher", Some(String)),
            ("ec2:SourceInstanceARN", Some(Arn)),
            ("saml:edupersonaffiliation", Some(Strings)),
            ("cognito-identity.amazonaws.com:amr", Some(Strings)),
            ("accounts.google.com:google/organization_number", Some(Number)),
            ("aws:PrincipalTeam", None),
            ("s3:prefixes", None),
        ];
        for (key, expected) in cases {
            assert_eq!(condition_key_type(key), expected, "{key}");
        }
    }
}
