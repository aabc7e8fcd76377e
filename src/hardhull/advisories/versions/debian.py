"""Versions of Debian and Ubuntu packages, in the order of dpkg.

Source: ``parseversion`` and ``order`` of dpkg's lib/dpkg, deb-version(7). ``python-debian`` is as exact for valid
versions; it has no keys, so that each comparison reads both versions anew, at ten times the cost.
"""

from __future__ import annotations

import re
from typing import Final

from hardhull.advisories.versions import InvalidVersionError

VALID: Final = re.compile(r"(?:([0-9]{1,9}):([A-Za-z0-9.+:~-]+)|([A-Za-z0-9.+~-]+))")
DIGITS: Final = re.compile(r"([0-9]+)")
END: Final = "\x02"
WEIGHTS: Final = {code: chr(code + 256) for code in range(33, 127) if not chr(code).isalnum()} | {ord("~"): "\x01"}

Key = tuple[int, tuple[str | int, ...], tuple[str | int, ...]]


def key(text: str) -> Key:
    """The epoch, the upstream version and the revision, each comparable.

    Raises:
        InvalidVersionError: dpkg refuses it.
    """
    found = VALID.fullmatch(text)
    if found is None:
        msg = f"{text!r} is no version of a Debian package"
        raise InvalidVersionError(msg)
    rest = found[2] or found[3]
    upstream, hyphen, revision = rest.rpartition("-")
    if not hyphen:
        upstream, revision = rest, ""
    if not upstream or (hyphen and not revision):
        msg = f"{text!r} has an empty part"
        raise InvalidVersionError(msg)
    return int(found[1] or 0), _part(upstream), _part(revision)


def _part(text: str) -> tuple[str | int, ...]:
    """Words and numbers in turn: ``~`` sorts before the end, the end before letters, letters before the rest."""
    pieces = DIGITS.split(text)
    if pieces[-1] or len(pieces) == 1:
        pieces += ["0", ""]  # no number is the number 0
    return tuple(int(piece) if at % 2 else f"{piece.translate(WEIGHTS)}{END}" for at, piece in enumerate(pieces))
