//! The one-time password of a request that issues credentials.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html>

use serde::Deserialize;

use crate::iam::MfaRefusal;
use crate::operation::{Call, ServiceError};
use crate::partition::Partition;

use super::tokens::denied;

/// The MFA members of a request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MfaInput {
    serial_number: Option<String>,
    token_code: Option<String>,
}

impl MfaInput {
    /// The step of the caller's one-time password; `None`: the request has none.
    pub(super) fn step(&self, partition: &Partition, call: &Call) -> Result<Option<i64>, ServiceError> {
        let (serial, code) = match (&self.serial_number, &self.token_code) {
            (None, None) => return Ok(None),
            (Some(serial), Some(code)) => (serial, code),
            _ => {
                return Err(denied(
                    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
                ));
            }
        };
        let step = partition.iam.mfa_step(&call.caller.principal, serial, code, call.now);
        step.map(Some).map_err(|refusal| match refusal {
            MfaRefusal::UnknownDevice => denied(
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial \
                 number is valid and associated with this user.",
            ),
            MfaRefusal::WrongCode => {
                denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
            }
        })
    }

    /// Marks the one-time password as used.
    pub(super) fn use_step(&self, partition: &mut Partition, step: Option<i64>) {
        if let (Some(serial), Some(step)) = (&self.serial_number, step) {
            partition.note_use(|iam| iam.use_mfa_step(serial, step));
        }
    }
}
