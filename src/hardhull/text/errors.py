"""A file that cannot be read: where, why, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.source import BOM

if TYPE_CHECKING:
    from hardhull.model.source import Source


class UnreadableError(Exception):
    """A document is not what it should be, or too large to be read.

    Attributes:
        source: the file.
        offset: the byte where it fails.
        why: what is wrong, as a sentence part ("a trailing comma").
        do: what to do about it ("remove the comma").
        template: whether the file is a template that first has to be rendered, so that a caller can list it as such.
    """

    def __init__(self, source: Source, offset: int, why: str, do: str, *, template: bool = False) -> None:
        self.source = source
        self.offset = offset
        self.why = why
        self.do = do
        self.template = template
        super().__init__(f"{source.path}:{self.line}:{self.column}: {why}; {do}")

    @property
    def line(self) -> int:
        """The line, from 1. Counted without the table of line starts, which a huge file must not build."""
        return self.source.data.count(b"\n", 0, self.offset) + 1

    @property
    def column(self) -> int:
        """The column in code points, from 1."""
        data = self.source.data
        start = data.rfind(b"\n", 0, self.offset) + 1
        before = data[start : self.offset]
        if start == 0:
            before = before.removeprefix(BOM)
        return len(before.decode("utf-8", "replace")) + 1
