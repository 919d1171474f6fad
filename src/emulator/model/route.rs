//! Which S3 operation a request means: the one with the most of what its model demands.

use http::HeaderMap;

use super::query::Parameters;
use super::{Location, Model, OperationModel, Shape};

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathKind {
    Service,
    Bucket,
    Object,
}

/// The operation's name; `None`: there is none of this method with these parameters.
pub(crate) fn s3_operation(
    model: &'static Model,
    method: &str,
    kind: PathKind,
    query: &Parameters,
    headers: &HeaderMap,
) -> Option<&'static str> {
    let candidates = model.operations.iter().filter(|(_, operation)| operation.http.method == method);
    let fitting = candidates.filter_map(|(name, operation)| {
        let input = operation.input.as_ref().and_then(|input| model.shape(&input.shape));
        fit(operation, input, kind, query, headers).map(|fit| (fit, name.as_str()))
    });
    // Of equals the first by name: ListBuckets before ListDirectoryBuckets.
    fitting.rev().max_by_key(|(fit, _)| *fit).map(|(_, name)| name)
}

/// The operation of S3 Control that a method and a path mean, and what stands for the varying end of the path.
pub(crate) fn rest_operation<'a>(
    model: &'static Model,
    method: &str,
    path: &'a str,
) -> Option<(&'static str, Option<&'a str>)> {
    let candidates = model.operations.iter().filter(|(_, operation)| operation.http.method == method);
    let mut found = candidates.filter_map(|(name, operation)| {
        let rest = match operation.http.request_uri.split_once('{') {
            None => (operation.http.request_uri == path).then_some(None)?,
            Some((start, _)) => Some(path.strip_prefix(start)?),
        };
        Some((name.as_str(), rest))
    });
    found.next()
}

/// How well an operation fits a request. What its URI says counts first, so that a request for a part of an object that
/// lacks something is never one for the whole object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    /// How much of the query stands in the operation's URI.
    fixed: usize,
    /// Whether nothing is absent that it demands.
    is_whole: bool,
    /// How many of the request's parameters and headers it demands.
    demanded: usize,
}

/// `None`: the operation's URI is another one, or it is an upload or a copy that demands something absent.
fn fit(
    operation: &OperationModel,
    input: Option<&Shape>,
    kind: PathKind,
    query: &Parameters,
    headers: &HeaderMap,
) -> Option<Fit> {
    let (path, fixed) =
        operation.http.request_uri.split_once('?').unwrap_or((&operation.http.request_uri, ""));
    let path_kind = match path {
        "/" => PathKind::Service,
        "/{Bucket}" => PathKind::Bucket,
        "/{Bucket}/{Key+}" => PathKind::Object,
        _ => return None,
    };
    if path_kind != kind {
        return None;
    }
    let mut fit = Fit { fixed: 0, is_whole: true, demanded: 0 };
    for part in fixed.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if name == "x-id" {
            continue;
        }
        query.get(name).filter(|found| value.is_empty() || *found == value)?;
        fit.fixed += 1;
    }
    let Some(shape) = input else { return Some(fit) };
    for (name, member) in shape.members.0.iter().filter(|(name, _)| shape.required.contains(name)) {
        let wire_name = member.location_name.as_deref().unwrap_or(name);
        let there = match member.location {
            Location::Querystring => query.contains_key(wire_name),
            // The source of a copy tells it from an upload; other demanded headers are missing, not absent.
            Location::Header if wire_name == "x-amz-copy-source" => headers.contains_key(wire_name),
            _ => continue,
        };
        fit.is_whole &= there;
        fit.demanded += usize::from(there);
    }
    (fit.is_whole || fit.fixed > 0).then_some(fit)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::operation::Service;

    #[track_caller]
    fn check(method: &str, kind: PathKind, query: &[&str], copy: bool, expected: Option<&str>) {
        let query = query.iter().map(|part| part.split_once('=').unwrap_or((part, "")));
        let query = query.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let mut headers = HeaderMap::new();
        if copy {
            headers.insert("x-amz-copy-source", "b/k".parse().unwrap());
        }
        assert_eq!(s3_operation(Model::of(Service::S3), method, kind, &query, &headers), expected);
    }

    #[test]
    fn operations_are_told_apart() {
        check("GET", PathKind::Service, &[], false, Some("ListBuckets"));
        check("GET", PathKind::Bucket, &[], false, Some("ListObjects"));
        check("GET", PathKind::Bucket, &["list-type=2", "prefix=a"], false, Some("ListObjectsV2"));
        check("GET", PathKind::Bucket, &["policy"], false, Some("GetBucketPolicy"));
        check("PUT", PathKind::Object, &[], false, Some("PutObject"));
        check("PUT", PathKind::Object, &["x-id=PutObject"], false, Some("PutObject"));
        check("PUT", PathKind::Object, &[], true, Some("CopyObject"));
        check("PUT", PathKind::Object, &["partNumber=1", "uploadId=u"], false, Some("UploadPart"));
        check("PUT", PathKind::Object, &["partNumber=1", "uploadId=u"], true, Some("UploadPartCopy"));
        check("GET", PathKind::Object, &["uploadId=u"], false, Some("ListParts"));
        check("GET", PathKind::Object, &["tagging"], false, Some("GetObjectTagging"));
        check("POST", PathKind::Object, &["uploads"], false, Some("CreateMultipartUpload"));
        check("POST", PathKind::Object, &["uploadId=u"], false, Some("CompleteMultipartUpload"));
        check("POST", PathKind::Bucket, &["delete"], false, Some("DeleteObjects"));
        check("HEAD", PathKind::Object, &[], false, Some("HeadObject"));
        check("PATCH", PathKind::Object, &[], false, None);
        check("GET", PathKind::Bucket, &["metrics"], false, Some("ListBucketMetricsConfigurations"));
        check("GET", PathKind::Bucket, &["metrics", "id=a"], false, Some("GetBucketMetricsConfiguration"));
    }

    #[test]
    fn what_is_asked_of_a_part_is_never_done_to_the_whole() {
        check("DELETE", PathKind::Object, &["annotation"], false, Some("DeleteObjectAnnotation"));
        check("PUT", PathKind::Bucket, &["metrics"], false, Some("PutBucketMetricsConfiguration"));
        check("DELETE", PathKind::Bucket, &["metrics"], false, Some("DeleteBucketMetricsConfiguration"));
    }
}
