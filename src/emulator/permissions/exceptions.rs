//! Where our requests are known to differ from the reference, with the reason.

/// Operations that need what cannot be made of a model.
pub(super) const NOT_SAMPLED: &[(&str, &str)] = &[
    ("AssumeRoot", "it is of a member account of an organization"),
    ("AssumeRoleWithSAML", "it takes a signed assertion"),
    ("AssumeRoleWithWebIdentity", "it takes a signed token"),
];

/// Actions on resources that the reference does not have.
pub(super) const RESOURCES: &[(&str, &str)] = &[
    ("s3:ListAllMyBuckets", "the reference has no resource; S3 takes `arn:aws:s3:::*`"),
    ("sts:TagSession", "a federated user may be tagged, too"),
];

const NEW: &str = "what is made has no tags yet";
const NO_TEMPLATES: &str = "there are no role templates";
const NO_KEYS: &str = "there are no hardware security keys";
const ONE_REQUEST: &str = "it is one request with the action that it comes with, and has its keys";
const OF_FEDERATION: &str = "a session that an identity provider began has it";
const NO_ACCESS_POINTS: &str = "there are no access points and access grants";
const BUCKET_TAGS: &str = "a bucket's tags count only where it was enabled, which it cannot be";
const NOT_IN_MODEL: &str = "no member of a request sets it";

/// Condition keys that are not filled, by action; `*` at the end stands for anything.
#[rustfmt::skip]
const KEYS: &[(&str, &str, &str)] = &[
    ("iam:CreateInstanceProfile", "aws:ResourceTag/${TagKey}", NEW),
    ("iam:CreateOpenIDConnectProvider", "aws:ResourceTag/${TagKey}", NEW),
    ("iam:CreatePolicy", "aws:ResourceTag/${TagKey}", NEW),
    ("iam:CreateRole", "aws:ResourceTag/${TagKey}", NEW),
    ("iam:CreateRole", "iam:ResourceTag/${TagKey}", NEW),
    ("iam:CreateSAMLProvider", "aws:ResourceTag/${TagKey}", NEW),
    ("iam:CreateServiceLinkedRole", "aws:ResourceTag/${TagKey}", NEW),
    ("iam:CreateServiceLinkedRole", "iam:ResourceTag/${TagKey}", NEW),
    ("iam:CreateUser", "aws:ResourceTag/${TagKey}", NEW),
    ("iam:CreateUser", "iam:ResourceTag/${TagKey}", NEW),
    ("iam:CreateVirtualMFADevice", "aws:ResourceTag/${TagKey}", NEW),
    ("iam:UploadServerCertificate", "aws:ResourceTag/${TagKey}", NEW),
    ("iam:GetServiceLinkedRoleDeletionStatus", "aws:ResourceTag/${TagKey}", "the role is gone"),
    ("iam:GetServiceLinkedRoleDeletionStatus", "iam:ResourceTag/${TagKey}", "the role is gone"),
    ("iam:PassRole", "iam:AssociatedResourceArn", "EC2's requests have it, AddRoleToInstanceProfile has not"),
    ("*", "iam:RoleTemplateARN", NO_TEMPLATES),
    ("iam:EnableMFADevice", "iam:FIDO-FIPS-140-2-certification", NO_KEYS),
    ("iam:EnableMFADevice", "iam:FIDO-FIPS-140-3-certification", NO_KEYS),
    ("iam:EnableMFADevice", "iam:FIDO-certification", NO_KEYS),
    ("iam:EnableMFADevice", "iam:RegisterSecurityKey", NO_KEYS),

    ("sts:SetSourceIdentity", "sts:*", ONE_REQUEST),
    ("sts:TagGetWebIdentityToken", "sts:*", ONE_REQUEST),
    ("sts:TagSession", "sts:*", ONE_REQUEST),
    ("*", "accounts.google.com:aud", OF_FEDERATION),
    ("*", "accounts.google.com:sub", OF_FEDERATION),
    ("*", "cognito-identity.amazonaws.com:amr", OF_FEDERATION),
    ("*", "cognito-identity.amazonaws.com:aud", OF_FEDERATION),
    ("*", "cognito-identity.amazonaws.com:sub", OF_FEDERATION),
    ("*", "graph.facebook.com:app_id", OF_FEDERATION),
    ("*", "graph.facebook.com:id", OF_FEDERATION),
    ("*", "saml:aud", OF_FEDERATION),
    ("*", "saml:namequalifier", OF_FEDERATION),
    ("*", "saml:sub", OF_FEDERATION),
    ("*", "saml:sub_type", OF_FEDERATION),
    ("*", "www.amazon.com:app_id", OF_FEDERATION),
    ("*", "www.amazon.com:user_id", OF_FEDERATION),

    ("*", "s3:AccessGrantsInstanceArn", NO_ACCESS_POINTS),
    ("*", "s3:AccessPointNetworkOrigin", NO_ACCESS_POINTS),
    ("*", "s3:AccessPointTag/${TagKey}", NO_ACCESS_POINTS),
    ("*", "s3:DataAccessPointAccount", NO_ACCESS_POINTS),
    ("*", "s3:DataAccessPointArn", NO_ACCESS_POINTS),
    ("*", "s3:BucketTag/${TagKey}", BUCKET_TAGS),
    ("s3:*", "aws:ResourceTag/${TagKey}", BUCKET_TAGS),
    ("*", "s3:signatureAge", "presigned URLs alone have it"),
    ("s3:BypassGovernanceRetention", "s3:x-amz-*", "what bypasses it uploads nothing"),
    ("s3:BypassGovernanceRetention", "s3:RequestObjectTag*", "what bypasses it uploads nothing"),
    ("s3:GetBucketObjectLockConfiguration", "s3:x-amz-content-sha256", "every signed request of S3's has it"),
    ("s3:PutBucketObjectLockConfiguration", "s3:x-amz-content-sha256", "every signed request of S3's has it"),
    ("s3:PutObject", "s3:x-amz-grant-write", NOT_IN_MODEL),
    ("s3:PutObjectVersionAcl", "s3:x-amz-storage-class", NOT_IN_MODEL),
    ("s3:PutReplicationConfiguration", "s3:isReplicationPauseRequest", NOT_IN_MODEL),
];

pub(super) fn is_excepted(action: &str, key: &str) -> bool {
    KEYS.iter().any(|row| is_of(row, action, key))
}

/// The rows of which none of these keys, with their actions, is the reason.
pub(super) fn idle_keys(differing: &[(String, String)]) -> Vec<String> {
    let idle = KEYS.iter().filter(|row| !differing.iter().any(|(action, key)| is_of(row, action, key)));
    idle.map(|(action, key, _)| format!("{action} {key}")).collect()
}

fn is_of((of, excepted, _): &(&str, &str, &str), action: &str, key: &str) -> bool {
    let fits = |pattern: &str, text: &str| match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => text.eq_ignore_ascii_case(pattern),
    };
    fits(of, action) && fits(excepted, key)
}
