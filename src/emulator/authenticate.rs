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
    Header,
    /// The policy of a form upload.
    Form,
    /// A presigned URL, with its age.
    Query(TimeDelta),
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
    let signature = match Signature::of(parts) {
        Ok(signature) => signature,
        Err(Unreadable::Unsigned) if may_be_unsigned => {
            return anonymous(parts, body).map_err(|refusal| refusal.for_service(service));
        }
        Err(unreadable) => return Err(Refusal::Unreadable(unreadable).for_service(service)),
    };
    let checked = check(partition, clock, service, parts, &signature, body);
    let (credential, body, signing) = checked.map_err(|refusal| refusal.for_service(service))?;
    let caller = Caller {
        principal: credential.principal,
        account: Some(credential.account),
        access_key_id: Some(signature.access_key_id.clone()),
        credential: credential.kind,
    };
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
    let id = &signature.access_key_id;
    let credential = partition.credential(id).filter(|credential| credential.active);
    let credential = credential.ok_or_else(|| Refusal::UnknownKey(id.clone()))?;
    match (&credential.session_token, &signature.token) {
        (Some(_), None) => return Err(Refusal::UnknownKey(id.clone())),
        (Some(expected), Some(sent)) if !same(expected, sent) => return Err(Refusal::WrongToken),
        (None, Some(_)) => return Err(Refusal::WrongToken),
        _ => {}
    }
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
        let fits = |now: DateTime<Utc>| (now - signed).abs() <= SKEW;
        return match fits(now) || fits(clock.real_now()) {
            true => Ok(Signing::Header),
            false => Err(Refusal::Skewed { signed, now }),
        };
    };
    let validity = if service == Service::Sts { SKEW } else { TimeDelta::seconds(seconds) };
    let ages = [now - signed, clock.passed_since_real(signed)];
    let holds = |age: &TimeDelta| *age >= -SKEW && *age <= validity;
    match ages.into_iter().find(holds) {
        Some(age) => Ok(Signing::Query(age)),
        None if service == Service::Sts || signed - now > SKEW => Err(Refusal::Skewed { signed, now }),
        None => Err(Refusal::PresignedExpired { signed, seconds, now }),
    }
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
