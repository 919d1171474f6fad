//! Requests and their answers: who may ask at all. What is known is in `metadata`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Version;
use super::credentials;
use super::facts::InstanceFacts;
use super::metadata::{self, Asked, Found, pretty};
use super::tokens::{Tokens, time_to_live};
use crate::ec2::State;
use crate::ids::Ids;
use crate::operation::Service;
use crate::partition::Partition;

const TOKEN: &str = "x-aws-ec2-metadata-token";
const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";

/// A request as far as it matters.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// Without the query.
    pub(crate) path: &'a str,
    /// Lower-case names with their values.
    pub(crate) headers: &'a [(String, String)],
}

impl Request<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// An answer. No `Debug`: it may hold credentials.
#[derive(PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    fn text(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, content_type: "text/plain", headers: Vec::new(), body: body.into() }
    }

    /// What is asked for credentials.
    pub(super) fn document(document: &Value) -> Self {
        Self::text(pretty(document))
    }

    pub(super) fn refusal(status: u16, title: &str) -> Self {
        let page = format!(
            "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"\n\t\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n<html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\">\n <head>\n  <title>{status} - {title}</title>\n </head>\n <body>\n  <h1>{status} - {title}</h1>\n </body>\n</html>\n"
        );
        Self { status, content_type: "text/html", headers: Vec::new(), body: page.into_bytes() }
    }
}

/// An answer, but for the credentials of the role of this name, which the holder of the state adds.
pub(super) enum Answer {
    Whole(Response),
    Credentials(String, Version),
}

/// What the metadata service of an instance says at `now`; `None`: nobody listens, as the instance does not run.
pub(crate) fn answer(
    partition: &mut Partition,
    instance_id: &str,
    request: &Request<'_>,
    now: DateTime<Utc>,
) -> Option<Response> {
    partition.look_as(Service::Ec2, now);
    let response = answer_as_seen(partition, instance_id, request, now);
    partition.look_at_truth();
    response
}

fn answer_as_seen(
    partition: &mut Partition,
    instance_id: &str,
    request: &Request<'_>,
    now: DateTime<Utc>,
) -> Option<Response> {
    let (place, instance) = partition.ec2.find(instance_id)?;
    if instance.state != State::Running {
        return None;
    }
    let (place, instance) = (place.clone(), instance.clone());
    let facts = InstanceFacts::of(partition, &place, &instance);
    let Partition { ec2, ids, .. } = &mut *partition;
    let tokens = &mut ec2.imds.service(instance_id).tokens;
    Some(match respond(&facts, tokens, ids, request, now) {
        Answer::Whole(response) => response,
        Answer::Credentials(role, version) => {
            let asked = credentials::Asked { partition, place: &place, instance: &instance, version, now };
            Response::document(&credentials::document(asked, &role))
        }
    })
}

/// What the metadata service of an instance that runs says at `now`.
pub(super) fn respond(
    facts: &InstanceFacts,
    tokens: &mut Tokens,
    ids: &mut Ids,
    request: &Request<'_>,
    now: DateTime<Utc>,
) -> Answer {
    if !facts.metadata.enabled {
        return Answer::Whole(Response::refusal(403, "Forbidden"));
    }
    let path = request.path.trim_end_matches('/');
    if path
        .strip_prefix('/')
        .and_then(|path| path.split_once('/'))
        .is_some_and(|(_, rest)| rest == "api/token")
    {
        return Answer::Whole(token(tokens, ids, request, now));
    }
    if !matches!(request.method, "GET" | "HEAD") {
        return Answer::Whole(Response::refusal(405, "Method Not Allowed"));
    }
    // A token in a request must be good, also where none is required.
    let token = request.header(TOKEN);
    if !token.map_or(!facts.metadata.token_required, |token| tokens.are_valid(token, now)) {
        return Answer::Whole(Response::refusal(401, "Unauthorized"));
    }
    let version = if token.is_some() { Version::Two } else { Version::One };
    Answer::Whole(match metadata::find(&Asked { instance: facts, now }, request.path) {
        Some(Found::Text(text)) => Response::text(text),
        Some(Found::UserData(base64)) => Response {
            content_type: "application/octet-stream",
            ..Response::text(STANDARD.decode(base64).unwrap_or_default())
        },
        Some(Found::Credentials(role)) => return Answer::Credentials(role, version),
        None => Response::refusal(404, "Not Found"),
    })
}

fn token(tokens: &mut Tokens, ids: &mut Ids, request: &Request<'_>, now: DateTime<Utc>) -> Response {
    if request.method != "PUT" {
        return Response::refusal(405, "Method Not Allowed");
    }
    // A proxy that somebody left open must not fetch tokens.
    if request.header("x-forwarded-for").is_some() {
        return Response::refusal(403, "Forbidden");
    }
    let Some(seconds) = request.header(TTL).and_then(time_to_live) else {
        return Response::refusal(400, "Bad Request");
    };
    let token = format!("AQAEA{}==", ids.secret_key().replace(['+', '/'], "-"));
    tokens.add(token.clone(), seconds, now);
    Response { headers: vec![(TTL, seconds.to_string())], ..Response::text(token) }
}
