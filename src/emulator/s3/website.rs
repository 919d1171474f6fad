//! Buckets as static websites: what the website endpoints make of a bucket's configuration, for anybody.
//!
//! Each page is read as `GetObject` is, by nobody in particular: what is not public is not shown.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/IndexDocumentSupport.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/CustomErrorDocSupport.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html>

use bytes::Bytes;
use http::header::{
    CONTENT_TYPE, HOST, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE, LOCATION,
};
use http::header::{RANGE, REFERER, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;

use super::configurations::WEBSITE;
use super::errors;
use super::store::{Bucket, Store};
use crate::host::Site;
use crate::model::{Answer, escape};
use crate::operation::ServiceError;
use crate::sigv4::header;

const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// What tells of a visitor, and so counts in bucket policies.
const VISITOR: [HeaderName; 2] = [REFERER, USER_AGENT];
/// What asks for a part of a page, or for a changed one.
const CONDITIONS: [HeaderName; 5] = [RANGE, IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE];

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_WebsiteConfiguration.html>
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Website {
    index_document: Option<IndexDocument>,
    error_document: Option<ErrorDocument>,
    redirect_all_requests_to: Option<Redirect>,
    #[serde(default)]
    routing_rules: Vec<RoutingRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IndexDocument {
    suffix: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorDocument {
    key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RoutingRule {
    #[serde(default)]
    condition: Condition,
    redirect: Redirect,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Condition {
    key_prefix_equals: Option<String>,
    http_error_code_returned_equals: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Redirect {
    host_name: Option<String>,
    http_redirect_code: Option<String>,
    protocol: Option<String>,
    replace_key_prefix_with: Option<String>,
    replace_key_with: Option<String>,
}

/// How a page is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    /// Under the visitor's conditions.
    AsAsked,
    Whole,
}

/// A visit to a bucket's website.
pub(crate) struct Visit<'a> {
    site: &'a Site,
    parts: &'a Parts,
    /// The path without its first slash.
    path: String,
    /// With the port, as the visitor wrote it.
    host: String,
}

impl<'a> Visit<'a> {
    pub(crate) fn of(site: &'a Site, parts: &'a Parts) -> Self {
        let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
        let host = header(parts, "host").or_else(|| parts.uri.authority().map(ToString::to_string));
        Self {
            site,
            parts,
            path: path.strip_prefix('/').unwrap_or(&path).to_owned(),
            host: host.unwrap_or_default(),
        }
    }

    /// The request for an object of the bucket, without a signature.
    pub(crate) fn request(&self, region: &str, key: &str, wanted: Wanted) -> Parts {
        let mut request = http::Request::new(()).into_parts().0;
        let path = format!("/{}/{}", self.site.bucket, utf8_percent_encode(key, PATH));
        request.uri = path.parse().unwrap_or_default();
        let conditions = matches!(wanted, Wanted::AsAsked).then_some(CONDITIONS);
        for name in VISITOR.into_iter().chain(conditions.into_iter().flatten()) {
            request.headers.extend(self.parts.headers.get(&name).map(|value| (name, value.clone())));
        }
        let host = format!("s3.{region}.amazonaws.com");
        request.headers.extend(HeaderValue::from_str(&host).ok().map(|host| (HOST, host)));
        request
    }

    /// Answers by what `read` gives for the keys of objects; `ids` are those of request and host.
    pub(crate) fn answer(
        &self,
        website: Result<Website, ServiceError>,
        ids: (&str, &str),
        read: impl FnMut(&str, Wanted) -> Result<Answer, ServiceError>,
    ) -> Answer {
        let mut pages = Pages { visit: self, read, ids };
        match website {
            Ok(website) => pages.answer(&website),
            Err(error) => page(&error, None, ids),
        }
    }

    /// How the bucket is a website.
    ///
    /// # Errors
    /// Where it is none, or is not asked for at its endpoint, or as one doesn't ask websites.
    pub(crate) fn website(&self, store: &Store) -> Result<Website, ServiceError> {
        if !matches!(self.parts.method, Method::GET | Method::HEAD) {
            return Err(errors::method_not_allowed(self.parts.method.as_str(), "OBJECT"));
        }
        let bucket = store.bucket(&self.site.bucket)?;
        if self.site.region.as_ref().is_some_and(|region| *region != bucket.region) {
            return Err(elsewhere(bucket));
        }
        let configured = bucket.configurations.get(WEBSITE.member);
        let configured = configured.and_then(|value| Website::deserialize(value).ok());
        configured.ok_or_else(|| {
            let message = "The specified bucket does not have a website configuration";
            ServiceError::new(404, "NoSuchWebsiteConfiguration", message).with("BucketName", &bucket.name)
        })
    }
}

/// The bucket is in another region than the endpoint.
fn elsewhere(bucket: &Bucket) -> ServiceError {
    let message =
        "The specified bucket exists in another region. Please direct requests to the specified endpoint.";
    let endpoint = format!("{}.s3-website.{}.amazonaws.com", bucket.name, bucket.region);
    ServiceError::new(400, "IncorrectEndpoint", message).with("Endpoint", endpoint)
}

struct Pages<'a, Read> {
    visit: &'a Visit<'a>,
    read: Read,
    ids: (&'a str, &'a str),
}

impl<Read: FnMut(&str, Wanted) -> Result<Answer, ServiceError>> Pages<'_, Read> {
    fn answer(&mut self, website: &Website) -> Answer {
        let path = self.visit.path.as_str();
        if let Some(everywhere) = &website.redirect_all_requests_to {
            return self.redirected(everywhere, None);
        }
        if let Some(rule) = website.routing_rules.iter().find(|rule| rule.condition.is_met(path, None)) {
            return self.redirected(&rule.redirect, rule.condition.key_prefix_equals.as_deref());
        }
        let suffix = website.index_document.as_ref().map_or("", |index| index.suffix.as_str());
        let is_folder = path.is_empty() || path.ends_with('/');
        let key = if is_folder { format!("{path}{suffix}") } else { path.to_owned() };
        match (self.read)(&key, Wanted::AsAsked) {
            Ok(answer) => by_object(answer, None),
            // A folder that is named without its slash.
            Err(_) if !is_folder && (self.read)(&format!("{key}/{suffix}"), Wanted::Whole).is_ok() => {
                moved(302, &format!("/{}/", utf8_percent_encode(path, PATH)))
            }
            Err(error) => self.failed(website, &error),
        }
    }

    fn failed(&mut self, website: &Website, error: &ServiceError) -> Answer {
        let path = self.visit.path.as_str();
        let mut rules = website.routing_rules.iter();
        if let Some(rule) = rules.find(|rule| rule.condition.is_met(path, Some(error.status))) {
            return self.redirected(&rule.redirect, rule.condition.key_prefix_equals.as_deref());
        }
        let document = website.error_document.as_ref().filter(|_| (400..500).contains(&error.status));
        match document.map(|document| (self.read)(&document.key, Wanted::Whole)) {
            Some(Ok(answer)) => by_object(answer, Some(error.status)),
            Some(Err(second)) => page(error, Some(&second), self.ids),
            None => page(error, None, self.ids),
        }
    }

    fn redirected(&self, redirect: &Redirect, prefix: Option<&str>) -> Answer {
        let path = self.visit.path.as_str();
        let key = match (&redirect.replace_key_with, &redirect.replace_key_prefix_with) {
            (Some(key), _) => key.clone(),
            (None, Some(new)) => {
                format!("{new}{}", path.strip_prefix(prefix.unwrap_or_default()).unwrap_or(path))
            }
            (None, None) => path.to_owned(),
        };
        let protocol = redirect.protocol.as_deref().unwrap_or("http");
        let host = redirect.host_name.as_deref().unwrap_or(&self.visit.host);
        let code = redirect.http_redirect_code.as_ref().and_then(|code| code.parse().ok());
        moved(code.unwrap_or(301), &format!("{protocol}://{host}/{}", utf8_percent_encode(&key, PATH)))
    }
}

impl Condition {
    /// `error`: what looking the page up ended with; `None`: it was not yet looked up.
    fn is_met(&self, path: &str, error: Option<u16>) -> bool {
        let expected = self.http_error_code_returned_equals.as_deref();
        expected == error.map(|status| status.to_string()).as_deref()
            && self.key_prefix_equals.as_deref().is_none_or(|prefix| path.starts_with(prefix))
    }
}

/// An object, or where it leads; `status`: of the error for which it stands.
fn by_object(mut answer: Answer, status: Option<u16>) -> Answer {
    let location =
        answer.headers.get("x-amz-website-redirect-location").and_then(|value| value.to_str().ok());
    if let Some(location) = location {
        return moved(301, location);
    }
    answer.status = status.unwrap_or(answer.status);
    answer
}

fn moved(status: u16, location: &str) -> Answer {
    let location = HeaderValue::from_str(location).ok();
    let headers = HeaderMap::from_iter(location.map(|location| (LOCATION, location)));
    Answer { status, headers, body: Bytes::new() }
}

/// The page that shows an error, and what became of the bucket's own error document.
fn page(error: &ServiceError, second: Option<&ServiceError>, (request_id, host_id): (&str, &str)) -> Answer {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    let title = format!("{} {}", status.as_str(), status.canonical_reason().unwrap_or_default());
    let second = second.map(|second| {
        let heading = "An Error Occurred While Attempting to Retrieve a Custom Error Document";
        format!("<h3>{heading}</h3>\n<ul>\n{}</ul>\n", items(second))
    });
    let body = format!(
        "<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n<ul>\n{}\
         <li>RequestId: {request_id}</li>\n<li>HostId: {host_id}</li>\n</ul>\n{}<hr/>\n</body>\n</html>\n",
        items(error),
        second.unwrap_or_default()
    );
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Answer { status: error.status, headers: HeaderMap::from_iter([(CONTENT_TYPE, kind)]), body: body.into() }
}

fn items(error: &ServiceError) -> String {
    let told = [("Code", error.code), ("Message", error.message.as_str())].into_iter();
    let told = told.chain(error.fields.iter().map(|(name, value)| (*name, value.as_str())));
    told.map(|(name, value)| format!("<li>{name}: {}</li>\n", escape(value))).collect()
}
