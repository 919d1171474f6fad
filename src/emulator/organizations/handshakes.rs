//! Invitations of accounts that there are.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_invites.html>

use chrono::{DateTime, TimeDelta, Utc};
use policy::AccountId;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::iam::timestamp;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::text;
use super::errors::{error, invalid, not_in_use, not_yours};
use super::organization::{Organization, digits};
use super::pages::page;
use super::store::Store;
use super::tags;

/// How long an invitation is open.
const VALIDITY: TimeDelta = TimeDelta::days(15);

/// An invitation.
pub(super) struct Handshake {
    pub(super) organization: String,
    target: AccountId,
    state: State,
    requested: DateTime<Utc>,
    notes: Option<String>,
    tags: tags::Tags,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Accepted,
    Declined,
    Canceled,
}

impl Handshake {
    fn state(&self, now: DateTime<Utc>) -> &'static str {
        match self.state {
            State::Open if now >= self.requested + VALIDITY => "EXPIRED",
            State::Open => "OPEN",
            State::Accepted => "ACCEPTED",
            State::Declined => "DECLINED",
            State::Canceled => "CANCELED",
        }
    }

    fn view(&self, id: &str, organization: &Organization, now: DateTime<Utc>) -> Value {
        let management = organization.member(organization.management.as_str());
        let mut resources = vec![
            json!({
                "Type": "ORGANIZATION",
                "Value": organization.id,
                "Resources": [
                    { "Type": "MASTER_EMAIL", "Value": management.map(|member| &member.email) },
                    { "Type": "MASTER_NAME", "Value": management.map(|member| &member.name) },
                    { "Type": "ORGANIZATION_FEATURE_SET", "Value": "ALL" },
                ],
            }),
            json!({ "Type": "ACCOUNT", "Value": self.target }),
        ];
        resources.extend(self.notes.as_ref().map(|notes| json!({ "Type": "NOTES", "Value": notes })));
        json!({
            "Id": id,
            "Arn": organization.arn_of(id),
            "Parties": [
                { "Id": organization.id.trim_start_matches("o-"), "Type": "ORGANIZATION" },
                { "Id": self.target, "Type": "ACCOUNT" },
            ],
            "State": self.state(now),
            "RequestedTimestamp": timestamp(self.requested),
            "ExpirationTimestamp": timestamp(self.requested + VALIDITY),
            "Action": "INVITE",
            "Resources": resources,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Invitation {
    target: Party,
    notes: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Party {
    id: String,
    r#type: String,
}

pub(super) fn invite(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Invitation = call.parse()?;
    let sent = tags::sent(call)?;
    let organization = partition.organizations.managed(call)?.id.clone();
    let target = invited(partition, &input.target)?;
    if partition.organizations.memberships.contains_key(&target) {
        let message = "The account is already a member of an organization.";
        return Err(error("HandshakeConstraintViolationException", message)
            .with("Reason", "ALREADY_IN_AN_ORGANIZATION"));
    }
    let is_open = |handshake: &Handshake| {
        handshake.organization == organization
            && handshake.target == target
            && handshake.state(call.now) == "OPEN"
    };
    if partition.organizations.handshakes.values().any(is_open) {
        let message = "A handshake with the same action and target already exists.";
        return Err(error("DuplicateHandshakeException", message));
    }
    let id = format!("h-{}", digits(&mut partition.ids, 32));
    let handshake = Handshake {
        organization,
        target,
        state: State::Open,
        requested: call.now,
        notes: input.notes,
        tags: sent,
    };
    partition.organizations.handshakes.insert(id.clone(), handshake);
    reply(&partition.organizations, &id, call)
}

/// Only accounts that the emulator has can be invited, and only by their ids.
fn invited(partition: &Partition, party: &Party) -> Result<AccountId, ServiceError> {
    let there = AccountId::new(&party.id).filter(|account| partition.iam.has_account(account));
    match (party.r#type.as_str(), there) {
        ("ACCOUNT", Some(account)) => Ok(account),
        ("ACCOUNT", None) => Err(invalid("INVALID_PARTY_TYPE_TARGET", "There is no such account.")),
        ("EMAIL", _) => {
            let message = "You specified an invalid email address for the invited account owner.";
            Err(invalid("INVALID_EMAIL_ADDRESS_TARGET", message))
        }
        _ => {
            let message =
                "You specified the wrong type of entity (account, organization, or email) as a party.";
            Err(invalid("INVALID_PARTY_TYPE_TARGET", message))
        }
    }
}

pub(super) fn accept(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = call.account()?.clone();
    let id = closed(&partition.organizations, call, "ACCEPTED", Side::Target)?;
    if partition.organizations.memberships.contains_key(&account) {
        let message = "The account is already a member of an organization.";
        return Err(error("HandshakeConstraintViolationException", message)
            .with("Reason", "ALREADY_IN_AN_ORGANIZATION"));
    }
    let store = &mut partition.organizations;
    let handshake = store.handshakes.get_mut(&id).ok_or_else(no_handshake)?;
    let organization = store.organizations.get_mut(&handshake.organization).ok_or_else(not_in_use)?;
    handshake.state = State::Accepted;
    organization.join(account.clone(), None, call.now);
    organization.tags.insert(account.to_string(), std::mem::take(&mut handshake.tags));
    store.memberships.insert(account, handshake.organization.clone());
    reply(store, &id, call)
}

pub(super) fn decline(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let id = closed(&partition.organizations, call, "DECLINED", Side::Target)?;
    partition.organizations.handshakes.get_mut(&id).ok_or_else(no_handshake)?.state = State::Declined;
    reply(&partition.organizations, &id, call)
}

pub(super) fn cancel(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let id = closed(&partition.organizations, call, "CANCELED", Side::Organization)?;
    partition.organizations.handshakes.get_mut(&id).ok_or_else(no_handshake)?.state = State::Canceled;
    reply(&partition.organizations, &id, call)
}

enum Side {
    Target,
    Organization,
}

/// The handshake that the request names, if it can still go over into `state`, and by this side.
fn closed(store: &Store, call: &Call, state: &str, by: Side) -> Result<String, ServiceError> {
    let id = text(call, "HandshakeId");
    let handshake = seen(store, call, id)?;
    let may = match by {
        Side::Target => handshake.target == *call.account()?,
        Side::Organization => store.managed(call).is_ok(),
    };
    match handshake.state(call.now) {
        _ if !may => Err(not_yours()),
        "OPEN" => Ok(id.to_owned()),
        current if current == state => {
            let message = "The specified handshake is already in the requested state.";
            Err(error("HandshakeAlreadyInStateException", message))
        }
        _ => {
            let message = "You can't perform the operation on the handshake in its current state.";
            Err(error("InvalidHandshakeTransitionException", message))
        }
    }
}

fn no_handshake() -> ServiceError {
    error("HandshakeNotFoundException", "You specified a handshake that doesn't exist.")
}

/// Both sides see it, and nobody else.
fn seen<'a>(store: &'a Store, call: &Call, id: &str) -> Result<&'a Handshake, ServiceError> {
    let handshake = store.handshakes.get(id).ok_or_else(no_handshake)?;
    let inviting = store.readable(call).is_ok_and(|organization| organization.id == handshake.organization);
    if inviting || handshake.target == *call.account()? { Ok(handshake) } else { Err(no_handshake()) }
}

fn reply(store: &Store, id: &str, call: &Call) -> Result<Reply, ServiceError> {
    let handshake = store.handshakes.get(id).ok_or_else(no_handshake)?;
    let organization = store.organizations.get(&handshake.organization).ok_or_else(not_in_use)?;
    Reply::of(&json!({ "Handshake": handshake.view(id, organization, call.now) }))
}

pub(super) fn describe(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let id = text(call, "HandshakeId");
    seen(&partition.organizations, call, id)?;
    reply(&partition.organizations, id, call)
}

pub(super) fn list_for_account(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = call.account()?.clone();
    list(&partition.organizations, call, |handshake| handshake.target == account)
}

pub(super) fn list_for_organization(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let organization = partition.organizations.readable(call)?.id.clone();
    list(&partition.organizations, call, |handshake| handshake.organization == organization)
}

fn list(store: &Store, call: &Call, is_meant: impl Fn(&Handshake) -> bool) -> Result<Reply, ServiceError> {
    let views =
        store.handshakes.iter().filter(|(_, handshake)| is_meant(handshake)).filter_map(|(id, handshake)| {
            let organization = store.organizations.get(&handshake.organization)?;
            Some((id.clone(), handshake.view(id, organization, call.now)))
        });
    page(call, "Handshakes", views)
}
