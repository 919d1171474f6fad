//! The messages of one editor.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use harness::check::Beside;
use lsp::{Document, Place, Snippets};
use lsp_server::{Connection, ErrorCode, Message, Notification, ProtocolError, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{Completion, GotoDefinition, HoverRequest, Request as _};
use lsp_types::{
    CompletionOptions, CompletionParams, DidChangeTextDocumentParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, GotoDefinitionParams, HoverParams, HoverProviderCapability, InitializeParams,
    InitializeResult, Location, OneOf, Position, PositionEncodingKind, PublishDiagnosticsParams, Range,
    ServerCapabilities, ServerInfo, TextDocumentPositionParams, TextDocumentSyncCapability,
    TextDocumentSyncKind, TextDocumentSyncOptions, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::files::{self, Pages};
use crate::diagnostic::Diagnostic;
use crate::features;
use crate::status::Status;

/// What is known of the editor and its texts.
struct Session<'c> {
    connection: &'c Connection,
    snippets: Snippets,
    pages: Option<Pages>,
    /// By the URIs that the editor gives them.
    documents: BTreeMap<Uri, Document>,
}

/// Answers until the editor says that it is done, or is gone.
///
/// # Errors
/// Where it does not speak the protocol.
pub(super) fn serve(connection: &Connection) -> Result<Status, Diagnostic> {
    let (id, params) = connection.initialize_start().map_err(|error| misunderstood(&error))?;
    let params: InitializeParams = serde_json::from_value(params)
        .map_err(|error| Diagnostic::new(format!("the editor can't be understood: {error}")))?;
    connection.initialize_finish(id, capabilities()).map_err(|error| misunderstood(&error))?;
    let mut session = Session {
        connection,
        snippets: snippets(&params),
        pages: Pages::written(),
        documents: BTreeMap::new(),
    };
    for message in &connection.receiver {
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request).map_err(|error| misunderstood(&error))? {
                    return Ok(Status::Passed);
                }
                session.send(Message::Response(session.answer(request)))?;
            }
            Message::Notification(notification) => session.notice(notification)?,
            Message::Response(_) => {}
        }
    }
    // https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#exit: without a shutdown
    // before, that is an error.
    Ok(Status::Failed)
}

fn misunderstood(error: &ProtocolError) -> Diagnostic {
    let help = "editors start it by themselves, and talk to it on standard input and output";
    Diagnostic::new(format!("the editor can't be understood: {error}")).help(help)
}

fn capabilities() -> Value {
    let triggers = [" ", "\"", ":", "|", "(", "{", ","];
    let capabilities = ServerCapabilities {
        position_encoding: Some(PositionEncodingKind::UTF16),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            // Features are small.
            change: Some(TextDocumentSyncKind::FULL),
            ..TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(triggers.map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    };
    let server_info =
        Some(ServerInfo { name: "rolecall".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) });
    json!(InitializeResult { capabilities, server_info })
}

fn snippets(params: &InitializeParams) -> Snippets {
    let completion = params.capabilities.text_document.as_ref().and_then(|it| it.completion.as_ref());
    let item = completion.and_then(|completion| completion.completion_item.as_ref());
    match item.and_then(|item| item.snippet_support) {
        Some(true) => Snippets::Known,
        _ => Snippets::Unknown,
    }
}

