"""Versions of NuGet packages: up to four numbers, then the pre-release of semantic versions, whatever its case.

Source: NuGet.Versioning's NuGetVersionFactory.cs and VersionComparer.cs: labels that fit an int of 32 bits are
numbers, also negative ones.
"""

from __future__ import annotations

import re
from typing import Final

from hardhull.advisories.versions import InvalidVersionError

VALID: Final = re.compile(
    r"\s*([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\s*"
)
NUMBER: Final = re.compile(r"-?[0-9]+")
INT_MAX: Final = (1 << 31) - 1
RELEASED: Final = ((2, 0),)

Key = tuple[tuple[int, ...], tuple[tuple[int, int | str], ...]]


def key(text: str) -> Key:
    """The numbers, and what makes it a pre-release.

    Raises:
        InvalidVersionError: NuGet refuses it.
    """
    found = VALID.fullmatch(text)
    numbers = tuple(int(part or 0) for part in found.groups()[:4]) if found else ()
    labels = found[5].split(".") if found and found[5] else []
    leading = any(label.isdigit() and len(label) > 1 and label[0] == "0" for label in labels)
    if not numbers or max(numbers) > INT_MAX or leading:
        msg = f"{text!r} is no version of a NuGet package"
        raise InvalidVersionError(msg)
    return numbers, tuple(map(_label, labels)) or RELEASED


def _label(text: str) -> tuple[int, int | str]:
    number = int(text) if NUMBER.fullmatch(text) else None
    return (1, text.upper()) if number is None or not -INT_MAX - 1 <= number <= INT_MAX else (0, number)
