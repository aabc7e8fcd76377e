"""Writing words: quotes where a text needs them, and a new value in the place of an old one inside a word."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from hardhull.model.edit import Edit
from hardhull.model.source import Span
from hardhull.text.draft import UnwritableError
from hardhull.text.shell.values import Arg, Piece

if TYPE_CHECKING:
    from hardhull.model.fragment import Fragment

_SIMPLE = re.compile(r"[A-Za-z0-9_./:,=@+-]*")
"""Text that means itself in a shell with and without quotes, in make, in units and in YAML."""

_NAME = re.compile(r"\$\w*$")
"""A variable without braces, which a letter behind it would give another name."""


class Quoting(Enum):
    """Who reads a word, and so how it is quoted.

    ``ONLY_SIMPLE`` is for text inside other text (``sh -c "..."``, a heredoc, a scalar on one line): a word that needs
    quotes of its own cannot be written there without a guess.
    """

    SHELL = 1
    MAKE = 2
    UNIT = 3
    ONLY_SIMPLE = 4


def is_simple(text: str) -> bool:
    """Whether a text needs no quotes anywhere."""
    return _SIMPLE.fullmatch(text) is not None


def quoted(text: str, quoting: Quoting, head: str = "") -> str:
    """A text as a word, in quotes only where it needs them.

    Args:
        text: what the program gets.
        quoting: who reads it.
        head: what stands in front of it in the same word and needs no quotes (``--label=``).

    Raises:
        UnwritableError: it needs quotes where none can be written, or it has several lines.
    """
    if text and is_simple(text):
        return head + text
    if not text and head:
        return head
    if quoting is Quoting.ONLY_SIMPLE or not text.isprintable():
        raise UnwritableError(f"{text!r} cannot be quoted where the command stands")
    if quoting is Quoting.UNIT:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$").replace("%", "%%")
        return f'{head}"{escaped}"' if not head else f'"{head}{escaped}"'
    shell = "'" + text.replace("'", "'\\''") + "'"
    return head + (shell.replace("$", "$$") if quoting is Quoting.MAKE else shell)


def replaced(value: Arg, text: str, quoting: Quoting) -> Edit:
    """The edit that makes another value of an argument or of a part of it; only what differs is touched.

    Raises:
        UnwritableError: what differs comes from a variable, or has to be quoted where that is not possible.
    """
    start, end, new = _difference(value.text, text)
    if is_simple(new):
        edit = _inside(value, start, end, new)
        if edit is not None:
            return edit
    fragment, first, last = value.site
    span = fragment.span(first, last)
    raw = fragment.source.data[span.start : span.end]
    stands = (raw.replace(b"$$", b"$") if quoting is Quoting.MAKE else raw) == fragment.text[first:last].encode()
    if stands and value.whole and value.known and all(_own(value, one.fragment, one.start) for one in value.pieces):
        return Edit(span, quoted(text, quoting).encode())
    if not value.known:
        raise UnwritableError(f"a part of it is not known: {value.why}")
    raise UnwritableError(f"{fragment.text[first:last]} is not written as it is read")


def revalued(value: Arg, text: str) -> Arg:
    """The argument with another text, in which what is not known stays so."""
    start, end, new = _difference(value.text, text)
    fragment, first, _ = value.site
    middle = (Piece(new, fragment, first, first),) if new else ()
    return Arg((*value.cut(0, start).pieces, *middle, *value.cut(end).pieces), value.site)


def _difference(old: str, new: str) -> tuple[int, int, str]:
    """Which stretch of a text becomes what."""
    limit = min(len(old), len(new))
    start = next((at for at in range(limit) if old[at] != new[at]), limit)
    same = next((at for at in range(limit - start) if old[-1 - at] != new[-1 - at]), limit - start)
    return start, len(old) - same, new[start : len(new) - same]


def _own(value: Arg, fragment: Fragment, at: int) -> bool:
    """Whether a piece is written in the word itself."""
    site, first, last = value.site
    return fragment is site and first <= at <= last


def _inside(value: Arg, start: int, end: int, new: str) -> Edit | None:
    """The edit of ``value.text[start:end]``, where exactly that stands in the word."""
    fragment = value.site[0]
    at = 0
    for piece in value.pieces:
        size = len(piece.text)
        if at <= start and end <= at + size and (start < at + size or size == 0 or piece is value.pieces[-1]):
            if not _own(value, piece.fragment, piece.start) or size != piece.end - piece.start:
                return None
            if piece.why and start < end:
                return None
            lo, hi = piece.start + start - at, piece.start + end - at
            span = fragment.span(lo, hi)
            if lo == hi and lo > piece.start:
                span = Span(*(fragment.span(lo - 1, lo).end,) * 2)
            if fragment.source.data[span.start : span.end] != fragment.text[lo:hi].encode():
                return None
            if fragment.text[lo:hi] != value.text[start:end] or (piece.why and piece.start < lo < piece.end):
                return None
            if new and _NAME.search(fragment.text, value.site[1], lo) and (new[0].isalnum() or new[0] == "_"):
                return None
            return Edit(span, new.encode())
        at += size
    return None
