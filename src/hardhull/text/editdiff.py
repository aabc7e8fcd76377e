"""A unified diff made from edits: no comparing, so it costs what changed, however long the file is."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.edit import spliced

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from hardhull.model.edit import Edit

CONTEXT = 3
"""Lines around a change, as diff and git show them."""


class LineChange(NamedTuple):
    """Lines that go and lines that come; line numbers are from 0.

    Attributes:
        at: the first line that goes in the text before (or, where none goes, the line in front of which new ones come).
        removed: how many go.
        after_at: where the new lines begin in the text after.
        added: how many come.
        lines: those that come, where they are known.
    """

    at: int
    removed: int
    after_at: int
    added: int
    lines: tuple[bytes, ...] = ()


def changed_lines(data: bytes, edits: Sequence[Edit], starts: Sequence[int] = ()) -> list[LineChange]:
    """Which lines a file's edits take and bring, without lines that stay as they are.

    Args:
        data: the file before.
        edits: of it, in order.
        starts: where its lines begin, as ``Source.line_starts`` has it; looked for where nobody knows yet.
    """
    starts = starts or _line_starts(data)
    found: list[LineChange] = []
    shift = 0
    for first, last, group in _regions(data, starts, edits):
        begin, end = starts[first], starts[last] if last < len(starts) else len(data)
        moved = [edit._replace(span=type(edit.span)(edit.span.start - begin, edit.span.end - begin)) for edit in group]
        after = _lines(spliced(data[begin:end], moved))
        before = _lines(data[begin:end])
        head = _common(before, after)
        tail = _common(before[head:][::-1], after[head:][::-1])
        gone, new = len(before) - head - tail, after[head : len(after) - tail]
        if gone or new:
            found.append(LineChange(first + head, gone, first + head + shift, len(new), tuple(new)))
        shift += len(after) - len(before)
    return found


def _regions(data: bytes, starts: Sequence[int], edits: Sequence[Edit]) -> Iterator[tuple[int, int, list[Edit]]]:
    """Runs of whole lines that edits touch, with those edits; the second number is past the last line."""
    group: list[Edit] = []
    first = last = 0
    for edit in edits:
        begin = bisect_right(starts, edit.span.start) - 1
        end = bisect_right(starts, max(edit.span.end, edit.span.start)) - 1
        end += 1 if end < len(starts) and starts[end] < len(data) else 0
        if group and begin <= last:
            last = max(last, end)
            group.append(edit)
            continue
        if group:
            yield first, last, group
        first, last, group = begin, max(end, begin), [edit]
    if group:
        yield first, last, group


def unified(
    path: str,
    before: list[str],
    after: list[str],
    changes: Sequence[LineChange],
    *,
    new: bool = False,
    hidden: Container[int] = frozenset(),
) -> str:
    """The hunks of a unified diff, with its two header lines.

    Args:
        path: shown behind ``a/`` and ``b/``.
        before: lines of the file before, with their line ends; they may be redacted.
        after: likewise after.
        changes: from ``changed_lines``.
        new: whether the file is not there before.
        hidden: lines of the file before that are not shown as context: a hunk ends in front of them.
    """
    parts = [f"--- {'/dev/null' if new else _name('a', path)}\n+++ {_name('b', path)}\n"]
    parts += [_hunk(before, after, hunk, hidden) for hunk in _hunks(changes, hidden)]
    return "".join(parts)


def _name(side: str, path: str) -> str:
    """A path as git writes it: in quotes where it must be, with a tab behind it where it holds a blank."""
    if path.isprintable() and '"' not in path and "\\" not in path:
        return f"{side}/{path}" + ("\t" if " " in path else "")
    plain = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03o}"
        for byte in path.encode("utf-8", "surrogateescape")
    )
    return f'"{side}/{plain}"'


def is_unplaceable(change: LineChange, before: list[str], hidden: Container[int]) -> bool:
    """Whether ``git apply`` could not tell where a change belongs.

    A hunk that ends with a change must end at the end of the file, and one that begins at line 1 with nothing in front
    of the change must begin the file.
    """
    end = change.at + change.removed
    if end < len(before):
        return end in hidden
    return change.removed == 0 and change.at == 1 and 0 in hidden


def _hunks(changes: Sequence[LineChange], hidden: Container[int]) -> list[list[LineChange]]:
    """Changes whose context would meet stand in one hunk, unless something between them is hidden."""
    hunks: list[list[LineChange]] = []
    for change in changes:
        end = hunks[-1][-1].at + hunks[-1][-1].removed if hunks else 0
        if hunks and change.at - end <= 2 * CONTEXT and not any(line in hidden for line in range(end, change.at)):
            hunks[-1].append(change)
        else:
            hunks.append([change])
    return hunks


def _hunk(before: list[str], after: list[str], hunk: list[LineChange], hidden: Container[int]) -> str:
    first, last = hunk[0], hunk[-1]
    start, end = first.at, last.at + last.removed
    while start > max(first.at - CONTEXT, 0) and start - 1 not in hidden:
        start -= 1
    while end < min(last.at + last.removed + CONTEXT, len(before)) and end not in hidden:
        end += 1
    new_start = first.after_at - (first.at - start)
    lines: list[str] = []
    at = start
    for change in hunk:
        lines += [" " + line for line in before[at : change.at]]
        lines += ["-" + line for line in before[change.at : change.at + change.removed]]
        lines += ["+" + line for line in after[change.after_at : change.after_at + change.added]]
        at = change.at + change.removed
    lines += [" " + line for line in before[at:end]]
    new_count = end - start + sum(change.added - change.removed for change in hunk)
    head = f"@@ -{_range(start, end - start)} +{_range(new_start, new_count)} @@\n"
    return head + "".join(map(_ended, lines))


def _range(start: int, count: int) -> str:
    """Line numbers from 1; an empty range names the line in front of it."""
    at = start + 1 if count else start
    return str(at) if count == 1 else f"{at},{count}"


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _line_starts(data: bytes) -> list[int]:
    starts, at = [0], data.find(b"\n")
    while at != -1:
        starts.append(at + 1)
        at = data.find(b"\n", at + 1)
    return starts


def _lines(data: bytes) -> list[bytes]:
    """Lines as git counts them: only LF ends one."""
    found = [line + b"\n" for line in data.split(b"\n")]
    found[-1] = found[-1][:-1]
    return found if found[-1] else found[:-1]


def lines_of(text: str) -> list[str]:
    """The same for decoded text."""
    found = [f"{line}\n" for line in text.split("\n")]
    found[-1] = found[-1][:-1]
    return found if found[-1] else found[:-1]


def _common(one: list[bytes], other: list[bytes]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
