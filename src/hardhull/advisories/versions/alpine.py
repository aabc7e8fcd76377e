"""Versions of apk packages (Alpine, Wolfi, Chainguard), in the order of apk-tools.

Source: src/version.c of apk-tools 3: ``digit{.digit}...{letter}{_suffix{number}}...{~hash}{-r#}``. Of two versions
that are equal up to where one has a part of another kind, the kind that comes earlier in this grammar is the greater,
but for suffixes of a pre-release, which are less than anything else.
"""

from __future__ import annotations

import re
from typing import Final

from hardhull.advisories.versions import InvalidVersionError

VALID: Final = re.compile(
    r"([0-9]+)((?:\.[0-9]+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)(?:~([0-9a-f]+))?(?:-r([0-9]+))?"
)
SUFFIX: Final = re.compile(r"_([a-z]+)([0-9]*)")
SUFFIXES: Final = {"alpha": 1, "beta": 2, "pre": 3, "rc": 4, "cvs": 6, "svn": 7, "git": 8, "hg": 9, "p": 10}
RELEASED: Final = 5
BEFORE, END, REVISION, COMMIT, NUMBERED, SUFFIXED, LETTER, DIGIT, FIRST = range(9)

Key = tuple[tuple[int | str, ...], ...]


def key(text: str) -> Key:
    """Its parts, each after the rank of its kind.

    Raises:
        InvalidVersionError: apk refuses it.
    """
    found = VALID.fullmatch(text)
    if found is None:
        msg = f"{text!r} is no version of an apk package"
        raise InvalidVersionError(msg)
    first, digits, letter, suffixes, commit, revision = found.groups()
    parts: list[tuple[int | str, ...]] = [(FIRST, int(first))]
    parts += [_digits(part) for part in digits.split(".")[1:]]
    if letter:
        parts.append((LETTER, letter))
    for name, number in SUFFIX.findall(suffixes):
        weight = SUFFIXES[name]
        parts.append((BEFORE if weight < RELEASED else SUFFIXED, weight))
        if number:
            parts.append((NUMBERED, int(number)))
    if commit:
        parts.append((COMMIT, commit))
    if revision is not None:
        parts.append((REVISION, int(revision)))
    return (*parts, (END,))


def _digits(text: str) -> tuple[int | str, ...]:
    """A number; one that begins with 0 is compared as text with any other, and so comes before all that do not."""
    return (DIGIT, 0, text) if text[0] == "0" else (DIGIT, 1, int(text))
