//! The table of S3's operations.
//!
//! Permissions by <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>

use super::access::{
    DELETE_OBJECT_TAGGING, GET_OBJECT_ACL, GET_OBJECT_TAGGING, on_bucket, on_existing, on_object,
};
use super::listing::list_access;
use super::{
    abac, bucket_policy, buckets, completion, configurations, control, copy, listing, lock_configuration,
    multipart, notifications, object_attributes, object_lock, objects, ownership, parts, public_access,
    reads, restore, settings, tagging, versions,
};
use crate::operation::Operation;

#[rustfmt::skip]
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation { name: "CreateBucket", access: buckets::create_access, act: buckets::create },
    Operation { name: "HeadBucket", access: |p, c| on_bucket(p, c, "s3:ListBucket"), act: buckets::head },
    Operation { name: "ListBuckets", access: buckets::list_access, act: buckets::list },
    Operation { name: "DeleteBucket", access: |p, c| on_bucket(p, c, "s3:DeleteBucket"), act: buckets::delete },
    Operation { name: "GetBucketLocation", access: |p, c| on_bucket(p, c, "s3:GetBucketLocation"), act: buckets::show_location },

    Operation { name: "PutObject", access: objects::put_access, act: objects::put },
    Operation { name: "GetObject", access: reads::access, act: reads::get },
    Operation { name: "HeadObject", access: reads::access, act: reads::head },
    Operation { name: "GetObjectAttributes", access: object_attributes::access, act: object_attributes::show },
    Operation { name: "SelectObjectContent", access: reads::access, act: reads::select },
    Operation { name: "RestoreObject", access: |p, c| on_object(p, c, "s3:RestoreObject"), act: restore::restore },
    Operation { name: "DeleteObject", access: objects::delete_access, act: objects::delete },
    Operation { name: "DeleteObjects", access: objects::delete_many_access, act: objects::delete_many },
    Operation { name: "CopyObject", access: copy::access, act: copy::copy },
    Operation { name: "ListObjects", access: |p, c| list_access(p, c, "s3:ListBucket"), act: listing::list_v1 },
    Operation { name: "ListObjectsV2", access: |p, c| list_access(p, c, "s3:ListBucket"), act: listing::list_v2 },
    Operation { name: "ListObjectVersions", access: |p, c| list_access(p, c, "s3:ListBucketVersions"), act: versions::list },

    Operation { name: "CreateMultipartUpload", access: multipart::create_access, act: multipart::create },
    Operation { name: "UploadPart", access: parts::access, act: parts::put },
    Operation { name: "UploadPartCopy", access: parts::copy_access, act: parts::copy },
    Operation { name: "CompleteMultipartUpload", access: completion::access, act: completion::complete },
    Operation { name: "AbortMultipartUpload", access: multipart::abort_access, act: multipart::abort },
    Operation { name: "ListParts", access: multipart::list_parts_access, act: parts::list },
    Operation { name: "ListMultipartUploads", access: |p, c| on_bucket(p, c, "s3:ListBucketMultipartUploads"), act: multipart::list },

    Operation { name: "GetObjectTagging", access: |p, c| on_existing(p, c, GET_OBJECT_TAGGING), act: tagging::show_object },
    Operation { name: "PutObjectTagging", access: tagging::put_object_access, act: tagging::put_object },
    Operation { name: "DeleteObjectTagging", access: |p, c| on_existing(p, c, DELETE_OBJECT_TAGGING), act: tagging::delete_object },
    Operation { name: "GetBucketTagging", access: |p, c| on_bucket(p, c, "s3:GetBucketTagging"), act: tagging::show_bucket },
    Operation { name: "PutBucketTagging", access: tagging::put_bucket_access, act: tagging::put_bucket },
    Operation { name: "PutBucketAbac", access: |p, c| on_bucket(p, c, "s3:PutBucketAbac"), act: abac::put },
    Operation { name: "GetBucketAbac", access: |p, c| on_bucket(p, c, "s3:GetBucketAbac"), act: abac::show },
    Operation { name: "DeleteBucketTagging", access: |p, c| on_bucket(p, c, "s3:PutBucketTagging"), act: tagging::delete_bucket },

    Operation { name: "PutBucketPolicy", access: |p, c| on_bucket(p, c, "s3:PutBucketPolicy"), act: bucket_policy::put },
    Operation { name: "GetBucketPolicy", access: |p, c| on_bucket(p, c, "s3:GetBucketPolicy"), act: bucket_policy::show },
    Operation { name: "DeleteBucketPolicy", access: |p, c| on_bucket(p, c, "s3:DeleteBucketPolicy"), act: bucket_policy::delete },
    Operation { name: "GetBucketPolicyStatus", access: |p, c| on_bucket(p, c, "s3:GetBucketPolicyStatus"), act: bucket_policy::status },
    Operation { name: "PutPublicAccessBlock", access: |p, c| on_bucket(p, c, "s3:PutBucketPublicAccessBlock"), act: public_access::put },
    Operation { name: "GetPublicAccessBlock", access: |p, c| on_bucket(p, c, "s3:GetBucketPublicAccessBlock"), act: public_access::show },
    Operation { name: "DeletePublicAccessBlock", access: |p, c| on_bucket(p, c, "s3:PutBucketPublicAccessBlock"), act: public_access::delete },
    Operation { name: "PutBucketOwnershipControls", access: |p, c| on_bucket(p, c, "s3:PutBucketOwnershipControls"), act: ownership::put_controls },
    Operation { name: "GetBucketOwnershipControls", access: |p, c| on_bucket(p, c, "s3:GetBucketOwnershipControls"), act: ownership::show_controls },
    Operation { name: "DeleteBucketOwnershipControls", access: |p, c| on_bucket(p, c, "s3:PutBucketOwnershipControls"), act: ownership::delete_controls },
    Operation { name: "GetBucketAcl", access: |p, c| on_bucket(p, c, "s3:GetBucketAcl"), act: ownership::show_bucket_acl },
    Operation { name: "PutBucketAcl", access: ownership::put_bucket_acl_access, act: ownership::put_bucket_acl },
    Operation { name: "GetObjectAcl", access: |p, c| on_existing(p, c, GET_OBJECT_ACL), act: ownership::show_object_acl },
    Operation { name: "PutObjectAcl", access: ownership::put_object_acl_access, act: ownership::put_object_acl },

    Operation { name: "PutBucketVersioning", access: |p, c| on_bucket(p, c, "s3:PutBucketVersioning"), act: versions::put },
    Operation { name: "GetBucketVersioning", access: |p, c| on_bucket(p, c, "s3:GetBucketVersioning"), act: versions::show },
    Operation { name: "PutBucketEncryption", access: |p, c| on_bucket(p, c, "s3:PutEncryptionConfiguration"), act: settings::put_encryption },
    Operation { name: "GetBucketEncryption", access: |p, c| on_bucket(p, c, "s3:GetEncryptionConfiguration"), act: settings::show_encryption },
    Operation { name: "DeleteBucketEncryption", access: |p, c| on_bucket(p, c, "s3:PutEncryptionConfiguration"), act: settings::delete_encryption },

    Operation { name: "PutBucketCors", access: |p, c| on_bucket(p, c, "s3:PutBucketCORS"), act: |p, c| configurations::put(p, c, &configurations::CORS) },
    Operation { name: "GetBucketCors", access: |p, c| on_bucket(p, c, "s3:GetBucketCORS"), act: |p, c| configurations::show(p, c, &configurations::CORS) },
    Operation { name: "DeleteBucketCors", access: |p, c| on_bucket(p, c, "s3:PutBucketCORS"), act: |p, c| configurations::delete(p, c, &configurations::CORS) },
    Operation { name: "PutBucketWebsite", access: |p, c| on_bucket(p, c, "s3:PutBucketWebsite"), act: |p, c| configurations::put(p, c, &configurations::WEBSITE) },
    Operation { name: "GetBucketWebsite", access: |p, c| on_bucket(p, c, "s3:GetBucketWebsite"), act: |p, c| configurations::show(p, c, &configurations::WEBSITE) },
    Operation { name: "DeleteBucketWebsite", access: |p, c| on_bucket(p, c, "s3:DeleteBucketWebsite"), act: |p, c| configurations::delete(p, c, &configurations::WEBSITE) },
    Operation { name: "PutBucketLogging", access: |p, c| on_bucket(p, c, "s3:PutBucketLogging"), act: |p, c| configurations::put(p, c, &configurations::LOGGING) },
    Operation { name: "GetBucketLogging", access: |p, c| on_bucket(p, c, "s3:GetBucketLogging"), act: |p, c| configurations::show(p, c, &configurations::LOGGING) },
    Operation { name: "PutBucketNotificationConfiguration", access: |p, c| on_bucket(p, c, "s3:PutBucketNotification"), act: notifications::put },
    Operation { name: "GetBucketNotificationConfiguration", access: |p, c| on_bucket(p, c, "s3:GetBucketNotification"), act: |p, c| configurations::show(p, c, &configurations::NOTIFICATION) },
    Operation { name: "PutBucketAccelerateConfiguration", access: |p, c| on_bucket(p, c, "s3:PutAccelerateConfiguration"), act: |p, c| configurations::put(p, c, &configurations::ACCELERATE) },
    Operation { name: "GetBucketAccelerateConfiguration", access: |p, c| on_bucket(p, c, "s3:GetAccelerateConfiguration"), act: |p, c| configurations::show(p, c, &configurations::ACCELERATE) },
    Operation { name: "PutBucketLifecycleConfiguration", access: |p, c| on_bucket(p, c, "s3:PutLifecycleConfiguration"), act: configurations::put_lifecycle },
    Operation { name: "GetBucketLifecycleConfiguration", access: |p, c| on_bucket(p, c, "s3:GetLifecycleConfiguration"), act: |p, c| configurations::show(p, c, &configurations::LIFECYCLE) },
    Operation { name: "DeleteBucketLifecycle", access: |p, c| on_bucket(p, c, "s3:PutLifecycleConfiguration"), act: |p, c| configurations::delete(p, c, &configurations::LIFECYCLE) },
    Operation { name: "PutBucketReplication", access: configurations::put_replication_access, act: |p, c| configurations::put(p, c, &configurations::REPLICATION) },
    Operation { name: "GetBucketReplication", access: |p, c| on_bucket(p, c, "s3:GetReplicationConfiguration"), act: |p, c| configurations::show(p, c, &configurations::REPLICATION) },
    Operation { name: "DeleteBucketReplication", access: |p, c| on_bucket(p, c, "s3:PutReplicationConfiguration"), act: |p, c| configurations::delete(p, c, &configurations::REPLICATION) },
    Operation { name: "PutBucketRequestPayment", access: |p, c| on_bucket(p, c, "s3:PutBucketRequestPayment"), act: |p, c| configurations::put(p, c, &configurations::REQUEST_PAYMENT) },
    Operation { name: "GetBucketRequestPayment", access: |p, c| on_bucket(p, c, "s3:GetBucketRequestPayment"), act: configurations::show_payer },
    Operation { name: "PutBucketMetricsConfiguration", access: |p, c| on_bucket(p, c, "s3:PutMetricsConfiguration"), act: |p, c| configurations::put_one(p, c, &configurations::METRICS) },
    Operation { name: "GetBucketMetricsConfiguration", access: |p, c| on_bucket(p, c, "s3:GetMetricsConfiguration"), act: |p, c| configurations::show_one(p, c, &configurations::METRICS) },
    Operation { name: "DeleteBucketMetricsConfiguration", access: |p, c| on_bucket(p, c, "s3:PutMetricsConfiguration"), act: |p, c| configurations::delete_one(p, c, &configurations::METRICS) },
    Operation { name: "ListBucketMetricsConfigurations", access: |p, c| on_bucket(p, c, "s3:GetMetricsConfiguration"), act: |p, c| configurations::list(p, c, &configurations::METRICS) },
    Operation { name: "PutBucketAnalyticsConfiguration", access: |p, c| on_bucket(p, c, "s3:PutAnalyticsConfiguration"), act: |p, c| configurations::put_one(p, c, &configurations::ANALYTICS) },
    Operation { name: "GetBucketAnalyticsConfiguration", access: |p, c| on_bucket(p, c, "s3:GetAnalyticsConfiguration"), act: |p, c| configurations::show_one(p, c, &configurations::ANALYTICS) },
    Operation { name: "DeleteBucketAnalyticsConfiguration", access: |p, c| on_bucket(p, c, "s3:PutAnalyticsConfiguration"), act: |p, c| configurations::delete_one(p, c, &configurations::ANALYTICS) },
    Operation { name: "ListBucketAnalyticsConfigurations", access: |p, c| on_bucket(p, c, "s3:GetAnalyticsConfiguration"), act: |p, c| configurations::list(p, c, &configurations::ANALYTICS) },
    Operation { name: "PutBucketInventoryConfiguration", access: configurations::put_inventory_access, act: |p, c| configurations::put_one(p, c, &configurations::INVENTORY) },
    Operation { name: "GetBucketInventoryConfiguration", access: |p, c| on_bucket(p, c, "s3:GetInventoryConfiguration"), act: |p, c| configurations::show_one(p, c, &configurations::INVENTORY) },
    Operation { name: "DeleteBucketInventoryConfiguration", access: |p, c| on_bucket(p, c, "s3:PutInventoryConfiguration"), act: |p, c| configurations::delete_one(p, c, &configurations::INVENTORY) },
    Operation { name: "ListBucketInventoryConfigurations", access: |p, c| on_bucket(p, c, "s3:GetInventoryConfiguration"), act: |p, c| configurations::list(p, c, &configurations::INVENTORY) },
    Operation { name: "PutBucketIntelligentTieringConfiguration", access: |p, c| on_bucket(p, c, "s3:PutIntelligentTieringConfiguration"), act: |p, c| configurations::put_one(p, c, &configurations::INTELLIGENT_TIERING) },
    Operation { name: "GetBucketIntelligentTieringConfiguration", access: |p, c| on_bucket(p, c, "s3:GetIntelligentTieringConfiguration"), act: |p, c| configurations::show_one(p, c, &configurations::INTELLIGENT_TIERING) },
    Operation { name: "DeleteBucketIntelligentTieringConfiguration", access: |p, c| on_bucket(p, c, "s3:PutIntelligentTieringConfiguration"), act: |p, c| configurations::delete_one(p, c, &configurations::INTELLIGENT_TIERING) },
    Operation { name: "ListBucketIntelligentTieringConfigurations", access: |p, c| on_bucket(p, c, "s3:GetIntelligentTieringConfiguration"), act: |p, c| configurations::list(p, c, &configurations::INTELLIGENT_TIERING) },

    Operation { name: "PutObjectLockConfiguration", access: |p, c| on_bucket(p, c, "s3:PutBucketObjectLockConfiguration"), act: lock_configuration::put },
    Operation { name: "GetObjectLockConfiguration", access: |p, c| on_bucket(p, c, "s3:GetBucketObjectLockConfiguration"), act: lock_configuration::show },
    Operation { name: "PutObjectRetention", access: object_lock::put_retention_access, act: object_lock::put_retention },
    Operation { name: "GetObjectRetention", access: |p, c| on_object(p, c, "s3:GetObjectRetention"), act: object_lock::show_retention },
    Operation { name: "PutObjectLegalHold", access: object_lock::put_legal_hold_access, act: object_lock::put_legal_hold },
    Operation { name: "GetObjectLegalHold", access: |p, c| on_object(p, c, "s3:GetObjectLegalHold"), act: object_lock::show_legal_hold },
];

/// The table of S3 Control's operations.
#[rustfmt::skip]
pub(crate) const CONTROL_OPERATIONS: &[Operation] = &[
    Operation { name: "PutPublicAccessBlock", access: |_, c| control::on_account(c, "s3:PutAccountPublicAccessBlock"), act: control::put_block },
    Operation { name: "GetPublicAccessBlock", access: |_, c| control::on_account(c, "s3:GetAccountPublicAccessBlock"), act: control::show_block },
    Operation { name: "DeletePublicAccessBlock", access: |_, c| control::on_account(c, "s3:PutAccountPublicAccessBlock"), act: control::delete_block },
    Operation { name: "TagResource", access: |p, c| control::on_tags(p, c, "s3:TagResource"), act: control::tag },
    Operation { name: "UntagResource", access: |p, c| control::on_tags(p, c, "s3:UntagResource"), act: control::untag },
    Operation { name: "ListTagsForResource", access: |p, c| control::on_tags(p, c, "s3:ListTagsForResource"), act: control::show_tags },
];
