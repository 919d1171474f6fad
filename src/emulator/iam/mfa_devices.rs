//! Virtual MFA devices: seeds whose one-time passwords follow the emulator's time.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use policy::Principal;
use serde_json::{Map, Value, json};

use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

use super::access::named_or_caller;
use super::account::Account;
use super::errors::{already_exists, cannot_be_found, delete_conflict, name_taken, no_such_entity, quota};
use super::input::{optional, path, text};
use super::noun::{Noun, timestamp};
use super::pages::page;
use super::store::Store;
use super::tags::Tags;
use super::users::User;
use super::{quotas, totp};

/// How many steps the clock of a device may be off when it is enabled or resynchronised.
const SYNC_WINDOW: i64 = 20;
/// How many steps early or late a code may be used.
const WINDOW: i64 = 1;

/// A virtual MFA device.
#[derive(Clone)]
pub(super) struct MfaDevice {
    serial_number: String,
    pub(super) name: String,
    /// In base32.
    seed: String,
    /// `None`: it is assigned to nobody.
    assignment: Option<Assignment>,
    pub(super) tags: Tags,
}

/// Whose device it is.
#[derive(Clone)]
struct Assignment {
    user_id: String,
    enabled: DateTime<Utc>,
    /// How many steps the device is ahead of the emulator's time.
    drift: i64,
    /// The step of the last code that was used: no code is good twice.
    last_step: i64,
}

/// Why a one-time password is not taken.
pub(crate) enum MfaRefusal {
    /// There is no such device, or it is somebody else's.
    UnknownDevice,
    WrongCode,
}

impl MfaDevice {
    fn is_of(&self, user: &User) -> bool {
        self.assignment.as_ref().is_some_and(|assignment| assignment.user_id == user.identity.id)
    }

    /// The drift and the second step of two consecutive codes, where the device makes such codes about now.
    fn synchronised(&self, first: &str, second: &str, now: DateTime<Utc>) -> Option<(i64, i64)> {
        let now = totp::step_of(now);
        let mut steps = now - SYNC_WINDOW..now + SYNC_WINDOW;
        let found = steps.find(|step| {
            totp::code(&self.seed, *step) == first && totp::code(&self.seed, step + 1) == second
        })?;
        // The later of the two codes may be of now or of the next step.
        let drift = found + 1 - now;
        Some((if drift == 1 { 0 } else { drift }, found + 1))
    }

    fn shown(&self, account: &Account) -> Value {
        let mut view = Map::from_iter([("SerialNumber".to_owned(), json!(self.serial_number))]);
        if let Some(assignment) = &self.assignment {
            let user = account.users.values().find(|user| user.identity.id == assignment.user_id);
            view.extend(user.map(|user| ("User".to_owned(), user.listed())));
            view.insert("EnableDate".to_owned(), json!(timestamp(assignment.enabled)));
        }
        Value::Object(view)
    }
}

/// The seed and the QR code are told once and never again.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html>
pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let name = text(call, "VirtualMFADeviceName")?;
    let account = partition.iam.account(call)?;
    let serial_number = Noun::MfaDevice.arn(&account.id, path(call), name);
    if account.has(Noun::MfaDevice, name) {
        return Err(name_taken(Noun::MfaDevice, name));
    }
    let tags = Tags::of_new(Noun::MfaDevice, call)?;
    let seed = partition.ids.mfa_seed();
    let label = account.alias.as_deref().unwrap_or(account.id.as_str());
    let image = super::qr_code::png(&format!("otpauth://totp/{name}@{label}?secret={seed}"));
    let mut view = json!({
        "SerialNumber": serial_number,
        "Base32StringSeed": STANDARD.encode(&seed),
        "QRCodePNG": image.map(|image| STANDARD.encode(image)),
    });
    if let (Some(view), Some(tags)) = (view.as_object_mut(), tags.view()) {
        view.insert("Tags".to_owned(), tags);
    }
    let device = MfaDevice {
        serial_number: serial_number.clone(),
        name: name.to_owned(),
        seed,
        assignment: None,
        tags,
    };
    partition.iam.account_mut(call)?.mfa_devices.insert(serial_number, device);
    Reply::of(&json!({ "VirtualMFADevice": view }))
}

