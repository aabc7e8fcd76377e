"""Text inside a file that a second reader understands: a shell line in a workflow, an ``ExecStart=``, a RUN."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.source import Place, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable


class Run(NamedTuple):
    """A stretch of text that stands in the file byte for byte: ``text[at:]`` comes from ``offset`` on."""

    at: int
    offset: int


class Fragment:
    """A decoded text and, for each of its characters, the byte in the file it was written with.

    ``runs`` are in order of ``at``, the first at 0. Between two runs, characters map to consecutive UTF-8 encoded
    bytes. So an unindented YAML block, a Makefile recipe with ``$$`` or a quoted scalar keep exact positions.

    Attributes:
        source: the file.
        text: what the second reader reads.
        literal: whether the text stands in the file as it is, so that an edit of it is an edit of the file.
    """

    __slots__ = ("_runs", "_starts", "_widths", "literal", "source", "text")

    def __init__(self, source: Source, text: str, runs: Iterable[Run], *, literal: bool = True) -> None:
        self.source = source
        self.text = text
        self.literal = literal
        self._runs = list(runs) or [Run(0, 0)]
        self._starts = [run.at for run in self._runs]
        self._widths = text.isascii()

    @classmethod
    def of(cls, source: Source, span: Span | None = None) -> Fragment:
        """The text in a span of the file (all of it by default, without a BOM)."""
        start, end = span or Span(3 if source.data.startswith(b"\xef\xbb\xbf") else 0, len(source.data))
        return cls(source, source.data[start:end].decode("utf-8", "replace"), [Run(0, start)])

    def offset(self, index: int) -> int:
        """The byte offset in the file of the character at ``index`` (or of the end of the text)."""
        run = self._runs[bisect_right(self._starts, index) - 1]
        between = index - run.at
        if self._widths:
            return run.offset + between
        return run.offset + len(self.text[run.at : index].encode("utf-8", "replace"))

    def span(self, start: int, end: int) -> Span:
        """Where ``text[start:end]`` stands in the file."""
        first = self.offset(start)
        if end <= start:
            return Span(first, first)
        last = self.offset(end - 1)
        return Span(first, last + len(self.text[end - 1].encode("utf-8", "replace")))

    def place(self, start: int, end: int) -> Place:
        """Where ``text[start:end]`` stands, with the file."""
        return Place(self.source, self.span(start, end))
