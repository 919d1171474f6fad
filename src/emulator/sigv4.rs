//! Verifies Signature Version 4, as pure functions over the request.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>

use chrono::{DateTime, NaiveDateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::unreadable::{Carrier, DATE, Flaw, Unreadable};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// Signature Version 4A.
const ASYMMETRIC: &str = "AWS4-ECDSA-P256-SHA256";
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// A signature as the request carries it, in its header or in its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) access_key_id: String,
    /// `YYYYMMDD`.
    pub(crate) date: String,
    pub(crate) region: String,
    pub(crate) service: String,
    signed_headers: Vec<String>,
    pub(crate) signature: String,
    pub(crate) time: DateTime<Utc>,
    /// For a presigned URL, the seconds for which it is valid.
    pub(crate) expires_after: Option<i64>,
    pub(crate) token: Option<String>,
}

/// The parts of a signature as they were sent.
#[derive(Default)]
struct Sent<'a> {
    credential: Option<&'a str>,
    signature: Option<&'a str>,
    signed_headers: Option<&'a str>,
    time: Option<&'a str>,
}

impl Sent<'_> {
    /// `prefix`: of the parts' names; `validity`: of a presigned URL, for which it may be left out.
    fn read(
        &self,
        prefix: &'static str,
        validity: Option<Option<&str>>,
        token: Option<String>,
    ) -> Result<Signature, Flaw> {
        let (Some(credential), Some(signature), Some(signed_headers), Some(time)) =
            (self.credential, self.signature, self.signed_headers, self.time)
        else {
            return Err(Flaw::Missing(self.missing(prefix)));
        };
        let parts: Vec<&str> = credential.split('/').collect();
        let [access_key_id, date, region, service, terminator] = parts.as_slice() else {
            return Err(Flaw::Credential(credential.to_owned()));
        };
        if *terminator != "aws4_request" {
            return Err(Flaw::Terminator((*terminator).to_owned()));
        }
        let signed = parse_time(time).ok_or_else(|| Flaw::Time(time.to_owned()))?;
        let is_basic = time.strip_prefix(*date).is_some_and(|rest| rest.starts_with('T'));
        if !is_basic && signed.format("%Y%m%d").to_string() != *date {
            return Err(Flaw::ScopeDate { scope: (*date).to_owned(), time: time.to_owned() });
        }
        // In the order of the canonical form, in which a client that signs them must have put them.
        let mut signed_headers: Vec<String> =
            signed_headers.split(';').map(str::to_ascii_lowercase).collect();
        signed_headers.sort();
        Ok(Signature {
            access_key_id: (*access_key_id).to_owned(),
            date: (*date).to_owned(),
            region: (*region).to_owned(),
            service: (*service).to_owned(),
            signed_headers,
            signature: signature.to_owned(),
            time: signed,
            expires_after: validity.map(seconds).transpose()?,
            token,
        })
    }

    fn missing(&self, prefix: &str) -> Vec<&'static str> {
        let names = match prefix {
            "" => ["Credential", "Signature", "SignedHeaders", DATE],
            _ => ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", DATE],
        };
        let sent = [self.credential, self.signature, self.signed_headers, self.time];
        names.into_iter().zip(sent).filter(|(_, sent)| sent.is_none()).map(|(name, _)| name).collect()
    }
}

/// The seconds for which a presigned URL is valid.
fn seconds(validity: Option<&str>) -> Result<i64, Flaw> {
    let Some(text) = validity else { return Ok(900) };
    match text.parse() {
        Ok(0..=604_800) => Ok(text.parse().unwrap_or_default()),
        Ok(..0) => Err(Flaw::Expires("X-Amz-Expires must be non-negative")),
        Ok(_) => Err(Flaw::Expires(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
             604800 seconds",
        )),
        Err(_) => Err(Flaw::Expires("X-Amz-Expires should be a number")),
    }
}

