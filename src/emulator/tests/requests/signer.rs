//! Signs requests as a client does, written apart from the emulator's own check of signatures.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Credentials of a client.
#[derive(Clone, Default)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// A request to be signed; what is not `pub` follows from the rest.
#[derive(Clone)]
pub(crate) struct Unsigned {
    pub(crate) service: &'static str,
    /// Which it is signed for.
    pub(crate) region: &'static str,
    pub(crate) method: &'static str,
    pub(crate) host: &'static str,
    pub(crate) path: &'static str,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) time: DateTime<Utc>,
    /// The operation of a JSON service, for the header `X-Amz-Target`.
    pub(crate) target: Option<String>,
    /// The account that a request to S3 Control is about.
    pub(crate) account: Option<&'static str>,
    /// More headers, which are signed with the others.
    pub(crate) more: Vec<(String, String)>,
}

impl Unsigned {
    /// A form of a query service.
    pub(crate) fn form(service: &'static str, body: impl Into<String>, time: DateTime<Utc>) -> Self {
        let host = "localhost:4566";
        let body = body.into();
        Self {
            service,
            region: "us-east-1",
            method: "POST",
            host,
            path: "/",
            query: Vec::new(),
            body,
            time,
            target: None,
            account: None,
            more: Vec::new(),
        }
    }

    /// A request to a JSON service.
    pub(crate) fn json(service: &'static str, target: &str, body: &str, time: DateTime<Utc>) -> Self {
        Self { target: Some(target.to_owned()), ..Self::form(service, body, time) }
    }

    /// A request to S3.
    pub(crate) fn s3(method: &'static str, path: &'static str, body: &str, time: DateTime<Utc>) -> Self {
        Self { method, path, ..Self::form("s3", body, time) }
    }

    /// The same, not signed at all.
    pub(crate) fn bare(&self) -> http::Request<Bytes> {
        self.request(&self.headers(&Key::default()), &self.query)
    }

    pub(crate) fn signed(&self, key: &Key) -> http::Request<Bytes> {
        let headers = self.headers(key);
        let hash = hex(&Sha256::digest(&self.body));
        let signature = self.signature(key, &headers, &self.query, &hash);
        let credential = format!("{}/{}", key.id, self.scope());
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={}, Signature={signature}",
            names(&headers)
        );
        let mut request = self.request(&headers, &self.query);
        request.headers_mut().insert("authorization", value.parse().unwrap());
        request
    }

    /// As a URL that is valid for so many seconds.
    pub(crate) fn presigned(&self, key: &Key, seconds: u32) -> http::Request<Bytes> {
        let headers = vec![("host".to_owned(), self.host.to_owned())];
        let mut query = self.query.clone();
        let mut add = |name: &str, value: String| query.push((name.to_owned(), value));
        add("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned());
        add("X-Amz-Credential", format!("{}/{}", key.id, self.scope()));
        add("X-Amz-Date", self.stamp());
        add("X-Amz-Expires", seconds.to_string());
        add("X-Amz-SignedHeaders", "host".to_owned());
        if let Some(token) = &key.token {
            add("X-Amz-Security-Token", token.clone());
        }
        let hash = match self.service {
            "s3" => "UNSIGNED-PAYLOAD".to_owned(),
            _ => hex(&Sha256::digest(&self.body)),
        };
        let signature = self.signature(key, &headers, &query, &hash);
        query.push(("X-Amz-Signature".to_owned(), signature));
        self.request(&headers, &query)
    }

    fn headers(&self, key: &Key) -> Vec<(String, String)> {
        let mut headers =
            vec![("host".to_owned(), self.host.to_owned()), ("x-amz-date".to_owned(), self.stamp())];
        match self.service {
            _ if self.target.is_some() => {
                headers.push(("content-type".to_owned(), "application/x-amz-json-1.1".to_owned()));
                headers.extend(self.target.clone().map(|target| ("x-amz-target".to_owned(), target)));
            }
            "s3" => headers.push(("x-amz-content-sha256".to_owned(), hex(&Sha256::digest(&self.body)))),
            _ => headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())),
        }
        headers.extend(self.account.map(|account| ("x-amz-account-id".to_owned(), account.to_owned())));
        headers.extend(self.more.clone());
        headers.extend(key.token.clone().map(|token| ("x-amz-security-token".to_owned(), token)));
        headers.sort();
        headers
    }

    fn request(&self, headers: &[(String, String)], query: &[(String, String)]) -> http::Request<Bytes> {
        let query = canonical(query);
        let uri = if query.is_empty() { self.path.to_owned() } else { format!("{}?{query}", self.path) };
        let mut request = http::Request::builder().method(self.method).uri(uri);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(self.body.clone().into()).unwrap()
    }

    fn signature(
        &self,
        key: &Key,
        headers: &[(String, String)],
        query: &[(String, String)],
        hash: &str,
    ) -> String {
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let (method, path, query) = (self.method, self.path, canonical(query));
        let request = format!("{method}\n{path}\n{query}\n{lines}\n{}\n{hash}", names(headers));
        let (stamp, scope) = (self.stamp(), self.scope());
        let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{}", hex(&Sha256::digest(request)));
        let mut signing = format!("AWS4{}", key.secret).into_bytes();
        for part in scope.split('/') {
            signing = hmac(&signing, part);
        }
        hex(&hmac(&signing, &text))
    }

    fn stamp(&self) -> String {
        self.time.format("%Y%m%dT%H%M%SZ").to_string()
    }

    fn scope(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.time.format("%Y%m%d"), self.region, self.service)
    }
}

fn canonical(query: &[(String, String)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    let mut pairs: Vec<(String, String)> =
        query.iter().map(|(name, value)| (encode(name), encode(value))).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

fn names(headers: &[(String, String)]) -> String {
    headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";")
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
