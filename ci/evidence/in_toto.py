"""The in-toto attestation: its signature by securesystemslib, its statement by in-toto-attestation, its predicate by the
message that in-toto defines for test results, and its subjects by the files beside it."""

import base64
import hashlib
import json

import google.protobuf.json_format as messages
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as StatementMessage
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey
from trial import expect, folder, public_key, replacing, trial, without_end

PEM = public_key()
DER = base64.b64decode("".join(PEM.splitlines()[1:-1]))
KEY = SSlibKey.from_crypto(load_pem_public_key(PEM.encode()), keyid=hashlib.sha256(DER).hexdigest())
# Passed, warned and failed scenarios of the features.
EXPECTED = (103, 1, 3)


def signed_statement(text):
    envelope = Envelope.from_dict(json.loads(text))
    envelope.verify([KEY], 1)
    expect(envelope.payload_type == "application/vnd.in-toto+json", "another type of payload")
    return envelope.payload


def accept(text):
    expect(text.count(b"\n") == 1 and text.endswith(b"\n"), "a bundle has one envelope in each line")
    statement(signed_statement(text))


def statement(payload):
    Statement.copy_from_pb(messages.Parse(payload, StatementMessage())).validate()
    told = json.loads(payload)
    expect(told["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1", "another predicate")
    result = messages.ParseDict(told["predicate"], TestResult())
    counts = (len(result.passed_tests), len(result.warned_tests), len(result.failed_tests))
    expect(counts == EXPECTED, f"{counts} scenarios passed, are warnings, failed")
    names = [*result.passed_tests, *result.warned_tests, *result.failed_tests]
    expect(len(set(names)) == len(names), "a name twice")
    expect(result.result == "FAILED", f"the result is {result.result}")
    expect(len(result.configuration) == 3, f"{len(result.configuration)} files")
    files = {it["name"]: it["digest"].get("sha256") for it in told["subject"]}
    for name in ("report.json", "journal.jsonl"):
        digest = hashlib.sha256((folder() / name).read_bytes()).hexdigest()
        expect(files.get(name) == digest, f"{name} is another")


def with_payload(change):
    """The signature stays, and what it signs is another."""

    def broken(good):
        envelope = json.loads(good)
        payload = change(base64.b64decode(envelope["payload"]))
        return json.dumps({**envelope, "payload": base64.b64encode(payload).decode()}).encode() + b"\n"

    return broken


def with_signature(change):
    """The same statement with another signature."""

    def broken(good):
        signed = Envelope.from_dict(json.loads(good)).pae()
        envelope = json.loads(good)
        signature = envelope["signatures"][0]
        signature["sig"] = base64.b64encode(change(base64.b64decode(signature["sig"]), signed)).decode()
        return json.dumps(envelope).encode() + b"\n"

    return broken


NAME = "report.intoto.jsonl"
REFUSALS = (VerificationError, messages.ParseError, ValueError, KeyError)
trial(
    NAME,
    accept,
    {
        "the end is missing": without_end,
        "a failure that is called a pass": with_payload(lambda it: it.replace(b'"FAILED"', b'"PASSED"')),
        "one byte more": with_payload(lambda it: it + b" "),
        "another type of payload": replacing("vnd.in-toto", "vnd.out-to"),
        "another signature": with_signature(lambda it, _: bytes([it[0] ^ 1]) + it[1:]),
        "no signature": lambda good: json.dumps({**json.loads(good), "signatures": []}).encode() + b"\n",
        "another key's": with_signature(lambda _, signed: Ed25519PrivateKey.generate().sign(signed)),
    },
    REFUSALS,
)


def unsigned(change):
    """A statement that would be signed as it is."""

    def broken(good):
        told = json.loads(signed_statement(good))
        change(told)
        return json.dumps(told).encode()

    return broken


trial(
    NAME,
    lambda text: statement(signed_statement(text) if text.startswith(b'{"payload"') else text),
    {
        "no subject": unsigned(lambda it: it.update(subject=[])),
        "a subject without digest": unsigned(lambda it: it["subject"][0].update(digest={})),
        "another record": unsigned(lambda it: it["subject"][0].update(digest={"sha256": "0" * 64})),
        "another version of the statement": unsigned(lambda it: it.update(_type="https://in-toto.io/Statement/v0.1")),
        "a member that the predicate does not have": unsigned(lambda it: it["predicate"].update(note="")),
        "a scenario is missing": unsigned(lambda it: it["predicate"]["passedTests"].pop()),
    },
    REFUSALS,
)
