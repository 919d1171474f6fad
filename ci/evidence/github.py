"""Annotations and the job's summary, by what GitHub documents of them: no more than it shows, nothing that others wrote
taken for a command or for markup.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands"""

import pathlib
import re

from trial import expect, replacing, trial

SHOWN = 10
SUMMARY = 1024 * 1024
COMMAND = re.compile(r"::(error|warning|notice) (?:file=([^,:]+),line=(\d+),)?title=([^,:]+)::(.*)")
LEVELS = ["::error", "::warning", "::notice"]


def annotations(text):
    lines = text.decode().splitlines()
    levels = [line.split()[0] for line in lines]
    expect(lines and all(levels.count(level) <= SHOWN for level in LEVELS), f"{len(lines)} annotations")
    for line in lines:
        command = COMMAND.fullmatch(line)
        expect(command, f"no command: {line}")
        level, file, number, *texts = command.groups()
        expect(not re.search("%(?!25|0A|0D|3A|2C)", "".join([file or "", *texts])), f"not escaped: {line}")
        if not file:
            continue
        expect(pathlib.Path(file).is_file(), f"there is no file {file}")
        written = pathlib.Path(file).read_text().splitlines()
        expect(0 < int(number) <= len(written), f"{file} has no line {number}")
    expect(levels == sorted(levels, key=LEVELS.index), "the worst are not the first")


def summary(text):
    expect(len(text) <= SUMMARY, f"{len(text)} bytes")
    lines = text.decode().splitlines()
    expect(lines[0].startswith("### Rolecall: "), "no heading")
    expect(not re.search("<(?!br>)", text.decode()), "markup")
    rows = [line for line in lines if line.startswith("|")]
    cells = {len(re.split(r"(?<!\\)\|", row)) for row in rows}
    expect(cells == {10, 5}, f"tables of {cells} cells")
    found, selected, *outcomes = [int(cell) for cell in rows[2].strip("| ").split("|")]
    expect(found >= selected == sum(outcomes), "the counts don't add up")


trial(
    "github.txt",
    annotations,
    {
        "too many": lambda good: good.splitlines(keepends=True)[0] * (SHOWN + 1),
        "none": lambda good: b"",
        "a line break in a message": replacing("%0A", "\n"),
        "a command that nobody knows": replacing("::error ", "::fault "),
        "a file that is not there": replacing("access.feature", "excess.feature"),
        "a line that is not there": lambda good: re.sub(rb"line=\d+", b"line=9999", good, count=1),
        "a title that ends too early": replacing("title=", "title=a,b="),
        "a bare percent sign": replacing("%0A", "%"),
        "the worst are the last": lambda good: b"".join(sorted(good.splitlines(keepends=True), reverse=True)),
    },
)
trial(
    "summary.md",
    summary,
    {
        "it is too long": lambda good: good + b"x" * SUMMARY,
        "a tag": lambda good: good.replace(b"<br>", b"<script>", 1),
        "a cell too many": lambda good: re.sub(rb"\n\| failed \| ", b"\n| failed | | ", good, count=1),
        "counts that don't add up": lambda good: re.sub(rb"\n\| (\d+) \| ", rb"\n| \1 | 9", good, count=1),
        "no heading": replacing("### ", ""),
    },
)
