"""An editor: opens features in `rolecall lsp`, types in them, and asks what editors ask. The protocol's own types check what
comes back."""

import asyncio
import pathlib
import sys
import tempfile

from lsprotocol import types
from pygls.lsp.client import LanguageClient

ROLECALL, *FEATURES = sys.argv[1:]


class Editor(LanguageClient):
    def __init__(self):
        super().__init__("editor", "1")
        self.found = asyncio.Queue()

        @self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params):
            self.found.put_nowait(params)

    async def begin(self, root, snippets=True):
        await self.start_io(ROLECALL, "lsp")
        item = types.ClientCompletionItemOptions(snippet_support=snippets)
        completion = types.CompletionClientCapabilities(completion_item=item)
        capabilities = types.ClientCapabilities(
            text_document=types.TextDocumentClientCapabilities(completion=completion)
        )
        params = types.InitializeParams(capabilities=capabilities, root_uri=root.as_uri())
        begun = await self.initialize_async(params)
        self.initialized(types.InitializedParams())
        return begun.capabilities

    async def shown(self, uri, text, version):
        """The findings in a text that is opened or typed."""
        if version == 1:
            item = types.TextDocumentItem(uri=uri, language_id="cucumber", version=version, text=text)
            self.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
        else:
            document = types.VersionedTextDocumentIdentifier(uri=uri, version=version)
            change = types.TextDocumentContentChangeWholeDocument(text=text)
            self.text_document_did_change(
                types.DidChangeTextDocumentParams(text_document=document, content_changes=[change])
            )
        found = await asyncio.wait_for(self.found.get(), 60)
        assert (found.uri, found.version) == (uri, version), found
        return list(found.diagnostics)

    async def end(self):
        await self.shutdown_async(None)
        self.exit(None)
        await asyncio.wait_for(self._server.wait(), 60)
        assert self._server.returncode == 0, self._server.returncode


def place(text, mark):
    """The text without its mark, and where that was, in UTF-16."""
    before, after = text.split(mark)
    line = before.rsplit("\n", 1)[-1]
    position = types.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)
    return before + after, position


async def main():
    editor = Editor()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        capabilities = await editor.begin(root)
        assert capabilities.position_encoding == "utf-16"
        assert capabilities.completion_provider and capabilities.hover_provider and capabilities.definition_provider
        await session(editor, root)
        for number, path in enumerate(FEATURES):
            path = pathlib.Path(path).resolve()
            found = await editor.shown(path.as_uri(), path.read_text(), 1)
            assert found == [], (path, found)
        await editor.end()
        plain = Editor()
        await plain.begin(root, snippets=False)
        await without_snippets(plain, root)
        await plain.end()
    print(f"an editor of pygls works with `rolecall lsp`, and finds nothing in {len(FEATURES)} features")


HEAD = "Feature: \U0001f511\n  Scenario: s\n    Given a bucket reports\n    And a user alice\n"


async def session(editor, root):
    uri = (root / "a b.feature").as_uri()
    document = types.TextDocumentIdentifier(uri)
    found = await editor.shown(uri, HEAD + "    Then alicia can't list reports\n", 1)
    assert [(it.code, it.severity) for it in found] == [("RC019", types.DiagnosticSeverity.Error)], found
    assert found[0].range == types.Range(types.Position(4, 9), types.Position(4, 15)), found
    assert found[0].code_description.href.endswith("check.md#rc019")
    found = await editor.shown(uri, HEAD + "    Then alice can't list reports\n", 2)
    assert found == [], found

    # A step that is being typed, letter by letter, as it comes.
    text = HEAD + "    Then "
    for version, letter in enumerate("alice can't l", 3):
        text += letter
        await editor.shown(uri, text, version)
        position = types.Position(4, 9 + version - 2)
        offered = await editor.text_document_completion_async(types.CompletionParams(document, position))
        assert offered.is_incomplete and offered.items, text
    step = next(it for it in offered.items if it.label == "{who} can't/cannot list {bucket}")
    assert step.text_edit.new_text == "alice can't list ${1:reports}", step
    assert step.text_edit.range == types.Range(types.Position(4, 9), position), step
    assert step.documentation.kind == types.MarkupKind.Markdown and step.documentation.value

    policy = """    And alice has the inline policy p:
      \"\"\"
      {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetO¦bject",
        "Resource": "arn:aws:s3:::reports/*"}]}
      \"\"\"
    Then alice can't list reports
"""
    text, position = place(HEAD + policy, "¦")
    assert await editor.shown(uri, text, 100) == []
    hover = await editor.text_document_hover_async(types.HoverParams(document, position))
    assert hover.contents.value.startswith("`s3:GetObject`: read, of Amazon S3"), hover
    offered = await editor.text_document_completion_async(types.CompletionParams(document, position))
    assert "s3:GetObject" in [it.label for it in offered.items]
    text, position = place(HEAD + policy.replace("¦", "").replace("reports/*", "rep¦orts/*"), "¦")
    hover = await editor.text_document_hover_async(types.HoverParams(document, position))
    assert "**Allows** `s3:GetObject` on `arn:aws:s3:::reports/*`" in hover.contents.value, hover
    there = await editor.text_document_definition_async(types.DefinitionParams(document, position))
    assert (there.uri, there.range.start) == (uri, types.Position(2, 19)), there
    there = await editor.text_document_definition_async(types.DefinitionParams(document, types.Position(3, 10)))
    assert there.uri.endswith("/steps.md"), there

    editor.text_document_did_close(types.DidCloseTextDocumentParams(document))
    found = await asyncio.wait_for(editor.found.get(), 60)
    assert not found.diagnostics, found
    hover = await editor.text_document_hover_async(types.HoverParams(document, position))
    assert hover is None, hover


async def without_snippets(editor, root):
    uri = (root / "b.feature").as_uri()
    await editor.shown(uri, HEAD + "    And a rol", 1)
    document, position = types.TextDocumentIdentifier(uri), types.Position(4, 13)
    offered = await editor.text_document_completion_async(types.CompletionParams(document, position))
    assert any(it.text_edit.new_text == "a role " for it in offered.items), offered
    assert not any("$" in it.text_edit.new_text for it in offered.items if it.label.startswith("a role"))


asyncio.run(main())
