//! `rolecall lsp`: a language server on standard input and output, for editors.
//!
//! The editor's texts are what counts, saved or not. What is answered is made in the crate `lsp`; here are the messages and
//! the files: <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/>.

mod files;
mod session;

use lsp_server::Connection;

use crate::diagnostic::Diagnostic;
use crate::status::Status;
use crate::terminal::Surroundings;

/// Serves one editor until it is told to stop.
pub(crate) fn lsp(surroundings: &Surroundings) -> Status {
    let (connection, threads) = Connection::stdio();
    let served = session::serve(&connection);
    // The thread that writes ends with the last sender.
    drop(connection);
    let joined = served.and_then(|status| {
        threads
            .join()
            .map(|()| status)
            .map_err(|error| Diagnostic::new(format!("the editor is gone: {error}")))
    });
    joined.unwrap_or_else(|trouble| {
        trouble.print(surroundings);
        Status::Inconclusive
    })
}
