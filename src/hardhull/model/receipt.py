"""What is written to a tree, and the journal's record of it: file changes, actions and receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"
"""A value that JSON can hold."""


class Splice(NamedTuple):
    """One edit of a file: the bytes from ``start`` to ``end`` of the old file become ``replacement``."""

    start: int
    end: int
    replacement: bytes


class FileChange(NamedTuple):
    """A file as it was read and as it is to be.

    Attributes:
        path: relative to the root, with ``/`` as separator; bytes that are not UTF-8 as surrogate escapes.
        before: what was read; None for a file that is not there yet.
        after: what is to be written; None to remove the file.
        edits: what turns ``before`` into ``after``, in order and apart from each other; where it is empty, all from
            the first to the last line that differ counts as one edit.
        mode: permission bits of a new file; by default those that the umask leaves.
    """

    path: str
    before: bytes | None
    after: bytes | None
    edits: tuple[Splice, ...] = ()
    mode: int | None = None


class Action(NamedTuple):
    """A command with an undo and a probe: the name of its kind, and all that the three of them need to know."""

    kind: str
    arguments: Mapping[str, Plain]


APPLIED, UNDONE, TAKEN_BACK, PARTLY, PENDING, UNTRUSTED = (
    "applied", "undone", "taken back", "partly taken back", "cut short", "not trusted",
)  # fmt: skip
"""States of a receipt. Taken back: it did not succeed, and nothing of it remains. Partly: something of it could not be
taken back, ``why`` says what. Cut short: the next command that writes takes it back."""


class Touched(NamedTuple):
    """One file of a receipt: ``what`` is ``changed``, ``created`` or ``removed``; ``note`` says more where needed."""

    path: str
    what: str
    note: str = ""


class Receipt(NamedTuple):
    """The journal's record of one applied plan, or of one undo.

    Attributes:
        id: a number that grows, a hyphen, and six random digits: ``7-3fa9c2``; the number alone is enough to name it.
        kind: ``apply`` or ``undo``.
        of: for an undo, the id of the receipt that it takes back.
        title: what was done, in a few words.
        started: ISO time, UTC.
        state: one of the states above.
        files: what it touched.
        actions: descriptions of what it ran.
        why: the reason for a state other than ``applied``; may be empty.
    """

    id: str
    kind: str
    of: str
    title: str
    started: str
    state: str
    files: tuple[Touched, ...] = ()
    actions: tuple[str, ...] = ()
    why: str = ""

    @property
    def number(self) -> int:
        """The part of the id that grows."""
        return number_of(self.id)


def number_of(name: str) -> int:
    """The number of a receipt's id; 0 for what is no id."""
    head = name.partition("-")[0]
    return int(head) if head.isascii() and head.isdigit() and len(head) < 10 else 0
