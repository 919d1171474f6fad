//! Which actions a bucket policy may name: they must be S3's, and each must fit a resource of its statement.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>

use serde_json::Value;

use super::bucket_policy::{malformed, texts};
use super::store::Bucket;
use crate::operation::ServiceError;

const OBJECT_ACTIONS: [&str; 34] = [
    "AbortMultipartUpload",
    "BypassGovernanceRetention",
    "DeleteObject",
    "DeleteObjectTagging",
    "DeleteObjectVersion",
    "DeleteObjectVersionTagging",
    "GetObject",
    "GetObjectAcl",
    "GetObjectAttributes",
    "GetObjectLegalHold",
    "GetObjectRetention",
    "GetObjectTagging",
    "GetObjectTorrent",
    "GetObjectVersion",
    "GetObjectVersionAcl",
    "GetObjectVersionAttributes",
    "GetObjectVersionForReplication",
    "GetObjectVersionTagging",
    "GetObjectVersionTorrent",
    "InitiateReplication",
    "ListMultipartUploadParts",
    "ObjectOwnerOverrideToBucketOwner",
    "PutObject",
    "PutObjectAcl",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
    "PutObjectVersionAcl",
    "PutObjectVersionTagging",
    "ReplicateDelete",
    "ReplicateObject",
    "ReplicateTags",
    "RestoreObject",
    "UpdateObjectEncryption",
];

const BUCKET_ACTIONS: [&str; 61] = [
    "CreateBucket",
    "CreateBucketMetadataTableConfiguration",
    "DeleteBucket",
    "DeleteBucketMetadataTableConfiguration",
    "DeleteBucketPolicy",
    "DeleteBucketWebsite",
    "GetAccelerateConfiguration",
    "GetAnalyticsConfiguration",
    "GetBucketAbac",
    "GetBucketAcl",
    "GetBucketCORS",
    "GetBucketLocation",
    "GetBucketLogging",
    "GetBucketMetadataTableConfiguration",
    "GetBucketNotification",
    "GetBucketObjectLockConfiguration",
    "GetBucketOwnershipControls",
    "GetBucketPolicy",
    "GetBucketPolicyStatus",
    "GetBucketPublicAccessBlock",
    "GetBucketRequestPayment",
    "GetBucketTagging",
    "GetBucketVersioning",
    "GetBucketWebsite",
    "GetEncryptionConfiguration",
    "GetIntelligentTieringConfiguration",
    "GetInventoryConfiguration",
    "GetLifecycleConfiguration",
    "GetMetricsConfiguration",
    "GetReplicationConfiguration",
    "ListBucket",
    "ListBucketMultipartUploads",
    "ListBucketVersions",
    "ListTagsForResource",
    "PutAccelerateConfiguration",
    "PutAnalyticsConfiguration",
    "PutBucketAbac",
    "PutBucketAcl",
    "PutBucketCORS",
    "PutBucketLogging",
    "PutBucketNotification",
    "PutBucketObjectLockConfiguration",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketPublicAccessBlock",
    "PutBucketRequestPayment",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutBucketWebsite",
    "PutEncryptionConfiguration",
    "PutIntelligentTieringConfiguration",
    "PutInventoryConfiguration",
    "PutLifecycleConfiguration",
    "PutMetricsConfiguration",
    "PutReplicationConfiguration",
    "PauseReplication",
    "TagResource",
    "UntagResource",
    "UpdateBucketMetadataInventoryTableConfiguration",
    "UpdateBucketMetadataJournalTableConfiguration",
    "DeleteBucketTagging",
];

/// Refuses actions that S3 does not know, and those that fit none of the statement's resources.
pub(super) fn check(statement: &Value, bucket: &Bucket) -> Result<(), ServiceError> {
    let mut named = texts(statement, "Action");
    named.extend(texts(statement, "NotAction"));
    for pattern in named {
        if !matches_any(pattern, &OBJECT_ACTIONS) && !matches_any(pattern, &BUCKET_ACTIONS) {
            return Err(malformed("Policy has invalid action"));
        }
    }
    let resources = texts(statement, "Resource");
    let is_bucket = |resource: &&str| is_match(resource.as_bytes(), bucket.arn().as_bytes());
    let has_bucket = resources.iter().any(is_bucket);
    let has_objects = resources.iter().any(|resource| *resource != bucket.arn());
    for pattern in texts(statement, "Action") {
        let fits = (has_bucket && matches_any(pattern, &BUCKET_ACTIONS))
            || (has_objects && matches_any(pattern, &OBJECT_ACTIONS));
        if !fits && !resources.is_empty() {
            return Err(malformed("Action does not apply to any resource(s) in statement"));
        }
    }
    Ok(())
}

fn matches_any(pattern: &str, actions: &[&str]) -> bool {
    let pattern = pattern.to_lowercase();
    let name = match pattern.split_once(':') {
        Some(("s3", name)) => name,
        None if pattern == "*" => "*",
        _ => return false,
    };
    actions.iter().any(|action| is_match(name.as_bytes(), action.to_lowercase().as_bytes()))
}

/// Whether `text` fits a pattern with `*` and `?`.
pub(super) fn is_match(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) if is_match(rest, text) => true,
        (Some((b'*', _)), Some((_, text))) => is_match(pattern, text),
        (Some((b'?', pattern)), Some((_, text))) => is_match(pattern, text),
        (Some((wanted, pattern)), Some((seen, text))) if wanted == seen => is_match(pattern, text),
        _ => false,
    }
}
