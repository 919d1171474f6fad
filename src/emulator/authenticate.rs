//! Who calls: finds the key of a signed request, checks the signature, the token and the time, and decodes the body.
//!
//! Clients sign by the wall clock or, in this process, by virtual time: a signature may fit either. Credentials and
//! presigned URLs expire in virtual time.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use crate::chunked::{BadChunks, Streaming};
use crate::clock::Clock;
use crate::operation::{Caller, Service, ServiceError};
use crate::partition::{Credential, Partition};
use crate::refusal::{Mismatch, Refusal};
use crate::s3;
use crate::sigv2::{self, Validity};
use crate::sigv4::{Signature, header, hex, same};
use crate::unreadable::Unreadable;

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
/// How far a client's clock may be off.
pub(crate) const SKEW: TimeDelta = TimeDelta::minutes(15);

/// A caller, and the request without what was only there for signing.
pub(crate) struct Authenticated {
    pub(crate) caller: Caller,
    /// The region of the signature's scope; `None`: unsigned.
    pub(crate) region: Option<String>,
    /// With the framing of chunks taken off.
    pub(crate) body: Bytes,
    pub(crate) signing: Signing,
}

/// How a request was signed, for S3's condition keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signing {
    Unsigned,
    Header(Version),
    /// The policy of a form upload.
    Form(Version),
    /// A presigned URL, with its age, which version 2 does not tell.
    Query(Option<TimeDelta>),
}

/// Of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Two,
    Four,
}

impl Signing {
    pub(crate) fn version(self) -> Option<Version> {
        match self {
            Self::Unsigned => None,
            Self::Header(version) | Self::Form(version) => Some(version),
            Self::Query(None) => Some(Version::Two),
            Self::Query(Some(_)) => Some(Version::Four),
        }
    }
}

/// # Errors
/// The service's documented refusal. An unsigned request is not refused where it `may_be_unsigned`: it is anonymous.
pub(crate) fn authenticate(
    partition: &Partition,
    clock: &Clock,
    service: Service,
    may_be_unsigned: bool,
    parts: &mut Parts,
    body: Bytes,
) -> Result<Authenticated, ServiceError> {
    if service == Service::S3
        && let Some(signature) = sigv2::Signature::of(parts)?
    {
        let checked = check_version_2(partition, clock, parts, &signature, body);
        let (credential, body, signing) = checked.map_err(|refusal| refusal.for_service(service))?;
        let caller = Caller::of(credential, signature.access_key_id);
        return Ok(Authenticated { caller, region: None, body, signing });
    }
    let signature = match Signature::of(parts) {
        Ok(signature) => signature,
        Err(Unreadable::Unsigned) if may_be_unsigned => {
            return anonymous(parts, body).map_err(|refusal| refusal.for_service(service));
        }
        Err(unreadable) => return Err(Refusal::Unreadable(unreadable).for_service(service)),
    };
    let checked = check(partition, clock, service, parts, &signature, body);
    let (credential, body, signing) = checked.map_err(|refusal| refusal.for_service(service))?;
    let caller = Caller::of(credential, signature.access_key_id.clone());
    Ok(Authenticated { caller, region: Some(signature.region), body, signing })
}

fn anonymous(parts: &mut Parts, body: Bytes) -> Result<Authenticated, Refusal> {
    let declared = header(parts, "x-amz-content-sha256").unwrap_or_else(|| UNSIGNED.to_owned());
    let body = body_of(parts, None, &declared, body)?;
    let caller = Caller::anonymous();
    Ok(Authenticated { caller, region: None, body, signing: Signing::Unsigned })
}

