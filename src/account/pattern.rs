//! Resources that stand for a pattern: one ARN for all that match it and that nothing else names.

use policy::reference;

/// What stands for a name that no policy has: neither its beginning nor its end is that of a pattern that people write.
pub(crate) const ANY: &str = "~any~";

const REGION: &str = "us-east-1";

/// What variables of a pattern stand for.
#[derive(Clone, Copy)]
pub(crate) struct Filling<'a> {
    /// The account's number.
    pub(crate) account: &'a str,
    /// The name of the user who asks.
    pub(crate) username: Option<&'a str>,
}

/// ARNs that match `pattern`, an element of `Resource`, and that `action` can be about.
pub(crate) fn witnesses(pattern: &str, action: &reference::Action, filling: Filling<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let account = filling.account;
    let Some(pattern) = without_variables(pattern, filling) else { return found };
    if !may_be_about(&pattern, action) {
        return found;
    }
    let direct = [ANY.to_owned(), format!("{ANY}/{ANY}"), String::new()];
    let direct = direct.iter().filter_map(|name| filled(&pattern, account, name));
    let general = general(action, account).into_iter().filter(|arn| matches(&pattern, arn));
    for arn in direct.chain(general) {
        let whole = !arn.ends_with(['/', ':']);
        if whole && matches(&pattern, &arn) && action.fits(&arn) && !found.contains(&arn) {
            found.push(arn);
        }
    }
    // One of each kind of resource is enough: the first is the nearest to what the pattern says.
    let mut kinds: Vec<Vec<&str>> = Vec::new();
    found.retain(|arn| {
        let kind: Vec<&str> = action.service().types_of(arn).iter().map(|kind| kind.name).collect();
        let is_new = !kinds.contains(&kind);
        kinds.push(kind);
        is_new
    });
    found
}

/// ARNs of a bucket and of what is in it that match `pattern`, an element of `Resource`.
pub(crate) fn in_bucket(pattern: &str, bucket: &str, filling: Filling<'_>) -> Vec<String> {
    let Some(pattern) = without_variables(pattern, filling) else { return Vec::new() };
    let object = pattern.splitn(6, ':').nth(5).and_then(|resource| resource.split_once('/'));
    let named = object.into_iter().flat_map(|(_, name)| {
        [ANY.to_owned(), format!("{ANY}/{ANY}"), String::new()].map(|any| filled_part(name, &any))
    });
    let mut found = Vec::new();
    for name in named.chain([ANY.to_owned()]).map(|name| format!("arn:aws:s3:::{bucket}/{name}")) {
        if !name.ends_with('/') && matches(&pattern, &name) && found.is_empty() {
            found.push(name);
        }
    }
    found.extend(Some(format!("arn:aws:s3:::{bucket}")).filter(|arn| matches(&pattern, arn)));
    found
}

/// Whether the pattern is about the services whose resources the action is about.
fn may_be_about(pattern: &str, action: &reference::Action) -> bool {
    let Some(service) = pattern.split(':').nth(2) else { return true };
    let mut formats = action.resources.iter().flat_map(|own| own.kind.arns());
    service.contains(['*', '?']) || formats.any(|format| format.split(':').nth(2) == Some(service))
}

/// One of each kind of resource that the action is about, and which nothing names; `*` where it is about none.
pub(crate) fn general(action: &reference::Action, account: &str) -> Vec<String> {
    let kinds = action.resources.iter();
    let mut arns: Vec<String> =
        kinds.filter_map(|own| own.kind.arns().next()).map(|format| named(format, account)).collect();
    // A request to S3 names a bucket, unless the action is about none.
    let names_none = action.resources.is_empty() || action.service().prefix != "s3";
    if names_none && action.fits("*") {
        arns.push("*".to_owned());
    }
    arns
}

/// A format such as `arn:${Partition}:s3:::${BucketName}/${ObjectName}`, filled in.
fn named(format: &str, account: &str) -> String {
    let mut arn = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once("${") {
        arn += before;
        let (variable, after) = after.split_once('}').unwrap_or((after, ""));
        arn += match variable {
            "Partition" => "aws",
            "Region" => REGION,
            "Account" => account,
            _ => ANY,
        };
        rest = after;
    }
    arn + &rest.replace('*', ANY)
}

/// `pattern` with a name for each `*` of its last part, and likely values in the others.
fn filled(pattern: &str, account: &str, name: &str) -> Option<String> {
    if pattern == "*" || !pattern.starts_with("arn:") {
        return None;
    }
    let mut segments: Vec<String> = pattern.splitn(6, ':').map(str::to_owned).collect();
    let likely = ["arn", "aws", "", REGION, account];
    for (segment, likely) in segments.iter_mut().zip(likely).take(5) {
        if segment.contains(['*', '?']) {
            likely.clone_into(segment);
        }
    }
    if let Some(resource) = segments.get_mut(5) {
        *resource = filled_part(resource, name);
    }
    Some(segments.join(":"))
}

