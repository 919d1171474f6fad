//! Finds secrets that are spelled in base64, also compressed: a program that can't print one as it is may print it so.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::secrets::longest_run;
use crate::wiretap::SHORTEST_SECRET;

/// Fewer letters spell nothing that could be told from a word.
const SHORTEST: usize = 24;
/// How much of what was compressed is looked at.
const LONGEST: usize = 1 << 20;
/// How often something may be spelled anew.
const DEPTH: usize = 3;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// `text` without the words that spell something which `is_secret`; `None`: there is none.
pub(crate) fn masked(text: &str, is_secret: &dyn Fn(&str) -> bool) -> Option<String> {
    let is_in_row = |letter: u8| is_letter(letter.into()) || is_break(letter.into());
    if longest_run(text, is_in_row) < SHORTEST {
        return None;
    }
    let is_found = |range: &Range<usize>| {
        let written = text.get(range.clone()).unwrap_or_default();
        let word = joined(written);
        word.len() >= SHORTEST
            && (spells(&word, is_secret, DEPTH) || word.len() < written.len() && is_secret(&word))
    };
    let found: Vec<Range<usize>> = words(text).iter().flat_map(|lines| found_in(lines, &is_found)).collect();
    let hide = |mut masked: String, range: &Range<usize>| {
        masked.replace_range(range.clone(), "[secret]");
        masked
    };
    (!found.is_empty()).then(|| found.iter().rev().fold(text.to_owned(), hide))
}

/// Those of base64, in either alphabet.
fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "+/-_".contains(letter)
}

fn is_break(letter: char) -> bool {
    matches!(letter, '\n' | '\r')
}

fn joined(word: &str) -> String {
    word.replace(is_break, "")
}

/// What is found of a word's lines: all of them, all but the last, which may be another word, or some by themselves.
fn found_in(lines: &[Range<usize>], is_found: &dyn Fn(&Range<usize>) -> bool) -> Vec<Range<usize>> {
    let until = |last: &Range<usize>| lines.first().map(|first| first.start..last.end);
    let broken = lines.iter().skip(1).rev().take(2).filter_map(until).find(is_found);
    let end = broken.as_ref().map_or(0, |broken| broken.end);
    let alone = lines.iter().filter(|line| line.start >= end && is_found(line)).cloned();
    broken.clone().into_iter().chain(alone).collect()
}

/// Where words of the letters of base64 stand, each by its lines: what programs break into lines of one length is one word.
fn words(text: &str) -> Vec<Vec<Range<usize>>> {
    let mut end = 0;
    let pieces = text.split_inclusive(|letter| !is_letter(letter)).filter_map(|piece| {
        let start = end;
        end += piece.len();
        let word = start..start + piece.trim_end_matches(|letter| !is_letter(letter)).len();
        (!word.is_empty()).then_some(word)
    });
    let mut words: Vec<Vec<Range<usize>>> = Vec::new();
    for piece in pieces {
        match words.last_mut() {
            Some(lines) if goes_on(text, lines, &piece) => lines.push(piece),
            _ => words.push(vec![piece]),
        }
    }
    words
}

/// Shorter lines are words by themselves.
const SHORTEST_LINE: usize = 16;

/// Whether a word is the next line of another: all lines are as long as the first but the last, which may be shorter.
fn goes_on(text: &str, lines: &[Range<usize>], next: &Range<usize>) -> bool {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return false };
    let is_next_line = text.get(last.end..next.start).is_some_and(|between| matches!(between, "\n" | "\r\n"));
    is_next_line && first.len() >= SHORTEST_LINE && last.len() == first.len() && next.len() <= first.len()
}

fn spells(word: &str, is_secret: &dyn Fn(&str) -> bool, depth: usize) -> bool {
    let word = word.replace('-', "+").replace('_', "/");
    // What stands before it may belong to another word, so that its groups of four begin anywhere.
    let decoded = (0..4).filter_map(|offset| {
        let whole = word.get(offset..)?;
        // One letter beyond groups of four spells nothing.
        let whole = whole.get(..whole.len() - usize::from(whole.len() % 4 == 1))?;
        LENIENT.decode(whole).ok()
    });
    let decoded = decoded.chain((0..2).filter_map(|offset| hexadecimal(word.get(offset..)?)));
    decoded.flat_map(|bytes| [inflated(&bytes), Some(bytes)]).flatten().filter(|it| may_be_text(it)).any(
        |bytes| {
            let text = String::from_utf8_lossy(&bytes);
            let is_spelled = |lines: &Vec<Range<usize>>| {
                let word: String = lines.iter().filter_map(|line| text.get(line.clone())).collect();
                word.len() >= SHORTEST && spells(&word, is_secret, depth - 1)
            };
            is_secret(&text) || depth > 1 && words(&text).iter().any(is_spelled)
        },
    )
}