pub(super) fn enable(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account_mut(call)?;
    let user_id = account.user(text(call, "UserName")?)?.identity.id.clone();
    let devices = account.mfa_devices.values().filter_map(|device| device.assignment.as_ref());
    let owned = devices.filter(|assignment| assignment.user_id == user_id).count();
    let device = account.mfa_device_mut(text(call, "SerialNumber")?)?;
    if device.assignment.is_some() {
        return Err(already_exists("MFA Device is already in use."));
    }
    if owned >= quotas::MFA_DEVICES_PER_USER {
        return Err(quota("MFADevicesPerUser", quotas::MFA_DEVICES_PER_USER));
    }
    let (drift, last_step) = synchronised(device, call)?;
    device.assignment = Some(Assignment { user_id, enabled: call.now, drift, last_step });
    Ok(Reply::empty())
}

pub(super) fn resync(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account_mut(call)?;
    let user = account.user(text(call, "UserName")?)?.identity.id.clone();
    let serial = text(call, "SerialNumber")?;
    let device = account.mfa_device_mut(serial)?;
    let (drift, last_step) = synchronised(device, call)?;
    match device.assignment.as_mut().filter(|assignment| assignment.user_id == user) {
        Some(assignment) => (assignment.drift, assignment.last_step) = (drift, last_step),
        None => return Err(not_of_user(serial)),
    }
    Ok(Reply::empty())
}

fn synchronised(device: &MfaDevice, call: &Call) -> Result<(i64, i64), ServiceError> {
    let codes = (text(call, "AuthenticationCode1")?, text(call, "AuthenticationCode2")?);
    device.synchronised(codes.0, codes.1, call.now).ok_or_else(|| {
        ServiceError::new(403, "InvalidAuthenticationCode", "Authentication code for device is not valid.")
    })
}

pub(super) fn deactivate(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let user = named_or_caller(&partition.iam, call)?;
    let serial = text(call, "SerialNumber")?;
    let account = partition.iam.account_mut(call)?;
    let user = user.map(|name| account.user(&name).map(|user| user.identity.id.clone())).transpose()?;
    let device = account.mfa_device_mut(serial)?;
    let assigned = device.assignment.as_ref().map(|assignment| &assignment.user_id);
    if assigned.is_none() || assigned != user.as_ref() {
        return Err(not_of_user(serial));
    }
    device.assignment = None;
    Ok(Reply::empty())
}

fn not_of_user(serial: &str) -> ServiceError {
    no_such_entity(format!("MFA Device with serial number {serial} is not assigned to the user."))
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let serial = text(call, "SerialNumber")?;
    let account = partition.iam.account_mut(call)?;
    if account.mfa_device_mut(serial)?.assignment.is_some() {
        return Err(delete_conflict("MFA VirtualDevice in use. Must deactivate first."));
    }
    account.mfa_devices.remove(serial);
    Ok(Reply::empty())
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let serial = text(call, "SerialNumber")?;
    let account = partition.iam.account(call)?;
    let device = account.mfa_device(serial)?;
    let named = optional(call, "UserName").map(|name| account.user(name)).transpose()?;
    if named.is_some_and(|user| !device.is_of(user)) {
        return Err(not_of_user(serial));
    }
    let owner = account.users.values().find(|user| device.is_of(user));
    let mut view = json!({ "SerialNumber": serial });
    if let (Some(view), Some(owner), Some(assignment)) = (view.as_object_mut(), owner, &device.assignment) {
        view.insert("UserName".to_owned(), json!(owner.identity.name));
        view.insert("EnableDate".to_owned(), json!(timestamp(assignment.enabled)));
    }
    Reply::of(&view)
}

