"""Our own edits of a file: made, taken apart again, and taken back from under later edits of somebody else."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.model.receipt import Splice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_PAIRS: Final = 4_000_000
"""Pairs of equal lines that are compared at most: a comparison of some seconds."""
FIRST, LAST = b"\nfirst", b"\nlast"
"""Stand for the beginning and the end of a file among its lines; no line of a file has a line end before others."""


def spliced(data: bytes, edits: Iterable[Splice]) -> bytes:
    """The data with the edits made.

    Raises:
        ValueError: they overlap, are not in order, or lie outside of the data.
    """
    parts: list[bytes] = []
    at = 0
    for start, end, replacement in edits:
        if not at <= start <= end <= len(data):
            raise ValueError(f"the edit of bytes {start} to {end} overlaps another or lies outside")
        parts += data[at:start], replacement
        at = end
    return b"".join((*parts, data[at:]))


def difference(before: bytes, after: bytes) -> tuple[Splice, ...]:
    """One edit from the first to the last line that differ; none where they are equal."""
    if before == after:
        return ()
    shorter = min(len(before), len(after))
    start = before.rfind(b"\n", 0, _common(before, after, shorter)) + 1
    tail = _common(before[start:][::-1], after[start:][::-1], shorter - start)
    end = len(before) - tail
    if not (_at_line(before, start, end) and _at_line(after, start, len(after) - tail)):
        end = before.find(b"\n", end) + 1 or len(before)
        tail = len(before) - end
    return (Splice(start, end, after[start : len(after) - tail]),)


def _at_line(data: bytes, start: int, offset: int) -> bool:
    """Whether a line begins there, as one does at ``start``."""
    return offset == start or data[offset - 1 : offset] == b"\n"


def _common(one: bytes, other: bytes, most: int) -> int:
    """How many bytes at the beginning are equal."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def reversed_edits(before: bytes, edits: Sequence[Splice]) -> tuple[Splice, ...]:
    """What turns the edited file back into ``before``."""
    undone, grown = [], 0
    for start, end, replacement in edits:
        at = start + grown
        undone.append(Splice(at, at + len(replacement), before[start:end]))
        grown += len(replacement) - (end - start)
    return tuple(undone)


def taken_back(before: bytes, edits: Sequence[Splice], now: bytes) -> tuple[Splice, ...] | None:
    """The edits of ``now`` that take ours back and leave every later one, or None where that cannot be told for sure.

    A place of ours counts as untouched when its lines, and the lines directly before and behind it, are still there, in
    the same order, and as often as they were. So an edit beside ours is refused, and so is a copy of our lines.

    Args:
        before: the file before our edits.
        edits: ours.
        now: the file as it is.
    """
    after = spliced(before, edits)
    if now == before:
        return ()
    undo = reversed_edits(before, edits)
    if now == after:
        return undo
    moved = _moved(after, now, [(splice.start, splice.end) for splice in undo])
    if moved is not None:
        return tuple(
            Splice(start, start + splice.end - splice.start, splice.replacement)
            for start, splice in zip(moved, undo, strict=True)
        )
    if _moved(before, now, [(splice.start, splice.end) for splice in edits]) is not None:
        return ()  # they were taken back already, for example by a run that was killed after it had done so
    return None


class _Lines(NamedTuple):
    """A file's lines between the marks of its ends, and the offset at which each begins."""

    lines: list[bytes]
    starts: list[int]

    @classmethod
    def of(cls, data: bytes) -> _Lines:
        pieces = data.split(b"\n")  # a carriage return ends no line
        lines = [FIRST, *(piece + b"\n" for piece in pieces[:-1]), *filter(None, pieces[-1:]), LAST]
        starts, at = [0], 0
        for line in lines[1:]:
            starts.append(at)
            at += len(line)
        return cls(lines, starts)

    def around(self, start: int, end: int) -> tuple[int, int]:
        """The lines (first, and behind the last) that bytes ``start`` to ``end`` touch, with one byte more each way."""
        first = bisect_right(self.starts, start - 1, 1) - 1 if start else 0
        return first, bisect_right(self.starts, end, 1)


def _moved(old: bytes, now: bytes, places: Sequence[tuple[int, int]]) -> list[int] | None:
    """Where the places of ``old`` begin in ``now``, if all of them are untouched there."""
    one, other = _Lines.of(old), _Lines.of(now)
    blocks = _equal_blocks(one.lines, other.lines)
    if blocks is None:
        return None
    starts = []
    for start, end in places:
        first, last = one.around(start, end)
        shift = next((b - a for a, b, size in blocks if a <= first and last <= a + size), None)
        if shift is None or not _as_often(one.lines, other.lines, first, last):
            return None
        starts.append(other.starts[first + shift] + start - one.starts[first])
    return starts


def _as_often(one: list[bytes], other: list[bytes], first: int, last: int) -> bool:
    """Whether these lines stand in both files equally often: else nobody can tell which of them are ours."""
    window = one[first:last]
    return _count(one, window) == _count(other, window)


def _count(lines: list[bytes], window: list[bytes]) -> int:
    rarest = window[0]
    found, at = 0, -1
    while True:
        try:
            at = lines.index(rarest, at + 1)
        except ValueError:
            return found
        found += lines[at : at + len(window)] == window


def _equal_blocks(one: list[bytes], other: list[bytes]) -> list[tuple[int, int, int]] | None:
    """Stretches of equal lines: where they begin in both, and how many; None where it would take too long."""
    from difflib import SequenceMatcher

    head = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest = min(len(one), len(other)) - head
    tail = next((i for i in range(rest) if one[-1 - i] != other[-1 - i]), rest)
    middle, there = one[head : len(one) - tail], other[head : len(other) - tail]
    counts = Counter(there)
    if sum(counts[line] for line in middle) > MAX_PAIRS:
        return None
    matcher = SequenceMatcher(None, middle, there, autojunk=False)
    blocks = [(0, 0, head)]
    blocks += [(block.a + head, block.b + head, block.size) for block in matcher.get_matching_blocks()]
    blocks.append((len(one) - tail, len(other) - tail, tail))
    return _joined(blocks)


def _joined(blocks: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The blocks; those that go on without a gap in both files are made one."""
    joined: list[tuple[int, int, int]] = []
    for a, b, size in blocks:
        if joined and size:
            a0, b0, size0 = joined[-1]
            if (a0 + size0, b0 + size0) == (a, b):
                joined[-1] = (a0, b0, size0 + size)
                continue
        if size:
            joined.append((a, b, size))
    return joined
