//! The calls that tell whether an action may be done: those that steps make, those that change nothing and take no more than
//! the name of what they are about, and those that EC2 decides and then does not do
//! (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html>).
//!
//! What needs other permissions beside that of its action, such as `s3:GetObjectAttributes`, is not among them: a denial
//! would not tell which was missing.

use harness::{Actor, CallRef, Request};

use super::calls::{On, Thing};
use crate::buckets::s3;

/// What is called for an action.
pub struct Called {
    /// `s3:GetBucketPolicy` and so on.
    pub action: &'static str,
    /// What it must be tried on.
    pub on: On,
    /// The service, as evidence has it.
    pub service: &'static str,
    /// The operation; S3 has other names for them than for its actions.
    pub operation: &'static str,
    /// Error codes that only those are told who were let in.
    pub let_through: &'static [&'static str],
    /// `None`: as the step does that is for it.
    pub(super) request: Option<fn(CallRef, Thing) -> Request>,
}

impl Called {
    /// Whether it is decided as the call is that it stands for, and then not done.
    pub fn is_dry_run(&self) -> bool {
        self.let_through.contains(&"DryRunOperation")
    }
}

/// All of them.
pub fn called() -> impl Iterator<Item = &'static Called> {
    TABLE.iter().copied().flatten()
}

/// A row: the action, `=>`, the operation as the API and as the SDK spells it, and after `or` the error codes that say that
/// the caller was let in. Before the rows stands what they have in common.
macro_rules! calls {
    ($service:literal $client:ident on $on:ident, |$call:ident, $thing:ident| $asked:expr;
     $($action:literal => $operation:ident $method:ident $(.$setter:ident($value:expr))* $(or $($code:ident)+)?;)+) => {
        &[$(Called {
            action: $action,
            on: On::$on,
            service: $service,
            operation: stringify!($operation),
            let_through: &[$($(stringify!($code)),+)?],
            request: Some(|call, $thing| Request::new(call, move |actor| {
                let $call = $client(actor).$method()$(.$setter($value))*;
                $asked.send()
            })),
        }),+]
    };
}

const fn as_a_step(on: On, action: &'static str, service: &'static str, operation: &'static str) -> Called {
    Called { action, on, service, operation, let_through: &[], request: None }
}

