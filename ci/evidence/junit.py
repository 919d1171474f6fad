"""JUnit XML, by junitparser: unique names, times of three decimals, no pass of what could not tell, and a size that
GitLab takes (https://docs.gitlab.com/ci/testing/unit_test_reports/)."""

import re
import xml.etree.ElementTree as tree

import junitparser
from trial import expect, replacing, trial, without_end

LARGEST = 30_000_000
# What the features hold, by the elements that tell it.
EXPECTED = {"failure": 2, "error": 1, "skipped": 1}
SCENARIOS = 107


def accept(xml):
    expect(len(xml) < LARGEST, f"{len(xml)} bytes")
    suites = junitparser.JUnitXml.fromstring(xml)
    cases = [case for suite in suites for case in suite]
    names = [(case.classname, case.name) for case in cases]
    expect(all(name and classname for classname, name in names), "a case without name or class")
    expect(len(set(names)) == len(names), "two cases of one name and class")
    times = re.findall(rb' time="([^"]*)"', xml)
    expect(all(re.fullmatch(rb"\d+\.\d{3}", time) for time in times), "a time that has not three decimals")
    expect(len(times) == len(cases) + len(list(suites)) + 1, "something has no time")
    told = {element: 0 for element in EXPECTED}
    for case in cases:
        expect(len(case.result) < 2, f"several results of {case.name}")
        for result in case.result:
            told[result._tag] += 1
    expect(told == EXPECTED, f"the results are {told}")
    expect(len(cases) == SCENARIOS, f"{len(cases)} cases")
    counts = (suites.tests, suites.failures, suites.errors, suites.skipped)
    expect(counts == (len(cases), told["failure"], told["error"], told["skipped"]), f"counts {counts}")
    for suite in suites:
        stated = (suite.tests, suite.failures, suite.errors, suite.skipped)
        suite.update_statistics()
        expect(stated == (suite.tests, suite.failures, suite.errors, suite.skipped), f"counts of {suite.name}")


trial(
    "junit.xml",
    accept,
    {
        "the end is missing": without_end,
        "another root": lambda good: good.replace(b"testsuites", b"suites"),
        "a name twice": lambda good: good.replace(b"user001", b"user002"),
        "a case without class": lambda good: good.replace(b' classname="', b' class="', 1),
        "a time of nine decimals": lambda good: re.sub(rb'(<testcase[^>]*time="\d\.\d{3})', rb"\g<1>000000", good, count=1),
        "a time with a comma": lambda good: re.sub(rb'time="(\d+)\.', rb'time="\1,', good, count=1),
        "what could not tell is a pass": lambda good: re.sub(rb"<error .*?</error>", b"", good, flags=re.S),
        "a failure more than there is": replacing('failures="2"', 'failures="3"'),
        "a case is missing": lambda good: re.sub(rb"<testcase [^>]*user001[^>]*/>", b"", good),
        "a character that XML does not know": replacing("user001", "user\x01"),
    },
    (tree.ParseError, junitparser.JUnitXmlError),
)
