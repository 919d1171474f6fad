//! `rolecall keygen`, and where the key comes from that signs evidence. A private key is never printed.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use evidence::integrity::PrivateKey;

use crate::args::KeygenArgs;
use crate::diagnostic::Diagnostic;
use crate::output::say;
use crate::status::Status;
use crate::terminal::Surroundings;

/// The variable that holds the key itself, for CI systems that keep secrets in variables.
pub(crate) const VARIABLE: &str = "ROLECALL_EVIDENCE_KEY";

pub(crate) fn keygen(args: &KeygenArgs, surroundings: &Surroundings) -> Status {
    match made(args).and_then(|text| say(&text)) {
        Ok(()) => Status::Passed,
        Err(trouble) => {
            trouble.print(surroundings);
            Status::Usage
        }
    }
}

fn made(args: &KeygenArgs) -> Result<String, Diagnostic> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| Diagnostic::new(format!("there is no randomness: {error}")))?;
    let key = PrivateKey::of_seed(&seed);
    let public = args.file.with_extension("pub.pem");
    write_new(&args.file, &key.to_pem(), 0o600)?;
    write_new(&public, &key.public().to_pem(), 0o644)?;
    Ok(format!(
        "private key: {} (keep it; `rolecall run --evidence-key` or {VARIABLE} signs with it)\n\
         public key:  {} (give it to those who check with `rolecall verify --key`)\n\
         key id:      {}\n",
        args.file.display(),
        public.display(),
        key.public().id()
    ))
}

fn write_new(path: &Path, text: &str, mode: u32) -> Result<(), Diagnostic> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Diagnostic::new(format!("`{}` can't be written: {error}", path.display())))
}

/// The key of a file, else of the environment; `None`: nothing is signed.
///
/// # Errors
/// Where it is there, and is no key.
pub(crate) fn signing_key(file: Option<&Path>) -> Result<Option<PrivateKey>, Diagnostic> {
    let (text, place) = match file {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Diagnostic::new(format!("`{}` can't be read: {error}", path.display())))?;
            (text, path.display().to_string())
        }
        None => match std::env::var(VARIABLE).ok().filter(|text| !text.is_empty()) {
            Some(text) => (text, VARIABLE.to_owned()),
            None => return Ok(None),
        },
    };
    let key = PrivateKey::from_pem(&text);
    key.map(Some).map_err(|error| Diagnostic::new(format!("the key of `{place}`: {error}")))
}
