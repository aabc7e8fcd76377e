"""Semantic versions: npm, crates.io, Go, and others.

Source: semver.org, version 2.0.0; ``1.2`` and ``v1.2.3`` are read as npm's and Go's tools do, and a Go toolchain
(``go1.21rc2``) as the Go vulnerability database writes it (``1.21.0-rc.2``). The ``semver`` library on PyPI takes
neither, and has no keys.
"""

from __future__ import annotations

import re
from typing import Final

from hardhull.advisories.versions import InvalidVersionError

VALID: Final = re.compile(
    r"[v=\s]*(0|[1-9][0-9]*)(?:\.(0|[1-9][0-9]*)(?:\.(0|[1-9][0-9]*))?)?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?\s*"
)
TOOLCHAIN: Final = re.compile(r"go([0-9]+(?:\.[0-9]+){0,2})(?:(alpha|beta|rc)([0-9]+))?(?:[ -].*)?")

Key = tuple[int, int, int, tuple[tuple[int, int | str], ...]]
RELEASED: Final = ((2, 0),)


def key(text: str) -> Key:
    """Major, minor and patch, then what makes it a pre-release.

    Raises:
        InvalidVersionError: it is no semantic version.
    """
    found = VALID.fullmatch(text)
    if found is None:
        toolchain = TOOLCHAIN.fullmatch(text)
        if toolchain is None:
            msg = f"{text!r} is no semantic version"
            raise InvalidVersionError(msg)
        number, kind, count = toolchain.groups()
        padded = number + ".0" * (2 - number.count("."))
        return key(f"{padded}-{kind}.{int(count)}" if kind else padded)
    major, minor, patch, before = found.groups()
    return int(major), int(minor or 0), int(patch or 0), RELEASED if before is None else prerelease(before)


def prerelease(text: str) -> tuple[tuple[int, int | str], ...]:
    """The identifiers after the hyphen: numbers before words, each in its own order, fewer before more.

    Raises:
        InvalidVersionError: one of them is empty.
    """
    names = text.split(".")
    if "" in names:
        msg = f"{text!r} has an empty identifier"
        raise InvalidVersionError(msg)
    return tuple((0, int(name)) if name.isdigit() else (1, name) for name in names)
