"""Cucumber Messages, by the schema of @cucumber/messages and by @cucumber/html-formatter, which must make a page of them:
nothing is named that is not there, and only scenarios that passed are green."""

import collections
import json
import os
import pathlib
import subprocess

import jsonschema
from trial import expect, replacing, trial, without_end

NPM = pathlib.Path(os.environ["EVIDENCE_TOOLS"], "evidence-npm", "node_modules", "@cucumber")
SCHEMA = jsonschema.Draft202012Validator(json.loads((NPM / "messages" / "messages.schema.json").read_text()))
# As @cucumber/messages weighs them (getWorstTestStepResult).
WEIGHTS = ["UNKNOWN", "PASSED", "SKIPPED", "PENDING", "UNDEFINED", "AMBIGUOUS", "FAILED"]
# What the features hold, by those statuses; what could not tell is as red as what failed.
EXPECTED = {"PASSED": 103, "SKIPPED": 1, "UNDEFINED": 1, "FAILED": 2}
PAGE = """
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
const { CucumberHtmlStream } = await import(pathToFileURL(process.argv[1]));
const page = new CucumberHtmlStream();
page.pipe(process.stdout);
for await (const line of createInterface({ input: process.stdin })) page.write(JSON.parse(line));
page.end();
"""


def accept(text):
    messages = [json.loads(line) for line in text.decode().splitlines()]
    for message in messages:
        SCHEMA.validate(message)
    kinds = [kind for message in messages for kind in message]
    expect(kinds[0] == "meta" and kinds[-1] == "testRunFinished", "it does not begin or end as it should")
    expect(kinds.count("testRunFinished") == 1, "the run ends more than once")
    references(messages)
    expect(not messages[-1]["testRunFinished"]["success"], "the run is called a success")
    statuses = collections.Counter(worst(messages).values())
    expect(statuses == EXPECTED, f"the statuses are {dict(statuses)}")
    page = rendered(text)
    expect(b"<html" in page and len(page) > len(text), "no page was made")


def references(messages):
    """Every id is given before it is named, and once."""
    given = set()

    def walk(value):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            if name == "id":
                expect(part not in given, f"{part} is given twice")
                given.add(part)
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            named = [part] if str(name).endswith("Id") else part if str(name).endswith("Ids") else []
            for it in named:
                expect(it in given, f"{it} is named, and not there")
            if isinstance(part, (dict, list)) and not named:
                walk(part)

    for message in messages:
        walk(message)


def worst(messages):
    """The worst status of each test case."""
    statuses = {}
    for message in messages:
        if case := message.get("testCaseStarted"):
            statuses[case["id"]] = "UNKNOWN"
        if step := message.get("testStepFinished"):
            both = statuses[step["testCaseStartedId"]], step["testStepResult"]["status"]
            statuses[step["testCaseStartedId"]] = max(both, key=WEIGHTS.index)
    return statuses


def rendered(text):
    script = NPM / "html-formatter" / "dist" / "src" / "index.js"
    command = ["node", "--input-type=module", "--eval", PAGE, str(script)]
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True).stdout


def without(kind):
    """A variant in which the last message of a kind is missing."""
    def broken(good):
        lines = good.splitlines(keepends=True)
        last = max(number for number, line in enumerate(lines) if kind in json.loads(line))
        return b"".join(lines[:last] + lines[last + 1:])
    return broken


trial(
    "messages.ndjson",
    accept,
    {
        "the end is missing": without_end,
        "no meta": without("meta"),
        "no end of the run": without("testRunFinished"),
        "a document is missing": without("gherkinDocument"),
        "a pickle is missing": without("pickle"),
        "a hook is missing": without("hook"),
        "a step did not end": lambda good: b"".join(
            line for line in good.splitlines(keepends=True) if b'"SKIPPED"' not in line or b"hook" not in line
        ),
        "a status that nobody knows": replacing('"status":"FAILED"', '"status":"INCONCLUSIVE"'),
        "what failed is green": replacing('"status":"FAILED"', '"status":"PASSED"'),
        "what was skipped is green": lambda good: good.replace(b'"status":"SKIPPED"', b'"status":"PASSED"'),
        "a success": replacing('"success":false', '"success":true'),
        "a property that nobody knows": replacing('"willBeRetried"', '"willBeTried"'),
        "a time without nanoseconds": replacing('"nanos"', '"nanoseconds"'),
        "an id twice": replacing('"pickle-1"', '"pickle-0"'),
        "no line but a word": lambda good: good + b"done\n",
    },
    (jsonschema.ValidationError, json.JSONDecodeError),
)