impl Signature {
    /// Reads the signature of a request.
    pub(crate) fn of(parts: &Parts) -> Result<Self, Unreadable> {
        let query = query_pairs(parts.uri.query().unwrap_or_default());
        let parameter =
            |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let presigned = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"];
        let presigned = presigned.iter().any(|name| parameter(name).is_some());
        match header(parts, "authorization") {
            Some(_) if presigned => Err(Unreadable::Both),
            Some(authorization) => Self::from_header(parts, &authorization),
            None if presigned => Self::from_query(parameter),
            None => Err(match (parameter("AWSAccessKeyId"), parameter("Signature")) {
                (None, None) => Unreadable::Unsigned,
                (Some(_), Some(_)) => Unreadable::Version2,
                _ => Unreadable::IncompleteVersion2,
            }),
        }
    }

    fn from_header(parts: &Parts, authorization: &str) -> Result<Self, Unreadable> {
        let carrier = || Carrier::header(authorization);
        let date = header(parts, "x-amz-date").or_else(|| header(parts, "date"));
        let time = date.as_deref();
        let (algorithm, fields) = authorization.split_once(' ').unwrap_or((authorization, ""));
        match algorithm {
            ALGORITHM => {}
            ASYMMETRIC => return Err(Unreadable::Version4A),
            other if other.starts_with("AWS4-") => {
                return Err(Unreadable::Flawed(carrier(), Flaw::Algorithm(other.to_owned())));
            }
            _ => {
                return Err(Unreadable::OtherHeader(carrier(), Sent { time, ..Sent::default() }.missing("")));
            }
        }
        let field = |name: &str| {
            let values =
                fields.split(',').filter_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='));
            values.map(str::trim).find(|value| !value.is_empty())
        };
        let sent = Sent {
            credential: field("Credential"),
            signature: field("Signature"),
            signed_headers: field("SignedHeaders"),
            time,
        };
        let read = sent.read("", None, header(parts, "x-amz-security-token"));
        read.map_err(|flaw| Unreadable::Flawed(carrier(), flaw))
    }

