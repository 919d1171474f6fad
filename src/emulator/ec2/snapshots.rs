//! Snapshots of volumes, which hold nothing, and who else may make volumes of them.
//!
//! <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html>

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use policy::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::filters::{Field, Filter, Page, select};
use super::request::{SNAPSHOT_IDS, VOLUME_IDS, done, error, invalid_value, missing, read, required};
use super::resource::{TagSpecification, Tags, check_kinds, resource, tags_for};
use super::store::{Place, Region, Store};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Snapshot {
    pub(super) snapshot_id: String,
    pub(super) volume_id: String,
    pub(super) volume_size: u32,
    pub(super) owner_id: AccountId,
    pub(super) start_time: DateTime<Utc>,
    pub(super) encrypted: bool,
    description: String,
    state: &'static str,
    progress: &'static str,
    storage_tier: &'static str,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    pub(super) tags: Tags,
    #[serde(skip)]
    permissions: Permissions,
}
resource!(Snapshot, "snapshot", snapshot_id);

/// Who may make volumes of a snapshot besides its owner.
#[derive(Clone, Default)]
struct Permissions {
    everyone: bool,
    accounts: BTreeSet<AccountId>,
}

impl Snapshot {
    /// Whether an account may make a volume of it.
    fn is_open_to(&self, account: &AccountId) -> bool {
        self.owner_id == *account || self.permissions.everyone || self.permissions.accounts.contains(account)
    }
}

impl Region {
    pub(super) fn snapshot(&self, id: &str) -> Result<&Snapshot, ServiceError> {
        SNAPSHOT_IDS.check_form(id)?;
        self.snapshots.iter().find(|snapshot| snapshot.snapshot_id == id).ok_or_else(|| no_such(id))
    }
}

impl Store {
    /// A snapshot of which an account may make volumes, whosever it is.
    pub(super) fn open_snapshot(&self, place: &Place, id: &str) -> Result<&Snapshot, ServiceError> {
        SNAPSHOT_IDS.check_form(id)?;
        let mut all = self.everywhere(&place.region).flat_map(|region| &region.snapshots);
        let found = all.find(|snapshot| snapshot.snapshot_id == id && snapshot.is_open_to(&place.account));
        found.ok_or_else(|| no_such(id))
    }
}

