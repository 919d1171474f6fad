//! Writes the form that `policy::Packed` reads, which its documentation tells.

use miniz_oxide::deflate::compress_to_vec;

/// The most thorough.
const LEVEL: u8 = 10;

/// Text of a block, at least: blocks compress well, and one is read in about a millisecond.
const BLOCK: usize = 100_000;

/// A text to be packed.
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) head: String,
    pub(crate) text: String,
}

/// Packs `entries`, in the order of their keys.
pub(crate) fn pack(source: &str, mut entries: Vec<Entry>) -> Vec<u8> {
    entries.sort_by(|one, other| one.key.cmp(&other.key));
    let mut blocks = vec![String::new()];
    let mut lines = String::new();
    for entry in entries {
        if blocks.last().is_some_and(|block| block.len() > BLOCK) {
            blocks.push(String::new());
        }
        lines += &format!("{}\t{}\t{}\t{}\n", blocks.len() - 1, entry.text.len(), entry.key, entry.head);
        if let Some(block) = blocks.last_mut() {
            *block += &entry.text;
        }
    }
    let blocks: Vec<_> = blocks.iter().map(|block| compress_to_vec(block.as_bytes(), LEVEL)).collect();
    let lengths: Vec<_> = blocks.iter().map(|block| block.len().to_string()).collect();
    let index = format!("{source}\n{}\n{lines}", lengths.join(" "));
    let index = compress_to_vec(index.as_bytes(), LEVEL);
    let mut packed = u32::try_from(index.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
    packed.extend(index);
    packed.extend(blocks.concat());
    packed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_read() {
        let long = "long ".repeat(BLOCK / 4);
        let entry =
            |key: &str, text: &str| Entry { key: key.into(), head: format!("of {key}"), text: text.into() };
        let entries = vec![entry("b", &long), entry("c", "last"), entry("a", "first"), entry("a1", "")];
        let packed = policy::Packed::open(pack("here 1.0", entries).leak());
        assert_eq!(packed.source(), "here 1.0");
        let found: Vec<_> = packed
            .entries()
            .iter()
            .map(|entry| (entry.key.as_str(), entry.head.as_str(), packed.text(entry)))
            .collect();
        let expected =
            [("a", "of a", "first"), ("a1", "of a1", ""), ("b", "of b", &*long), ("c", "of c", "last")];
        assert_eq!(found, expected);
        assert_eq!((packed.find("b"), packed.find("d")), (Some(2), None));
    }
}
