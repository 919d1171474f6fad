"""What the checks of all formats share: a file of the run must be taken, and broken variants of it refused.

A check calls `trial` with the file's name, with `accept`, which raises one of `refusals` at a file that is not in
order, and with the variants: what is broken, and what makes such a file of a good one. Any other exception is a
mistake in the check itself, and ends it."""

import json
import pathlib
import sys


class Refused(Exception):
    """What is wrong with a file."""


def folder():
    """The folder of evidence."""
    return pathlib.Path(sys.argv[1])


def public_key():
    """The public key, in PEM, of the one that signed the evidence."""
    return pathlib.Path(sys.argv[2]).read_text()


def each_interrupted(name, accept):
    """Lets `accept` judge the bytes of the file of runs that were interrupted, which it must take."""
    files = sorted((folder().parent / "interrupted").glob(f"*/{name}"))
    if len(files) != 4:
        sys.exit(f"{len(files)} interrupted runs have a {name}")
    for file in files:
        try:
            accept(file.read_bytes())
        except Refused as error:
            sys.exit(f"{file} is not taken: {error}")
    print(f"{name} of {len(files)} interrupted runs is taken")


def expect(holds, why):
    """Refuses a file of which something does not hold."""
    if not holds:
        raise Refused(why)


def trial(name, accept, variants, refusals=()):
    """Lets `accept` judge the bytes of the file and of its broken variants."""
    refusals = (Refused, *refusals)
    good = (folder() / name).read_bytes()
    try:
        accept(good)
    except refusals as error:
        sys.exit(f"{name} is not taken: {error!r}")
    print(f"{name} is taken ({len(good)} bytes)")
    for what, broken_from in variants.items():
        broken = broken_from(good)
        if broken == good:
            sys.exit(f"{name}: nothing was broken by: {what}")
        try:
            accept(broken)
        except refusals as error:
            print(f"  refused: {what} ({str(error).strip().splitlines()[0][:100]})")
        else:
            sys.exit(f"{name} is taken in spite of: {what}")


def replacing(old, new):
    """A variant in which the first `old` is `new`."""
    return lambda good: good.replace(old.encode(), new.encode(), 1)


def without_end(good):
    """A variant of which the last tenth is missing."""
    return good[: len(good) * 9 // 10]


def changed(change):
    """A variant whose JSON was changed."""

    def broken(good):
        document = json.loads(good)
        change(document)
        return json.dumps(document).encode()

    return broken