    fn from_query<'a>(parameter: impl Fn(&str) -> Option<&'a str>) -> Result<Self, Unreadable> {
        let flawed = |flaw| Unreadable::Flawed(Carrier::Query, flaw);
        match parameter("X-Amz-Algorithm") {
            Some(ALGORITHM) => {}
            Some(ASYMMETRIC) => return Err(Unreadable::Version4A),
            Some(other) => return Err(flawed(Flaw::Algorithm(other.to_owned()))),
            None => return Err(flawed(Flaw::Missing(vec!["X-Amz-Algorithm"]))),
        }
        let sent = Sent {
            credential: parameter("X-Amz-Credential"),
            signature: parameter("X-Amz-Signature"),
            signed_headers: parameter("X-Amz-SignedHeaders"),
            time: parameter("X-Amz-Date"),
        };
        let validity = parameter("X-Amz-Expires");
        let token = parameter("X-Amz-Security-Token").map(str::to_owned);
        let signature = sent.read("X-Amz-", Some(validity), token).map_err(flawed)?;
        // Of the query services some, as Kubernetes' authenticator of STS's, leave the validity out.
        if validity.is_none() && signature.service == "s3" {
            return Err(flawed(Flaw::Missing(vec!["X-Amz-Expires"])));
        }
        Ok(signature)
    }

    /// `YYYYMMDD/region/service/aws4_request`.
    pub(crate) fn scope(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.date, self.region, self.service)
    }

    pub(crate) fn timestamp(&self) -> String {
        self.time.format("%Y%m%dT%H%M%SZ").to_string()
    }

    /// The key that signs everything in this scope.
    pub(crate) fn signing_key(&self, secret: &str) -> [u8; 32] {
        let date = hmac(format!("AWS4{secret}").as_bytes(), self.date.as_bytes());
        let region = hmac(&date, self.region.as_bytes());
        let service = hmac(&region, self.service.as_bytes());
        hmac(&service, b"aws4_request")
    }

    /// Whether a header (lower case) is under the signature: of any other nobody knows who wrote it.
    pub(crate) fn covers(&self, header: &str) -> bool {
        self.signed_headers.iter().any(|name| name == header)
    }

    /// Whether the signature is the one that the holder of the key makes for this request.
    pub(crate) fn verifies(&self, parts: &Parts, payload_hash: &str, key: &[u8; 32]) -> bool {
        let text = self.string_to_sign(&self.canonical_request(parts, payload_hash));
        same(&hex(&hmac(key, text.as_bytes())), &self.signature)
    }

    pub(crate) fn string_to_sign(&self, canonical_request: &str) -> String {
        let digest = hex(&Sha256::digest(canonical_request));
        format!("{ALGORITHM}\n{}\n{}\n{digest}", self.timestamp(), self.scope())
    }

    pub(crate) fn canonical_request(&self, parts: &Parts, payload_hash: &str) -> String {
        let headers: String = self
            .signed_headers
            .iter()
            .map(|name| format!("{name}:{}\n", canonical_header(parts, name)))
            .collect();
        format!(
            "{}\n{}\n{}\n{headers}\n{}\n{payload_hash}",
            parts.method,
            self.canonical_path(parts.uri.path()),
            canonical_query(parts.uri.query().unwrap_or_default()),
            self.signed_headers.join(";"),
        )
    }

    /// S3 signs the path as it is, encoded once; all others normalised, and encoded twice.
    fn canonical_path(&self, path: &str) -> String {
        let decoded = percent_decode_str(path).collect::<Vec<u8>>();
        let once = percent_encoding::percent_encode(&decoded, PATH).to_string();
        if self.service == "s3" {
            return if once.is_empty() { "/".to_owned() } else { once };
        }
        let mut segments: Vec<&str> = Vec::new();
        for segment in once.split('/').filter(|segment| !segment.is_empty() && *segment != ".") {
            if segment == ".." {
                segments.pop();
            } else {
                segments.push(segment);
            }
        }
        let slash = if once.ends_with('/') && !segments.is_empty() { "/" } else { "" };
        utf8_percent_encode(&format!("/{}{slash}", segments.join("/")), PATH).to_string()
    }
}

