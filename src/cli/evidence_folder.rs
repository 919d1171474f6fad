//! The folder of evidence that a run leaves: the journal as things happen, and at the end the renderings, the manifest and
//! its signature.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use evidence::console::{Color, Detail, Page};
use evidence::integrity::{MANIFEST, Manifest, PrivateKey, SIGNATURE, Signature, canonical};
use evidence::{Event, Format, JournalWriter, Record, RenderOptions, Sha256, render_files};

use crate::args::RunArgs;
use crate::diagnostic::Diagnostic;

/// The file that holds the journal.
pub(crate) const JOURNAL: &str = "journal.jsonl";

/// Where CI systems find the folders of runs that name none: each has one of its own below.
const USUAL: &str = "rolecall-evidence";

/// Files are laid out for nobody's terminal.
pub(crate) const OPTIONS: RenderOptions<'_> =
    RenderOptions::on(Page { width: 100, color: Color::Plain, detail: Detail::Verbose });

/// The folder that is being filled.
pub(crate) struct EvidenceFolder {
    path: PathBuf,
    journal: JournalWriter<File>,
    key: Option<PrivateKey>,
    on_request: Vec<Format>,
    error: Option<io::Error>,
}

/// Where a run leaves its evidence: where it is told to, or in CI; `None`: nowhere.
pub(crate) fn place(args: &RunArgs, run: &str) -> Option<PathBuf> {
    let in_ci = || std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
    match &args.evidence {
        _ if args.no_evidence => None,
        Some(path) => Some(path.clone()),
        None => in_ci().then(|| Path::new(USUAL).join(run)),
    }
}

impl EvidenceFolder {
    /// Begins it.
    ///
    /// # Errors
    /// Where it can't be, or holds something already.
    pub(crate) fn begin(
        path: PathBuf,
        key: Option<PrivateKey>,
        on_request: &[Format],
    ) -> Result<EvidenceFolder, Diagnostic> {
        let wrong = |error: io::Error| {
            Diagnostic::new(format!("no evidence can be left in `{}`: {error}", path.display()))
        };
        fs::create_dir_all(&path).map_err(wrong)?;
        if fs::read_dir(&path).map_err(wrong)?.next().is_some() {
            let message = format!("the folder `{}` is not empty", path.display());
            return Err(
                Diagnostic::new(message).help("name another folder: evidence of two runs is not mixed")
            );
        }
        let file =
            OpenOptions::new().append(true).create_new(true).open(path.join(JOURNAL)).map_err(wrong)?;
        let (journal, on_request) = (JournalWriter::new(file), on_request.to_vec());
        Ok(EvidenceFolder { path, journal, key, on_request, error: None })
    }

    /// Writes an event; the first error ends it.
    pub(crate) fn write(&mut self, event: &Event) {
        if self.error.is_none() {
            self.error = self.journal.write(event).err();
        }
    }

    /// Makes the renderings, the manifest and its signature.
    ///
    /// # Errors
    /// Where anything could not be written: then there is no evidence to rely on.
    pub(crate) fn finish(self, record: &Record) -> Result<PathBuf, Diagnostic> {
        let wrong = |error: String| {
            Diagnostic::new(format!("the evidence in `{}` is not complete: {error}", self.path.display()))
        };
        if let Some(error) = self.error {
            return Err(wrong(error.to_string()));
        }
        let rendered = |format: Format, options: &RenderOptions<'_>| {
            self.rendered(record, format, options)
                .map_err(|error| wrong(format!("{}: {error}", format.file_name())))
        };
        let journal = fs::read(self.path.join(JOURNAL)).map_err(|error| wrong(error.to_string()))?;
        let journal = Sha256::of(journal);
        let report = rendered(Format::Json, &OPTIONS)?;
        let key = self.key.as_ref();
        let options = RenderOptions { journal: Some(&journal), report: Some(&report), key, ..OPTIONS };
        let is_made = |format: &Format| match format {
            Format::Json => false,
            format if format.is_on_request() => self.on_request.contains(format),
            format => key.is_some() || !format.needs_key(),
        };
        for format in Format::ALL.into_iter().filter(is_made) {
            rendered(format, &options)?;
        }
        seal(&self.path, self.key.as_ref()).map_err(wrong)?;
        Ok(self.path)
    }

    /// Writes a rendering, and tells the digest of its file.
    fn rendered(
        &self,
        record: &Record,
        format: Format,
        options: &RenderOptions<'_>,
    ) -> Result<Sha256, String> {
        let mut digest = Sha256::of("");
        let mut put = |name: &str, bytes: &[u8]| {
            digest = Sha256::of(bytes);
            write_below(&self.path, name, bytes)
        };
        render_files(record, format, options, format.file_name(), &mut put)
            .map_err(|error| error.to_string())?;
        Ok(digest)
    }
}

/// Writes the file `name`, which may lie in a folder of its own, to a folder that is there.
///
/// # Errors
/// Where it can't be written.
pub(crate) fn write_below(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    if let Some((below, _)) = name.rsplit_once('/') {
        match fs::create_dir(folder.join(below)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    fs::write(folder.join(name), bytes)
}

fn seal(path: &Path, key: Option<&PrivateKey>) -> Result<(), String> {
    let files = files_in(path).map_err(|error| error.to_string())?;
    let manifest = Manifest::of(&files).map_err(|error| error.to_string())?;
    let manifest = canonical(&manifest).map_err(|error| error.to_string())?;
    if let Some(key) = key {
        let signature = canonical(&Signature::of(&manifest, key)).map_err(|error| error.to_string())?;
        fs::write(path.join(SIGNATURE), signature).map_err(|error| error.to_string())?;
    }
    fs::write(path.join(MANIFEST), manifest).map_err(|error| error.to_string())
}

/// All files below a folder, by their names with `/` between folders.
///
/// # Errors
/// Where one can't be read. What is neither a file nor a folder, such as a link, is an error: it could be anything.
pub(crate) fn files_in(folder: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let below = files_in(&entry.path())?;
            files.extend(below.into_iter().map(|(path, bytes)| (format!("{name}/{path}"), bytes)));
        } else if kind.is_file() {
            files.insert(name, fs::read(entry.path())?);
        } else {
            return Err(io::Error::other(format!("`{name}` is neither a file nor a folder")));
        }
    }
    Ok(files)
}
