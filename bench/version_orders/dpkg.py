"""Reads two versions a line, separated by a tab; writes the sign of their comparison by libapt-pkg (python3-apt)."""

import sys

import apt_pkg  # type: ignore[import-not-found]

apt_pkg.init_system()
for line in sys.stdin:
    one, other = line.rstrip("\n").split("\t")
    found = apt_pkg.version_compare(one, other)
    print((found > 0) - (found < 0))