/// The devices of a user.
pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    let user = named_or_caller(&partition.iam, call)?.map(|name| account.user(&name)).transpose()?;
    let devices = account.mfa_devices.iter().filter_map(|(serial, device)| {
        let (user, assignment) = (user.filter(|user| device.is_of(user))?, device.assignment.as_ref()?);
        let view = json!({
            "UserName": user.identity.name,
            "SerialNumber": serial,
            "EnableDate": timestamp(assignment.enabled),
        });
        Some((serial.clone(), view))
    });
    Ok(page(call, devices)?.reply("MFADevices"))
}

/// The account's devices.
pub(super) fn list_virtual(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let account = partition.iam.account(call)?;
    let wanted = match optional(call, "AssignmentStatus") {
        Some("Assigned") => Some(true),
        Some("Unassigned") => Some(false),
        _ => None,
    };
    let devices = account.mfa_devices.iter();
    let devices =
        devices.filter(|(_, device)| wanted.is_none_or(|wanted| wanted == device.assignment.is_some()));
    let views = devices.map(|(serial, device)| (serial.clone(), device.shown(account)));
    Ok(page(call, views)?.reply("VirtualMFADevices"))
}

impl Account {
    /// A device by its serial number.
    pub(super) fn mfa_device(&self, serial: &str) -> Result<&MfaDevice, ServiceError> {
        self.mfa_devices.get(serial).ok_or_else(|| cannot_be_found(Noun::MfaDevice, serial))
    }

    /// The same, to be changed.
    pub(super) fn mfa_device_mut(&mut self, serial: &str) -> Result<&mut MfaDevice, ServiceError> {
        self.mfa_devices.get_mut(serial).ok_or_else(|| cannot_be_found(Noun::MfaDevice, serial))
    }

    /// Whether a user has a device that is enabled.
    pub(super) fn has_mfa(&self, user: &User) -> bool {
        self.mfa_devices.values().any(|device| device.is_of(user))
    }

    /// How many devices are enabled.
    pub(super) fn mfa_devices_in_use(&self) -> usize {
        self.mfa_devices.values().filter(|device| device.assignment.is_some()).count()
    }
}

impl Store {
    /// The step of a one-time password that the caller's device makes now and that was not used yet.
    pub(crate) fn mfa_step(
        &self,
        caller: &Principal,
        serial: &str,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<i64, MfaRefusal> {
        let Principal::User { account, id, .. } = caller else { return Err(MfaRefusal::UnknownDevice) };
        let device = self.account_by_id(account).and_then(|account| account.mfa_devices.get(serial));
        let device = device.ok_or(MfaRefusal::UnknownDevice)?;
        let assignment = device.assignment.as_ref().filter(|assignment| assignment.user_id == *id);
        let assignment = assignment.ok_or(MfaRefusal::UnknownDevice)?;
        let about = totp::step_of(now) + assignment.drift;
        let mut steps = about - WINDOW..=about + WINDOW;
        let found =
            steps.find(|step| *step > assignment.last_step && totp::code(&device.seed, *step) == code);
        found.ok_or(MfaRefusal::WrongCode)
    }

    /// Marks a code as used.
    pub(crate) fn use_mfa_step(&mut self, serial: &str, step: i64) {
        let devices = self.accounts_mut().filter_map(|account| account.mfa_devices.get_mut(serial));
        for assignment in devices.filter_map(|device| device.assignment.as_mut()) {
            assignment.last_step = step;
        }
    }

    /// What a device shows now.
    pub(crate) fn mfa_code(&self, serial: &str, now: DateTime<Utc>) -> Option<String> {
        let device = self.accounts().find_map(|account| account.mfa_devices.get(serial))?;
        Some(totp::code(&device.seed, totp::step_of(now)))
    }
}