fn check(
    partition: &Partition,
    clock: &Clock,
    service: Service,
    parts: &mut Parts,
    signature: &Signature,
    body: Bytes,
) -> Result<(Credential, Bytes, Signing), Refusal> {
    let scope = service.name();
    if signature.service != scope {
        let presigned = signature.expires_after.is_some();
        return Err(Refusal::WrongScope { sent: signature.service.clone(), scope, presigned });
    }
    let signing = check_time(clock, service, signature)?;
    let credential = credential(partition, &signature.access_key_id, signature.token.as_deref())?;
    check_coverage(service, parts, signature)?;
    let key = signature.signing_key(&credential.secret_key);
    let declared = payload_hash(service, parts, signature, &body)?;
    if !signature.verifies(parts, &declared, &key) {
        return Err(Refusal::WrongSignature(Box::new(mismatch(parts, signature, &declared))));
    }
    if credential.expires.is_some_and(|expires| clock.now() >= expires) {
        return Err(Refusal::Expired);
    }
    let body = body_of(parts, Some((signature, &key)), &declared, body)?;
    Ok((credential, body, signing))
}

/// The active credential of a key id, if the token is its own.
pub(crate) fn credential(
    partition: &Partition,
    id: &str,
    token: Option<&str>,
) -> Result<Credential, Refusal> {
    let unknown = || Refusal::UnknownKey(id.to_owned());
    let credential = partition.credential(id).filter(|credential| credential.active).ok_or_else(unknown)?;
    match (&credential.session_token, token) {
        (Some(_), None) => Err(unknown()),
        (Some(expected), Some(sent)) if !same(expected, sent) => Err(Refusal::WrongToken),
        (None, Some(_)) => Err(Refusal::WrongToken),
        _ => Ok(credential),
    }
}

/// Of S3, where the region takes it.
fn check_version_2(
    partition: &Partition,
    clock: &Clock,
    parts: &mut Parts,
    signature: &sigv2::Signature,
    body: Bytes,
) -> Result<(Credential, Bytes, Signing), Refusal> {
    if !s3::takes_version_2(&partition.s3, parts) {
        return Err(Refusal::Unreadable(Unreadable::Version2));
    }
    let now = clock.now();
    let signing = match signature.validity {
        Validity::Around(signed) => {
            check_skew(clock, signed)?;
            Signing::Header(Version::Two)
        }
        Validity::Until(expires) if now >= expires => return Err(Refusal::UrlExpired { expires, now }),
        Validity::Until(_) => Signing::Query(None),
    };
    let credential = credential(partition, &signature.access_key_id, signature.token.as_deref())?;
    let text = signature.string_to_sign(parts);
    if !same(&sigv2::sign(&text, &credential.secret_key), &signature.signature) {
        return Err(Refusal::WrongSignature(Box::new(Mismatch {
            access_key_id: signature.access_key_id.clone(),
            provided: signature.signature.clone(),
            string_to_sign: text,
            canonical_request: None,
        })));
    }
    if credential.expires.is_some_and(|expires| now >= expires) {
        return Err(Refusal::Expired);
    }
    let declared = header(parts, "x-amz-content-sha256").unwrap_or_else(|| UNSIGNED.to_owned());
    let body = body_of(parts, None, &declared, body)?;
    Ok((credential, body, signing))
}

fn mismatch(parts: &Parts, signature: &Signature, declared: &str) -> Mismatch {
    let request = signature.canonical_request(parts, declared);
    Mismatch {
        access_key_id: signature.access_key_id.clone(),
        provided: signature.signature.clone(),
        string_to_sign: signature.string_to_sign(&request),
        canonical_request: signature.token.is_none().then_some(request),
    }
}

/// Clients sign by the wall clock, or by the virtual one where they know it: either will do.
///
/// Presigned URLs of STS hold for 15 minutes, whatever they say of it:
/// <https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go> (`requestPresignParam`).
fn check_time(clock: &Clock, service: Service, signature: &Signature) -> Result<Signing, Refusal> {
    let now = clock.now();
    let signed = signature.time;
    let Some(seconds) = signature.expires_after else {
        check_skew(clock, signed)?;
        return Ok(Signing::Header(Version::Four));
    };
    let validity = if service == Service::Sts { SKEW } else { TimeDelta::seconds(seconds) };
    let ages = [now - signed, clock.passed_since_real(signed)];
    let holds = |age: &TimeDelta| *age >= -SKEW && *age <= validity;
    match ages.into_iter().find(holds) {
        Some(age) => Ok(Signing::Query(Some(age))),
        None if service == Service::Sts || signed - now > SKEW => Err(Refusal::Skewed { signed, now }),
        None => Err(Refusal::PresignedExpired { signed, seconds, now }),
    }
}

