//! The table of S3's operations.
//!
//! Permissions by <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>

use super::access::{
    DELETE_OBJECT_TAGGING, GET_OBJECT_ACL, GET_OBJECT_TAGGING, on_bucket, on_existing, on_key,
};
use super::listing::list_access;
use super::{
    bucket_policy, buckets, copy, listing, multipart, objects, ownership, parts, public_access, reads,
    settings, tagging, versions,
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
    Operation { name: "GetObjectAttributes", access: reads::attributes_access, act: reads::attributes },
    Operation { name: "DeleteObject", access: objects::delete_access, act: objects::delete },
    Operation { name: "DeleteObjects", access: objects::delete_many_access, act: objects::delete_many },
    Operation { name: "CopyObject", access: copy::access, act: copy::copy },
    Operation { name: "ListObjects", access: |p, c| list_access(p, c, "s3:ListBucket"), act: listing::list_v1 },
    Operation { name: "ListObjectsV2", access: |p, c| list_access(p, c, "s3:ListBucket"), act: listing::list_v2 },
    Operation { name: "ListObjectVersions", access: |p, c| list_access(p, c, "s3:ListBucketVersions"), act: versions::list },

    Operation { name: "CreateMultipartUpload", access: multipart::create_access, act: multipart::create },
    Operation { name: "UploadPart", access: parts::access, act: parts::put },
    Operation { name: "UploadPartCopy", access: parts::copy_access, act: parts::copy },
    Operation { name: "CompleteMultipartUpload", access: multipart::complete_access, act: multipart::complete },
    Operation { name: "AbortMultipartUpload", access: |p, c| on_key(p, c, "s3:AbortMultipartUpload"), act: multipart::abort },
    Operation { name: "ListParts", access: |p, c| on_key(p, c, "s3:ListMultipartUploadParts"), act: parts::list },
    Operation { name: "ListMultipartUploads", access: |p, c| on_bucket(p, c, "s3:ListBucketMultipartUploads"), act: multipart::list },

    Operation { name: "GetObjectTagging", access: |p, c| on_existing(p, c, GET_OBJECT_TAGGING), act: tagging::show_object },
    Operation { name: "PutObjectTagging", access: tagging::put_object_access, act: tagging::put_object },
    Operation { name: "DeleteObjectTagging", access: |p, c| on_existing(p, c, DELETE_OBJECT_TAGGING), act: tagging::delete_object },
    Operation { name: "GetBucketTagging", access: |p, c| on_bucket(p, c, "s3:GetBucketTagging"), act: tagging::show_bucket },
    Operation { name: "PutBucketTagging", access: tagging::put_bucket_access, act: tagging::put_bucket },
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
    Operation { name: "GetBucketCors", access: |p, c| on_bucket(p, c, "s3:GetBucketCORS"), act: settings::no_cors },
    Operation { name: "GetBucketLifecycleConfiguration", access: |p, c| on_bucket(p, c, "s3:GetLifecycleConfiguration"), act: settings::no_lifecycle },
    Operation { name: "GetBucketWebsite", access: |p, c| on_bucket(p, c, "s3:GetBucketWebsite"), act: settings::no_website },
    Operation { name: "GetBucketReplication", access: |p, c| on_bucket(p, c, "s3:GetReplicationConfiguration"), act: settings::no_replication },
    Operation { name: "GetObjectLockConfiguration", access: |p, c| on_bucket(p, c, "s3:GetBucketObjectLockConfiguration"), act: settings::no_object_lock },
    Operation { name: "GetBucketLogging", access: |p, c| on_bucket(p, c, "s3:GetBucketLogging"), act: settings::nothing },
    Operation { name: "GetBucketNotificationConfiguration", access: |p, c| on_bucket(p, c, "s3:GetBucketNotification"), act: settings::nothing },
    Operation { name: "GetBucketAccelerateConfiguration", access: |p, c| on_bucket(p, c, "s3:GetAccelerateConfiguration"), act: settings::nothing },
    Operation { name: "GetBucketRequestPayment", access: |p, c| on_bucket(p, c, "s3:GetBucketRequestPayment"), act: settings::payer },
];
