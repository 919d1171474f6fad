"""OSCAL Assessment Results, by compliance-trestle; and what it does not look at: no reference dangles, no id is given
twice, files are what their digests say, each scenario was observed by a test, and only what passed satisfies."""

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from trial import each_interrupted, expect, folder, replacing, trial, without_end

TRESTLE = pathlib.Path(sys.executable).with_name("trestle")
WORKSPACE = pathlib.Path(tempfile.mkdtemp())
SCENARIOS = 107


def trestle(*arguments):
    return subprocess.run([TRESTLE, *arguments], cwd=WORKSPACE, capture_output=True, text=True)


def by_trestle(text):
    place = WORKSPACE / "assessment-results" / "run"
    place.mkdir(exist_ok=True)
    (place / "assessment-results.json").write_bytes(text)
    said = trestle("validate", "-t", "assessment-results", "-n", "run")
    expect(said.returncode == 0, " ".join((said.stdout + said.stderr).split())[-300:])
    expect("VALID: Model" in said.stdout + said.stderr, "trestle says nothing")


def members(value):
    if isinstance(value, dict):
        for name, member in value.items():
            yield name, member
            yield from members(member)
    elif isinstance(value, list):
        for member in value:
            yield from members(member)


def references(results):
    for name, member in members(results):
        if name == "href" and member.startswith("#"):
            yield member[1:]
        elif name.endswith("-uuid"):
            yield member
        elif name.endswith("-uuids"):
            yield from member


def accept(text):
    results = json.loads(text)["assessment-results"]
    known = [member for name, member in members(results) if name == "uuid"]
    expect(len(set(known)) == len(known), "an id is given twice")
    expect(all(id[14] == "5" for id in known), "an id of another kind")
    for reference in references(results):
        expect(reference in known, f"{reference} is nowhere")
    roles = {role["id"] for role in results["metadata"].get("roles", [])}
    expect(all(member in roles for name, member in members(results) if name == "role-id"), "a role that nobody has")
    digests = 0
    for link in (link for name, links in members(results) if name == "rlinks" for link in links):
        file = folder() / link["href"]
        file = file if file.exists() else pathlib.Path(link["href"])
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        expect(link["hashes"] == [{"algorithm": "SHA-256", "value": digest}], f"{file} is another")
        digests += 1
    expect(digests == 5, f"{digests} digests")
    (result,) = results["results"]
    judge(result)
    by_trestle(text)


def judge(result):
    outcomes = {}
    for observation in result["observations"]:
        (outcome,) = [prop["value"] for prop in observation["props"] if prop["name"] == "outcome"]
        outcomes[observation["uuid"]] = outcome
        expect(observation["methods"] == ["TEST"], "not tested")
    expect(len(outcomes) == SCENARIOS, f"{len(outcomes)} observations")
    expect(set(outcomes.values()) == {"passed", "failed", "inconclusive", "skipped"}, "outcomes are missing")
    selections = result["reviewed-controls"]["control-selections"]
    reviewed = {control["control-id"] for it in selections for control in it.get("include-controls", [])}
    findings = {finding["target"]["target-id"]: finding for finding in result["findings"]}
    expect({f"{control}_obj" for control in reviewed} == findings.keys(), "findings of other controls")
    states = {}
    for target, finding in findings.items():
        seen = {outcomes[it["observation-uuid"]] for it in finding["related-observations"]}
        state = finding["target"]["status"]["state"]
        expect((state == "satisfied") == (seen == {"passed"}), f"{target} is {state} by {seen}")
        states[target] = (state, finding["target"]["status"]["reason"])
    expected = {
        "ac-3_obj": ("not-satisfied", "fail"),
        "ac-6_obj": ("not-satisfied", "fail"),
        "CIS-AWS-5.0___31.16_obj": ("satisfied", "pass"),
        "PCI-DSS-4___37.2_obj": ("not-satisfied", "other"),
        "SOC2__CC6.1_obj": ("satisfied", "pass"),
    }
    expect(states == expected, f"the findings are {states}")


def with_change(change):
    def broken(good):
        document = json.loads(good)
        change(document["assessment-results"])
        return json.dumps(document).encode()

    return broken


def dangling(results):
    results["results"][0]["observations"].pop(1)


expect(trestle("init", "--local").returncode == 0, "trestle can't begin")
try:
    trial(
        "oscal.json",
        accept,
        {
            "the end is missing": without_end,
            "an observation is missing": with_change(dangling),
            "a subject that is nowhere": with_change(
                lambda it: it["results"][0]["local-definitions"]["components"][0].update(
                    uuid="00000000-0000-5000-8000-000000000000"
                )
            ),
            "the plan is nowhere": with_change(lambda it: it["back-matter"]["resources"].pop(0)),
            "a failure that satisfies": replacing('"state": "not-satisfied"', '"state": "satisfied"'),
            "another journal": replacing('"href": "journal.jsonl"', '"href": "report.txt"'),
            "an id twice": with_change(
                lambda it: it["results"][0]["findings"][1].update(uuid=it["results"][0]["findings"][0]["uuid"])
            ),
            "a control that was not reviewed": with_change(
                lambda it: it["results"][0]["reviewed-controls"]["control-selections"].pop()
            ),
        },
        (json.JSONDecodeError,),
    )
    trial(
        "oscal.json",
        by_trestle,
        {
            "a member that nobody knows": with_change(lambda it: it.update(note="")),
            "no title": with_change(lambda it: it["metadata"].pop("title")),
            "a state that nobody knows": replacing('"state": "satisfied"', '"state": "perhaps"'),
            "a token that begins with a digit": replacing('"control-id": "ac-3"', '"control-id": "3-ac"'),
            "a time without a zone": with_change(lambda it: it["results"][0].update(start="2026-01-01T00:00:00")),
            "an empty list": with_change(lambda it: it["results"][0].update(risks=[])),
            "no result": with_change(lambda it: it.pop("results")),
        },
    )
    each_interrupted("oscal.json", by_trestle)
finally:
    shutil.rmtree(WORKSPACE)
