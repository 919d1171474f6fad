//! Metadata that is not ASCII: S3 keeps its text, and sends it back in encoded words.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata>,
//! <https://www.rfc-editor.org/rfc/rfc2047>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

/// A header of metadata as it is kept: what was encoded in vain as it could stand there by itself, and what is no ASCII
/// encoded.
pub(super) fn of_header(value: &str) -> String {
    let printable = |byte: &u8| (b' '..=b'~').contains(byte);
    let decoded = decoded(value).filter(|bytes| bytes.iter().all(printable));
    let plain = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    plain.unwrap_or_else(|| if is_foreign(value) { encoded(value) } else { value.to_owned() })
}

/// A field of a form as the header that [`of_header`] keeps as the field is: nothing in it is taken for encoded.
pub(super) fn header_of_field(value: &str) -> String {
    if is_foreign(value) || decoded(value).is_some() { encoded(value) } else { value.to_owned() }
}

/// A header of the content in a form, such as its type: what Latin-1 does not have becomes a space.
pub(super) fn latin(value: &str) -> Vec<u8> {
    value.chars().map(|character| u8::try_from(character).unwrap_or(b' ')).collect()
}

fn is_foreign(value: &str) -> bool {
    value.chars().any(is_encoded)
}

fn is_encoded(character: char) -> bool {
    !character.is_ascii() || character == '\u{7f}' || character.is_ascii_control() && character != '\t'
}

fn decoded(value: &str) -> Option<Vec<u8>> {
    let word = value.strip_prefix("=?UTF-8?")?.strip_suffix("?=")?;
    match word.split_once('?')? {
        ("B", text) => STANDARD.decode(text).ok(),
        ("Q", text) => {
            let text = text.replace('%', "%25").replace('=', "%").replace('_', " ");
            Some(percent_decode_str(&text).collect())
        }
        _ => None,
    }
}

/// By letters where most of the text is ASCII, else in base64.
fn encoded(value: &str) -> String {
    let foreign = value.chars().filter(|character| is_encoded(*character)).count();
    if value.chars().count() <= 2 * foreign {
        return format!("=?UTF-8?B?{}?=", STANDARD.encode(value));
    }
    let letters: String = value.bytes().map(letter).collect();
    format!("=?UTF-8?Q?{letters}?=")
}

fn letter(byte: u8) -> String {
    match byte {
        b' ' => "_".to_owned(),
        b'=' | b'?' | b'_' => format!("={byte:02X}"),
        b'!'..=b'~' => char::from(byte).to_string(),
        _ => format!("={byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        for (sent, kept) in [
            ("plain text", "plain text"),
            ("=?UTF-8?B?YWJj?=", "abc"),
            ("=?UTF-8?Q?a_b=3D?=", "a b="),
            ("=?UTF-8?Q?=C3=84?=", "=?UTF-8?Q?=C3=84?="),
            // The bytes of UTF-8, as Latin-1 reads them.
            (
                "\u{c3}\u{84}M\u{c3}\u{84}Z\u{c3}\u{95}\u{c3}\u{91} S3",
                "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=",
            ),
        ] {
            assert_eq!(of_header(sent), kept);
        }
    }

    #[test]
    fn fields() {
        for (field, kept) in [
            ("plain text\t%", "plain text\t%"),
            ("ÄMÄZÕÑ S3", "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?="),
            ("\u{0}\u{1}\u{2}\u{3}\u{4}", "=?UTF-8?B?AAECAwQ=?="),
            ("=?UTF-8?Q?actually-ascii?=", "=?UTF-8?Q?actually-ascii?="),
            ("=?UTF-8?B?YWJj?=", "=?UTF-8?B?YWJj?="),
        ] {
            assert_eq!(of_header(&header_of_field(field)), kept);
        }
        assert_eq!(latin("a—é"), b"a \xe9");
    }
}