fn filled_part(pattern: &str, name: &str) -> String {
    pattern.replace('*', name).replace('?', "a")
}

/// `None`: it has a variable whose value is not known.
fn without_variables(pattern: &str, filling: Filling<'_>) -> Option<String> {
    let mut pattern = pattern.replace("${*}", "*").replace("${?}", "?").replace("${$}", "$");
    for variable in ["${aws:PrincipalAccount}", "${aws:ResourceAccount}"] {
        pattern = pattern.replace(variable, filling.account);
    }
    if let Some(name) = filling.username {
        pattern = pattern.replace("${aws:username}", name);
    }
    (!pattern.contains("${")).then_some(pattern)
}

/// Whether `text` has the form of `pattern`, in which `*` stands for any letters and `?` for one.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                p += 1;
                star = Some((p, t));
            }
            Some(b'?') => {
                p += 1;
                t = after_letter(text, t);
            }
            Some(byte) if text.get(t) == Some(byte) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((after, from)) => {
                    p = after;
                    t = after_letter(text, from);
                    star = Some((after, t));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}

/// Where the letter of UTF-8 that begins at `start` ends.
fn after_letter(text: &[u8], start: usize) -> usize {
    let more = text.iter().skip(start + 1).take_while(|byte| **byte & 0b1100_0000 == 0b1000_0000);
    start + 1 + more.count()
}

/// A resource for people: `*` stands for any name that nothing names.
pub(crate) fn shown(resource: &str) -> String {
    resource.replace(ANY, "*")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, action: &str, expected: &[&str]) {
        let action = reference::action(action).unwrap();
        let filling = Filling { account: "111122223333", username: Some("alice") };
        let found = witnesses(pattern, &action, filling);
        let found: Vec<String> = found.iter().map(|arn| shown(arn)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn patterns_have_witnesses() {
        check("arn:aws:s3:::b/*", "s3:GetObject", &["arn:aws:s3:::b/*"]);
        check("arn:aws:s3:::b/*", "s3:ListBucket", &[]);
        check("arn:aws:s3:::b*", "s3:ListBucket", &["arn:aws:s3:::b*"]);
        check("arn:aws:s3:::b*", "s3:GetObject", &["arn:aws:s3:::b*/*"]);
        check("arn:aws:s3:::b/home/${aws:username}/*", "s3:GetObject", &["arn:aws:s3:::b/home/alice/*"]);
        check("arn:aws:s3:::b/${aws:PrincipalTag/team}/*", "s3:GetObject", &[]);
        check("*", "s3:ListAllMyBuckets", &["*"]);
        check("*", "iam:CreateUser", &["arn:aws:iam::111122223333:user/*"]);
        check(
            "arn:aws:dynamodb:*:*:table/orders",
            "dynamodb:GetItem",
            &["arn:aws:dynamodb:us-east-1:111122223333:table/orders"],
        );
        check("arn:aws:iam::111122223333:role/a?c", "iam:PassRole", &["arn:aws:iam::111122223333:role/aac"]);
        check("arn:aws:iam::111122223333:user/*", "iam:PassRole", &[]);
    }

    #[test]
    fn patterns_mean_what_is_in_a_bucket() {
        let check = |pattern: &str, expected: &[&str]| {
            let filling = Filling { account: "111122223333", username: None };
            let found = in_bucket(pattern, "data-111122223333", filling);
            let found: Vec<String> = found.iter().map(|arn| shown(arn)).collect();
            assert_eq!(found, expected, "{pattern}");
        };
        let (bucket, any) = ("arn:aws:s3:::data-111122223333", "arn:aws:s3:::data-111122223333/*");
        check("*", &[any, bucket]);
        check("arn:aws:s3:::data-*", &[any, bucket]);
        check("arn:aws:s3:::data-${aws:PrincipalAccount}", &[bucket]);
        check("arn:aws:s3:::*/*", &[any]);
        check("arn:aws:s3:::*/secret/*", &["arn:aws:s3:::data-111122223333/secret/*"]);
        check("arn:*:s3:::data-?????????????", &[]);
        check("arn:*:s3:::data-????????????/a", &["arn:aws:s3:::data-111122223333/a"]);
        check("arn:aws:s3:::other/*", &[]);
        check("arn:aws:s3:::data-${aws:username}/*", &[]);
    }

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("*", "", true),
            ("a?", "a", false),
            ("a?*", "ab", true),
            ("a*b*c", "aXbYbZc", true),
            ("a?c", "aéc", true),
            ("a??", "aé", false),
            ("*?é*", "aéé", true),
            ("*??", "é", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
