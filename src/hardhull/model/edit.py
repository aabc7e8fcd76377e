"""A Change written in a text: replace these bytes by those."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.model.source import Span


class Edit(NamedTuple):
    """One splice of a file.

    Attributes:
        span: the bytes that go; empty to insert.
        text: the bytes that come.
    """

    span: Span
    text: bytes


class OverlapError(Exception):
    """Two edits of one file want the same bytes."""


def spliced(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The data with all edits made; inserts at one offset keep their order, and stand before what is replaced there.

    Raises:
        OverlapError: two of them overlap.
    """
    parts: list[bytes] = []
    at = 0
    for (start, end), text in sorted(edits, key=lambda edit: edit.span):
        if start < at:
            raise OverlapError(start)
        parts += (data[at:start], text)
        at = end
    parts.append(data[at:])
    return b"".join(parts)
