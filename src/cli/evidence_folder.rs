//! The folder of evidence that a run leaves: the journal as things happen, and at the end the renderings, the manifest and
//! its signature.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use evidence::console::{Color, Detail, Page};
use evidence::integrity::{Folder, MANIFEST, Manifest, PrivateKey, SIGNATURE, Signature, canonical};
use evidence::{Event, Format, JournalWriter, Record, RenderOptions, Sha256, render_files};

use crate::args::RunArgs;
use crate::diagnostic::Diagnostic;
use crate::files_below::FilesBelow;
use crate::keys::VARIABLE;

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

    /// By which key it will be signed, in words.
    pub(crate) fn signed(&self) -> String {
        let by = |key: &PrivateKey| format!("signed by the key {}", key.public().id());
        let lacks_key = std::env::var_os(VARIABLE).is_some_and(|text| text.is_empty());
        let unsigned = if lacks_key { "not signed: ROLECALL_EVIDENCE_KEY is empty" } else { "not signed" };
        self.key.as_ref().map_or_else(|| unsigned.to_owned(), by)
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
        let key = self.key.as_ref();
        let is_made = |format: &Format| match format {
            // They take longest, and no digest: others need that of the JSON.
            Format::Json | Format::Messages => false,
            format if format.is_on_request() => self.on_request.contains(format),
            format => key.is_some() || !format.needs_key(),
        };
        let others: Vec<Format> = Format::ALL.into_iter().filter(is_made).collect();
        let made = || -> Result<(), String> {
            let journal = digest(&self.path.join(JOURNAL)).map_err(|error| error.to_string())?;
            thread::scope(|scope| {
                let messages = scope.spawn(|| rendered(&self.path, record, Format::Messages, &OPTIONS));
                rendered(&self.path, record, Format::Json, &OPTIONS)?;
                let report = self.path.join(Format::Json.file_name());
                let report = digest(&report).map_err(|error| error.to_string())?;
                let options =
                    RenderOptions { journal: Some(&journal), report: Some(&report), key, ..OPTIONS };
                let others = side_by_side(&others, |it| rendered(&self.path, record, *it, &options));
                let panicked = || "a rendering panicked".to_owned();
                others.ok_or_else(panicked)?.into_iter().collect::<Result<(), _>>()?;
                messages.join().unwrap_or_else(|_| Err(panicked()))
            })?;
            seal(&self.path, key)
        };
        made().map_err(wrong)?;
        Ok(self.path)
    }
}

fn rendered(path: &Path, record: &Record, format: Format, options: &RenderOptions<'_>) -> Result<(), String> {
    render_files(record, format, options, format.file_name(), &mut FilesBelow(path))
        .map_err(|error| format!("{}: {error}", format.file_name()))
}

fn digest(path: &Path) -> io::Result<Sha256> {
    Sha256::of_all(File::open(path)?)
}

fn seal(path: &Path, key: Option<&PrivateKey>) -> Result<(), String> {
    let folder = folder_at(path).map_err(|error| error.to_string())?;
    let manifest = Manifest::of(&folder).map_err(|error| error.to_string())?;
    let manifest = canonical(&manifest).map_err(|error| error.to_string())?;
    if let Some(key) = key {
        let signature = canonical(&Signature::of(&manifest, key)).map_err(|error| error.to_string())?;
        fs::write(path.join(SIGNATURE), signature).map_err(|error| error.to_string())?;
    }
    fs::write(path.join(MANIFEST), manifest).map_err(|error| error.to_string())
}

/// A folder of evidence, with all files below it.
///
/// # Errors
/// Where one can't be read.
pub(crate) fn folder_at(path: &Path) -> io::Result<Folder> {
    let mut folder = Folder::default();
    let mut files = Vec::new();
    list(path, "", &mut files, &mut folder)?;
    // The journal, which takes longest, comes first.
    files.sort_by_key(|name| name != JOURNAL);
    let parts = side_by_side(&files, |name| -> io::Result<Folder> {
        let mut part = Folder::default();
        part.add(name, File::open(path.join(name))?)?;
        Ok(part)
    });
    for part in parts.ok_or_else(|| io::Error::other("reading it panicked"))? {
        folder.join(part?);
    }
    Ok(folder)
}

/// The names of the files below it; what else is there is noted in `folder`.
fn list(path: &Path, above: &str, files: &mut Vec<String>, folder: &mut Folder) -> io::Result<()> {
    let mut is_empty = true;
    for entry in fs::read_dir(path)? {
        is_empty = false;
        let entry = entry?;
        let name = format!("{above}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(&entry.path(), &format!("{name}/"), files, folder)?;
        } else if kind.is_file() {
            files.push(name);
        } else {
            folder.add_other(&name);
        }
    }
    if is_empty && !above.is_empty() {
        folder.add_other(above);
    }
    Ok(())
}

/// What `make` makes of each, in their order, with a thread for each core; `None`: it panicked.
fn side_by_side<Task: Sync, Made: Send>(
    tasks: &[Task],
    make: impl Fn(&Task) -> Made + Sync,
) -> Option<Vec<Made>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(place) else { return made };
            made.push((place, make(task)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(tasks.len());
    let mut made = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let made: Option<Vec<_>> = threads.into_iter().map(|thread| thread.join().ok()).collect();
        made.map(|made| made.into_iter().flatten().collect::<Vec<_>>())
    })?;
    made.sort_by_key(|(place, _)| *place);
    Some(made.into_iter().map(|(_, made)| made).collect())
}