/// What two hexadecimal digits for each byte spell; `None`: there are other letters.
fn hexadecimal(word: &str) -> Option<Vec<u8>> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, _) = word.as_bytes().as_chunks::<2>();
    pairs.iter().map(|[high, low]| Some(16 * digit(high)? + digit(low)?)).collect()
}

/// Whether there are so many letters in a row that they could be a secret, which words that are not base64 do not decode to.
fn may_be_text(bytes: &[u8]) -> bool {
    bytes.utf8_chunks().any(|chunk| {
        let words = chunk.valid().split(char::is_control);
        words.map(str::len).max().is_some_and(|longest| longest >= SHORTEST_SECRET)
    })
}

/// What gzip compressed (RFC 1952), wherever it begins.
fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let start = bytes.windows(3).position(|window| window == [0x1f, 0x8b, 8])?;
    let flags = bytes.get(start + 3)?;
    let mut rest = bytes.get(start + 10..)?;
    if flags & 4 != 0 {
        let length = usize::from(*rest.first()?) + 256 * usize::from(*rest.get(1)?);
        rest = rest.get(2 + length..)?;
    }
    // A name and a comment, each up to a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    rest = rest.get(if flags & 2 != 0 { 2 } else { 0 }..)?;
    match decompress_to_vec_with_limit(rest, LONGEST) {
        Ok(bytes) => Some(bytes),
        Err(cut) => Some(cut.output),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use miniz_oxide::deflate::compress_to_vec;

    use super::*;

    const SECRET: &str = "a secret of some length";

    fn hidden(text: &str) -> Option<String> {
        masked(text, &|text| text.contains(SECRET))
    }

    fn gzip(bytes: &[u8], flags: u8, fields: &[u8]) -> Vec<u8> {
        [&[0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3], fields, &compress_to_vec(bytes, 6), &[0; 8]].concat()
    }

    #[test]
    fn secrets_are_found_in_base64_wherever_they_lie_in_it() {
        for before in ["", "x", "xy", "xyz"] {
            let plain = format!("{before}{SECRET}?>~ÿ");
            let spelled = STANDARD.encode(&plain);
            for spelled in [
                spelled.clone(),
                URL_SAFE_NO_PAD.encode(&plain),
                format!("a{spelled}"),
                STANDARD.encode(spelled),
            ] {
                let told = hidden(&format!("it said: {spelled} ")).unwrap();
                assert!(told.starts_with("it said: [secret]"), "{told}");
            }
        }
    }

    #[test]
    fn secrets_are_found_where_they_are_compressed() {
        let extra = [&[2, 0, 7, 7][..], b"a name\0", b"a comment\0", &[1, 1]].concat();
        for packed in [gzip(SECRET.as_bytes(), 0, &[]), gzip(SECRET.as_bytes(), 4 | 8 | 16 | 2, &extra)] {
            let told = hidden(&STANDARD.encode([b"{}", packed.as_slice()].concat())).unwrap();
            assert!(told.starts_with("[secret]"), "{told}");
        }
    }

    #[test]
    fn two_words_are_both_taken_out_and_what_stands_between_is_left() {
        let spelled = STANDARD.encode(SECRET).trim_end_matches('=').to_owned();
        assert_eq!(hidden(&format!("ü {spelled}, {spelled}.")).unwrap(), "ü [secret], [secret].");
    }

    #[test]
    fn words_that_are_broken_into_lines_are_one() {
        let spelled = STANDARD.encode(format!("{{\"SecretAccessKey\": \"{SECRET}\"}} and more"));
        let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
        for (spelled, length) in [(&spelled, 20), (&spelled, 64), (&hex, 40), (&hex.to_uppercase(), 60)] {
            let lines: Vec<&str> =
                spelled.as_bytes().chunks(length).map(|line| std::str::from_utf8(line).unwrap()).collect();
            for end in ["\n", "\r\n"] {
                let told = hidden(&format!("it said:{end}{}{end}done{end}", lines.join(end))).unwrap();
                let told = told.replace('=', "");
                assert!(told.starts_with(&format!("it said:{end}[secret]")), "{told}");
            }
        }
        let told = masked("one\nK7MDENGK7MDENGK7MDENG\nK7MDENG\ntwo", &|text| text.len() == 28).unwrap();
        assert_eq!(told, "one\n[secret]\ntwo");
    }

    #[test]
    fn other_texts_are_left_alone() {
        let bomb = STANDARD.encode(gzip(&vec![b'x'; 4 * LONGEST], 0, &[]));
        let cut = STANDARD.encode([0x1f, 0x8b, 8, 0xff, 0, 0, 0, 0, 0, 3, 9, 9, 9, 9, 9, 9, 9, 9]);
        for text in
            ["", "arn:aws:sts::111122223333:assumed-role/main-role1/testSession", bomb.as_str(), cut.as_str()]
        {
            assert_eq!(hidden(text), None);
        }
    }
}
