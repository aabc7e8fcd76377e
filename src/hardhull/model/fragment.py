"""Text inside a file that a second reader understands: a shell line in a workflow, an ``ExecStart=``, a RUN."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.lazy import lazy
from hardhull.model.source import Place, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable


_NOT_UTF8 = lazy("[\udc80-\udcff]")
_STEP = 512


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

    __slots__ = ("_dense", "_runs", "_starts", "_widths", "literal", "source", "text")

    def __init__(self, source: Source, text: str, runs: Iterable[Run], *, literal: bool = True) -> None:
        self.source = source
        self.text = text
        self.literal = literal
        self._runs = list(runs) or [Run(0, 0)]
        self._starts = [run.at for run in self._runs]
        self._widths = text.isascii()
        self._dense = self._widths

    @classmethod
    def of(cls, source: Source, span: Span | None = None) -> Fragment:
        """The text in a span of the file (all of it by default, without a BOM); ``?`` for a byte that is not UTF-8."""
        start, end = span or Span(3 if source.data.startswith(b"\xef\xbb\xbf") else 0, len(source.data))
        data = source.data[start:end]
        try:
            text = data.decode()
        except UnicodeDecodeError:  # one character for each such byte, so that the places behind it stay exact
            text = _NOT_UTF8.sub("?", data.decode("utf-8", "surrogateescape"))
        return cls(source, text, [Run(0, start)])

    def offset(self, index: int) -> int:
        """The byte offset in the file of the character at ``index`` (or of the end of the text)."""
        if not self._dense:
            self._densify()
        run = self._runs[bisect_right(self._starts, index) - 1]
        between = index - run.at
        if self._widths:
            return run.offset + between
        return run.offset + len(self.text[run.at : index].encode("utf-8", "replace"))

    def _densify(self) -> None:
        """Cuts long runs of text that is not ASCII, so that finding an offset never measures more than a short one."""
        dense: list[Run] = []
        ends = [*self._starts[1:], len(self.text)]
        for (at, offset), end in zip(self._runs, ends, strict=True):
            here = offset
            for cut in range(at, max(end, at + 1), _STEP):
                dense.append(Run(cut, here))
                here += len(self.text[cut : cut + _STEP].encode("utf-8", "replace"))
        self._runs = dense
        self._starts = [run.at for run in dense]
        self._dense = True

    def runs(self, start: int, end: int, at: int = 0) -> list[Run]:
        """The runs of ``text[start:end]`` where it becomes a part of another text, at position ``at`` of that."""
        runs = [Run(at, self.offset(start))]
        inside = slice(bisect_right(self._starts, start), bisect_left(self._starts, end))
        return runs + [Run(run.at - start + at, run.offset) for run in self._runs[inside]]

    def span(self, start: int, end: int) -> Span:
        """Where ``text[start:end]`` stands in the file."""
        first = self.offset(start)
        if end <= start:
            return Span(first, first)
        last = max(self.offset(end - 1), first)
        if self._widths:
            return Span(first, last + 1)
        return Span(first, last + len(self.text[end - 1].encode("utf-8", "replace")))

    def place(self, start: int, end: int) -> Place:
        """Where ``text[start:end]`` stands, with the file."""
        return Place(self.source, self.span(start, end))
