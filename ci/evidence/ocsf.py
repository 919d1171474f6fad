"""Compliance Findings of OCSF, by py-ocsf-models; and what its models pass over: members that they don't know, ids that are
given twice, and passes on no account."""

import json

import pydantic
from py_ocsf_models import OCSF_VERSION
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from trial import expect, trial, without_end

SCENARIOS = 107


def known(given, read, path):
    """The models leave out what they don't know, and take numbers for texts of numbers."""
    if isinstance(given, dict):
        for name, member in given.items():
            expect(name in read, f"{path}.{name} is not known")
            known(member, read[name], f"{path}.{name}")
    elif isinstance(given, list):
        expect(len(given) == len(read), f"{path} is another list")
        for one, other in zip(given, read):
            known(one, other, path)
    else:
        expect(type(given) is type(read) and given == read, f"{path} is {read} and not {given}")


def findings_of(text):
    return [json.loads(line) for line in text.decode().splitlines()]


def accept(text):
    findings = findings_of(text)
    expect(len(findings) == SCENARIOS, f"{len(findings)} findings")
    statuses = {}
    for finding in findings:
        read = ComplianceFinding.model_validate(finding)
        known(finding, json.loads(read.model_dump_json(exclude_unset=True)), "finding")
        expect((finding["class_uid"], finding["category_uid"]) == (2003, 2), "another class")
        expect(finding["type_uid"] == finding["class_uid"] * 100 + finding["activity_id"], "another type")
        expect(finding["metadata"]["version"] == OCSF_VERSION, "another version")
        expect(finding["start_time"] <= finding["end_time"] == finding["time"], "it ended before it began")
        statuses.setdefault(finding["unmapped"]["outcome"], set()).add(finding["compliance"]["status_id"])
    expect(statuses == {"failed": {3}, "passed": {2}, "inconclusive": {2}, "skipped": {2}}, f"the statuses are {statuses}")
    for part in ("finding_info", "metadata"):
        expect(len({finding[part]["uid"] for finding in findings}) == SCENARIOS, f"an id of {part} is given twice")


def with_change(change):
    def broken(good):
        findings = findings_of(good)
        change(findings)
        return "".join(json.dumps(finding) + "\n" for finding in findings).encode()

    return broken


trial(
    "ocsf.jsonl",
    accept,
    {
        "the end is missing": without_end,
        "no title": with_change(lambda it: it[0]["finding_info"].pop("title")),
        "no status of its severity": with_change(lambda it: it[0].pop("severity_id")),
        "a severity that nobody knows": with_change(lambda it: it[0].update(severity_id=7)),
        "a status that nobody knows": with_change(lambda it: it[0]["compliance"].update(status_id=4)),
        "a member that nobody knows": with_change(lambda it: it[0].update(verdict="passed")),
        "a time in words": with_change(lambda it: it[0].update(time="today")),
        "another class": with_change(lambda it: it[0].update(class_uid=2004)),
        "another version": with_change(lambda it: it[0]["metadata"].update(version="1.0.0")),
        "no product": with_change(lambda it: it[0]["metadata"].pop("product")),
        "a pass on no account": with_change(lambda it: it[0]["compliance"].update(status_id=1)),
        "an id twice": with_change(lambda it: it[1]["finding_info"].update(uid=it[0]["finding_info"]["uid"])),
        "a finding is missing": with_change(lambda it: it.pop()),
    },
    (json.JSONDecodeError, pydantic.ValidationError),
)
