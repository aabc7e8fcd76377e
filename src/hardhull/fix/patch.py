"""Diffs of a plan: for people with every secret redacted, and as a patch that git applies, without any secret in it."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from hardhull.fix.page import page_of, text_of
from hardhull.model.edit import Edit
from hardhull.model.plan import FileEdit
from hardhull.model.source import Span
from hardhull.text.editdiff import LineChange, changed_lines, is_unplaceable, lines_of, unified
from hardhull.text.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def file_edit(path: str, before: bytes | None, after: bytes) -> FileEdit:
    """A file's change as edits of whole lines."""
    if before is None:
        return FileEdit(path, None, after, ())
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    edits = [
        Edit(Span(starts[first], starts[last]), b"".join(new[begin:end]))
        for kind, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
    return FileEdit(path, before, after, tuple(edits))


def shown(file: FileEdit) -> str:
    """A file's change as a unified diff with every secret redacted."""
    if file.before is None:
        after = lines_of(redact(text_of(file.after)))
        return unified(file.path, [], after, [LineChange(0, 0, 0, len(after))], new=True)
    return page_of(file.path, file.before).diff(file.edits)


class LeftOut(NamedTuple):
    """A file that a patch does not hold, and why, as a sentence part."""

    path: str
    why: str


def patch(files: Iterable[FileEdit]) -> tuple[str, list[LeftOut]]:
    """A patch that ``git apply`` takes, with no secret in it, and the files left out of it.

    Lines around a change that hold a secret are not shown; a file is left out where the changed lines hold one, or
    where no line is left behind a change for git to know its place by.
    """
    parts: list[str] = []
    left_out: list[LeftOut] = []
    for file in files:
        try:
            parts.append(_exact(file))
        except _UnshownError as error:
            left_out.append(LeftOut(file.path, str(error)))
    return "".join(parts), left_out


class _UnshownError(Exception):
    """A file cannot be in a patch; the message says why."""


def _exact(file: FileEdit) -> str:
    after = lines_of(_readable(file.after))
    secret_after = _secrets(file.after)
    if file.before is None:
        if secret_after:
            raise _UnshownError("it is new and holds a secret")
        return unified(file.path, [], after, [LineChange(0, 0, 0, len(after))], new=True)
    before = lines_of(_readable(file.before))
    changes = changed_lines(file.before, file.edits)
    secret = _secrets(file.before)
    for one in changes:
        if secret & {*range(one.at, one.at + one.removed)} or secret_after & {
            *range(one.after_at, one.after_at + one.added)
        }:
            raise _UnshownError("a changed line holds a secret")
    hidden = secret.union(_unchanged(changes, len(before), secret_after))
    if any(is_unplaceable(one, before, hidden) for one in changes):
        raise _UnshownError("the line beside a change holds a secret, and git needs it to know the place")
    return unified(file.path, before, after, changes, hidden=hidden)


def _secrets(data: bytes) -> set[int]:
    """The lines that hold a secret."""
    text = text_of(data)
    pairs = zip(lines_of(text), lines_of(redact(text)), strict=True)
    return {number for number, (line, safe) in enumerate(pairs) if line != safe}


def _unchanged(changes: Sequence[LineChange], count: int, after: set[int]) -> Iterator[int]:
    """Which lines of the text before stay and are among these of the text after."""
    at = 0
    shift = 0
    for one in (*changes, LineChange(count, 0, 0, 0)):
        yield from (line for line in range(at, one.at) if line + shift in after)
        at = one.at + one.removed
        shift += one.added - one.removed


def _readable(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _UnshownError("it is not UTF-8") from None
