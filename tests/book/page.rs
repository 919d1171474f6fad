//! A page of Markdown, and its blocks of code.

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) struct Page {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) blocks: Vec<Block>,
}

/// A fenced block.
pub(crate) struct Block {
    /// What stands behind the fence.
    info: String,
    pub(crate) text: String,
    /// That of the fence, from 1.
    pub(crate) line: usize,
}

impl Page {
    pub(crate) fn read(path: &Path) -> Page {
        Page::of(path, &fs::read_to_string(path).unwrap())
    }

    pub(crate) fn of(path: &Path, text: &str) -> Page {
        let mut blocks: Vec<Block> = Vec::new();
        let mut open: Option<(usize, Block)> = None;
        for (number, line) in text.lines().enumerate() {
            let trimmed = line.trim_start();
            match (&mut open, trimmed.strip_prefix("```")) {
                (Some(_), Some("")) => blocks.extend(open.take().map(|(_, block)| block)),
                (Some((margin, block)), _) => {
                    block.text.push_str(line.get(*margin..).unwrap_or_default());
                    block.text.push('\n');
                }
                (None, Some(info)) => {
                    let block = Block { info: info.to_owned(), text: String::new(), line: number + 1 };
                    open = Some((line.len() - trimmed.len(), block));
                }
                (None, None) => {}
            }
        }
        Page { path: path.to_owned(), text: text.to_owned(), blocks }
    }
}

impl Block {
    pub(crate) fn language(&self) -> &str {
        self.info.split([' ', ',']).next().unwrap_or_default()
    }

    /// What stands behind `name=`.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.info.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }
}
