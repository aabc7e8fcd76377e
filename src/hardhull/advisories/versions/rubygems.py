"""Versions of gems, in the order of Gem::Version.

Source: rubygems/version.rb: numbers and words; a word makes a pre-release and is less than any number.
"""

from __future__ import annotations

import re
from functools import cmp_to_key
from typing import Any, Final

from hardhull.advisories.versions import InvalidVersionError

VALID: Final = re.compile(r"\s*[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\s*")
SEGMENTS: Final = re.compile(r"[0-9]+|[a-zA-Z]+")


def key(text: str) -> Any:
    """The version, comparable.

    Raises:
        InvalidVersionError: RubyGems refuses it.
    """
    if not VALID.fullmatch(text):
        msg = f"{text!r} is no version of a gem"
        raise InvalidVersionError(msg)
    segments = [int(part) if part.isdigit() else part for part in SEGMENTS.findall(text.replace("-", ".pre."))]
    first = next((at for at, part in enumerate(segments) if isinstance(part, str)), len(segments))
    return COMPARABLE(_trimmed(segments[:first]) + _trimmed(segments[first:]))


def _trimmed(segments: list[int | str]) -> list[int | str]:
    while segments and segments[-1] == 0:
        segments.pop()
    return segments


def _compare(left: list[int | str], right: list[int | str]) -> int:
    for at in range(max(len(left), len(right))):
        one = left[at] if at < len(left) else 0
        other = right[at] if at < len(right) else 0
        if one == other:
            continue
        if isinstance(one, int) and isinstance(other, int):
            return -1 if one < other else 1
        if isinstance(one, str) and isinstance(other, str):
            return -1 if one < other else 1
        return -1 if isinstance(one, str) else 1
    return 0


COMPARABLE: Final = cmp_to_key(_compare)
