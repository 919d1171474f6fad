//! The table of Organizations' operations.

use crate::operation::{Access, Call, Operation, Reply, ServiceError};
use crate::partition::Partition;

use super::{
    access, accounts, attachments, delegation, handshakes, policies, roots, tags, trusted_access, units,
};

type AccessFunction = fn(&Partition, &Call) -> Result<Vec<Access>, ServiceError>;
type ActFunction = fn(&mut Partition, &Call) -> Result<Reply, ServiceError>;

const fn row(name: &'static str, access: AccessFunction, act: ActFunction) -> Operation {
    Operation { name, access, act }
}

const ACCOUNT: AccessFunction = |partition, call| access::on(partition, call, &["AccountId"]);
const CHILD: AccessFunction = |partition, call| access::on(partition, call, &["ChildId"]);
const PARENT: AccessFunction = |partition, call| access::on(partition, call, &["ParentId"]);
const POLICY: AccessFunction = |partition, call| access::on(partition, call, &["PolicyId"]);
const POLICY_AND_TARGET: AccessFunction =
    |partition, call| access::on(partition, call, &["PolicyId", "TargetId"]);
const RESOURCE: AccessFunction = |partition, call| access::on(partition, call, &["ResourceId"]);
const ROOT: AccessFunction = |partition, call| access::on(partition, call, &["RootId"]);
const TARGET: AccessFunction = |partition, call| access::on(partition, call, &["TargetId"]);
const UNIT: AccessFunction = |partition, call| access::on(partition, call, &["OrganizationalUnitId"]);
const MOVE: AccessFunction =
    |partition, call| access::on(partition, call, &["AccountId", "SourceParentId", "DestinationParentId"]);

#[rustfmt::skip]
pub(crate) const OPERATIONS: &[Operation] = &[
    row("CreateOrganization", access::any, roots::create),
    row("DescribeOrganization", access::any, roots::describe),
    row("DeleteOrganization", access::any, roots::delete),
    row("ListRoots", access::any, roots::list),
    row("EnablePolicyType", ROOT, roots::enable_type),
    row("DisablePolicyType", ROOT, roots::disable_type),

    row("CreateOrganizationalUnit", PARENT, units::create),
    row("DescribeOrganizationalUnit", UNIT, units::describe),
    row("UpdateOrganizationalUnit", UNIT, units::update),
    row("DeleteOrganizationalUnit", UNIT, units::delete),
    row("ListOrganizationalUnitsForParent", PARENT, units::list),
    row("ListParents", CHILD, units::list_parents),
    row("ListChildren", PARENT, units::list_children),

    row("CreateAccount", access::any, accounts::create),
    row("DescribeCreateAccountStatus", access::any, accounts::creation),
    row("ListCreateAccountStatus", access::any, accounts::list_creations),
    row("DescribeAccount", ACCOUNT, accounts::describe),
    row("ListAccounts", access::any, accounts::list),
    row("ListAccountsForParent", PARENT, accounts::list_for_parent),
    row("MoveAccount", MOVE, accounts::move_to),
    row("RemoveAccountFromOrganization", ACCOUNT, accounts::remove),
    row("LeaveOrganization", access::any, accounts::leave),

    row("InviteAccountToOrganization", access::invited, handshakes::invite),
    row("DescribeHandshake", access::handshake, handshakes::describe),
    row("AcceptHandshake", access::handshake, handshakes::accept),
    row("DeclineHandshake", access::handshake, handshakes::decline),
    row("CancelHandshake", access::handshake, handshakes::cancel),
    row("ListHandshakesForAccount", access::any, handshakes::list_for_account),
    row("ListHandshakesForOrganization", access::any, handshakes::list_for_organization),

    row("CreatePolicy", access::new_policy, policies::create),
    row("DescribePolicy", POLICY, policies::describe),
    row("UpdatePolicy", POLICY, policies::update),
    row("DeletePolicy", POLICY, policies::delete),
    row("ListPolicies", access::any, policies::list),
    row("AttachPolicy", POLICY_AND_TARGET, attachments::attach),
    row("DetachPolicy", POLICY_AND_TARGET, attachments::detach),
    row("ListPoliciesForTarget", TARGET, attachments::list_for_target),
    row("ListTargetsForPolicy", POLICY, attachments::list_targets),

    row("RegisterDelegatedAdministrator", ACCOUNT, delegation::register),
    row("DeregisterDelegatedAdministrator", ACCOUNT, delegation::deregister),
    row("ListDelegatedAdministrators", access::any, delegation::list),
    row("ListDelegatedServicesForAccount", ACCOUNT, delegation::list_services),

    row("EnableAWSServiceAccess", access::any, trusted_access::enable),
    row("DisableAWSServiceAccess", access::any, trusted_access::disable),
    row("ListAWSServiceAccessForOrganization", access::any, trusted_access::list),

    row("TagResource", RESOURCE, tags::tag),
    row("UntagResource", RESOURCE, tags::untag),
    row("ListTagsForResource", RESOURCE, tags::list),
];
