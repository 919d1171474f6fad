"""The record as JSON, by its own schema (docs/evidence.schema.json) in another implementation of JSON Schema; and what
no schema can say: what refers to something finds it, and what is judged follows from what is told."""

import json
import pathlib

import jsonschema
from trial import Refused, each_interrupted, expect, replacing, trial, without_end

SCHEMA = json.loads(pathlib.Path("docs/evidence.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(SCHEMA)


def calls(record):
    activities = [record["outside"]]
    for scenario in record["scenarios"]:
        activities += [step["activity"] for step in scenario["steps"]] + [scenario["later"]]
    return [call["call"] for activity in activities for call in activity["calls"]]


def by_schema(text):
    record = json.loads(text)
    for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(record):
        raise Refused(f"{error.json_path}: {error.message}")
    return record


def accept(text):
    record = by_schema(text)
    judgement, scenarios = record["judgement"], record["scenarios"]
    expect(len(judgement["outcomes"]) == len(scenarios), "not an outcome for each scenario")
    for outcome, count in judgement["counts"].items():
        if outcome not in ("found", "selected"):
            expect(judgement["outcomes"].count(outcome) == count, f"{outcome}: {count}")
    for outcome, scenario in zip(judgement["outcomes"], scenarios):
        results = [step["result"]["result"] for step in scenario["steps"]]
        expect(outcome != "passed" or results and set(results) == {"passed"}, "a pass against its steps")
    for row in judgement["controls"]:
        outcomes = {judgement["outcomes"][place] for place in row["scenarios"]}
        satisfied = outcomes == {"passed"} and judgement["evidence"] != "unproven" and not row["left_out"]
        expect((row["finding"] == "satisfied") == satisfied, f"{row['control']} is {row['finding']}")
    asked = [parameter for call in calls(record) for parameter in (call["exchange"] or {}).get("parameters", [])]
    expect(asked, "no call was told")
    for parameter in asked:
        expect(parameter.get("policy", None) in {None, *record["policies"]}, "a policy without its text")


def with_change(change):
    def broken(good):
        record = json.loads(good)
        change(record)
        return json.dumps(record).encode()

    return broken


trial(
    "report.json",
    accept,
    {
        "the end is missing": without_end,
        "another version": replacing('"version": 3', '"version": 4'),
        "a verdict that nobody knows": replacing('"verdict": "denied"', '"verdict": "rejected"'),
        "a member that nobody knows": replacing('"stray_events"', '"note": "", "stray_events"'),
        "a digest that is none": lambda good: good.replace(b'"sha256": "', b'"sha256": "x', 1),
        "a policy without its text": with_change(lambda it: it["policies"].clear()),
        "a failure that is called a pass": with_change(lambda it: it["judgement"]["outcomes"].__setitem__(1, "passed")),
        "a control that is satisfied by a failure": replacing('"notSatisfied"', '"satisfied"'),
        "a control that is satisfied by a selection": with_change(
            lambda it: [row["left_out"].append(0) for row in it["judgement"]["controls"]]
        ),
        "a scenario is missing": with_change(lambda it: it["scenarios"].pop()),
    },
    (json.JSONDecodeError,),
)
each_interrupted("report.json", by_schema)
