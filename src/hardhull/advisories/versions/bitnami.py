"""Versions of Bitnami's components: semantic versions, some with a fourth number (``2.4.1.3``) or a revision.

Source: github.com/bitnami/go-version: ``-N`` is a revision, which is later than none; any other word is a pre-release.
"""

from __future__ import annotations

import re
from typing import Final

from hardhull.advisories.versions import InvalidVersionError
from hardhull.advisories.versions.semver import RELEASED, prerelease

VALID: Final = re.compile(r"v?([0-9]+(?:\.[0-9]+){0,5})(?:-([0-9]+)|-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
NUMBERS: Final = 6

Key = tuple[tuple[int, ...], tuple[tuple[int, int | str], ...], int]


def key(text: str) -> Key:
    """The numbers, what makes it a pre-release, and the revision.

    Raises:
        InvalidVersionError: it is no version of theirs.
    """
    found = VALID.fullmatch(text)
    if found is None:
        msg = f"{text!r} is no version of a Bitnami component"
        raise InvalidVersionError(msg)
    numbers = [int(part) for part in found[1].split(".")]
    numbers += [0] * (NUMBERS - len(numbers))
    return tuple(numbers), prerelease(found[3]) if found[3] else RELEASED, int(found[2] or 0)