fn no_such(id: &str) -> ServiceError {
    error(SNAPSHOT_IDS.not_found, format!("The snapshot '{id}' does not exist."))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateSnapshot {
    pub(super) volume_id: Option<String>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
}

pub(super) fn create_snapshot(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CreateSnapshot = read(call)?;
    let place = Place::of(call)?;
    let id = required(&input.volume_id, "volumeId")?;
    VOLUME_IDS.check_form(id)?;
    let Partition { ec2, ids, .. } = partition;
    let region = ec2.region_mut(&place);
    let volume = region.volumes.iter().find(|volume| volume.volume_id == id);
    let volume =
        volume.ok_or_else(|| error(VOLUME_IDS.not_found, format!("The volume '{id}' does not exist.")))?;
    check_kinds(&input.tag_specifications, &["snapshot"])?;
    let snapshot = Snapshot {
        tags: tags_for(&input.tag_specifications, "snapshot")?,
        snapshot_id: ids.resource_id("snap-"),
        volume_id: volume.volume_id.clone(),
        volume_size: volume.size,
        owner_id: place.account.clone(),
        start_time: call.now,
        encrypted: volume.encrypted,
        description: input.description,
        state: "completed",
        progress: "100%",
        storage_tier: "standard",
        permissions: Permissions::default(),
    };
    let mut output = serde_json::to_value(&snapshot).unwrap_or_default();
    if let Some(members) = output.as_object_mut() {
        members.insert("State".to_owned(), json!("pending"));
        members.insert("Progress".to_owned(), json!(""));
        members.remove("StorageTier");
    }
    region.snapshots.push(snapshot);
    Ok(Reply { output, ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteSnapshot {
    snapshot_id: Option<String>,
}

pub(super) fn delete_snapshot(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DeleteSnapshot = read(call)?;
    let id = required(&input.snapshot_id, "snapshotId")?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    region.snapshot(id)?;
    region.snapshots.retain(|snapshot| snapshot.snapshot_id != id);
    Ok(done())
}

const FIELDS: &[Field<Snapshot>] = &[
    ("snapshot-id", |snapshot| vec![snapshot.snapshot_id.clone()]),
    ("volume-id", |snapshot| vec![snapshot.volume_id.clone()]),
    ("volume-size", |snapshot| vec![snapshot.volume_size.to_string()]),
    ("owner-id", |snapshot| vec![snapshot.owner_id.to_string()]),
    ("encrypted", |snapshot| vec![snapshot.encrypted.to_string()]),
    ("description", |snapshot| vec![snapshot.description.clone()]),
    ("status", |snapshot| vec![snapshot.state.to_owned()]),
    ("progress", |snapshot| vec![snapshot.progress.to_owned()]),
    ("storage-tier", |snapshot| vec![snapshot.storage_tier.to_owned()]),
];

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeSnapshots {
    snapshot_ids: Vec<String>,
    owner_ids: Vec<String>,
    restorable_by_user_ids: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

impl DescribeSnapshots {
    /// Without names, owners and grantees: all that the caller may make volumes of. Tags are their owner's to see.
    fn wants(&self, snapshot: &Snapshot, caller: &AccountId) -> bool {
        let is = |id: &String, own: &str| id == own || (id == "self" && own == caller.as_str());
        let by_id = self.snapshot_ids.is_empty() || self.snapshot_ids.contains(&snapshot.snapshot_id);
        let by_owner =
            self.owner_ids.is_empty() || self.owner_ids.iter().any(|id| is(id, snapshot.owner_id.as_str()));
        let restorable = |id: &String| match id.as_str() {
            "all" => snapshot.permissions.everyone,
            "self" => snapshot.is_open_to(caller),
            id => AccountId::new(id).is_some_and(|account| snapshot.permissions.accounts.contains(&account)),
        };
        let by_grant =
            self.restorable_by_user_ids.is_empty() || self.restorable_by_user_ids.iter().any(restorable);
        by_id && by_owner && by_grant
    }
}

pub(super) fn describe_snapshots(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: DescribeSnapshots = read(call)?;
    let place = Place::of(call)?;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 5 };
    page.exclude_ids(&input.snapshot_ids, "snapshotIds")?;
    let shown = |snapshot: &Snapshot| match snapshot.owner_id == place.account {
        true => snapshot.clone(),
        false => Snapshot { tags: Tags::default(), ..snapshot.clone() },
    };
    let everywhere = partition.ec2.everywhere(&place.region).flat_map(|region| &region.snapshots);
    let open: Vec<Snapshot> =
        everywhere.filter(|snapshot| snapshot.is_open_to(&place.account)).map(shown).collect();
    for id in &input.snapshot_ids {
        SNAPSHOT_IDS.check_form(id)?;
        if !open.iter().any(|snapshot| snapshot.snapshot_id == *id) {
            return Err(no_such(id));
        }
    }
    let wanted = open.iter().filter(|snapshot| input.wants(snapshot, &place.account));
    let (items, next_token) =
        page.of(select(wanted, |snapshot| Some(&snapshot.tags), &input.filters, FIELDS)?)?;
    Ok(Reply { output: json!({ "Snapshots": items, "NextToken": next_token }), ..Reply::empty() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ModifySnapshotAttribute {
    snapshot_id: Option<String>,
    attribute: Option<String>,
    operation_type: Option<String>,
    #[serde(default)]
    create_volume_permission: Changes,
    #[serde(default)]
    group_names: Vec<String>,
    #[serde(default)]
    user_ids: Vec<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub(super) struct Changes {
    add: Vec<Grantee>,
    remove: Vec<Grantee>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Grantee {
    user_id: Option<String>,
    group: Option<String>,
}

impl ModifySnapshotAttribute {
    /// All changes, in whichever of the two forms they are given.
    fn changes(&self) -> Changes {
        let mut changes = self.create_volume_permission.clone();
        let groups =
            self.group_names.iter().map(|group| Grantee { user_id: None, group: Some(group.clone()) });
        let users = self.user_ids.iter().map(|id| Grantee { user_id: Some(id.clone()), group: None });
        match self.operation_type.as_deref() {
            Some("add") => changes.add.extend(groups.chain(users)),
            Some("remove") => changes.remove.extend(groups.chain(users)),
            _ => {}
        }
        changes
    }

    /// The condition keys of whom is given and whom is taken, such as `ec2:Add/userId`.
    pub(super) fn keys(&self) -> Vec<(&'static str, Vec<String>)> {
        let Changes { add, remove } = self.changes();
        let users =
            |grantees: &[Grantee]| grantees.iter().filter_map(|grantee| grantee.user_id.clone()).collect();
        let groups =
            |grantees: &[Grantee]| grantees.iter().filter_map(|grantee| grantee.group.clone()).collect();
        let keys: [(_, Vec<String>); 4] = [
            ("ec2:Add/userId", users(&add)),
            ("ec2:Add/group", groups(&add)),
            ("ec2:Remove/userId", users(&remove)),
            ("ec2:Remove/group", groups(&remove)),
        ];
        keys.into_iter().filter(|(_, values)| !values.is_empty()).collect()
    }
}

impl Permissions {
    fn change(&mut self, grantee: &Grantee, gives: bool) -> Result<(), ServiceError> {
        if let Some(group) = &grantee.group {
            if group != "all" {
                return Err(invalid_value(format!("Invalid group name '{group}'")));
            }
            self.everyone = gives;
        }
        if let Some(id) = &grantee.user_id {
            let account = AccountId::new(id)
                .ok_or_else(|| error("InvalidUserID.Malformed", format!("Invalid user id: \"{id}\"")))?;
            if gives {
                self.accounts.insert(account)
            } else {
                self.accounts.remove(&account)
            };
        }
        Ok(())
    }
}

fn check_attribute(attribute: Option<&str>) -> Result<(), ServiceError> {
    match attribute {
        Some("createVolumePermission") => Ok(()),
        None => Err(missing("attribute")),
        Some(other) => Err(invalid_value(format!("Value ({other}) for parameter attribute is invalid."))),
    }
}

pub(super) fn modify_attribute(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ModifySnapshotAttribute = read(call)?;
    let id = required(&input.snapshot_id, "snapshotId")?;
    check_attribute(input.attribute.as_deref().or(Some("createVolumePermission")))?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let snapshot = region.snapshot(id)?;
    let changes = input.changes();
    if changes.add.is_empty() && changes.remove.is_empty() {
        return Err(missing("createVolumePermission"));
    }
    let mut permissions = snapshot.permissions.clone();
    for (grantees, gives) in [(&changes.add, true), (&changes.remove, false)] {
        for grantee in grantees {
            permissions.change(grantee, gives)?;
        }
    }
    // <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html#share-unencrypted-snapshot>
    if snapshot.encrypted && permissions.everyone {
        return Err(error("OperationNotPermitted", "Encrypted snapshots cannot be shared publicly."));
    }
    for snapshot in region.snapshots.iter_mut().filter(|snapshot| snapshot.snapshot_id == id) {
        snapshot.permissions = permissions.clone();
    }
    Ok(done())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct OneAttribute {
    snapshot_id: Option<String>,
    attribute: Option<String>,
}

pub(super) fn reset_attribute(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: OneAttribute = read(call)?;
    let id = required(&input.snapshot_id, "snapshotId")?;
    check_attribute(input.attribute.as_deref())?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    region.snapshot(id)?;
    for snapshot in region.snapshots.iter_mut().filter(|snapshot| snapshot.snapshot_id == id) {
        snapshot.permissions = Permissions::default();
    }
    Ok(done())
}

pub(super) fn describe_attribute(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: OneAttribute = read(call)?;
    let id = required(&input.snapshot_id, "snapshotId")?;
    check_attribute(input.attribute.as_deref())?;
    let region = partition.ec2.region(&Place::of(call)?);
    let Permissions { everyone, accounts } = &region.snapshot(id)?.permissions;
    let mut shown: Vec<Value> = everyone.then(|| json!({ "Group": "all" })).into_iter().collect();
    shown.extend(accounts.iter().map(|account| json!({ "UserId": account })));
    Ok(Reply { output: json!({ "SnapshotId": id, "CreateVolumePermissions": shown }), ..Reply::empty() })
}