const TABLE: &[&[Called]] = &[
    &[
        as_a_step(On::Object, "s3:GetObject", "S3", "GetObject"),
        as_a_step(On::Object, "s3:PutObject", "S3", "PutObject"),
        as_a_step(On::Object, "s3:DeleteObject", "S3", "DeleteObject"),
        as_a_step(On::Bucket, "s3:ListBucket", "S3", "ListObjectsV2"),
        as_a_step(On::Role, "sts:AssumeRole", "STS", "AssumeRole"),
    ],
    calls! { "IAM" iam on Everything, |call, _thing| call;
        "iam:GetAccountAuthorizationDetails" => GetAccountAuthorizationDetails get_account_authorization_details;
        "iam:GetAccountPasswordPolicy" => GetAccountPasswordPolicy get_account_password_policy or NoSuchEntity;
        "iam:GetAccountSummary" => GetAccountSummary get_account_summary;
        "iam:GetCredentialReport" => GetCredentialReport get_credential_report or ReportNotPresent ReportExpired ReportInProgress;
        "iam:GetOutboundWebIdentityFederationInfo" => GetOutboundWebIdentityFederationInfo get_outbound_web_identity_federation_info or FeatureDisabled;
        "iam:ListAccountAliases" => ListAccountAliases list_account_aliases;
        "iam:ListGroups" => ListGroups list_groups;
        "iam:ListInstanceProfiles" => ListInstanceProfiles list_instance_profiles;
        "iam:ListOpenIDConnectProviders" => ListOpenIDConnectProviders list_open_id_connect_providers;
        "iam:ListPolicies" => ListPolicies list_policies;
        "iam:ListRoles" => ListRoles list_roles;
        "iam:ListSAMLProviders" => ListSAMLProviders list_saml_providers;
        "iam:ListServerCertificates" => ListServerCertificates list_server_certificates;
        "iam:ListUsers" => ListUsers list_users;
        "iam:ListVirtualMFADevices" => ListVirtualMFADevices list_virtual_mfa_devices;
    },
    calls! { "IAM" iam on User, |call, user| call.user_name(&user.name);
        "iam:GetLoginProfile" => GetLoginProfile get_login_profile or NoSuchEntity;
        "iam:GetUser" => GetUser get_user;
        "iam:ListAccessKeys" => ListAccessKeys list_access_keys;
        "iam:ListAttachedUserPolicies" => ListAttachedUserPolicies list_attached_user_policies;
        "iam:ListGroupsForUser" => ListGroupsForUser list_groups_for_user;
        "iam:ListMFADevices" => ListMFADevices list_mfa_devices;
        "iam:ListServiceSpecificCredentials" => ListServiceSpecificCredentials list_service_specific_credentials;
        "iam:ListSigningCertificates" => ListSigningCertificates list_signing_certificates;
        "iam:ListSSHPublicKeys" => ListSSHPublicKeys list_ssh_public_keys;
        "iam:ListUserPolicies" => ListUserPolicies list_user_policies;
        "iam:ListUserTags" => ListUserTags list_user_tags;
    },
    calls! { "IAM" iam on Role, |call, role| call.role_name(&role.name);
        "iam:GetRole" => GetRole get_role;
        "iam:ListAttachedRolePolicies" => ListAttachedRolePolicies list_attached_role_policies;
        "iam:ListInstanceProfilesForRole" => ListInstanceProfilesForRole list_instance_profiles_for_role;
        "iam:ListRolePolicies" => ListRolePolicies list_role_policies;
        "iam:ListRoleTags" => ListRoleTags list_role_tags;
    },
    calls! { "IAM" iam on Group, |call, group| call.group_name(&group.name);
        "iam:GetGroup" => GetGroup get_group;
        "iam:ListAttachedGroupPolicies" => ListAttachedGroupPolicies list_attached_group_policies;
        "iam:ListGroupPolicies" => ListGroupPolicies list_group_policies;
    },
    calls! { "IAM" iam on ManagedPolicy, |call, policy| call.policy_arn(&policy.arn);
        "iam:GetPolicy" => GetPolicy get_policy;
        "iam:ListEntitiesForPolicy" => ListEntitiesForPolicy list_entities_for_policy;
        "iam:ListPolicyTags" => ListPolicyTags list_policy_tags;
        "iam:ListPolicyVersions" => ListPolicyVersions list_policy_versions;
    },
    calls! { "S3" s3 on Everything, |call, _thing| call;
        "s3:ListAllMyBuckets" => ListBuckets list_buckets;
    },
    calls! { "S3" s3 on Bucket, |call, bucket| call.bucket(&bucket.name);
        "s3:GetAccelerateConfiguration" => GetBucketAccelerateConfiguration get_bucket_accelerate_configuration;
        "s3:GetAnalyticsConfiguration" => ListBucketAnalyticsConfigurations list_bucket_analytics_configurations;
        "s3:GetBucketAbac" => GetBucketAbac get_bucket_abac;
        "s3:GetBucketAcl" => GetBucketAcl get_bucket_acl;
        "s3:GetBucketCORS" => GetBucketCors get_bucket_cors or NoSuchCORSConfiguration;
        "s3:GetBucketLocation" => GetBucketLocation get_bucket_location;
        "s3:GetBucketLogging" => GetBucketLogging get_bucket_logging;
        "s3:GetBucketNotification" => GetBucketNotificationConfiguration get_bucket_notification_configuration;
        "s3:GetBucketObjectLockConfiguration" => GetObjectLockConfiguration get_object_lock_configuration or ObjectLockConfigurationNotFoundError;
        "s3:GetBucketOwnershipControls" => GetBucketOwnershipControls get_bucket_ownership_controls or OwnershipControlsNotFoundError;
        // Those of other accounts are told `MethodNotAllowed` where they have the permission.
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
        "s3:GetBucketPolicy" => GetBucketPolicy get_bucket_policy or NoSuchBucketPolicy MethodNotAllowed;
        "s3:GetBucketPolicyStatus" => GetBucketPolicyStatus get_bucket_policy_status or NoSuchBucketPolicy;
        "s3:GetBucketPublicAccessBlock" => GetPublicAccessBlock get_public_access_block or NoSuchPublicAccessBlockConfiguration;
        "s3:GetBucketRequestPayment" => GetBucketRequestPayment get_bucket_request_payment;
        "s3:GetBucketTagging" => GetBucketTagging get_bucket_tagging or NoSuchTagSet;
        "s3:GetBucketVersioning" => GetBucketVersioning get_bucket_versioning;
        "s3:GetBucketWebsite" => GetBucketWebsite get_bucket_website or NoSuchWebsiteConfiguration;
        "s3:GetEncryptionConfiguration" => GetBucketEncryption get_bucket_encryption or ServerSideEncryptionConfigurationNotFoundError;
        "s3:GetIntelligentTieringConfiguration" => ListBucketIntelligentTieringConfigurations list_bucket_intelligent_tiering_configurations;
        "s3:GetInventoryConfiguration" => ListBucketInventoryConfigurations list_bucket_inventory_configurations;
        "s3:GetLifecycleConfiguration" => GetBucketLifecycleConfiguration get_bucket_lifecycle_configuration or NoSuchLifecycleConfiguration;
        "s3:GetMetricsConfiguration" => ListBucketMetricsConfigurations list_bucket_metrics_configurations;
        "s3:GetReplicationConfiguration" => GetBucketReplication get_bucket_replication or ReplicationConfigurationNotFoundError;
        "s3:ListBucketMultipartUploads" => ListMultipartUploads list_multipart_uploads;
        "s3:ListBucketVersions" => ListObjectVersions list_object_versions;
    },
    calls! { "S3" s3 on Object, |call, object| call.bucket(&object.name).key(&object.key);
        "s3:GetObjectAcl" => GetObjectAcl get_object_acl;
        "s3:GetObjectTagging" => GetObjectTagging get_object_tagging;
    },
    calls! { "STS" sts on Everything, |call, _thing| call;
        "sts:GetCallerIdentity" => GetCallerIdentity get_caller_identity;
        "sts:GetSessionToken" => GetSessionToken get_session_token;
    },
    calls! { "EC2" ec2 on Everything, |call, _thing| call;
        "ec2:DescribeAccountAttributes" => DescribeAccountAttributes describe_account_attributes;
        "ec2:DescribeAvailabilityZones" => DescribeAvailabilityZones describe_availability_zones;
        "ec2:DescribeIamInstanceProfileAssociations" => DescribeIamInstanceProfileAssociations describe_iam_instance_profile_associations;
        // Not all that everybody ever made public.
        "ec2:DescribeImages" => DescribeImages describe_images.owners("self");
        "ec2:DescribeInstanceStatus" => DescribeInstanceStatus describe_instance_status;
        "ec2:DescribeInstanceTypes" => DescribeInstanceTypes describe_instance_types;
        "ec2:DescribeInstances" => DescribeInstances describe_instances;
        "ec2:DescribeInternetGateways" => DescribeInternetGateways describe_internet_gateways;
        "ec2:DescribeKeyPairs" => DescribeKeyPairs describe_key_pairs;
        "ec2:DescribeLaunchTemplates" => DescribeLaunchTemplates describe_launch_templates;
        "ec2:DescribeNetworkInterfaces" => DescribeNetworkInterfaces describe_network_interfaces;
        "ec2:DescribeRegions" => DescribeRegions describe_regions;
        "ec2:DescribeRouteTables" => DescribeRouteTables describe_route_tables;
        "ec2:DescribeSecurityGroupRules" => DescribeSecurityGroupRules describe_security_group_rules;
        "ec2:DescribeSecurityGroups" => DescribeSecurityGroups describe_security_groups;
        "ec2:DescribeSnapshots" => DescribeSnapshots describe_snapshots.owner_ids("self");
        "ec2:DescribeSubnets" => DescribeSubnets describe_subnets;
        "ec2:DescribeTags" => DescribeTags describe_tags;
        "ec2:DescribeVolumes" => DescribeVolumes describe_volumes;
        "ec2:DescribeVpcEndpoints" => DescribeVpcEndpoints describe_vpc_endpoints;
        "ec2:DescribeVpcs" => DescribeVpcs describe_vpcs;
        "ec2:GetInstanceMetadataDefaults" => GetInstanceMetadataDefaults get_instance_metadata_defaults;
    },
    calls! { "EC2" ec2 on Instance, |call, instance| call.instance_ids(&instance.name).dry_run(true);
        "ec2:RebootInstances" => RebootInstances reboot_instances or DryRunOperation;
        "ec2:StartInstances" => StartInstances start_instances or DryRunOperation;
        "ec2:StopInstances" => StopInstances stop_instances or DryRunOperation;
        "ec2:TerminateInstances" => TerminateInstances terminate_instances or DryRunOperation;
    },
];

fn iam(actor: &Actor) -> aws_sdk_iam::Client {
    aws_sdk_iam::Client::new(&actor.configuration)
}

fn sts(actor: &Actor) -> aws_sdk_sts::Client {
    aws_sdk_sts::Client::new(&actor.configuration)
}

fn ec2(actor: &Actor) -> aws_sdk_ec2::Client {
    aws_sdk_ec2::Client::new(&actor.configuration)
}
