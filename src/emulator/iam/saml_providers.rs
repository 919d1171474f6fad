//! SAML providers.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Months, Utc};
use policy::AccountId;
use serde_json::{Value, json};

use crate::certificate::Certificate;
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;
use crate::rsa::RsaPublicKey;
use crate::signed_xml::Element;

use super::account::Account;
use super::errors::{cannot_be_found, invalid_input, name_taken, quota};
use super::input::{optional, text};
use super::noun::{Noun, timestamp};
use super::quotas;
use super::store::Store;
use super::tags::Tags;
use super::views::SamlProviderView;

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// How long metadata is valid that does not say so itself.
const CENTURY: Months = Months::new(1200);

/// A SAML provider.
#[derive(Clone)]
pub(super) struct SamlProvider {
    id: String,
    document: String,
    metadata: Metadata,
    created: DateTime<Utc>,
    valid_until: DateTime<Utc>,
    pub(super) tags: Tags,
}

/// What a metadata document says.
#[derive(Clone)]
struct Metadata {
    issuer: String,
    keys: Vec<RsaPublicKey>,
    valid_until: Option<DateTime<Utc>>,
}

impl Metadata {
    /// # Errors
    /// Where the document does not describe one identity provider with a key to verify its signatures.
    fn parse(document: &str) -> Result<Self, ServiceError> {
        let unreadable = || invalid_input("Could not parse metadata");
        let root = Element::parse(document).filter(|root| root.is(METADATA, "EntityDescriptor"));
        let root = root.ok_or_else(unreadable)?;
        let issuer = root.attribute("entityID").filter(|issuer| !issuer.is_empty()).ok_or_else(unreadable)?;
        let roles = root.named(METADATA, "IDPSSODescriptor");
        let keys = roles.flat_map(|role| role.named(METADATA, "KeyDescriptor"));
        let signing = keys.filter(|key| key.attribute("use").is_none_or(|purpose| purpose == "signing"));
        let certificates =
            signing.flat_map(Element::all).filter(|element| element.is(DSIG, "X509Certificate")).filter_map(
                |element| STANDARD.decode(element.text().split_whitespace().collect::<String>()).ok(),
            );
        let keys: Vec<_> = certificates.filter_map(|der| Certificate::parse(&der)?.rsa_key()).collect();
        if keys.is_empty() {
            return Err(unreadable());
        }
        let valid_until = root.attribute("validUntil").map(DateTime::parse_from_rfc3339).transpose();
        let valid_until = valid_until.map_err(|_| unreadable())?.map(|time| time.with_timezone(&Utc));
        Ok(Self { issuer: issuer.to_owned(), keys, valid_until })
    }
}

/// Encrypted assertions are not emulated, and not to be taken for plain ones.
fn refuse_encryption(call: &Call) -> Result<(), ServiceError> {
    for member in ["AssertionEncryptionMode", "AddPrivateKey", "RemovePrivateKey"] {
        if optional(call, member).is_some() {
            let message = format!("{member}: encrypted SAML assertions are not emulated by rolecall");
            return Err(ServiceError::new(501, "NotImplemented", message));
        }
    }
    Ok(())
}

pub(super) fn create(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    refuse_encryption(call)?;
    let (name, document) = (text(call, "Name")?, text(call, "SAMLMetadataDocument")?);
    let metadata = Metadata::parse(document)?;
    let tags = Tags::of_new(Noun::SamlProvider, call)?;
    let account = partition.iam.account_mut(call)?;
    let arn = Noun::SamlProvider.arn(&account.id, "/", name);
    if account.has(Noun::SamlProvider, &arn) {
        return Err(name_taken(Noun::SamlProvider, name));
    }
    if account.saml_providers.len() >= quotas::SAML_PROVIDERS {
        return Err(quota("SAMLProvidersPerAccount", quotas::SAML_PROVIDERS));
    }
    let mut view = json!({ "SAMLProviderArn": arn });
    if let (Some(view), Some(tags)) = (view.as_object_mut(), tags.view()) {
        view.insert("Tags".to_owned(), tags);
    }
    let provider = SamlProvider {
        id: partition.ids.unique_id("ASMLP"),
        document: document.to_owned(),
        valid_until: valid_until(&metadata, call.now),
        metadata,
        created: call.now,
        tags,
    };
    account.saml_providers.insert(arn, provider);
    Reply::of(&view)
}

fn valid_until(metadata: &Metadata, now: DateTime<Utc>) -> DateTime<Utc> {
    metadata.valid_until.unwrap_or_else(|| now.checked_add_months(CENTURY).unwrap_or(now))
}

pub(super) fn get(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let provider = partition.iam.account(call)?.saml_provider(text(call, Noun::SamlProvider.member())?)?;
    let mut view = json!({
        "SAMLProviderUUID": provider.id,
        "SAMLMetadataDocument": provider.document,
        "CreateDate": timestamp(provider.created),
        "ValidUntil": timestamp(provider.valid_until),
    });
    if let (Some(view), Some(tags)) = (view.as_object_mut(), provider.tags.view()) {
        view.insert("Tags".to_owned(), tags);
    }
    Reply::of(&view)
}

pub(super) fn list(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let providers = partition.iam.account(call)?.saml_providers.iter();
    let view = |(arn, provider): (&String, &SamlProvider)| {
        let (created, until) = (timestamp(provider.created), timestamp(provider.valid_until));
        json!({ "Arn": arn, "CreateDate": created, "ValidUntil": until })
    };
    Reply::of(&json!({ "SAMLProviderList": providers.map(view).collect::<Vec<Value>>() }))
}

pub(super) fn update(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    refuse_encryption(call)?;
    let arn = text(call, Noun::SamlProvider.member())?;
    let provider = partition.iam.account_mut(call)?.saml_provider_mut(arn)?;
    if let Some(document) = optional(call, "SAMLMetadataDocument") {
        let metadata = Metadata::parse(document)?;
        provider.valid_until = valid_until(&metadata, provider.created);
        provider.metadata = metadata;
        document.clone_into(&mut provider.document);
    }
    Reply::of(&json!({ "SAMLProviderArn": arn }))
}

pub(super) fn delete(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let arn = text(call, Noun::SamlProvider.member())?;
    let account = partition.iam.account_mut(call)?;
    account.saml_provider(arn)?;
    account.saml_providers.remove(arn);
    Ok(Reply::empty())
}

impl Account {
    /// A provider by ARN.
    pub(super) fn saml_provider(&self, arn: &str) -> Result<&SamlProvider, ServiceError> {
        self.saml_providers.get(arn).ok_or_else(|| cannot_be_found(Noun::SamlProvider, arn))
    }

    /// The same, to be changed.
    pub(super) fn saml_provider_mut(&mut self, arn: &str) -> Result<&mut SamlProvider, ServiceError> {
        self.saml_providers.get_mut(arn).ok_or_else(|| cannot_be_found(Noun::SamlProvider, arn))
    }
}

impl Store {
    /// A provider by ARN, whichever account it is in.
    pub(crate) fn saml_provider(&self, arn: &str) -> Option<SamlProviderView> {
        let account = AccountId::new(arn.split(':').nth(4)?)?;
        let provider = self.account_by_id(&account)?.saml_providers.get(arn)?;
        let Metadata { issuer, keys, .. } = &provider.metadata;
        Some(SamlProviderView {
            issuer: issuer.clone(),
            keys: keys.clone(),
            valid_until: provider.valid_until,
        })
    }
}
