//! Texts that are built in: compressed in blocks, and read when one is asked for.
//!
//! The form, which `xtask` writes: four bytes with the length of the index (little-endian), the index, the blocks; index
//! and blocks are raw DEFLATE. The index is a line with the source, a line with the lengths of the blocks, and for each
//! text a line `BLOCK LENGTH KEY HEAD` with tabs between; the texts follow each other in their block. Keys are sorted.

use std::ops::Range;
use std::sync::OnceLock;

use miniz_oxide::inflate::decompress_to_vec;

/// Texts by key, each with a head that needs no reading of the text. Bytes that cannot be read hold no texts.
#[derive(Debug, Default)]
pub struct Packed {
    source: String,
    entries: Vec<PackedText>,
    blocks: Vec<Block>,
}

/// One text, not read yet.
#[derive(Debug)]
pub struct PackedText {
    /// What it is found by.
    pub key: String,
    /// What is said of it in the index.
    pub head: String,
    block: usize,
    place: Range<usize>,
}

#[derive(Debug)]
struct Block {
    packed: &'static [u8],
    text: OnceLock<String>,
}

impl Packed {
    /// Reads the index.
    pub fn open(bytes: &'static [u8]) -> Self {
        Self::read(bytes).unwrap_or_default()
    }

    fn read(bytes: &'static [u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (index, mut rest) = rest.split_at_checked(u32::from_le_bytes(*length).try_into().ok()?)?;
        let index = inflate(index)?;
        let mut lines = index.lines();
        let source = lines.next()?.to_owned();
        let mut blocks = Vec::new();
        for length in lines.next()?.split(' ') {
            let (packed, others) = rest.split_at_checked(length.parse().ok()?)?;
            blocks.push(Block { packed, text: OnceLock::new() });
            rest = others;
        }
        let mut entries: Vec<PackedText> = Vec::new();
        for line in lines {
            let mut fields = line.splitn(4, '\t');
            let block = fields.next()?.parse().ok()?;
            let length: usize = fields.next()?.parse().ok()?;
            let before = entries.last().filter(|before| before.block == block);
            let start = before.map_or(0, |before| before.place.end);
            let (key, head) = (fields.next()?.to_owned(), fields.next()?.to_owned());
            entries.push(PackedText { key, head, block, place: start..start + length });
        }
        Some(Self { source, entries, blocks })
    }

    /// Where the texts are from, with its version.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// All of them, by key.
    pub fn entries(&self) -> &[PackedText] {
        &self.entries
    }

    /// The place of a key among the entries.
    pub fn find(&self, key: &str) -> Option<usize> {
        self.entries.binary_search_by(|entry| entry.key.as_str().cmp(key)).ok()
    }

    /// The text of an entry.
    pub fn text(&self, entry: &PackedText) -> &str {
        let block = self.blocks.get(entry.block);
        let text = block.map(|block| block.text.get_or_init(|| inflate(block.packed).unwrap_or_default()));
        text.and_then(|text| text.get(entry.place.clone())).unwrap_or("")
    }
}

fn inflate(packed: &[u8]) -> Option<String> {
    String::from_utf8(decompress_to_vec(packed).ok()?).ok()
}
