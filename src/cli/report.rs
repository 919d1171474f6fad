//! `rolecall report` and `rolecall verify`: what a journal tells, and whether a folder of evidence is as it was left.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal as _};
use std::path::Path;

use evidence::integrity::{PublicKey, verify as check};
use evidence::{Format, Hub, Journal, Record, RenderError, RenderOptions, render, render_files};

use crate::args::{ReportArgs, VerifyArgs};
use crate::diagnostic::Diagnostic;
use crate::evidence_folder::{JOURNAL, OPTIONS, folder_at};
use crate::files_below::FilesBelow;
use crate::keys::signing_key;
use crate::output::{UntilClosed, say};
use crate::status::Status;
use crate::terminal::Surroundings;

pub(crate) fn report(args: &ReportArgs, surroundings: &Surroundings) -> Status {
    match reported(args, surroundings) {
        Ok(status) => status,
        Err(trouble) => {
            trouble.print(surroundings);
            Status::Usage
        }
    }
}

fn reported(args: &ReportArgs, surroundings: &Surroundings) -> Result<Status, Diagnostic> {
    let path = if args.journal.is_dir() { args.journal.join(JOURNAL) } else { args.journal.clone() };
    let file = File::open(&path)
        .map_err(|error| Diagnostic::new(format!("`{}` can't be read: {error}", path.display())))?;
    let (record, journal) = Journal::record(BufReader::new(file))
        .map_err(|error| Diagnostic::new(format!("`{}` can't be relied on: {error}", path.display())))?;
    let format = Format::ALL.into_iter().find(|format| format.name() == args.format);
    let format = format.ok_or_else(|| {
        let known: Vec<&str> = Format::ALL.into_iter().map(Format::name).collect();
        Diagnostic::new(format!("there is no format `{}`", args.format))
            .help(format!("it is {}", known.join(", ")))
    })?;
    // What is not for a terminal is what the run left, byte for byte.
    let is_shown = args.output.is_none() && io::stdout().is_terminal();
    let page = if is_shown { surroundings.page(OPTIONS.page.detail) } else { OPTIONS.page };
    let key = if format.needs_key() { signing_key(args.evidence_key.as_deref())? } else { None };
    let options = RenderOptions {
        journal: Some(&journal.sha256),
        key: key.as_ref(),
        hub: Hub { account: args.account.as_deref(), region: args.region.as_deref() },
        ..RenderOptions::on(page)
    };
    match &args.output {
        Some(path) => write(path, &record, format, &options)?,
        None => print(&record, format, &options)?,
    }
    Ok(Status::from(record.exit()))
}

/// To a file, with a folder beside it where one is needed. What is not a file, such as a pipe, has nothing beside it.
fn write(
    path: &Path,
    record: &Record,
    format: Format,
    options: &RenderOptions<'_>,
) -> Result<(), Diagnostic> {
    let place = format!("`{}`", path.display());
    // What a link leads to is written, and the link stays.
    let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Diagnostic::new(format!("{place} is no name of a file")))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    if std::fs::metadata(path).is_ok_and(|it| !it.is_file()) {
        let mut pipe = File::options()
            .write(true)
            .open(path)
            .map(BufWriter::new)
            .map_err(|error| not_rendered(error.into(), &place))?;
        return render(record, format, options, &mut pipe).map_err(|error| not_rendered(error, &place));
    }
    render_files(record, format, options, name, &mut FilesBelow(folder))
        .map_err(|error| not_rendered(error, &place))
}

fn print(record: &Record, format: Format, options: &RenderOptions<'_>) -> Result<(), Diagnostic> {
    let mut output = BufWriter::new(UntilClosed::new(io::stdout()));
    render(record, format, options, &mut output).map_err(|error| not_rendered(error, "standard output"))
}

fn not_rendered(error: RenderError, place: &str) -> Diagnostic {
    let diagnostic = match &error {
        RenderError::Output(error) => Diagnostic::new(format!("{place} can't be written: {error}")),
        _ => Diagnostic::new(error.to_string()),
    };
    match error {
        RenderError::NoKey => diagnostic
            .help("`rolecall keygen FILE` makes one; name it by `--evidence-key FILE`, or put it into ROLECALL_EVIDENCE_KEY"),
        RenderError::NoHub => diagnostic.help(
            "`--account ID --region REGION` name a Security Hub that shall take them all the same; each says what it is, and none is PASSED",
        ),
        RenderError::Output(_)
        | RenderError::TooLarge
        | RenderError::OtherAccount { .. }
        | RenderError::NoAccountId(_)
        | RenderError::NoRegion(_) => diagnostic,
    }
}

pub(crate) fn verify(args: &VerifyArgs, surroundings: &Surroundings) -> Status {
    match verified(args) {
        Ok(status) => status,
        Err(trouble) => {
            trouble.print(surroundings);
            Status::Usage
        }
    }
}

fn verified(args: &VerifyArgs) -> Result<Status, Diagnostic> {
    let key = match &args.key {
        Some(path) => {
            let text = String::from_utf8_lossy(&read(path)?).into_owned();
            let key = PublicKey::from_pem(&text);
            Some(key.map_err(|error| Diagnostic::new(format!("`{}`: {error}", path.display())))?)
        }
        None => None,
    };
    let folder = folder_at(&args.folder)
        .map_err(|error| Diagnostic::new(format!("`{}` can't be read: {error}", args.folder.display())))?;
    match check(&folder, key.as_ref()) {
        Ok(holds) => {
            say(&format!("{holds}\n"))?;
            Ok(Status::Passed)
        }
        Err(tampered) => {
            say(&format!("does not hold: {tampered}\n"))?;
            Ok(Status::Failed)
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    std::fs::read(path)
        .map_err(|error| Diagnostic::new(format!("`{}` can't be read: {error}", path.display())))
}
