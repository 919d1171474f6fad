//! Cross-origin resource sharing: answers preflight requests by a bucket's rules, and tells of the rule that real
//! requests match.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html>

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::configurations::CORS;
use super::store::Store;
use crate::model::{Answer, PathKind};
use crate::operation::ServiceError;
use crate::route::Place;
use crate::sigv4::header;

const NOT_ALLOWED: &str = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of \
                           Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers \
                           are not whitelisted by the resource's CORS spec.";

/// One rule of a bucket's configuration.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Rule {
    allowed_origins: Vec<String>,
    allowed_methods: Vec<String>,
    allowed_headers: Vec<String>,
    expose_headers: Vec<String>,
    max_age_seconds: Option<i64>,
}

/// What a browser says of the page that sends a request.
pub(crate) struct CrossOrigin {
    bucket: String,
    kind: PathKind,
    origin: String,
    /// The method of the request that is asked for, or that this one is.
    method: String,
    /// The headers that are asked for, in lower case.
    headers: Vec<String>,
}

impl CrossOrigin {
    /// `None`: the request is to no bucket, or is not sent by a page of some origin.
    pub(crate) fn of(parts: &Parts) -> Option<Self> {
        let place = Place::of(parts).ok()?;
        let kind = place.kind();
        let headers = header(parts, "access-control-request-headers").unwrap_or_default();
        let headers = headers.split(',').map(|name| name.trim().to_ascii_lowercase());
        Some(Self {
            bucket: place.bucket?,
            kind,
            origin: header(parts, "origin")?,
            method: header(parts, "access-control-request-method")
                .unwrap_or_else(|| parts.method.as_str().to_owned()),
            headers: headers.filter(|name| !name.is_empty()).collect(),
        })
    }

    /// Answers a preflight request, which needs no permission.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html>
    ///
    /// # Errors
    /// `BadRequest` without an origin (`asked` is `None`), `AccessForbidden` where no rule allows what is asked for.
    pub(crate) fn preflight(store: &Store, asked: Option<&Self>) -> Result<Answer, ServiceError> {
        let asked = asked.ok_or_else(|| {
            let message = "Insufficient information. Origin request header needed.";
            ServiceError::new(400, "BadRequest", message)
        })?;
        let forbidden = |kind: PathKind, message: &str| {
            let kind = if kind == PathKind::Object { "OBJECT" } else { "BUCKET" };
            ServiceError::new(403, "AccessForbidden", message)
                .with("Method", asked.method.as_str())
                .with("ResourceType", kind)
        };
        // Without rules the bucket is what refuses, whatever the path names.
        let missing = |message: &str| forbidden(PathKind::Bucket, message);
        let bucket = store.bucket(&asked.bucket).map_err(|_| missing("CORSResponse: Bucket not found"))?;
        if !bucket.configurations.contains_key(CORS.member) {
            return Err(missing("CORSResponse: CORS is not enabled for this bucket."));
        }
        let headers = asked.headers(store).ok_or_else(|| forbidden(asked.kind, NOT_ALLOWED))?;
        Ok(Answer { status: 200, headers, body: bytes::Bytes::new() })
    }

    /// The headers that tell a browser of the first rule that allows the request; `None`: none does.
    pub(crate) fn headers(&self, store: &Store) -> Option<HeaderMap> {
        let configuration = store.bucket(&self.bucket).ok()?.configurations.get(CORS.member)?;
        let rules = configuration.get("CORSRules")?.as_array()?;
        let rules = rules.iter().filter_map(|rule| Rule::deserialize(rule).ok());
        rules.filter(|rule| self.is_allowed_by(rule)).map(|rule| self.told(&rule)).next()
    }

    fn is_allowed_by(&self, rule: &Rule) -> bool {
        let allows_header = |name: &String| {
            rule.allowed_headers.iter().any(|pattern| matches(&pattern.to_ascii_lowercase(), name))
        };
        rule.allowed_origins.iter().any(|pattern| matches(pattern, &self.origin))
            && rule.allowed_methods.contains(&self.method)
            && self.headers.iter().all(allows_header)
    }

    fn told(&self, rule: &Rule) -> HeaderMap {
        let anyone = rule.allowed_origins.iter().any(|pattern| pattern == "*");
        let told = [
            ("access-control-allow-origin", if anyone { "*".to_owned() } else { self.origin.clone() }),
            ("access-control-allow-methods", rule.allowed_methods.join(", ")),
            ("access-control-allow-headers", self.headers.join(", ")),
            ("access-control-expose-headers", rule.expose_headers.join(", ")),
            ("access-control-max-age", rule.max_age_seconds.map(|age| age.to_string()).unwrap_or_default()),
            ("access-control-allow-credentials", if anyone { String::new() } else { "true".to_owned() }),
            ("vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method".to_owned()),
        ];
        let told = told.iter().filter(|(_, value)| !value.is_empty());
        told.filter_map(|(name, value)| {
            Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?))
        })
        .collect()
    }
}

/// Whether a text fits a pattern with at most one `*`.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_one_wildcard() {
        for (pattern, text, expected) in [
            ("*", "https://a.example", true),
            ("https://a.example", "https://a.example", true),
            ("https://a.example", "http://a.example", false),
            ("http://*.example", "http://www.example", true),
            ("http://*.example", "http://.other", false),
            ("aa*aa", "aaa", false),
            ("", "https://a.example", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
