//! `POST Object`: an upload by an HTML form, signed by its policy. Read here, it is a `PutObject` like any other.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{CONTENT_TYPE, LOCATION};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::form_policy::{self, Submitted};
use super::regions::takes_version_2;
use super::{encoded_words, errors, form_parts};
use crate::authenticate::{self, Authenticated, Signing, Version};
use crate::model::{Answer, Parameters, escape};
use crate::operation::{Caller, Service, ServiceError};
use crate::partition::{Credential, Partition};
use crate::refusal::{Mismatch, Refusal};
use crate::route::Place;
use crate::sigv2;
use crate::sigv4::{header, hex, hmac, same};
use crate::unreadable::Unreadable;

const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The form fields that are headers of an upload.
const HEADERS: [&str; 5] =
    ["cache-control", "content-type", "content-disposition", "content-encoding", "expires"];

/// Of these a form that is signed has all; the names as messages spell them.
const SIGNED: [&str; 4] = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature"];

/// The same of a form that version 2 signs.
const SIGNED_BY_VERSION_2: [&str; 2] = ["AWSAccessKeyId", "Signature"];

/// The credential that signed a policy, its id, and the region of version 4.
type Signer = (Credential, String, Option<String>);

/// A form upload.
pub(crate) struct FormUpload {
    bucket: String,
    key: String,
    /// In the order of the form, names in lower case, without the file; the key with the file's name put in.
    fields: Vec<(String, String)>,
    file: Bytes,
    /// Where the object will be found.
    location: String,
}

impl FormUpload {
    /// The form of a request; `None`: it is none, as it does not post to a bucket.
    ///
    /// # Errors
    /// Where the form can't be read, or lacks a key or a file.
    pub(crate) fn of(
        service: Service,
        parts: &Parts,
        query: &Parameters,
        body: &Bytes,
    ) -> Result<Option<Self>, ServiceError> {
        if service != Service::S3 || parts.method != Method::POST || !query.is_empty() {
            return Ok(None);
        }
        let place = Place::of(parts)?;
        let (Some(bucket), None) = (place.bucket, place.key) else { return Ok(None) };
        let kind = header(parts, "content-type").unwrap_or_default();
        let Some(boundary) = form_parts::boundary(&kind) else {
            return Err(errors::precondition_failed(
                "Bucket POST must be of the enclosure-type multipart/form-data",
            ));
        };
        let form = form_parts::read(body, &boundary).ok_or_else(|| {
            let message = "The body of your POST request is not well-formed multipart/form-data.";
            ServiceError::new(400, "MalformedPOSTRequest", message)
        })?;
        let (name, file) = form.file.ok_or_else(|| {
            errors::invalid_argument("POST requires exactly one file upload per request.", "file", "0")
        })?;
        let key = form.fields.iter().find(|(name, _)| name == "key").map(|(_, value)| value);
        let key = key.filter(|key| !key.is_empty()).ok_or_else(|| missing("key"))?;
        let key = match name {
            Some(name) => key.replace("${filename}", &name),
            None => key.clone(),
        };
        let host = header(parts, "host").unwrap_or_default();
        let base = parts.uri.path().trim_end_matches('/');
        let location = format!("http://{host}{base}/{}", utf8_percent_encode(&key, PATH));
        let mut fields = form.fields;
        for (_, value) in fields.iter_mut().filter(|(name, _)| name == "key") {
            value.clone_from(&key);
        }
        Ok(Some(Self { bucket, key, fields, file, location }))
    }

    fn field(&self, name: &str) -> Option<&str> {
        let name = name.to_lowercase();
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
    }

    /// The scope of its signature.
    pub(crate) fn credential(&self) -> Option<&str> {
        self.field("X-Amz-Credential")
    }