fn check_skew(clock: &Clock, signed: DateTime<Utc>) -> Result<(), Refusal> {
    let now = clock.now();
    let fits = |now: DateTime<Utc>| (now - signed).abs() <= SKEW;
    if fits(now) || fits(clock.real_now()) { Ok(()) } else { Err(Refusal::Skewed { signed, now }) }
}

/// The host must be signed; S3 demands the same of all `x-amz-` headers.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
fn check_coverage(service: Service, parts: &Parts, signature: &Signature) -> Result<(), Refusal> {
    if !signature.covers("host") {
        return Err(Refusal::HostNotSigned(signature.access_key_id.clone()));
    }
    if !service.is_s3() {
        return Ok(());
    }
    // A presigned URL can't know the digest of what will be sent with it.
    let free = |name: &str| signature.expires_after.is_some() && name == "x-amz-content-sha256";
    let names = parts.headers.keys().map(HeaderName::as_str).filter(|name| name.starts_with("x-amz-"));
    let mut unsigned: Vec<&str> = names.filter(|name| !signature.covers(name) && !free(name)).collect();
    unsigned.sort_unstable();
    if unsigned.is_empty() { Ok(()) } else { Err(Refusal::HeadersNotSigned(unsigned.join(", "))) }
}

/// The hash that the signature covers: what the client declares, or that of the body itself.
fn payload_hash(
    service: Service,
    parts: &Parts,
    signature: &Signature,
    body: &Bytes,
) -> Result<String, Refusal> {
    let name = "x-amz-content-sha256";
    match header(parts, name) {
        _ if !service.is_s3() => Ok(hex(&Sha256::digest(body))),
        Some(declared) if signature.covers(name) => Ok(declared),
        _ if signature.expires_after.is_some() => Ok(UNSIGNED.to_owned()),
        _ => Err(Refusal::NoContentHash),
    }
}

/// `signed`: the request's signature and the key that made it.
fn body_of(
    parts: &mut Parts,
    signed: Option<(&Signature, &[u8; 32])>,
    declared: &str,
    body: Bytes,
) -> Result<Bytes, Refusal> {
    if declared == UNSIGNED {
        return Ok(body);
    }
    let Some(streaming) = Streaming::of(declared) else {
        let computed = hex(&Sha256::digest(&body));
        if declared.eq_ignore_ascii_case(&computed) {
            return Ok(body);
        }
        return Err(Refusal::PayloadHash { declared: declared.to_owned(), computed });
    };
    let id = || signed.map(|(signature, _)| signature.access_key_id.clone()).unwrap_or_default();
    let decoded = streaming.decode(&body, signed).map_err(|error| match error {
        BadChunks::Incomplete => Refusal::IncompleteBody,
        BadChunks::Signature => Refusal::WrongChunk(id()),
    })?;
    let length = header(parts, "x-amz-decoded-content-length");
    if length.is_some_and(|length| length.parse() != Ok(decoded.body.len())) {
        return Err(Refusal::IncompleteBody);
    }
    let announced = header(parts, "x-amz-trailer").unwrap_or_default().to_ascii_lowercase();
    let mut announced = announced.split(',').map(str::trim).filter(|name| !name.is_empty());
    if announced.any(|name| !decoded.trailers.iter().any(|(sent, _)| sent == name)) {
        return Err(Refusal::MissingTrailer);
    }
    // Of the trailers only the checksums are taken: any other could stand for a header that was signed.
    let checksums = decoded.trailers.into_iter().filter(|(name, _)| name.starts_with("x-amz-checksum-"));
    for (name, value) in checksums {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            parts.headers.insert(name, value);
        }
    }
    Ok(decoded.body)
}
