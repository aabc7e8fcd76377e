"""Shell patterns in ``${x#p}``, ``${x%p}`` and ``${x/p/r}``: ``*`` and ``?``, in time linear in the value.

BuildKit turns them into regular expressions (convertShellPatternToRegex in frontend/dockerfile/shell/lex.go). Python's
engine backtracks, so a pattern of many stars would take for ever here: each star is searched for by itself instead.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Segment: TypeAlias = "re.Pattern[str]"
"""A stretch of fixed length between two stars."""

_ESCAPABLE = frozenset("*?\\")
_DROPPED = frozenset("}/")


class PatternError(Exception):
    """The pattern is not well-formed, or asks for more than is read here."""


def trim_prefix(pattern: str, value: str, *, longest: bool) -> str:
    """``value`` without the shortest (or longest) start that matches."""
    end = _match(_segments(pattern), value, 0, longest=longest)
    return value if end is None else value[end:]


def trim_suffix(pattern: str, value: str, *, longest: bool) -> str:
    """``value`` without the shortest (or longest) end that matches."""
    return trim_prefix(_reversed(pattern), value[::-1], longest=longest)[::-1]


def replace(pattern: str, replacement: str, value: str, *, every: bool) -> str:
    """``value`` with the first match, or every match, of the pattern replaced."""
    segments = _segments(pattern)
    if every and "$" in replacement:
        raise PatternError("a $ in the replacement of every match")
    result: list[str] = []
    at, last_end = 0, -1
    while at <= len(value):
        found = segments[0].search(value, at)
        end = _match(segments, value, found.start(), longest=True) if found else None
        if found is None or end is None:
            break
        start = found.start()
        if start == end == last_end:
            result.append(value[at : at + 1])
            at += 1
            continue
        result += (value[at:start], replacement)
        at = last_end = end
        if start == end:
            result.append(value[at : at + 1])
            at += 1
        if not every:
            break
    return "".join(result) + value[at:]


def _match(segments: list[Segment], value: str, start: int, *, longest: bool) -> int | None:
    """The end of the shortest or longest match that begins at ``start``; None where there is none."""
    first = segments[0].match(value, start)
    if not first:
        return None
    at = first.end()
    line = value.find("\n", at)
    limit = len(value) if line < 0 else line
    for index, segment in enumerate(segments[1:], 2):
        if index == len(segments) and longest:
            return _last(segment, value, at, limit)
        found = segment.search(value, at)
        if not found or found.start() > limit:
            return None
        at = found.end()
    return at


def _last(segment: Segment, value: str, at: int, limit: int) -> int | None:
    for start in range(limit, at - 1, -1):
        found = segment.match(value, start)
        if found:
            return found.end()
    return None


def _segments(pattern: str) -> list[Segment]:
    pieces: list[list[str]] = [[]]
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            pieces.append([])
        elif char == "?":
            pieces[-1].append(".")
        elif char == "\\":
            escaped = pattern[at : at + 1]
            if escaped not in _DROPPED and escaped not in _ESCAPABLE:
                raise PatternError(f"invalid escape '\\{escaped}'")
            pieces[-1].append(re.escape(escaped))
            at += 1
        else:
            pieces[-1].append(re.escape(char))
    return [re.compile("".join(piece)) for piece in pieces]


def _reversed(pattern: str) -> str:
    """The pattern from back to front, escapes kept before what they escape."""
    units = re.findall(r"\\.|.", pattern, re.DOTALL)
    return "".join(reversed(units))