    /// Who uploads: whoever signed the policy; anonymous without one.
    ///
    /// # Errors
    /// Where the signature is not that of the policy, or the policy does not allow the form.
    pub(crate) fn authenticate(
        &self,
        partition: &Partition,
        parts: &Parts,
        now: DateTime<Utc>,
    ) -> Result<Authenticated, ServiceError> {
        let has = |names: &[&str]| names.iter().any(|name| self.field(name).is_some());
        let version = if has(&SIGNED) { Version::Four } else { Version::Two };
        let (Some(policy), true) = (self.field("policy"), has(&SIGNED) || has(&SIGNED_BY_VERSION_2)) else {
            if self.field("policy").is_some() {
                return Err(errors::access_denied());
            }
            let body = self.file.clone();
            return Ok(Authenticated {
                caller: Caller::anonymous(),
                region: None,
                body,
                signing: Signing::Unsigned,
            });
        };
        let (credential, id, region) = match version {
            Version::Four => self.signer(partition, policy, now)?,
            Version::Two if takes_version_2(&partition.s3, parts) => {
                self.signer_by_version_2(partition, policy, now)?
            }
            Version::Two => return Err(Unreadable::Version2.for_s3()),
        };
        let submitted =
            Submitted { bucket: &self.bucket, fields: &self.fields, file_size: self.file.len(), now };
        form_policy::check(policy, &submitted)?;
        let caller = Caller::of(credential, id);
        Ok(Authenticated { caller, region, body: self.file.clone(), signing: Signing::Form(version) })
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/HTTPPOSTForms.html>
    fn signer_by_version_2(
        &self,
        partition: &Partition,
        policy: &str,
        now: DateTime<Utc>,
    ) -> Result<Signer, ServiceError> {
        let [id, signature] = SIGNED_BY_VERSION_2;
        let demanded = |name: &'static str| self.field(name).ok_or_else(|| missing(name));
        let (id, signature) = (demanded(id)?, demanded(signature)?);
        let credential = self.credential_of(partition, id)?;
        let computed = sigv2::sign(policy, &credential.secret_key);
        check_signature(id, policy, &computed, signature)?;
        check_expiry(&credential, now)?;
        Ok((credential, id.to_owned(), None))
    }

    fn credential_of(&self, partition: &Partition, id: &str) -> Result<Credential, ServiceError> {
        let token = self.field("X-Amz-Security-Token");
        authenticate::credential(partition, id, token).map_err(|refusal| refusal.for_service(Service::S3))
    }

    /// The credential that signed the policy, its id and the region.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html>
    fn signer(
        &self,
        partition: &Partition,
        policy: &str,
        now: DateTime<Utc>,
    ) -> Result<Signer, ServiceError> {
        let demanded = |name: &'static str| self.field(name).ok_or_else(|| missing(name));
        let [algorithm, scope, _, signature] = SIGNED;
        if demanded(algorithm)? != "AWS4-HMAC-SHA256" {
            return Err(Unreadable::Version2.for_s3());
        }
        demanded("X-Amz-Date")?;
        let scope = demanded(scope)?;
        let signature = demanded(signature)?;
        let segments: Vec<&str> = scope.split('/').collect();
        let [id, date, region, "s3", "aws4_request"] = segments.as_slice() else {
            return Err(errors::invalid_argument("Invalid credential", "X-Amz-Credential", scope));
        };
        let credential = self.credential_of(partition, id)?;
        let mut key = hmac(format!("AWS4{}", credential.secret_key).as_bytes(), date.as_bytes());
        for segment in [region, "s3", "aws4_request"] {
            key = hmac(&key, segment.as_bytes());
        }
        check_signature(id, policy, &hex(&hmac(&key, policy.as_bytes())), signature)?;
        check_expiry(&credential, now)?;
        Ok((credential, (*id).to_owned(), Some((*region).to_owned())))
    }

    /// Makes the request the `PutObject` that the form stands for.
    pub(crate) fn rewrite(&self, parts: &mut Parts) -> Result<(), ServiceError> {
        let invalid = || ServiceError::new(400, "InvalidURI", "Couldn't parse the specified URI.");
        let base = parts.uri.path().trim_end_matches('/');
        let path = format!("{base}/{}", utf8_percent_encode(&self.key, PATH));
        parts.uri = path.parse::<Uri>().map_err(|_| invalid())?;
        parts.method = Method::PUT;
        parts.headers.remove("content-type");
        parts.headers.remove("content-md5");
        for (name, value) in &self.fields {
            let name = match name.as_str() {
                "acl" => "x-amz-acl",
                "tagging" => {
                    let tags = super::tagging::header_of_document(value)?;
                    insert(parts, "x-amz-tagging", tags.as_bytes());
                    continue;
                }
                name if HEADERS.contains(&name) => {
                    insert(parts, name, &encoded_words::latin(value));
                    continue;
                }
                name if name.starts_with("x-amz-meta-") => {
                    insert(parts, name, encoded_words::header_of_field(value).as_bytes());
                    continue;
                }
                name if name.starts_with("x-amz-") && !is_of_signature(name) => name,
                _ => continue,
            };
            insert(parts, name, value.as_bytes());
        }
        Ok(())
    }

    /// Makes the answer to the `PutObject` that to the form: a status of its choice, or a page of its choice.
    pub(crate) fn dress(&self, mut answer: Answer) -> Answer {
        let etag = answer.headers.get("etag").and_then(|etag| etag.to_str().ok()).unwrap_or_default();
        let etag = etag.to_owned();
        let redirect = self.field("success_action_redirect").or_else(|| self.field("redirect"));
        let redirect = redirect.filter(|url| url.starts_with("http://") || url.starts_with("https://"));
        let mut location = self.location.clone();
        match (redirect, self.field("success_action_status")) {
            (Some(url), _) => {
                let separator = if url.contains('?') { '&' } else { '?' };
                let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
                let (bucket, key, etag) = (encode(&self.bucket), encode(&self.key), encode(&etag));
                location = format!("{url}{separator}bucket={bucket}&key={key}&etag={etag}");
                answer.status = 303;
            }
            (None, Some("200")) => answer.status = 200,
            (None, Some("201")) => {
                answer.status = 201;
                answer.body = self.document(&etag);
                answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
            }
            (None, _) => answer.status = 204,
        }
        if let Ok(location) = HeaderValue::from_str(&location) {
            answer.headers.insert(LOCATION, location);
        }
        answer
    }

    fn document(&self, etag: &str) -> Bytes {
        let members =
            [("Location", &*self.location), ("Bucket", &*self.bucket), ("Key", &*self.key), ("ETag", etag)];
        let members: String =
            members.iter().map(|(name, value)| format!("<{name}>{}</{name}>", escape(value))).collect();
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse>{members}</PostResponse>").into()
    }
}

fn missing(name: &str) -> ServiceError {
    let message = format!(
        "Bucket POST must contain a field named '{name}'.  If it is specified, please check the order of the fields."
    );
    errors::invalid_argument(message, name, "")
}

fn check_signature(id: &str, policy: &str, computed: &str, sent: &str) -> Result<(), ServiceError> {
    if same(computed, sent) {
        return Ok(());
    }
    let mismatch = Mismatch {
        access_key_id: id.to_owned(),
        provided: sent.to_owned(),
        string_to_sign: policy.to_owned(),
        canonical_request: None,
    };
    Err(Refusal::WrongSignature(Box::new(mismatch)).for_service(Service::S3))
}

fn check_expiry(credential: &Credential, now: DateTime<Utc>) -> Result<(), ServiceError> {
    match credential.expires.is_some_and(|expires| now >= expires) {
        true => Err(Refusal::Expired.for_service(Service::S3)),
        false => Ok(()),
    }
}

fn is_of_signature(name: &str) -> bool {
    name == "x-amz-security-token" || SIGNED.iter().any(|signed| signed.eq_ignore_ascii_case(name))
}

fn insert(parts: &mut Parts, name: &str, value: &[u8]) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value)) {
        parts.headers.insert(name, value);
    }
}
