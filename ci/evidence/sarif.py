"""SARIF 2.1.0 of a run."""

import hashlib
import json
import pathlib
import urllib.parse

import jsonschema
from code_scanning import RESULTS, TAGS, changed, multitool, read
from trial import expect, replacing, trial, without_end

# What the features hold, by levels: failed ones, and one that could not tell.
EXPECTED = {"error": 2, "warning": 1}
SKIPPED = 1


def accept(text):
    run = read(text)
    levels = [result["level"] for result in run["results"]]
    expect({level: levels.count(level) for level in set(levels)} == EXPECTED, f"the levels are {levels}")
    for artifact in run["artifacts"]:
        path = pathlib.Path(urllib.parse.unquote(artifact["location"]["uri"]))
        expect(artifact["location"]["uriBaseId"] == "%SRCROOT%", f"{path} is nowhere")
        expect(path.is_file(), f"there is no file {path}")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        expect(artifact["hashes"]["sha-256"] == digest, f"another {path}")
    (invocation,) = run["invocations"]
    expect((invocation["executionSuccessful"], invocation["exitCode"]) == (True, 1), "not a run that ended with 1")
    expect(invocation["startTimeUtc"] < invocation["endTimeUtc"], "it ended before it began")
    notes = [note["descriptor"]["id"] for note in invocation["toolExecutionNotifications"]]
    expect(notes.count("RC9002") == SKIPPED and "RC9001" in notes, "skips or the kind of evidence are not told")
    expect(run["tool"]["driver"]["properties"]["conformance"], "no score")
    multitool(text)


trial(
    "report.sarif",
    accept,
    {
        "the end is missing": without_end,
        "another version": replacing('"version": "2.1.0"', '"version": "2.0.0"'),
        "no tool": changed(lambda run: run.pop("tool")),
        "a level that nobody knows": replacing('"level": "warning"', '"level": "fatal"'),
        "a property that nobody knows": changed(lambda run: run.update(verdict="passed")),
        "line 0": changed(lambda run: run["results"][0]["locations"][0]["physicalLocation"]["region"].update(startLine=0)),
        "another line": changed(lambda run: run["results"][0]["locations"][0]["physicalLocation"]["region"].update(startLine=2)),
        "no place": changed(lambda run: run["results"][0].update(locations=[])),
        "a rule that is not there": changed(lambda run: run["results"][0].update(ruleId="RC9999", ruleIndex=99)),
        "another rule's index": changed(lambda run: run["results"][0].update(ruleIndex=5)),
        "a rule without help": changed(lambda run: run["tool"]["driver"]["rules"][0]["help"].update(markdown="")),
        "a rule of which GitHub could tell nothing": changed(lambda run: run["tool"]["driver"]["rules"][0].pop("fullDescription")),
        "a fingerprint twice": changed(
            lambda run: run["results"][1].update(partialFingerprints=run["results"][0]["partialFingerprints"])
        ),
        "what could not tell is missing": changed(lambda run: run["results"].pop()),
        "a digest of another file": changed(lambda run: run["artifacts"][0]["hashes"].update({"sha-256": "0" * 64})),
        "the skip is missing": changed(lambda run: run["invocations"][0]["toolExecutionNotifications"].pop()),
        "a success of a failed run": changed(lambda run: run["invocations"][0].update(exitCode=0)),
        "too many results": changed(lambda run: run.update(results=run["results"] * (RESULTS // 3 + 1))),
        "too many tags": changed(
            lambda run: run["tool"]["driver"]["rules"][0]["properties"].update(tags=[str(tag) for tag in range(TAGS + 1)])
        ),
    },
    (jsonschema.ValidationError, json.JSONDecodeError),
)
