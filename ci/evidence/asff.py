"""Findings for AWS Security Hub, by botocore's model of `BatchImportFindings`; and what the model does not say: lengths that
the documentation allows, that no id is given twice, and that nothing is passed which was on no account of AWS."""

import json

import botocore.session
from botocore.validate import ParamValidator
from trial import changed, each_interrupted, expect, trial, without_end

ACCOUNT = "111122223333"
PRODUCT = f"arn:aws:securityhub:eu-west-1:{ACCOUNT}:product/{ACCOUNT}/default"
SCENARIOS = 107
LENGTHS = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024}

operation = botocore.session.get_session().get_service_model("securityhub").operation_model("BatchImportFindings")


def enumerated(value, shape, path):
    """botocore checks types and required members, and no enumerations."""
    if shape.type_name == "structure":
        for name, member in value.items():
            enumerated(member, shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for member in value:
            enumerated(member, shape.member, path)
    elif shape.type_name == "string":
        expect(value.strip(), f"{path} is empty")
        expect(not shape.enum or value in shape.enum, f"{path} is {value}")


def by_model(text):
    findings = json.loads(text)
    for first in range(0, len(findings), 100):
        call = {"Findings": findings[first : first + 100]}
        report = ParamValidator().validate(call, operation.input_shape)
        expect(not report.has_errors(), report.generate_report())
        enumerated(call, operation.input_shape, "call")
    for finding in findings:
        expect(len(json.dumps(finding)) < 240_000, "it is too long")
        expect(1 <= len(finding["Resources"]) <= 32, "too many resources, or none")
        expect(len(finding["Compliance"].get("RelatedRequirements", [])) <= 32, "too many requirements")
        for name, limit in LENGTHS.items():
            expect(len(finding[name]) <= limit, f"{name} is too long")
        expect(len(finding["ProductFields"]) <= 50, "too many fields")
        for name, value in finding["ProductFields"].items():
            expect(len(name) <= 128 and len(value) <= 2048, f"{name} is too long")
        expect((finding["AwsAccountId"], finding["ProductArn"]) == (ACCOUNT, PRODUCT), "another hub")
        expect(finding["CreatedAt"] <= finding["UpdatedAt"], "it ended before it began")
        expect(finding["Types"][0].split("/")[0] == "Software and Configuration Checks", "a type that is not known")
        expect(finding["Compliance"]["Status"] != "PASSED", "passed on no account")
    expect(len({finding["Id"] for finding in findings}) == len(findings), "an id is given twice")


def accept(text):
    by_model(text)
    findings = json.loads(text)
    expect(len(findings) == SCENARIOS, f"{len(findings)} findings")
    expect(all(finding["Title"].startswith("[design intent, no account] ") for finding in findings), "not marked")
    expect(all(finding["Resources"][0]["Type"] == "Other" for finding in findings), "a resource of an account")
    outcomes = {}
    for finding in findings:
        outcomes.setdefault(finding["ProductFields"]["rolecall/outcome"], set()).add(finding["Compliance"]["Status"])
    others = dict.fromkeys(["passed", "inconclusive", "skipped"], {"NOT_AVAILABLE"})
    expect(outcomes == {"failed": {"FAILED"}, **others}, f"the statuses are {outcomes}")
    related = {it for finding in findings for it in finding["Compliance"].get("RelatedRequirements", [])}
    expect("NIST-800-53:AC-6" in related and "SOC2:CC6.1" in related, f"the requirements are {related}")


trial(
    "asff.json",
    accept,
    {
        "the end is missing": without_end,
        "no title": changed(lambda it: it[0].pop("Title")),
        "a number for an account": changed(lambda it: it[0].update(AwsAccountId=111122223333)),
        "a member that nobody knows": changed(lambda it: it[0].update(Verdict="passed")),
        "a status that nobody knows": changed(lambda it: it[0]["Compliance"].update(Status="PERHAPS")),
        "a severity that nobody knows": changed(lambda it: it[0]["Severity"].update(Label="FATAL")),
        "a resource without a type": changed(lambda it: it[0]["Resources"][0].pop("Type")),
        "no resource": changed(lambda it: it[0].update(Resources=[])),
        "an id twice": changed(lambda it: it[1].update(Id=it[0]["Id"])),
        "a long title": changed(lambda it: it[0].update(Title="[design intent, no account] " + "x" * 256)),
        "an empty description": changed(lambda it: it[0].update(Description=" ")),
        "another account": changed(lambda it: it[0].update(AwsAccountId="444455556666")),
        "a pass on no account": changed(lambda it: it[0]["Compliance"].update(Status="PASSED")),
        "a title without its mark": changed(lambda it: it[0].update(Title="Taking the role gives access")),
        "a finding is missing": changed(lambda it: it.pop()),
    },
    (json.JSONDecodeError,),
)
each_interrupted("asff.json", by_model)
