"""Versions of rpm packages: ``[epoch:]version[-release]``, in the order of rpm.

Source: rpmio/rpmvercmp.c and lib/rpmver.c of rpm 4.18. ``rpm-vercmp`` on PyPI is unmaintained since 2018 and knows no
``^``.
"""

from __future__ import annotations

import re
from typing import Final

from hardhull.advisories.versions import InvalidVersionError

EPOCH: Final = re.compile(r"(?:([0-9]{0,9}):)?([^:\s]+)")
PARTS: Final = re.compile(r"([0-9]+)|([A-Za-z]+)|(~)|(\^)")
TILDE, END, CARET, WORD, NUMBER = range(5)

Part = tuple[int, int | str]
Key = tuple[int, tuple[Part, ...], tuple[Part, ...]]


def key(text: str) -> Key:
    """The epoch, the version and the release, each comparable.

    Raises:
        InvalidVersionError: there is nothing in it, white space, or a second colon.
    """
    found = EPOCH.fullmatch(text)
    if found is None:
        msg = f"{text!r} is no version of an rpm package"
        raise InvalidVersionError(msg)
    version, hyphen, release = found[2].rpartition("-")
    if not hyphen:
        version, release = found[2], ""
    return int(found[1] or 0), _parts(version), _parts(release)


def _parts(text: str) -> tuple[Part, ...]:
    """Words and numbers; what separates them does not count. ``~`` sorts before the end, ``^`` after it."""
    parts: list[Part] = []
    for number, word, tilde, _ in PARTS.findall(text):
        if number:
            parts.append((NUMBER, int(number)))
        elif word:
            parts.append((WORD, word))
        else:
            parts.append((TILDE if tilde else CARET, 0))
    return (*parts, (END, 0))
