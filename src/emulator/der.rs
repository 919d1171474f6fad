//! DER, as keys and certificates need it: <https://www.itu.int/rec/T-REC-X.690>.

use num_bigint::BigUint;

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;

/// A value with its tag and length.
pub(crate) fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let bytes = content.len().to_be_bytes();
    let length: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    match (length.as_slice(), content.len()) {
        (_, 0) => out.push(0),
        ([short], 1..=127) => out.push(*short),
        (long, _) => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(0));
            out.extend(long);
        }
    }
    out.extend(content);
    out
}

pub(crate) fn sequence(content: Vec<u8>) -> Vec<u8> {
    tagged(SEQUENCE, &content)
}

pub(crate) fn bit_string(content: &[u8]) -> Vec<u8> {
    tagged(BIT_STRING, &[&[0], content].concat())
}

pub(crate) fn integer(number: &BigUint) -> Vec<u8> {
    tagged(INTEGER, &unsigned(number))
}

/// Big-endian, with a zero in front where the first bit would say "negative".
pub(crate) fn unsigned(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let pad = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    [vec![0; usize::from(pad)], bytes].concat()
}

/// Reads values one after the other.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next value's tag and content; `None`: there is none that is whole.
    pub(crate) fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (head, rest) = self.0.split_first_chunk::<2>()?;
        let [tag, first] = *head;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // A length of up to four bytes follows; no length at all (0x80) is not DER.
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The content of the next value, if it has this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; length];
            let both = [tagged(OCTET_STRING, &content), integer(&BigUint::from(255_u32))].concat();
            let mut reader = Reader(&both);
            assert_eq!(reader.expect(OCTET_STRING), Some(&content[..]));
            assert_eq!(reader.next(), Some((INTEGER, &[0, 255][..])));
            assert_eq!(reader.next(), None);
        }
        for broken in [&[4][..], &[4, 2, 1], &[4, 0x80], &[4, 0x82, 1], &[4, 0x85, 0, 0, 0, 0, 1, 1]] {
            assert_eq!(Reader(broken).next(), None);
        }
    }
}
