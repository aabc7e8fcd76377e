"""From candidates to hits: lines and columns, the line without its secrets, and the other half of a pair."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from hardhull.leaks.catalogue import Kind, catalogue
from hardhull.leaks.confirm import Confirmer
from hardhull.leaks.finder import is_binary
from hardhull.leaks.hit import Candidate, Half, Hit
from hardhull.text.redaction import REDACTED, redact

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SHOWN: Final = 160
"""Characters of a line on each side of a secret."""
REACH: Final = 6000
"""Bytes on each side of a secret among which its other half is looked for."""


@cache
def _kinds() -> dict[str, Kind]:
    return {kind.id: kind for kind in catalogue()}


def _needs_partner(one: Candidate) -> bool:
    """Whether only the other half shows whose it is: the name beside it does not."""
    kind = _kinds().get(one.kind)
    return kind is not None and kind.context and bool(kind.partners)


class Shown:
    """The hits of one stretch of bytes.

    Args:
        data: the bytes.
        found: what counts in them, in their order.
        inside: what they were found in.
    """

    def __init__(self, data: bytes, found: list[Candidate], inside: tuple[str, ...]) -> None:
        self._data = data
        self._text = not is_binary(data)
        self._inside = inside
        paired = {index: self._partners(one) for index, one in enumerate(found)}
        found = [one for index, one in enumerate(found) if paired[index] or not _needs_partner(one)]
        self._halves = dict(enumerate(self._partners(one) for one in found))
        taken = [half for halves in self._halves.values() for half in halves]
        self._found = [
            (index, one)
            for index, one in enumerate(found)
            if self._halves[index] or not any(one.start < half.end and half.start < one.end for half in taken)
        ]
        self._hidden = sorted([(one.start, one.end) for one in (*found, *taken)])

    def hits(self) -> Iterator[Hit]:
        """In the order of the bytes."""
        at, line = 0, 1
        for index, one in self._found:
            line += self._data.count(b"\n", at, one.start)
            at = one.start
            begin = self._data.rfind(b"\n", 0, one.start) + 1
            column = len(self._data[max(begin, one.start - 4096) : one.start].decode("utf-8", "replace")) + 1
            end = self._data.find(b"\n", one.start, one.end)
            width = len(self._data[one.start : one.end if end < 0 else end].decode("utf-8", "replace").rstrip("\r"))
            halves = tuple(
                Half(half.title, self._data.count(b"\n", 0, half.start) + 1, self._line(half.start, half.end))
                for half in self._halves[index]
            )
            yield Hit(
                one.kind, one.title, line, column, column + width, self._line(one.start, one.end), one.name,
                one.certainty, one.notes, (*self._inside, *one.inside), halves, one.expires, one.locked,
            )  # fmt: skip

    def _partners(self, one: Candidate) -> list[Candidate]:
        """The nearest of each kind that belongs to a secret, within as many lines as its kind says."""
        kind = _kinds().get(one.kind)
        if kind is None or not kind.partners or one.inside:
            return []
        found = []
        for name, lines in kind.partners.items():
            partner = _kinds().get(name)
            low, high = self._around(one, lines)
            if partner is None:
                continue
            confirmer = Confirmer(self._data[low:high], settings=True)
            near = [
                each._replace(start=each.start + low, end=each.end + low)
                for each in confirmer.exact(partner, 0, high - low)
            ]
            near = [each for each in near if each.end <= one.start or each.start >= one.end]
            if near:
                found.append(min(near, key=lambda each: min(abs(each.start - one.end), abs(one.start - each.end))))
        return found

    def _around(self, one: Candidate, lines: int) -> tuple[int, int]:
        """The bytes within so many lines of a secret."""
        low, high = one.start, one.end
        for _ in range(lines + 1):
            low = self._data.rfind(b"\n", max(0, one.start - REACH), max(low, 0))
            if low < 0:
                low = max(0, one.start - REACH)
                break
        for _ in range(lines + 1):
            high = self._data.find(b"\n", high + 1, one.end + REACH)
            if high < 0:
                high = min(len(self._data), one.end + REACH)
                break
        return low, high

    def _line(self, start: int, end: int) -> str:
        """The first line of a place, every secret in it taken out; empty for what is no text."""
        if not self._text:
            return ""
        first = self._data.rfind(b"\n", max(0, start - MOST_SHOWN * 4), start) + 1 or max(0, start - MOST_SHOWN)
        last = self._data.find(b"\n", start, end + MOST_SHOWN)
        last = min(len(self._data), end + MOST_SHOWN) if last < 0 else last
        parts: list[str] = []
        at = first
        for low, high in self._hidden:
            if low < last and high > at:
                parts += self._data[at : max(low, at)].decode("utf-8", "replace"), REDACTED
                at = min(high, last)
        parts.append(self._data[at:last].decode("utf-8", "replace"))
        return redact("".join(parts)).strip("\r\n")
