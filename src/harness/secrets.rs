//! Takes secrets out of texts that others wrote, by their shapes: what a program prints may hold credentials that nobody
//! here has seen.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::encoded;

/// Private keys; passwords in URLs; options of programs that take secrets; what follows the names under which tools print
/// secrets; what makes a presigned URL good; passwords; tokens by how they begin; and anything of the length and letters of a
/// secret access key. A letter of a token may be one that a URL or JSON escapes. All of these are ASCII, and are searched as such:
/// patterns that know all letters there are take some megabytes.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
const SHAPES: [(MayBe, &str); 9] = [
    (|text, _| text.contains("PRIVATE KEY"), r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)([^-]+)(-----END|$)"),
    (|text, _| text.contains('@') && text.contains("://"), r"(://[^/ \t\r\n:@]*:)([^/ \t\r\n@]+)(@)"),
    (
        |text, _| text.contains("--"),
        r#"(?i)(--[a-z-]*(?:customer-key|passphrase|password|private-key|secret|token)[a-z-]*[ =]+["']?)([^ \t\r\n"'$-][^ \t\r\n"']{7,})()"#,
    ),
    (
        |_, look| look.longest >= 16 && look.has_word,
        r#"(?i-u)((?:secret_?access_?key|session_?token|security[_-]?token|"token)"?\s*[:=]\s*"?)((?:[A-Z0-9/+=]|%2[BF]|%3D|\\/){16,})()"#,
    ),
    (|_, look| look.has_word, r#"(?i)((?:x-amz-|[?&])signature=)([^& \t\r\n"']+)()"#),
    (
        |_, look| look.has_word,
        r#"(?i)((?-u:\b)(?:api_?key|client_?secret|passphrase|passwd|password|pwd)["']?(?-u:\s)*[:=](?-u:\s)*["']?)([^ \t\r\n"'&;,|]{8,})()"#,
    ),
    (
        |_, look| look.has_word,
        r"(?-u)(^|\b)((?:gh[oprsu]_|github_pat_)[A-Za-z0-9_]{20,}|glpat-[\w-]{20,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|AQAE[\w-]{40,}={0,2}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*)()",
    ),
    (
        |_, look| look.longest >= 24,
        r"(^|[^A-Za-z0-9/+])((?:IQoJ|FwoG|FQoG)(?:[A-Za-z0-9/+=]|%2[BFbf]|%3[Dd]|\\/){20,})()",
    ),
    (
        |_, look| look.longest >= 40,
        r"(^|[^A-Za-z0-9/+])((?:[A-Za-z0-9/+]|%2[BFbf]|\\/){40})($|[^A-Za-z0-9/+=])",
    ),
];

/// Whether a text may hold a shape at all, which most texts may not.
type MayBe = fn(&str, Look) -> bool;

/// What a first look at a text tells.
#[derive(Clone, Copy)]
struct Look {
    /// How many letters of secrets stand in a row in it at most.
    longest: usize,
    /// Whether it has a word that stands beside secrets, or with which they begin.
    has_word: bool,
}

static PATTERNS: LazyLock<Vec<(MayBe, Regex)>> = LazyLock::new(|| {
    SHAPES.iter().filter_map(|(may_be, shape)| Some((*may_be, Regex::new(shape).ok()?))).collect()
});

static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = [
        "secret",
        "token",
        "passw",
        "passphrase",
        "pwd",
        "api_?key",
        "signature=",
        "gh[oprsu]_",
        "github_pat_",
        "glpat-",
        "xox[abeoprs]-",
        "AQAE",
        "eyJ",
    ];
    Regex::new(&format!("(?i-u){}", words.join("|"))).ok()
});

impl Look {
    fn at(text: &str) -> Self {
        let is_letter = |letter: u8| {
            letter.is_ascii_alphanumeric() || matches!(letter, b'/' | b'+' | b'=' | b'%' | b'\\')
        };
        let has_word = WORDS.as_ref().is_none_or(|words| words.is_match(text));
        Self { longest: longest_run(text, is_letter), has_word }
    }
}

