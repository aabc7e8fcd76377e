"""Which tags may name the version that a moving tag (``latest``, ``alpine``, ``lts-slim``) stands for today."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

MOVING = frozenset(
    {"latest", "stable", "current", "mainline", "lts", "edge", "main", "master", "nightly", "rolling", "release"}
)
"""Words that name whatever is newest."""
_VERSION = re.compile(r"v?([0-9]{1,18}(?:\.[0-9]{1,18})*)((?:[-+_].*)?)", re.ASCII)
_DATE_DIGITS = 6
"""A first number as long as this is a date or a build, which says less than a version."""


class _Candidate(NamedTuple):
    tag: str
    version: tuple[int, ...]


def is_moving(tag: str) -> bool:
    """Whether a tag names no version at all."""
    return _VERSION.fullmatch(tag) is None


def candidates(tag: str, tags: Iterable[str]) -> list[str]:
    """The tags that may be the version of a moving one, the most plausible first.

    They are of the same variant: ``1.27.3`` for ``latest``, ``1.27.3-alpine`` for ``alpine`` and ``stable-alpine``.
    Full versions come before shortened ones (``1.27``), newer before older, versions before dates.

    Args:
        tag: the moving one; of a tag with a version there are none.
        tags: all tags of the repository.
    """
    if not is_moving(tag):
        return []
    variant = _variant(tag)
    found = []
    for each in dict.fromkeys(tags):
        match = _VERSION.fullmatch(each)
        if match and match[2] == variant:
            found.append(_Candidate(each, tuple(int(number) for number in match[1].split("."))))
    shortened = {each.version[:size] for each in found for size in range(1, len(each.version))}
    found.sort(key=lambda each: each.version, reverse=True)
    found.sort(key=lambda each: (each.version in shortened, len(str(each.version[0])) >= _DATE_DIGITS))
    return [each.tag for each in found]


def _variant(tag: str) -> str:
    """What comes after the version in tags of the same variant: ``-alpine``; nothing for ``latest``."""
    word, dash, rest = tag.partition("-")
    if word in MOVING:
        return dash + rest
    return f"-{tag}"
