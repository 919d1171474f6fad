//! `rolecall lsp` as an editor meets it: messages over standard input and output.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::cli::rolecall;

/// An editor that has begun a session.
struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last: i64,
}

impl Editor {
    fn begun(folder: &Path) -> Editor {
        let mut command = rolecall(folder, &["lsp"]);
        command.env("XDG_CACHE_HOME", folder.join("cache")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().expect("it starts");
        let input = server.stdin.take().expect("its input");
        let output = BufReader::new(server.stdout.take().expect("its output"));
        let mut editor = Editor { server, input, output, last: 0 };
        let snippets = json!({"textDocument": {"completion": {"completionItem": {"snippetSupport": true}}}});
        let begun =
            editor.ask("initialize", json!({"processId": null, "rootUri": null, "capabilities": snippets}));
        assert_eq!(begun["capabilities"]["positionEncoding"], "utf-16", "{begun}");
        assert_eq!(begun["serverInfo"]["name"], "rolecall");
        editor.tell("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("it is sent");
        self.input.flush().expect("it is sent");
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn heard(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).expect("a line") > 0, "the server is gone");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", count)) => length = count.parse().expect("a number"),
                Some(_) => {}
                None => break,
            }
        }
        let mut text = vec![0; length];
        self.output.read_exact(&mut text).expect("a message");
        serde_json::from_slice(&text).expect("JSON")
    }

    fn answer(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.heard();
            if message["id"] == id {
                return message;
            }
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params);
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    fn found(&mut self) -> Value {
        let message = self.heard();
        assert_eq!(message["method"], "textDocument/publishDiagnostics", "{message}");
        message["params"].clone()
    }

    fn ended(mut self) -> Option<i32> {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.tell("exit", Value::Null);
        self.server.wait().expect("it ends").code()
    }
}

fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}})
}

const TEXT: &str = "Feature: f\n  Scenario: s\n    Given a user alice\n    And a bucket reports\n    Then alice can't lst reports\n";

#[test]
fn an_editor_is_told_of_the_text_that_it_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut editor = Editor::begun(folder.path());
    // What is on the disk is another text, and in a folder with odd letters.
    let path = folder.path().join("a ü");
    fs::create_dir(&path).expect("a folder");
    fs::write(path.join("a.feature"), "").expect("it is written");
    fs::write(path.join("gaad.json"), "{}").expect("it is written");
    let uri = format!("file://{}/a%20%C3%BC/a.feature", folder.path().display());
    let opened = json!({"uri": uri, "languageId": "gherkin", "version": 1, "text": TEXT});
    editor.tell("textDocument/didOpen", json!({"textDocument": opened}));
    let found = editor.found();
    assert_eq!((&found["uri"], &found["version"]), (&json!(uri), &json!(1)));
    let first = &found["diagnostics"][0];
    assert_eq!(
        (&first["code"], &first["severity"], &first["source"]),
        (&json!("RC002"), &json!(1), &json!("rolecall"))
    );
    assert_eq!(
        first["range"],
        json!({"start": {"line": 4, "character": 4}, "end": {"line": 4, "character": 32}})
    );
    let explained = first["codeDescription"]["href"].as_str().expect("a page");
    let page =
        explained.strip_prefix("file://").and_then(|page| page.strip_suffix("#rc002")).expect("a file");
    assert!(fs::read_to_string(page).expect("a page").contains("## RC002"));

    let right = TEXT.replace("lst", "list");
    let change = json!({"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": right}]});
    editor.tell("textDocument/didChange", change);
    let found = editor.found();
    assert_eq!((&found["version"], &found["diagnostics"]), (&json!(2), &json!([])));

    let offered = editor.ask("textDocument/completion", at(&uri, 4, 21));
    let items = offered["items"].as_array().expect("items");
    let list = items.iter().find(|item| item["label"] == "{who} can't/cannot list {bucket}").expect("a step");
    assert_eq!(list["textEdit"]["newText"], "alice can't list ${1:reports}");
    let hover = editor.ask("textDocument/hover", at(&uri, 2, 13));
    assert!(
        hover["contents"]["value"].as_str().expect("words").contains("**Given** `a user {new-user}`"),
        "{hover}"
    );
    let place = editor.ask("textDocument/definition", at(&uri, 4, 28));
    assert_eq!(
        place,
        json!({"uri": uri, "range": {"start": {"line": 3, "character": 17}, "end": {"line": 3, "character": 24}}})
    );
    let place = editor.ask("textDocument/definition", at(&uri, 4, 17));
    let steps = place["uri"].as_str().and_then(|uri| uri.strip_prefix("file://")).expect("a file");
    let line =
        place["range"]["start"]["line"].as_u64().and_then(|line| usize::try_from(line).ok()).expect("a line");
    let page = fs::read_to_string(steps).expect("a page");
    assert_eq!(page.lines().nth(line), Some("- **Then** `{who} can't/cannot list {bucket}`"));

    let file = TEXT.replace("a user alice", "the account described in \"gaad.json\"");
    let change = json!({"textDocument": {"uri": uri, "version": 3}, "contentChanges": [{"text": file}]});
    editor.tell("textDocument/didChange", change);
    editor.found();
    let place = editor.ask("textDocument/definition", at(&uri, 2, 40));
    assert_eq!(place["uri"], uri.replace("a.feature", "gaad.json"));

    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    assert_eq!(editor.found()["diagnostics"], json!([]));
    assert_eq!(editor.ask("textDocument/hover", at(&uri, 2, 13)), Value::Null);
    assert_eq!(editor.ended(), Some(0));
}

#[test]
fn what_is_not_served_is_an_error_and_no_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut editor = Editor::begun(folder.path());
    assert_eq!(editor.answer("textDocument/rename", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.answer("textDocument/hover", json!({"textDocument": 1}))["error"]["code"], -32602);
    editor.tell("textDocument/didOpen", json!({"what": "ever"}));
    let opened = json!({"uri": "untitled:Untitled-1", "languageId": "gherkin", "version": 1, "text": TEXT});
    editor.tell("textDocument/didOpen", json!({"textDocument": opened}));
    assert_eq!(editor.found()["diagnostics"][0]["code"], "RC002");
    assert_eq!(editor.ended(), Some(0));
}

#[test]
fn an_editor_that_is_gone_or_speaks_otherwise_leaves_no_server_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let Editor { mut server, input, .. } = Editor::begun(folder.path());
    drop(input);
    assert_eq!(server.wait().expect("it ends").code(), Some(1));
    let mut command = rolecall(folder.path(), &["lsp"]);
    let ended = command.output().expect("it ends");
    assert_eq!(ended.status.code(), Some(3), "{ended:?}");
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(told.contains("help: editors start it by themselves"), "{told}");
}
