//! Which instance has which instance profile.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateIamInstanceProfile.html>

use chrono::{DateTime, Utc};
use policy::AccountId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::filters::{Field, Filter, Page, select};
use super::instances::{InstanceProfile, State};
use super::request::{INSTANCE_IDS, error, invalid_value, missing, read, required};
use super::store::{Place, Region};
use crate::iam::InstanceProfileView;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone)]
pub(super) struct Association {
    pub(super) association_id: String,
    pub(super) instance_id: String,
    pub(super) profile: InstanceProfile,
    pub(super) timestamp: DateTime<Utc>,
}

impl Association {
    fn describe(&self, state: &str) -> Value {
        json!({
            "AssociationId": self.association_id, "InstanceId": self.instance_id, "State": state,
            "IamInstanceProfile": self.profile, "Timestamp": self.timestamp,
        })
    }
}

/// An instance profile as requests name it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ProfileSpecification {
    arn: Option<String>,
    name: Option<String>,
}

impl ProfileSpecification {
    /// The profile, if the account has it.
    pub(super) fn find(&self, partition: &Partition, account: &AccountId) -> Option<InstanceProfileView> {
        match (&self.name, &self.arn) {
            (Some(name), None) => partition.iam.instance_profile(account, name),
            (None, Some(arn)) => {
                let name = arn.rsplit('/').next()?;
                partition.iam.instance_profile(account, name).filter(|profile| profile.arn == *arn)
            }
            _ => None,
        }
    }

    pub(super) fn resolve(
        &self,
        partition: &Partition,
        account: &AccountId,
    ) -> Result<InstanceProfile, ServiceError> {
        let message = match (&self.name, &self.arn) {
            (None, None) => return Err(missing("iamInstanceProfile")),
            (Some(_), Some(_)) => {
                let message = "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'";
                return Err(error("InvalidParameterCombination", message));
            }
            (Some(name), None) => format!(
                "Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
            ),
            (None, Some(arn)) => format!(
                "Value ({arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"
            ),
        };
        let profile = self.find(partition, account).ok_or_else(|| invalid_value(message))?;
        Ok(InstanceProfile { arn: profile.arn, id: profile.id, name: profile.name })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Associate {
    pub(super) iam_instance_profile: Option<ProfileSpecification>,
    pub(super) instance_id: Option<String>,
}

pub(super) fn associate(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Associate = read(call)?;
    let place = Place::of(call)?;
    let instance_id = required(&input.instance_id, "instanceId")?;
    INSTANCE_IDS.check_form(instance_id)?;
    let specification = input.iam_instance_profile.ok_or_else(|| missing("iamInstanceProfile"))?;
    let region = partition.ec2.region(&place);
    check_instance(&region, instance_id)?;
    let profile = specification.resolve(partition, &place.account)?;
    if region.associations.iter().any(|association| association.instance_id == instance_id) {
        let message = format!("There is an existing association for instance {instance_id}");
        return Err(error("IncorrectState", message));
    }
    let Partition { ec2, ids, .. } = partition;
    let association = Association {
        association_id: ids.resource_id("iip-assoc-"),
        instance_id: instance_id.to_owned(),
        profile,
        timestamp: call.now,
    };
    let described = association.describe("associating");
    ec2.region_mut(&place).attach(association);
    Ok(reply(described))
}

fn check_instance(region: &Region, instance_id: &str) -> Result<(), ServiceError> {
    let instance = region.instance(instance_id).ok_or_else(|| INSTANCE_IDS.not_found(&[instance_id]))?;
    if instance.state == State::Terminated {
        let message = format!("The instance '{instance_id}' is not in the 'running' or 'stopped' states.");
        return Err(error("IncorrectInstanceState", message));
    }
    Ok(())
}

fn reply(association: Value) -> Reply {
    Reply { output: json!({ "IamInstanceProfileAssociation": association }), ..Reply::empty() }
}

impl Region {
    /// Adds an association, also to the instance.
    pub(super) fn attach(&mut self, association: Association) {
        if let Some(instance) = self.instance_mut(&association.instance_id) {
            instance.profile = Some(association.profile.clone());
        }
        self.associations.push(association);
    }

    pub(super) fn association(&self, id: &str) -> Option<&Association> {
        self.associations.iter().find(|association| association.association_id == id)
    }

    fn detach(&mut self, id: &str) -> Result<Association, ServiceError> {
        let at = self.associations.iter().position(|association| association.association_id == id);
        let association = self.associations.remove(at.ok_or_else(|| not_found(id))?);
        if let Some(instance) = self.instance_mut(&association.instance_id) {
            instance.profile = None;
        }
        Ok(association)
    }
}

fn not_found(id: &str) -> ServiceError {
    error("InvalidAssociationID.NotFound", format!("An invalid association-id of '{id}' was given"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Replace {
    pub(super) iam_instance_profile: Option<ProfileSpecification>,
    pub(super) association_id: Option<String>,
}

pub(super) fn replace(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Replace = read(call)?;
    let place = Place::of(call)?;
    let id = required(&input.association_id, "associationId")?;
    let specification = input.iam_instance_profile.ok_or_else(|| missing("iamInstanceProfile"))?;
    if partition.ec2.region(&place).association(id).is_none() {
        return Err(not_found(id));
    }
    let profile = specification.resolve(partition, &place.account)?;
    let Partition { ec2, ids, .. } = partition;
    let region = ec2.region_mut(&place);
    let replaced = region.detach(id)?;
    let association = Association {
        association_id: ids.resource_id("iip-assoc-"),
        instance_id: replaced.instance_id,
        profile,
        timestamp: call.now,
    };
    let described = association.describe("associating");
    region.attach(association);
    Ok(reply(described))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Disassociate {
    pub(super) association_id: Option<String>,
}

pub(super) fn disassociate(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Disassociate = read(call)?;
    let id = required(&input.association_id, "associationId")?;
    let association = partition.ec2.region_mut(&Place::of(call)?).detach(id)?;
    Ok(reply(association.describe("disassociating")))
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Describe {
    association_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

const FIELDS: &[Field<Association>] = &[
    ("instance-id", |association| vec![association.instance_id.clone()]),
    ("state", |_| vec!["associated".to_owned()]),
];

pub(super) fn describe(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: Describe = read(call)?;
    let ids = input.association_ids;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 5 };
    page.exclude_ids(&ids, "associationIds")?;
    let region = partition.ec2.region(&Place::of(call)?);
    if let Some(id) = ids.iter().find(|id| region.association(id).is_none()) {
        return Err(not_found(id));
    }
    super::filters::check(&input.filters, FIELDS, false)?;
    let named = region.associations.iter().filter(|a| ids.is_empty() || ids.contains(&a.association_id));
    let (items, next_token) = page.of(select(named, |_| None, &input.filters, FIELDS)?)?;
    let items: Vec<Value> = items.into_iter().map(|association| association.describe("associated")).collect();
    let output = json!({ "IamInstanceProfileAssociations": items, "NextToken": next_token });
    Ok(Reply { output, ..Reply::empty() })
}
