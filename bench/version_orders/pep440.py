"""Reads two versions a line, separated by a tab; writes the sign of their comparison by `packaging`."""

import sys

from packaging.version import InvalidVersion, Version

for line in sys.stdin:
    try:
        one, other = (Version(part) for part in line.rstrip("\n").split("\t"))
    except InvalidVersion:
        print("x")
        continue
    print((one > other) - (one < other))
