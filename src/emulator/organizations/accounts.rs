//! The accounts of an organization: created in it, moved within it, and removed from it.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts.html>

use chrono::TimeDelta;
use policy::AccountId;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::iam::timestamp;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::text;
use super::errors::{constraint, error, invalid, no_account, no_parent};
use super::organization::{Creation, Member, Organization, digits};
use super::pages::page;
use super::tags;

/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html>
const DEFAULT_ROLE: &str = "OrganizationAccountAccessRole";
/// How old a created account must be to be removed.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>
const LEAST_AGE: TimeDelta = TimeDelta::days(7);

impl Organization {
    pub(super) fn account_view(&self, account: &AccountId, member: &Member) -> Value {
        json!({
            "Id": account,
            "Arn": self.arn_of(account.as_str()),
            "Email": member.email,
            "Name": member.name,
            "Status": "ACTIVE",
            "State": "ACTIVE",
            "Paths": [self.path(account.as_str())],
            "JoinedMethod": if member.created { "CREATED" } else { "INVITED" },
            "JoinedTimestamp": timestamp(member.joined),
        })
    }

    fn account_views<'a>(
        &'a self,
        is_meant: impl Fn(&Member) -> bool + 'a,
    ) -> impl Iterator<Item = (String, Value)> + 'a {
        let members = self.accounts.iter().filter(move |(_, member)| is_meant(member));
        members.map(|(account, member)| (account.to_string(), self.account_view(account, member)))
    }
}

