//! What KMS tells of a key, and which kinds of keys are used for what.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html>,
//! <https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html>

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::operation::ServiceError;

use super::store::Key;

const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";

/// What keys of a specification can be used for, and by which algorithms.
struct Use {
    specs: &'static [&'static str],
    usage: &'static str,
    algorithms: &'static [&'static str],
}

const fn of(specs: &'static [&'static str], usage: &'static str, algorithms: &'static [&'static str]) -> Use {
    Use { specs, usage, algorithms }
}

const RSA: &[&str] = &["RSA_2048", "RSA_3072", "RSA_4096"];
const ENCRYPT: &str = "ENCRYPT_DECRYPT";
const SIGN: &str = "SIGN_VERIFY";
const MAC: &str = "GENERATE_VERIFY_MAC";
const AGREE: &str = "KEY_AGREEMENT";

const USES: &[Use] = &[
    of(&[SYMMETRIC], ENCRYPT, &[SYMMETRIC]),
    of(RSA, ENCRYPT, &["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]),
    of(
        RSA,
        SIGN,
        &[
            "RSASSA_PKCS1_V1_5_SHA_256",
            "RSASSA_PKCS1_V1_5_SHA_384",
            "RSASSA_PKCS1_V1_5_SHA_512",
            "RSASSA_PSS_SHA_256",
            "RSASSA_PSS_SHA_384",
            "RSASSA_PSS_SHA_512",
        ],
    ),
    of(&["ECC_NIST_P256", "ECC_SECG_P256K1"], SIGN, &["ECDSA_SHA_256"]),
    of(&["ECC_NIST_P384"], SIGN, &["ECDSA_SHA_384"]),
    of(&["ECC_NIST_P521"], SIGN, &["ECDSA_SHA_512"]),
    of(&["ECC_NIST_EDWARDS25519"], SIGN, &["ED25519_SHA_512", "ED25519_PH_SHA_512"]),
    of(&["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"], SIGN, &["ML_DSA_SHAKE_256"]),
    of(&["SM2"], SIGN, &["SM2DSA"]),
    of(&["SM2"], ENCRYPT, &["SM2PKE"]),
    of(&["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "SM2"], AGREE, &["ECDH"]),
    of(&["HMAC_224"], MAC, &["HMAC_SHA_224"]),
    of(&["HMAC_256"], MAC, &["HMAC_SHA_256"]),
    of(&["HMAC_384"], MAC, &["HMAC_SHA_384"]),
    of(&["HMAC_512"], MAC, &["HMAC_SHA_512"]),
];

fn algorithms(spec: &str, usage: &str) -> Option<&'static [&'static str]> {
    USES.iter().find(|of| of.specs.contains(&spec) && of.usage == usage).map(|of| of.algorithms)
}

/// The usage of a new key, which may be left out for symmetric ones alone.
///
/// # Errors
/// `ValidationException` for a usage that keys of the specification do not have.
pub(super) fn usage(spec: &str, asked: Option<String>) -> Result<String, ServiceError> {
    let refused = |message: String| Err(ServiceError::new(400, "ValidationException", message));
    let Some(usage) = asked else {
        if spec == SYMMETRIC {
            return Ok(ENCRYPT.to_owned());
        }
        let message =
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.";
        return refused(message.to_owned());
    };
    if !USES.iter().any(|of| of.specs.contains(&spec)) {
        let message = format!("a key of the specification {spec} is not emulated by rolecall");
        return Err(ServiceError::new(501, "NotImplemented", message));
    }
    match algorithms(spec, &usage) {
        Some(_) => Ok(usage),
        None => refused(format!("KeyUsage {usage} is not compatible with KeySpec {spec}")),
    }
}

impl Key {
    /// Keys whose material is to be imported wait for it.
    fn is_waiting(&self) -> bool {
        self.origin == "EXTERNAL"
    }

    pub(super) fn view(&self) -> Value {
        let state = if self.is_waiting() { "PendingImport" } else { "Enabled" };
        let view = json!({
            "AWSAccountId": self.account,
            "KeyId": self.id,
            "Arn": self.arn(),
            "CreationDate": self.created.timestamp_millis() as f64 / 1000.0,
            "Enabled": !self.is_waiting(),
            "Description": self.description,
            "KeyUsage": self.usage,
            "KeyState": state,
            "Origin": self.origin,
            "KeyManager": if self.is_of_aws { "AWS" } else { "CUSTOMER" },
            "CustomerMasterKeySpec": self.spec,
            "KeySpec": self.spec,
            "MultiRegion": self.multi_region,
        });
        let Value::Object(mut view) = view else { return view };
        self.add_algorithms(&mut view);
        if self.multi_region {
            let primary = json!({ "Arn": self.arn(), "Region": self.region });
            let configuration =
                json!({ "MultiRegionKeyType": "PRIMARY", "PrimaryKey": primary, "ReplicaKeys": [] });
            view.insert("MultiRegionConfiguration".to_owned(), configuration);
        }
        if self.is_symmetric() && !self.is_waiting() {
            view.insert("CurrentKeyMaterialId".to_owned(), json!(self.material_id()));
        }
        view.into()
    }

    fn add_algorithms(&self, view: &mut Map<String, Value>) {
        let member = match self.usage.as_str() {
            ENCRYPT => "EncryptionAlgorithms",
            SIGN => "SigningAlgorithms",
            MAC => "MacAlgorithms",
            _ => "KeyAgreementAlgorithms",
        };
        view.insert(member.to_owned(), json!(algorithms(&self.spec, &self.usage)));
    }

    /// 64 hexadecimal digits, as AWS has them; there is no material behind them.
    fn material_id(&self) -> String {
        let digest = Sha256::digest(format!("material of {}", self.arn()));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
