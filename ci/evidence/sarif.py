"""SARIF 2.1.0, by its schema, by what Microsoft's SARIF Multitool knows of the standard and of GitHub's code scanning, and by
GitHub's limits: https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit."""

import gzip
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile
import urllib.parse

import jsonschema
from trial import Refused, expect, replacing, trial, without_end

TOOL = pathlib.Path(os.environ["EVIDENCE_TOOLS"], "evidence-npm", "node_modules", "@microsoft", "sarif-multitool-linux")
SCHEMA = jsonschema.Draft202012Validator(json.loads((TOOL / "sarif-2.1.0.json").read_text()))
LARGEST = 10_000_000
RESULTS = 25_000
TAGS = 20
# What the features hold, by levels: failed ones, and one that could not tell.
EXPECTED = {"error": 2, "warning": 1}
SKIPPED = 1


def accept(text):
    log = json.loads(text)
    SCHEMA.validate(log)
    expect(len(gzip.compress(text)) <= LARGEST, "it is too large")
    (run,) = log["runs"]
    results, rules = run["results"], run["tool"]["driver"]["rules"]
    expect(len(results) <= RESULTS and len(rules) <= RESULTS, "too many results or rules")
    levels = [result["level"] for result in results]
    expect({level: levels.count(level) for level in set(levels)} == EXPECTED, f"the levels are {levels}")
    expect(levels == sorted(levels), "the worst are not the first")
    for rule in rules:
        expect(rule["help"]["text"] and rule["help"]["markdown"], f"{rule['id']} has no help")
        expect(len(rule["properties"]["tags"]) <= TAGS, f"{rule['id']} has too many tags")
    fingerprints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]
    expect(len(set(fingerprints)) == len(results), "two results of one fingerprint")
    for artifact in run["artifacts"]:
        path = pathlib.Path(urllib.parse.unquote(artifact["location"]["uri"]))
        expect(artifact["location"]["uriBaseId"] == "%SRCROOT%", f"{path} is nowhere")
        expect(path.is_file(), f"there is no file {path}")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        expect(artifact["hashes"]["sha-256"] == digest, f"another {path}")
    for result in results:
        expect(0 <= result["ruleIndex"] < len(rules), "there is no such rule")
        expect(rules[result["ruleIndex"]]["id"] == result["ruleId"], "the index is of another rule")
        written(result, run["artifacts"])
    (invocation,) = run["invocations"]
    expect((invocation["executionSuccessful"], invocation["exitCode"]) == (True, 1), "not a run that ended with 1")
    expect(invocation["startTimeUtc"] < invocation["endTimeUtc"], "it ended before it began")
    notes = [note["descriptor"]["id"] for note in invocation["toolExecutionNotifications"]]
    expect(notes.count("RC9002") == SKIPPED and "RC9001" in notes, "skips or the kind of evidence are not told")
    expect(run["tool"]["driver"]["properties"]["conformance"], "no score")
    multitool(text)


def written(result, artifacts):
    """The step stands where its result says."""
    expect(len(result["locations"]) == 1, "a result without a place, or with several")
    place = result["locations"][0]["physicalLocation"]
    uri, region = place["artifactLocation"], place["region"]
    expect(artifacts[uri["index"]]["location"]["uri"] == uri["uri"], "the index is of another file")
    line = pathlib.Path(uri["uri"]).read_text().splitlines()[region["startLine"] - 1]
    shown = line[region["startColumn"] - 1:region["endColumn"] - 1]
    expect(shown and shown == region["snippet"]["text"], f"not what stands there: {shown}")


def multitool(text):
    """What the Multitool calls an error or a warning. It asks for a page about the tool, and there is none yet."""
    with tempfile.TemporaryDirectory() as work:
        log, found = pathlib.Path(work, "log.sarif"), pathlib.Path(work, "found.sarif")
        log.write_bytes(text)
        command = [TOOL / "Sarif.Multitool", "validate", log, "--output", found, "--level", "Error;Warning"]
        environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "DOTNET_BUNDLE_EXTRACT_BASE_DIR": work}
        subprocess.run([*command, "--rule-kind", "Sarif;Ghas"], env=environment, stdout=subprocess.DEVNULL)
        (run,) = json.loads(found.read_text("utf-8-sig"))["runs"]
    wrong = [result for result in run["results"] if result["ruleId"] != "SARIF2005"]
    wrong = [f"{result['ruleId']} {result['message'].get('arguments', '')}" for result in wrong]
    expect(not wrong, "; ".join(wrong))
    if not run["invocations"][0]["executionSuccessful"]:
        raise Refused("the Multitool could not read it")


def changed(change):
    """A variant of which something in the run is another."""
    def broken(good):
        log = json.loads(good)
        change(log["runs"][0])
        return json.dumps(log).encode()
    return broken


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
