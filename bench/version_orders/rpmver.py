"""Reads two versions a line, separated by a tab; writes the sign of their comparison by librpm (python3-rpm)."""

import re
import sys

import rpm  # type: ignore[import-not-found]

EVR = re.compile(r"(?:(\d+):)?(.*?)(?:-([^-]*))?")


def split(text: str) -> tuple[str, str, str]:
    found = EVR.fullmatch(text)
    assert found is not None
    return found[1] or "0", found[2], found[3] or ""


for line in sys.stdin:
    one, other = line.rstrip("\n").split("\t")
    try:
        print(rpm.labelCompare(split(one), split(other)))
    except ValueError:
        print("x")
