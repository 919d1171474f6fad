//! Files that the language server reads and writes, and their URIs.

use std::fs;
use std::path::{Path, PathBuf};

use evidence::ControlRef;
use harness::Form;
use lsp_types::{Location, Position, Range, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::{controls, explain, steps};

/// All but what stands in paths as it is: <https://www.rfc-editor.org/rfc/rfc3986#section-3.3>.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path of a file; none of what is in no file system, such as a text that was never saved.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let path = uri.as_str().strip_prefix("file://")?;
    Some(PathBuf::from(percent_decode_str(path).decode_utf8().ok()?.into_owned()))
}

pub(super) fn uri(path: &Path) -> Option<Uri> {
    let path = std::path::absolute(path).ok()?;
    format!("file://{}", utf8_percent_encode(path.to_str()?, ESCAPED)).parse().ok()
}

/// A file by its path from the folder of another, where it is there.
pub(super) fn beside(document: &str, path: &str) -> Option<PathBuf> {
    let there = Path::new(document).parent()?.join(path);
    there.is_file().then_some(there)
}

/// The controls of the file beside a feature. One that can't be read is told of by `rolecall check`.
pub(super) fn controls(feature: &Path) -> Vec<ControlRef> {
    let read =
        controls::files(&[feature.to_owned()]).into_iter().filter_map(|path| controls::read(&path).ok());
    read.flat_map(|(_, known)| known)
        .map(|control| ControlRef { framework: control.framework, id: control.id })
        .collect()
}

/// The documentation of steps and codes, as files that an editor can open.
pub(super) struct Pages {
    steps: Uri,
    /// The lines of that page.
    lines: Vec<String>,
    codes: Uri,
}

impl Pages {
    /// Written where this version's are kept. None where that can't be done: then nothing leads there.
    pub(super) fn written() -> Option<Pages> {
        let folder = cache().join("rolecall").join(env!("CARGO_PKG_VERSION"));
        fs::create_dir_all(&folder).ok()?;
        let page = steps::page();
        let steps = write(&folder.join("steps.md"), &page)?;
        let codes = write(&folder.join("check.md"), &explain::page())?;
        Some(Pages { steps, lines: page.lines().map(str::to_owned).collect(), codes })
    }

    /// Where a code is explained.
    pub(super) fn code(&self, code: &str) -> Option<Uri> {
        format!("{}#{}", self.codes.as_str(), code.to_lowercase()).parse().ok()
    }

    /// Where a step is documented.
    pub(super) fn step(&self, form: &Form) -> Option<Location> {
        let expression = format!("`{}`", form.expression);
        let is_it = |line: &String| {
            let keywords = line.strip_prefix("- **").and_then(|line| line.split_once("** "));
            keywords.is_some_and(|(keywords, rest)| {
                rest == expression && keywords.split('/').any(|it| it == form.keyword.word())
            })
        };
        let line = u32::try_from(self.lines.iter().position(is_it)?).ok()?;
        Some(Location::new(self.steps.clone(), Range::new(Position::new(line, 0), Position::new(line, 0))))
    }
}

fn cache() -> PathBuf {
    let folder = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let home = || folder("HOME").map(|home| home.join(".cache"));
    folder("XDG_CACHE_HOME").or_else(home).unwrap_or_else(std::env::temp_dir)
}

/// Writes a file as a whole, so that no other server reads half of it.
fn write(path: &Path, text: &str) -> Option<Uri> {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        let new = path.with_extension(format!("{}.new", std::process::id()));
        fs::write(&new, text).and_then(|()| fs::rename(&new, path)).ok()?;
    }
    uri(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back_from_their_uris() {
        let there = Path::new("/a folder/ü#1.feature");
        let as_uri = uri(there).unwrap();
        assert_eq!(as_uri.as_str(), "file:///a%20folder/%C3%BC%231.feature");
        assert_eq!(path(&as_uri).as_deref(), Some(there));
        assert_eq!(path(&"untitled:Untitled-1".parse().unwrap()), None);
    }
}