impl Creation {
    fn view(&self, id: &str) -> Value {
        json!({
            "Id": id,
            "AccountName": self.name,
            "RequestedTimestamp": timestamp(self.requested),
            "CompletedTimestamp": timestamp(self.requested),
            "State": if self.outcome.is_ok() { "SUCCEEDED" } else { "FAILED" },
            "AccountId": self.outcome.as_ref().ok(),
            "FailureReason": self.outcome.as_ref().err(),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewAccount {
    email: String,
    account_name: String,
    role_name: Option<String>,
}

/// The answer tells that it is under way, as AWS has it, though the account is there at once.
pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: NewAccount = call.parse()?;
    let sent = tags::sent(call)?;
    let role = input.role_name.as_deref().unwrap_or(DEFAULT_ROLE);
    if role.starts_with("AWSServiceRoleFor") {
        let message = "You provided a role name that isn't valid. A role name can't begin with the reserved prefix \
                       AWSServiceRoleFor.";
        return Err(invalid("INVALID_ROLE_NAME", message));
    }
    let organization = partition.organizations.managed(call)?;
    let management = organization.management.clone();
    let taken = organization.accounts.values().any(|member| member.email == input.email);
    let outcome = match taken {
        true => Err("EMAIL_ALREADY_EXISTS"),
        false => Ok(open(partition, call, role, &management)?),
    };
    let request = format!("car-{}", digits(&mut partition.ids, 32));
    let organization = partition.organizations.managed_mut(call)?;
    if let Ok(account) = &outcome {
        organization.join(account.clone(), Some((input.account_name.clone(), input.email)), call.now);
        organization.tags.insert(account.to_string(), sent);
    }
    let id = organization.id.clone();
    let creation = Creation { name: input.account_name, requested: call.now, outcome };
    let mut view = creation.view(&request);
    if let Some(view) = view.as_object_mut() {
        view.insert("State".to_owned(), Value::from("IN_PROGRESS"));
        view.retain(|name, _| !matches!(name.as_str(), "CompletedTimestamp" | "AccountId" | "FailureReason"));
    }
    if let Ok(account) = &creation.outcome {
        partition.organizations.memberships.insert(account.clone(), id);
    }
    partition.organizations.managed_mut(call)?.creations.insert(request, creation);
    Reply::of(&json!({ "CreateAccountStatus": view }))
}

/// Makes an account with an id that no other has, and in it the role for the management account.
fn open(
    partition: &mut Partition,
    call: &Call,
    role: &str,
    management: &AccountId,
) -> Result<AccountId, ServiceError> {
    let account = loop {
        let account = partition.ids.account();
        if !partition.iam.has_account(&account) {
            break account;
        }
    };
    let Partition { iam, ids, .. } = partition;
    iam.open_account(ids, &account, role, management, call.now)?;
    Ok(account)
}

pub(super) fn creation(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    let id = text(call, "CreateAccountRequestId");
    let creation = organization.creations.get(id).ok_or_else(|| {
        let message = "You specified a create account request that doesn't exist.";
        error("CreateAccountStatusNotFoundException", message)
    })?;
    Reply::of(&json!({ "CreateAccountStatus": creation.view(id) }))
}

pub(super) fn list_creations(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    let states = call.input.get("States").and_then(Value::as_array);
    let views = organization.creations.iter().map(|(id, creation)| (id.clone(), creation.view(id)));
    let wanted = |view: &Value| {
        states.is_none_or(|states| view.get("State").is_some_and(|state| states.contains(state)))
    };
    page(call, "CreateAccountStatuses", views.filter(|(_, view)| wanted(view)))
}

pub(super) fn describe(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    let account = named(organization, call)?;
    let member = organization.accounts.get(&account).ok_or_else(no_account)?;
    Reply::of(&json!({ "Account": organization.account_view(&account, member) }))
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    page(call, "Accounts", partition.organizations.readable(call)?.account_views(|_| true))
}

pub(super) fn list_for_parent(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?;
    let parent = text(call, "ParentId");
    if !organization.is_parent(parent) {
        return Err(no_parent());
    }
    page(call, "Accounts", organization.account_views(|member| member.parent == parent))
}

pub(super) fn move_to(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let (from, to) = (text(call, "SourceParentId"), text(call, "DestinationParentId"));
    let organization = partition.organizations.managed_mut(call)?;
    let account = named(organization, call)?;
    if !organization.is_parent(to) {
        let message =
            "We can't find the destination container (a root or OU) with the ParentId that you specified.";
        return Err(error("DestinationParentNotFoundException", message));
    }
    let member = organization.accounts.get_mut(&account).ok_or_else(no_account)?;
    if member.parent != from {
        let message = "We can't find a source root or OU with the ParentId that you specified.";
        return Err(error("SourceParentNotFoundException", message));
    }
    if from == to {
        let message = "That account is already present in the specified destination.";
        return Err(error("DuplicateAccountException", message));
    }
    to.clone_into(&mut member.parent);
    Ok(Reply::empty())
}

pub(super) fn remove(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.managed(call)?;
    let account = named(organization, call)?;
    check_leaving(organization, &account, call)?;
    partition.organizations.part(&account);
    Ok(Reply::empty())
}

pub(super) fn leave(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = call.account()?.clone();
    check_leaving(partition.organizations.own(call)?, &account, call)?;
    partition.organizations.part(&account);
    Ok(Reply::empty())
}

fn check_leaving(organization: &Organization, account: &AccountId, call: &Call) -> Result<(), ServiceError> {
    if organization.management == *account {
        let message = "You can't remove a management account from an organization.";
        return Err(error("MasterCannotLeaveOrganizationException", message));
    }
    if organization.delegated.contains_key(account) {
        let message = "You can't remove a delegated administrator from the organization.";
        return Err(constraint("CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG", message));
    }
    let member = organization.accounts.get(account).ok_or_else(no_account)?;
    if member.created && call.now < member.joined + LEAST_AGE {
        let message = "You must wait until at least seven days after the account was created.";
        return Err(constraint("WAIT_PERIOD_ACTIVE", message));
    }
    Ok(())
}

/// The account that `AccountId` names, which must be in the organization.
pub(super) fn named(organization: &Organization, call: &Call) -> Result<AccountId, ServiceError> {
    let account = AccountId::new(text(call, "AccountId")).ok_or_else(no_account)?;
    if organization.accounts.contains_key(&account) { Ok(account) } else { Err(no_account()) }
}
