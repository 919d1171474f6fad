"""SARIF 2.1.0 of what `rolecall check` finds: in ci/validate-evidence it looks at the features that show its codes."""

import json
import pathlib

import jsonschema
from code_scanning import changed, multitool, read
from trial import expect, replacing, trial, without_end

SHOWN = {path.stem for path in pathlib.Path("tests/check").glob("RC???.feature")}


def accept(text):
    run = read(text)
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    expect(rules == SHOWN, f"the codes and their features differ: {rules ^ SHOWN}")
    # It takes steps of one's own to be ambiguous.
    told = {result["ruleId"] for result in run["results"]}
    expect(told == rules - {"RC003"}, f"not found: {rules - told}")
    (invocation,) = run["invocations"]
    expect(invocation["executionSuccessful"], "not all files were read")
    multitool(text)


trial(
    "findings.sarif",
    accept,
    {
        "the end is missing": without_end,
        "another version": replacing('"version": "2.1.0"', '"version": "2.0.0"'),
        "a level that nobody knows": replacing('"level": "warning"', '"level": "fatal"'),
        "another line": changed(lambda run: run["results"][0]["locations"][0]["physicalLocation"]["region"].update(startLine=1)),
        "another rule's index": changed(lambda run: run["results"][0].update(ruleIndex=5)),
        "a rule without help": changed(lambda run: run["tool"]["driver"]["rules"][0]["help"].update(markdown="")),
        "a fingerprint twice": changed(
            lambda run: run["results"][1].update(partialFingerprints=run["results"][0]["partialFingerprints"])
        ),
        "a code is never found": changed(
            lambda run: run.update(results=[result for result in run["results"] if result["ruleId"] != "RC019"])
        ),
        "a file was not read": changed(lambda run: run["invocations"][0].update(executionSuccessful=False)),
    },
    (jsonschema.ValidationError, json.JSONDecodeError),
)
