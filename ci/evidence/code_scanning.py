"""What checks of SARIF share: its schema, what Microsoft's SARIF Multitool knows of the standard and of GitHub's code scanning, and
GitHub's limits: https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit."""

import gzip
import json
import os
import pathlib
import subprocess
import tempfile

import jsonschema
from trial import Refused, expect

TOOL = pathlib.Path(os.environ["EVIDENCE_TOOLS"], "evidence-npm", "node_modules", "@microsoft", "sarif-multitool-linux")
SCHEMA = jsonschema.Draft202012Validator(json.loads((TOOL / "sarif-2.1.0.json").read_text()))
LARGEST = 10_000_000
RESULTS = 25_000
TAGS = 20


def read(text):
    """The one run of a log, which is within the limits and has no rule that tells nothing."""
    log = json.loads(text)
    SCHEMA.validate(log)
    expect(len(gzip.compress(text)) <= LARGEST, "it is too large")
    (run,) = log["runs"]
    results, rules = run["results"], run["tool"]["driver"]["rules"]
    expect(len(results) <= RESULTS and len(rules) <= RESULTS, "too many results or rules")
    levels = [result["level"] for result in results]
    expect(levels == sorted(levels), "the worst are not the first")
    for rule in rules:
        expect(rule["help"]["text"] and rule["help"]["markdown"], f"{rule['id']} has no help")
        expect(len(rule["properties"]["tags"]) <= TAGS, f"{rule['id']} has too many tags")
    fingerprints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]
    expect(len(set(fingerprints)) == len(results), "two results of one fingerprint")
    for result in results:
        expect(0 <= result["ruleIndex"] < len(rules), "there is no such rule")
        expect(rules[result["ruleIndex"]]["id"] == result["ruleId"], "the index is of another rule")
        written(result, run["artifacts"])
    return run


def written(result, artifacts):
    """The step stands where its result says."""
    expect(len(result["locations"]) == 1, "a result without a place, or with several")
    place = result["locations"][0]["physicalLocation"]
    uri, region = place["artifactLocation"], place["region"]
    expect(artifacts[uri["index"]]["location"]["uri"] == uri["uri"], "the index is of another file")
    line = pathlib.Path(uri["uri"]).read_text().splitlines()[region["startLine"] - 1]
    shown = line[region["startColumn"] - 1:region["endColumn"] - 1]
    snippet = region["snippet"]["text"]
    # A credential is not shown.
    expect(shown and (shown == snippet or set(snippet) == {"*"}), f"not what stands there: {shown}")


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