fn canonical_header(parts: &Parts, name: &str) -> String {
    let values: Vec<String> = parts
        .headers
        .get_all(name)
        .iter()
        .map(|value| text_of(value.as_bytes()).split_ascii_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    if values.is_empty() && name == "host" {
        return parts.uri.authority().map(|authority| authority.to_string()).unwrap_or_default();
    }
    values.join(",")
}

/// Clients sign the text of a header, which is UTF-8 on the wire, or ISO-8859-1, as HTTP once had it.
pub(crate) fn text_of(header: &[u8]) -> String {
    std::str::from_utf8(header)
        .map_or_else(|_| header.iter().copied().map(char::from).collect(), str::to_owned)
}

fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query_pairs(query)
        .into_iter()
        .filter(|(name, _)| name != "X-Amz-Signature")
        .map(|(name, value)| (encode(&name), encode(&value)))
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// The decoded parameters of a query in their order. A `+` is a plus, as in the canonical form.
pub(crate) fn query_pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

pub(crate) fn header(parts: &Parts, name: &str) -> Option<String> {
    parts.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
}

pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Compares without telling by its time how much is the same.
pub(crate) fn same(left: &str, right: &str) -> bool {
    let differing = left.bytes().zip(right.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    left.len() == right.len() && std::hint::black_box(differing) == 0
}

/// Years of four digits only: the arithmetic on signatures' times must not leave what chrono can hold.
pub(crate) fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    if text.starts_with(['+', '-']) {
        return None;
    }
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ")
        .map(|time| time.and_utc())
        .or_else(|_| DateTime::parse_from_rfc2822(text).map(|time| time.to_utc()))
        .ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[track_caller]
    fn check(request: http::Request<()>, payload_hash: &str, expected: bool) {
        let (parts, ()) = request.into_parts();
        let signature = Signature::of(&parts).unwrap();
        let key = signature.signing_key(SECRET);
        assert_eq!(signature.verifies(&parts, payload_hash, &key), expected);
    }

    /// The examples of <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>.
    fn get_object(range: &str) -> http::Request<()> {
        http::Request::get("https://examplebucket.s3.amazonaws.com/test.txt")
            .header("Range", range)
            .header("x-amz-content-sha256", EMPTY)
            .header("x-amz-date", "20130524T000000Z")
            .header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
                 SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
                 Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            )
            .body(())
            .unwrap()
    }

    #[test]
    fn documented_header_signature() {
        check(get_object("bytes=0-9"), EMPTY, true);
        check(get_object("bytes=0-10"), EMPTY, false);
        check(get_object("bytes=0-9"), "UNSIGNED-PAYLOAD", false);
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
    #[test]
    fn documented_presigned_url() {
        let url = |expires: &str| {
            format!(
                "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
                 &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
                 &X-Amz-Date=20130524T000000Z&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host\
                 &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
            )
        };
        check(http::Request::get(url("86400")).body(()).unwrap(), "UNSIGNED-PAYLOAD", true);
        check(http::Request::get(url("86401")).body(()).unwrap(), "UNSIGNED-PAYLOAD", false);
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>, with `$` in the key.
    #[test]
    fn documented_put_of_a_special_key() {
        let hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
        let request = http::Request::put("https://examplebucket.s3.amazonaws.com/test$file.text")
            .header("date", "Fri, 24 May 2013 00:00:00 GMT")
            .header("x-amz-content-sha256", hash)
            .header("x-amz-date", "20130524T000000Z")
            .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
                 SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,\
                 Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            );
        check(request.body(()).unwrap(), hash, true);
    }

    /// `ListUsers` of the example of
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.
    #[test]
    fn documented_iam_request() {
        let request = http::Request::get("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("x-amz-date", "20150830T123600Z")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date, \
                 Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
            );
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let signature = Signature::of(&parts).unwrap();
        let key = signature.signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        assert!(signature.verifies(&parts, EMPTY, &key));
    }

    #[track_caller]
    fn check_path(sent: &str, s3: &str, others: &str) {
        let signature = |service: &str| {
            let credential = format!("AKIA/20150830/us-east-1/{service}/aws4_request");
            let sent = Sent {
                credential: Some(&credential),
                signature: Some("ab"),
                signed_headers: Some("host"),
                time: Some("20150830T123600Z"),
            };
            sent.read("", None, None).unwrap()
        };
        assert_eq!(signature("s3").canonical_path(sent), s3);
        assert_eq!(signature("iam").canonical_path(sent), others);
    }

    #[test]
    fn paths_are_made_canonical_by_service() {
        check_path("/a//b/../c%20d", "/a//b/../c%20d", "/a/c%2520d");
        check_path("/", "/", "/");
        check_path("/a/", "/a/", "/a/");
    }

    #[test]
    fn headers_are_made_canonical() {
        let latin = http::HeaderValue::from_bytes(b"caf\xe9").unwrap();
        let request = http::Request::get("/")
            .header("my-header", "  a   b\tc ")
            .header("my-header", "d")
            .header("utf-8", http::HeaderValue::from_bytes("caf\u{e9}".as_bytes()).unwrap())
            .header("latin", latin);
        let (parts, ()) = request.body(()).unwrap().into_parts();
        for (name, expected) in
            [("my-header", "a b c,d"), ("utf-8", "caf\u{e9}"), ("latin", "caf\u{e9}"), ("absent", "")]
        {
            assert_eq!(canonical_header(&parts, name), expected);
        }
    }

    #[track_caller]
    fn check_unreadable(uri: &str, authorization: &str, date: &str, expected: impl Fn(&Unreadable) -> bool) {
        let mut request = http::Request::get(uri);
        for (name, value) in [("authorization", authorization), ("x-amz-date", date)] {
            request = if value.is_empty() { request } else { request.header(name, value) };
        }
        let found = Signature::of(&request.body(()).unwrap().into_parts().0).unwrap_err();
        assert!(expected(&found), "{found:?}");
    }

    #[test]
    fn flaws_are_told_from_absence() {
        let date = "20150830T123600Z";
        check_unreadable("/", "", "", |found| *found == Unreadable::Unsigned);
        check_unreadable("/", "AWS AKIA:signature", date, |found| {
            matches!(found, Unreadable::OtherHeader(..))
        });
        check_unreadable("/?AWSAccessKeyId=a&Signature=s&Expires=1", "", "", |found| {
            *found == Unreadable::Version2
        });
        check_unreadable("/?AWSAccessKeyId=a&Expires=1", "", "", |found| {
            *found == Unreadable::IncompleteVersion2
        });
        check_unreadable("/?X-Amz-Signature=ab", "AWS4-HMAC-SHA256 x", date, |found| {
            *found == Unreadable::Both
        });
        check_unreadable("/", "AWS4-ECDSA-P256-SHA256 x", date, |found| *found == Unreadable::Version4A);
        check_unreadable("/?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256", "", "", |found| {
            *found == Unreadable::Version4A
        });
    }

    #[test]
    fn flaws_of_the_header() {
        let date = "20150830T123600Z";
        let check = |authorization: &str, date: &str, expected: Flaw| {
            check_unreadable(
                "/",
                authorization,
                date,
                |found| matches!(found, Unreadable::Flawed(Carrier::Header(_), flaw) if *flaw == expected),
            );
        };
        let with = |credential: &str| {
            format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=ab")
        };
        let whole = with("A/20150830/r/s/aws4_request");
        let all = vec!["Credential", "Signature", "SignedHeaders"];
        check("AWS4-HMAC-SHA256 nonsense", date, Flaw::Missing(all));
        check("AWS4-HMAC-SHA1 Credential=A", date, Flaw::Algorithm("AWS4-HMAC-SHA1".to_owned()));
        check(&whole, "", Flaw::Missing(vec![DATE]));
        check(&with("A/b"), date, Flaw::Credential("A/b".to_owned()));
        check(&with("A/20150830/r/s/aws3"), date, Flaw::Terminator("aws3".to_owned()));
        let other = "20150831T123600Z";
        check(&whole, other, Flaw::ScopeDate { scope: "20150830".to_owned(), time: other.to_owned() });
        let far = "+2620150830T123600Z";
        check(&whole, far, Flaw::Time(far.to_owned()));
    }

    #[test]
    fn flaws_of_the_url() {
        let whole = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A/20150830/r/s3/aws4_request\
                     &X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Signature=ab";
        let check = |uri: &str, expected: Flaw| {
            check_unreadable(
                uri,
                "",
                "",
                |found| matches!(found, Unreadable::Flawed(Carrier::Query, flaw) if *flaw == expected),
            );
        };
        check("/?X-Amz-Signature=ab", Flaw::Missing(vec!["X-Amz-Algorithm"]));
        check(whole, Flaw::Missing(vec!["X-Amz-Expires"]));
        check(&whole.replace("&X-Amz-Date", "&x"), Flaw::Missing(vec![DATE]));
        check(&whole.replace("256", "1"), Flaw::Algorithm("AWS4-HMAC-SHA1".to_owned()));
        for (seconds, words) in [("x", "a number"), ("-1", "non-negative"), ("604801", "less than a week")] {
            check_unreadable(
                &format!("{whole}&X-Amz-Expires={seconds}"),
                "",
                "",
                |found| matches!(found, Unreadable::Flawed(Carrier::Query, Flaw::Expires(found)) if found.contains(words)),
            );
        }
    }
}
