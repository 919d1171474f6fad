//! PEM, the text around keys and certificates: <https://www.rfc-editor.org/rfc/rfc7468>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What stands between `-----BEGIN LABEL-----` and `-----END LABEL-----`.
pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) der: Vec<u8>,
}

/// The blocks of a text, whatever stands around them; `None`: one has no end, or is not plain base64 (as where it is
/// encrypted).
pub(crate) fn blocks(text: &str) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let label = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----"));
        let Some(label) = label else { continue };
        let end = format!("-----END {label}-----");
        let mut base64 = String::new();
        loop {
            match lines.next()? {
                line if line == end => break,
                line => base64.push_str(line),
            }
        }
        blocks.push(Block { label: label.to_owned(), der: STANDARD.decode(base64).ok()? });
    }
    Some(blocks)
}

/// The text of one block, without a last line break.
pub(crate) fn encode(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = base64.as_str();
    while let Some((line, after)) = rest.split_at_checked(64) {
        text.extend([line, "\n"]);
        rest = after;
    }
    if !rest.is_empty() {
        text.extend([rest, "\n"]);
    }
    format!("{text}-----END {label}-----")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 47, 48, 49, 500] {
            let der = vec![7; length];
            let text = format!("before\r\n{}\nafter", encode("A KEY", &der).replace('\n', "\r\n"));
            let read = blocks(&text).unwrap();
            assert_eq!((read.len(), read[0].label.as_str(), &read[0].der), (1, "A KEY", &der));
        }
        assert!(blocks("no block").unwrap().is_empty());
        assert!(blocks("-----BEGIN A-----\nAAAA").is_none());
        assert!(blocks("-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n-----END A-----").is_none());
    }
}
