//! The table of IAM's operations.

use crate::operation::{Access, Call, Operation, Reply, ServiceError};
use crate::partition::Partition;

use super::noun::Noun::{
    Group, InstanceProfile, MfaDevice, OidcProvider, Policy, Role, SamlProvider, ServerCertificate, User,
};
use super::{
    access, access_keys, account, attachments, authorization_details, boundaries, context_keys, groups,
    inline_policies, instance_profiles, login_profiles, managed_policies, mfa_devices, oidc_providers,
    password_policy, roles, saml_providers, server_certificates, service_linked_roles,
    service_specific_credentials, signing_certificates, simulate, ssh_public_keys, tags, users,
};

type AccessFunction = fn(&Partition, &Call) -> Result<Vec<Access>, ServiceError>;
type ActFunction = fn(&mut Partition, &Call) -> Result<Reply, ServiceError>;

const fn row(name: &'static str, access: AccessFunction, act: ActFunction) -> Operation {
    Operation { name, access, act }
}

#[rustfmt::skip]
pub(crate) const OPERATIONS: &[Operation] = &[
    row("CreateUser", access::new_user, users::create),
    row("GetUser", access::user, users::get),
    row("ListUsers", access::account_wide, users::list),
    row("UpdateUser", access::renamed_user, users::update),
    row("DeleteUser", access::user, users::delete),

    row("CreateAccessKey", access::user, access_keys::create),
    row("ListAccessKeys", access::user, access_keys::list),
    row("UpdateAccessKey", access::user, access_keys::update),
    row("DeleteAccessKey", access::user, access_keys::delete),
    row("GetAccessKeyLastUsed", access::key_owner, access_keys::last_used),

    row("CreateLoginProfile", access::user, login_profiles::create),
    row("GetLoginProfile", access::user, login_profiles::get),
    row("UpdateLoginProfile", access::user, login_profiles::update),
    row("DeleteLoginProfile", access::user, login_profiles::delete),
    row("ChangePassword", access::user, login_profiles::change_password),
    row("UpdateAccountPasswordPolicy", access::account_wide, password_policy::update),
    row("GetAccountPasswordPolicy", access::account_wide, password_policy::get),
    row("DeleteAccountPasswordPolicy", access::account_wide, password_policy::delete),

    row("UploadSSHPublicKey", access::user, ssh_public_keys::upload),
    row("GetSSHPublicKey", access::user, ssh_public_keys::get),
    row("ListSSHPublicKeys", access::user, ssh_public_keys::list),
    row("UpdateSSHPublicKey", access::user, ssh_public_keys::update),
    row("DeleteSSHPublicKey", access::user, ssh_public_keys::delete),
    row("UploadSigningCertificate", access::user, signing_certificates::upload),
    row("ListSigningCertificates", access::user, signing_certificates::list),
    row("UpdateSigningCertificate", access::user, signing_certificates::update),
    row("DeleteSigningCertificate", access::user, signing_certificates::delete),
    row("CreateServiceSpecificCredential", access::new_service_credential, service_specific_credentials::create),
    row("ListServiceSpecificCredentials", access::service_credentials, service_specific_credentials::list),
    row("UpdateServiceSpecificCredential", access::service_credential, service_specific_credentials::update),
    row("ResetServiceSpecificCredential", access::service_credential, service_specific_credentials::reset),
    row("DeleteServiceSpecificCredential", access::service_credential, service_specific_credentials::delete),

    row("UploadServerCertificate", access::new_server_certificate, server_certificates::upload),
    row("GetServerCertificate", access::server_certificate, server_certificates::get),
    row("ListServerCertificates", access::account_wide, server_certificates::list),
    row("UpdateServerCertificate", access::renamed_server_certificate, server_certificates::update),
    row("DeleteServerCertificate", access::server_certificate, server_certificates::delete),
    row("TagServerCertificate", access::server_certificate, |partition, call| tags::tag(ServerCertificate, partition, call)),
    row("UntagServerCertificate", access::server_certificate, |partition, call| tags::untag(ServerCertificate, partition, call)),
    row("ListServerCertificateTags", access::server_certificate, |partition, call| tags::list(ServerCertificate, partition, call)),

    row("CreateServiceLinkedRole", access::new_service_linked_role, service_linked_roles::create),
    row("DeleteServiceLinkedRole", access::role, service_linked_roles::delete),
    row("GetServiceLinkedRoleDeletionStatus", access::role_of_deletion_task, service_linked_roles::deletion_status),

    row("CreateRole", access::new_role, roles::create),
    row("GetRole", access::role, roles::get),
    row("ListRoles", access::account_wide, roles::list),
    row("UpdateRole", access::role, roles::update),
    row("UpdateRoleDescription", access::role, roles::update_description),
    row("UpdateAssumeRolePolicy", access::role, roles::update_trust),
    row("DeleteRole", access::role, roles::delete),

    row("PutUserPolicy", access::user, |partition, call| inline_policies::put(User, partition, call)),
    row("GetUserPolicy", access::user, |partition, call| inline_policies::get(User, partition, call)),
    row("ListUserPolicies", access::user, |partition, call| inline_policies::list(User, partition, call)),
    row("DeleteUserPolicy", access::user, |partition, call| inline_policies::delete(User, partition, call)),
    row("PutRolePolicy", access::role, |partition, call| inline_policies::put(Role, partition, call)),
    row("GetRolePolicy", access::role, |partition, call| inline_policies::get(Role, partition, call)),
    row("ListRolePolicies", access::role, |partition, call| inline_policies::list(Role, partition, call)),
    row("DeleteRolePolicy", access::role, |partition, call| inline_policies::delete(Role, partition, call)),
    row("PutGroupPolicy", access::group, |partition, call| inline_policies::put(Group, partition, call)),
    row("GetGroupPolicy", access::group, |partition, call| inline_policies::get(Group, partition, call)),
    row("ListGroupPolicies", access::group, |partition, call| inline_policies::list(Group, partition, call)),
    row("DeleteGroupPolicy", access::group, |partition, call| inline_policies::delete(Group, partition, call)),

    row("CreateInstanceProfile", access::new_instance_profile, instance_profiles::create),
    row("GetInstanceProfile", access::instance_profile, instance_profiles::get),
    row("ListInstanceProfiles", access::account_wide, instance_profiles::list),
    row("ListInstanceProfilesForRole", access::role, instance_profiles::list_for_role),
    row("AddRoleToInstanceProfile", access::role_into_instance_profile, instance_profiles::add_role),
    row("RemoveRoleFromInstanceProfile", access::instance_profile, instance_profiles::remove_role),
    row("DeleteInstanceProfile", access::instance_profile, instance_profiles::delete),

    row("TagUser", access::user, |partition, call| tags::tag(User, partition, call)),
    row("UntagUser", access::user, |partition, call| tags::untag(User, partition, call)),
    row("ListUserTags", access::user, |partition, call| tags::list(User, partition, call)),
    row("TagRole", access::role, |partition, call| tags::tag(Role, partition, call)),
    row("UntagRole", access::role, |partition, call| tags::untag(Role, partition, call)),
    row("ListRoleTags", access::role, |partition, call| tags::list(Role, partition, call)),
    row("TagPolicy", access::policy, |partition, call| tags::tag(Policy, partition, call)),
    row("UntagPolicy", access::policy, |partition, call| tags::untag(Policy, partition, call)),
    row("ListPolicyTags", access::policy, |partition, call| tags::list(Policy, partition, call)),
    row("TagInstanceProfile", access::instance_profile, |partition, call| tags::tag(InstanceProfile, partition, call)),
    row("UntagInstanceProfile", access::instance_profile, |partition, call| tags::untag(InstanceProfile, partition, call)),
    row("ListInstanceProfileTags", access::instance_profile, |partition, call| tags::list(InstanceProfile, partition, call)),

    row("CreateGroup", access::new_group, groups::create),
    row("GetGroup", access::group, groups::get),
    row("ListGroups", access::account_wide, groups::list),
    row("ListGroupsForUser", access::user, groups::list_for_user),
    row("UpdateGroup", access::renamed_group, groups::update),
    row("DeleteGroup", access::group, groups::delete),
    row("AddUserToGroup", access::group, groups::add_user),
    row("RemoveUserFromGroup", access::group, groups::remove_user),

    row("CreatePolicy", access::new_policy, managed_policies::create),
    row("GetPolicy", access::policy, managed_policies::get),
    row("ListPolicies", access::account_wide, managed_policies::list),
    row("DeletePolicy", access::policy, managed_policies::delete),
    row("CreatePolicyVersion", access::policy, managed_policies::create_version),
    row("GetPolicyVersion", access::policy, managed_policies::get_version),
    row("ListPolicyVersions", access::policy, managed_policies::list_versions),
    row("SetDefaultPolicyVersion", access::policy, managed_policies::set_default_version),
    row("DeletePolicyVersion", access::policy, managed_policies::delete_version),

    row("AttachUserPolicy", access::user, |partition, call| attachments::attach(User, partition, call)),
    row("DetachUserPolicy", access::user, |partition, call| attachments::detach(User, partition, call)),
    row("ListAttachedUserPolicies", access::user, |partition, call| attachments::list(User, partition, call)),
    row("AttachRolePolicy", access::role, |partition, call| attachments::attach(Role, partition, call)),
    row("DetachRolePolicy", access::role, |partition, call| attachments::detach(Role, partition, call)),
    row("ListAttachedRolePolicies", access::role, |partition, call| attachments::list(Role, partition, call)),
    row("AttachGroupPolicy", access::group, |partition, call| attachments::attach(Group, partition, call)),
    row("DetachGroupPolicy", access::group, |partition, call| attachments::detach(Group, partition, call)),
    row("ListAttachedGroupPolicies", access::group, |partition, call| attachments::list(Group, partition, call)),
    row("ListEntitiesForPolicy", access::policy, attachments::list_entities),

    row("PutUserPermissionsBoundary", access::user, |partition, call| boundaries::put(User, partition, call)),
    row("DeleteUserPermissionsBoundary", access::user, |partition, call| boundaries::delete(User, partition, call)),
    row("PutRolePermissionsBoundary", access::role, |partition, call| boundaries::put(Role, partition, call)),
    row("DeleteRolePermissionsBoundary", access::role, |partition, call| boundaries::delete(Role, partition, call)),

    row("SimulatePrincipalPolicy", access::policy_source, simulate::principal_policy),
    row("SimulateCustomPolicy", access::account_wide, simulate::custom_policy),
    row("GetContextKeysForCustomPolicy", access::account_wide, context_keys::of_custom_policy),
    row("GetContextKeysForPrincipalPolicy", access::policy_source, context_keys::of_principal_policy),

    row("CreateVirtualMFADevice", access::new_mfa_device, mfa_devices::create),
    row("EnableMFADevice", access::user, mfa_devices::enable),
    row("ResyncMFADevice", access::user, mfa_devices::resync),
    row("DeactivateMFADevice", access::user, mfa_devices::deactivate),
    row("DeleteVirtualMFADevice", access::mfa_device, mfa_devices::delete),
    row("GetMFADevice", access::user, mfa_devices::get),
    row("ListMFADevices", access::user, mfa_devices::list),
    row("ListVirtualMFADevices", access::account_wide, mfa_devices::list_virtual),
    row("TagMFADevice", access::mfa_device, |partition, call| tags::tag(MfaDevice, partition, call)),
    row("UntagMFADevice", access::mfa_device, |partition, call| tags::untag(MfaDevice, partition, call)),
    row("ListMFADeviceTags", access::mfa_device, |partition, call| tags::list(MfaDevice, partition, call)),

    row("CreateOpenIDConnectProvider", access::new_oidc_provider, oidc_providers::create),
    row("GetOpenIDConnectProvider", access::oidc_provider, oidc_providers::get),
    row("ListOpenIDConnectProviders", access::account_wide, oidc_providers::list),
    row("DeleteOpenIDConnectProvider", access::oidc_provider, oidc_providers::delete),
    row("AddClientIDToOpenIDConnectProvider", access::oidc_provider, oidc_providers::add_client_id),
    row("RemoveClientIDFromOpenIDConnectProvider", access::oidc_provider, oidc_providers::remove_client_id),
    row("UpdateOpenIDConnectProviderThumbprint", access::oidc_provider, oidc_providers::update_thumbprint),
    row("TagOpenIDConnectProvider", access::oidc_provider, |partition, call| tags::tag(OidcProvider, partition, call)),
    row("UntagOpenIDConnectProvider", access::oidc_provider, |partition, call| tags::untag(OidcProvider, partition, call)),
    row("ListOpenIDConnectProviderTags", access::oidc_provider, |partition, call| tags::list(OidcProvider, partition, call)),

    row("CreateSAMLProvider", access::new_saml_provider, saml_providers::create),
    row("GetSAMLProvider", access::saml_provider, saml_providers::get),
    row("ListSAMLProviders", access::account_wide, saml_providers::list),
    row("UpdateSAMLProvider", access::saml_provider, saml_providers::update),
    row("DeleteSAMLProvider", access::saml_provider, saml_providers::delete),
    row("TagSAMLProvider", access::saml_provider, |partition, call| tags::tag(SamlProvider, partition, call)),
    row("UntagSAMLProvider", access::saml_provider, |partition, call| tags::untag(SamlProvider, partition, call)),
    row("ListSAMLProviderTags", access::saml_provider, |partition, call| tags::list(SamlProvider, partition, call)),

    row("CreateAccountAlias", access::account_wide, account::create_alias),
    row("DeleteAccountAlias", access::account_wide, account::delete_alias),
    row("ListAccountAliases", access::account_wide, account::list_aliases),
    row("GetAccountAuthorizationDetails", access::account_wide, authorization_details::get),
    row("GetAccountSummary", access::account_wide, account::summary),
];