/// How many bytes of a kind stand in a row in a text at most.
pub(crate) fn longest_run(text: &str, is_of_kind: impl Fn(u8) -> bool) -> usize {
    let (mut longest, mut run) = (0, 0);
    for letter in text.bytes() {
        run = if is_of_kind(letter) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// `text` without what looks like a secret access key or a session token, also where it is encoded; `None`: there is no
/// such thing in it.
pub(crate) fn found(text: &str) -> Option<String> {
    let plain = found_plain(text);
    let left = plain.as_deref().unwrap_or(text);
    encoded::masked(left, &|text| found_plain(text).is_some()).or(plain)
}

/// The same without looking at what is encoded.
pub(crate) fn found_plain(text: &str) -> Option<String> {
    let look = Look::at(text);
    if !PATTERNS.iter().any(|(may_be, _)| may_be(text, look)) {
        return None;
    }
    let mut masked: Option<String> = None;
    // Twice, as two secrets may share the one character between them.
    for (_, pattern) in PATTERNS.iter().chain(PATTERNS.iter()).filter(|(may_be, _)| may_be(text, look)) {
        let left = masked.as_deref().unwrap_or(text);
        if let Cow::Owned(changed) = pattern.replace_all(left, hidden) {
            masked = Some(changed);
        }
    }
    masked.filter(|masked| masked != text)
}

fn hidden(found: &Captures<'_>) -> String {
    let part = |index| found.get(index).map_or("", |part| part.as_str());
    format!("{}[secret]{}", part(1), part(3))
}

/// Whether a table of a feature file, such as one of tags, has a value under or beside a name that speaks of a secret.
pub(crate) fn stands_in_table(feature: &str) -> bool {
    let mut is_head = true;
    feature.lines().any(|line| {
        let row = line.trim().strip_prefix('|').map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
        let names: &[&str] = match &row {
            Some(cells) if is_head => cells,
            Some(cells) => cells.get(..1).unwrap_or_default(),
            None => &[],
        };
        is_head = row.is_none();
        names.iter().any(|name| speaks_of_secret(name))
    })
}

/// Not of what only names one, as the condition key `aws:TokenIssueTime` and ARNs do.
fn speaks_of_secret(name: &str) -> bool {
    let plain = name.to_ascii_lowercase().replace(['-', '_', ' ', '.'], "");
    let words = ["apikey", "credential", "passphrase", "passwd", "password", "privatekey", "secret", "token"];
    !name.contains([':', '/', '*']) && words.iter().any(|word| plain.contains(word))
}

/// `text` without what looks like a secret access key or a session token.
pub(crate) fn masked(text: &str) -> String {
    found_plain(text).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLETOKENEXAMPLETOKEN/+abc==";

    #[track_caller]
    fn check(text: &str) {
        let masked = masked(text);
        assert!(!masked.contains("K7MDENG") && !masked.contains("EXAMPLETOKEN"), "{masked}");
        assert!(masked.contains("[secret]"), "{masked}");
    }

    #[test]
    fn secrets_are_taken_out_however_they_are_printed() {
        assert_eq!(PATTERNS.len(), SHAPES.len());
        check(&format!("{{\"SecretAccessKey\": \"{KEY}\", \"SessionToken\": \"{TOKEN}\"}}"));
        check(&format!("ASIAEXAMPLE\t{KEY}\t{TOKEN}\n"));
        check(&format!("aws_secret_access_key = {KEY}"));
        check(&format!("export AWS_SESSION_TOKEN={TOKEN}"));
        check(&format!("{KEY} {KEY}"));
        check("curl https://user:K7MDENG@example.com/");
        check("aws s3api put-object --sse-customer-key K7MDENGK7MDENG --key k");
        check("mysql --password='K7MDENG-and-more'");
        check("password=K7MDENG-and-more");
        check("https://b.s3.amazonaws.com/k?X-Amz-Expires=3600&X-Amz-Signature=K7MDENG0123&x=1");
        check(
            "https://b.s3.amazonaws.com/k?X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLETOKEN%2BEXAMPLETOKEN%3D%3D",
        );
        check(r#"{"key":"wJalrXUtnFEMI\/K7MDENG\/bPxRfiCYEXAMPLEKEY"}"#);
        check(&format!("id=1&key={}", KEY.replace('/', "%2F")));
        check("imds AQAEAK7MDENG0123456789abcdefghijklmnopqrstuvwxyz0123456789==");
        check("remote: ghp_K7MDENG0123456789abcdefghijklmn");
        check("authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJLN01ERU5HIjoxfQ.K7MDENG-_");
    }

    #[test]
    fn secrets_are_taken_out_in_other_spellings() {
        let json = format!("{{\"SecretAccessKey\": \"{KEY}\"}}");
        let spelled = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &json);
        let told = found(&format!("it said {spelled}")).unwrap_or_default();
        assert!(told.starts_with("it said [secret]"), "{told}");
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----";
        assert_eq!(masked(pem), "-----BEGIN RSA PRIVATE KEY-----[secret]-----END RSA PRIVATE KEY-----");
    }

    #[test]
    fn tables_tell_secrets_beside_or_under_their_names() {
        for (table, expected) in [
            ("| key | value |\n| db-password | horse |", true),
            ("| user | API key |\n| alice | horse |", true),
            ("And this:\n  | Secret | horse |", true),
            ("| key | value |\n| team | secret-agents |", false),
            ("| key | value |\n| aws:TokenIssueTime | 2026 |", false),
            ("| action | resource |\n| secretsmanager:GetSecretValue | * |", false),
            ("the password is not in a table", false),
        ] {
            assert_eq!(stands_in_table(table), expected, "{table}");
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in [
            "upload failed: An error occurred (AccessDenied)",
            "arn:aws:iam::111122223333:role/main-role1",
            "http://127.0.0.1:4566/a@b",
            "aws configure set --session-token $TOKEN_OF_SESSION --secret-id --no-paginate",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