impl Session<'_> {
    fn send(&self, message: Message) -> Result<(), Diagnostic> {
        self.connection.sender.send(message).map_err(|_| Diagnostic::new("the editor is gone"))
    }

    /// A defect costs one answer, not the editor's whole session.
    fn answer(&self, request: Request) -> Response {
        let id = request.id.clone();
        let defect = |_| Response::new_err(id, ErrorCode::InternalError as i32, "a defect".to_owned());
        catch_unwind(AssertUnwindSafe(|| self.dispatch(request))).unwrap_or_else(defect)
    }

    fn dispatch(&self, request: Request) -> Response {
        match request.method.as_str() {
            Completion::METHOD => respond(request, |params: CompletionParams| {
                let (document, position) = self.at(&params.text_document_position)?;
                Some(json!(lsp::completion(document, position, self.snippets)))
            }),
            HoverRequest::METHOD => respond(request, |params: HoverParams| {
                let (document, position) = self.at(&params.text_document_position_params)?;
                Some(json!(lsp::hover(document, position)?))
            }),
            GotoDefinition::METHOD => respond(request, |params: GotoDefinitionParams| {
                Some(json!(self.definition(&params.text_document_position_params)?))
            }),
            method => {
                let unknown = format!("`{method}` is not served");
                Response::new_err(request.id, ErrorCode::MethodNotFound as i32, unknown)
            }
        }
    }

    fn at(&self, place: &TextDocumentPositionParams) -> Option<(&Document, Position)> {
        Some((self.documents.get(&place.text_document.uri)?, place.position))
    }

    fn definition(&self, place: &TextDocumentPositionParams) -> Option<Location> {
        let (document, position) = self.at(place)?;
        let is_file = |path: &str| files::beside(document.path(), path).is_some();
        match lsp::definition(document, position, is_file)? {
            Place::Here(range) => Some(Location::new(place.text_document.uri.clone(), range)),
            Place::File(path) => {
                Some(Location::new(files::uri(&files::beside(document.path(), &path)?)?, Range::default()))
            }
            Place::Step(form) => self.pages.as_ref()?.step(&form),
        }
    }

    fn notice(&mut self, notification: Notification) -> Result<(), Diagnostic> {
        let params = notification.params;
        match notification.method.as_str() {
            DidOpenTextDocument::METHOD => {
                let Some(params) = read::<DidOpenTextDocumentParams>(params) else { return Ok(()) };
                let opened = params.text_document;
                self.changed(opened.uri, opened.text, opened.version)
            }
            DidChangeTextDocument::METHOD => {
                let Some(params) = read::<DidChangeTextDocumentParams>(params) else { return Ok(()) };
                // Each has the whole text.
                let Some(last) = params.content_changes.into_iter().last() else { return Ok(()) };
                self.changed(params.text_document.uri, last.text, params.text_document.version)
            }
            DidCloseTextDocument::METHOD => {
                let Some(params) = read::<DidCloseTextDocumentParams>(params) else { return Ok(()) };
                let uri = params.text_document.uri;
                self.documents.remove(&uri);
                self.publish(PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: None })
            }
            _ => Ok(()),
        }
    }

    /// A text as it is now, and what is found in it.
    fn changed(&mut self, uri: Uri, text: String, version: i32) -> Result<(), Diagnostic> {
        let path = files::path(&uri).unwrap_or_default();
        let document = Document::new(path.display().to_string(), text);
        let controls = files::controls(&path);
        let more = |code: &str| self.pages.as_ref()?.code(code);
        let beside = Beside { controls: &controls, files: features::FILES };
        let find = || lsp::diagnostics(&document, &beside, more);
        let diagnostics = catch_unwind(AssertUnwindSafe(find)).unwrap_or_default();
        self.documents.insert(uri.clone(), document);
        self.publish(PublishDiagnosticsParams { uri, diagnostics, version: Some(version) })
    }

    fn publish(&self, params: PublishDiagnosticsParams) -> Result<(), Diagnostic> {
        self.send(Message::Notification(Notification::new(PublishDiagnostics::METHOD.to_owned(), params)))
    }
}

/// What is made of a request's parameters; `null` where there is nothing to tell.
fn respond<P: DeserializeOwned>(request: Request, answer: impl FnOnce(P) -> Option<Value>) -> Response {
    match serde_json::from_value(request.params) {
        Ok(params) => Response::new_ok(request.id, answer(params).unwrap_or_default()),
        Err(error) => Response::new_err(request.id, ErrorCode::InvalidParams as i32, error.to_string()),
    }
}

/// Notifications have no answer, so what can't be read of them is passed over.
fn read<P: DeserializeOwned>(params: Value) -> Option<P> {
    serde_json::from_value(params).ok()
}
