"""Versions of Maven artifacts, in the order of ComparableVersion of Maven 3.9.

Source: maven-artifact's org/apache/maven/artifact/versioning/ComparableVersion.java. A version is a list of numbers,
words and lists; a hyphen, and each change between digits and letters, opens a list in the list.
"""

from __future__ import annotations

import re
from functools import cmp_to_key
from typing import Any, Final, TypeAlias

from hardhull.advisories.versions import InvalidVersionError

Item: TypeAlias = "int | str | list[Item]"
Items: TypeAlias = "list[Item]"

QUALIFIERS: Final = ("alpha", "beta", "milestone", "rc", "snapshot", "", "sp")
ALIASES: Final = {"ga": "", "final": "", "release": "", "cr": "rc"}
SHORT: Final = {"a": "alpha", "b": "beta", "m": "milestone"}
"""Meant only where a digit follows: ``1.0a1`` is ``1.0-alpha-1``."""
RELEASE: Final = "5"
"""What :func:`_word` makes of no qualifier."""
PIECES: Final = re.compile(r"[0-9]+|[^0-9.-]+|[.-]")


def key(text: str) -> Any:
    """The version, comparable.

    Raises:
        InvalidVersionError: it is empty.
    """
    if not text:
        msg = "an empty version"
        raise InvalidVersionError(msg)
    return COMPARABLE(_read(text))


def _read(text: str) -> Items:
    top: Items = []
    lists, pending = [top], ""

    def deeper() -> None:
        fresh: Items = []
        lists[-1].append(fresh)
        lists.append(fresh)

    def close(*, followed: bool = False) -> None:
        """Puts the piece that was read where it belongs."""
        if _number(pending):
            lists[-1].append(int(pending))
            return
        if followed and lists[-1]:
            deeper()  # .X is taken as -X for any word X
        lists[-1].append(_word(pending, followed_by_digit=followed))

    for piece in PIECES.findall(text.lower()):
        if piece in ".-":
            if pending:
                close()
            else:
                lists[-1].append(0)
            pending = ""
            if piece == "-":
                deeper()
            continue
        if pending:
            close(followed=not _number(pending))
            deeper()
        pending = piece
    if pending:
        if not _number(pending) and lists[-1]:
            deeper()
        close()
    for one in reversed(lists):
        _normalize(one)
    return top


def _number(piece: str) -> bool:
    return "0" <= piece[0] <= "9"


def _word(text: str, *, followed_by_digit: bool) -> str:
    """A qualifier as text that sorts: known ones by their rank, others after them."""
    if followed_by_digit:
        text = SHORT.get(text, text)
    text = ALIASES.get(text, text)
    return str(QUALIFIERS.index(text)) if text in QUALIFIERS else f"{len(QUALIFIERS)}-{text}"


def _normalize(items: Items) -> None:
    """Takes away what says nothing at the end: 0, no qualifier, an empty list."""
    for at in range(len(items) - 1, -1, -1):
        if items[at] in (0, RELEASE, []):
            del items[at]
        elif not isinstance(items[at], list):
            break


def _compare(left: Item | None, right: Item | None) -> int:
    """Below 0, 0 or above it; None stands for what the shorter list does not have."""
    if left is None:
        return 0 if right is None else -_with_nothing(right)
    if right is None:
        return _with_nothing(left)
    if isinstance(left, list) and isinstance(right, list):
        return _lists(left, right)
    if isinstance(left, int) and isinstance(right, int):
        return (left > right) - (left < right)
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    return _rank(left) - _rank(right)


def _rank(item: Item) -> int:
    """1.any < 1-1 < 1.1."""
    return 2 if isinstance(item, int) else 0 if isinstance(item, str) else 1


def _with_nothing(item: Item) -> int:
    if isinstance(item, int):
        return 1 if item else 0
    if isinstance(item, str):
        return (item > RELEASE) - (item < RELEASE)
    return next((found for found in map(_with_nothing, item) if found), 0)


def _lists(left: Items, right: Items) -> int:
    for at in range(max(len(left), len(right))):
        found = _compare(left[at] if at < len(left) else None, right[at] if at < len(right) else None)
        if found:
            return found
    return 0


COMPARABLE: Final = cmp_to_key(_lists)
