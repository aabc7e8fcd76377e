"""The bytes of one file, and the way from byte offsets to lines, columns and text."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

BOM = b"\xef\xbb\xbf"


class Span(NamedTuple):
    """A half-open range of byte offsets in a file."""

    start: int
    end: int


class Position(NamedTuple):
    """A place as people count it: lines and columns from 1, columns in code points (a BOM is not counted)."""

    line: int
    column: int


class Source:
    """One file as it was read. The bytes are never changed; everything else is derived when asked for.

    Attributes:
        path: the name shown to people, with ``/`` as separator.
        data: the bytes, including a BOM and whatever line ends the file has.
    """

    __slots__ = ("_starts", "data", "path")
    whole: ClassVar[bool] = True
    """Whether the bytes are those of the file, and not some lines of it."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self._starts: list[int] | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path!r}, {len(self.data)} bytes)"

    @property
    def line_starts(self) -> list[int]:
        """Byte offset of the first byte of every line; a line ends with LF (a CR before it belongs to the end)."""
        if self._starts is None:
            starts = [0]
            find = self.data.find
            at = find(b"\n")
            while at != -1:
                starts.append(at + 1)
                at = find(b"\n", at + 1)
            self._starts = starts
        return self._starts

    def position(self, offset: int) -> Position:
        """Line and column of a byte offset; an offset past the end is the end."""
        starts = self.line_starts
        index = bisect_right(starts, min(offset, len(self.data))) - 1
        before = self.data[starts[index] : offset]
        if index == 0:
            before = before.removeprefix(BOM)
        return Position(index + 1, len(before.decode("utf-8", "replace")) + 1)

    def reading(self, span: Span) -> tuple[str, Span, str] | None:  # noqa: ARG002  files have none
        """What was read at a span, where its value stands, and from where; None for a file, which records nothing."""
        return None

    def line_span(self, line: int) -> Span:
        """Bytes of a line (counted from 1) without its line end and without a BOM."""
        starts = self.line_starts
        start = starts[line - 1]
        end = starts[line] - 1 if line < len(starts) else len(self.data)
        if end > start and self.data[end - 1 : end] == b"\r":
            end -= 1
        if start == 0 and self.data.startswith(BOM):
            start = len(BOM)
        return Span(start, end)

    def line_text(self, line: int) -> str:
        """Text of a line (counted from 1) without its line end."""
        return self.text(self.line_span(line))

    def text(self, span: Span) -> str:
        """The text in a span; bytes that are not UTF-8 become U+FFFD."""
        return self.data[span.start : span.end].decode("utf-8", "replace")


class Excerpt(Source):
    """Some lines of a file, with their secrets taken out: all that is kept of a file in which one was found.

    Args:
        path: the name shown to people.
        lines: number and text of each line, in order.
    """

    __slots__ = ("_numbers", "_positions")
    whole: ClassVar[bool] = False

    def __init__(self, path: str, lines: Iterable[tuple[int, str]]) -> None:
        kept = list(lines)
        super().__init__(path, b"\n".join(text.encode("utf-8", "replace") for _, text in kept))
        self._numbers = [number for number, _ in kept]
        self._positions: dict[int, Position] = {}

    def mark(self, line: int, start: int, end: int, columns: tuple[int, int]) -> Span:
        """The span of a place on a line.

        Args:
            line: its number in the file.
            start: offset in the bytes of the line as it is kept, where the place begins.
            end: offset past it.
            columns: where it begins and ends in the file.
        """
        first = self._line_starts()[self._numbers.index(line)]
        span = Span(first + start, first + end)
        for offset, column in zip(span, columns, strict=True):
            self._positions.setdefault(offset, Position(line, column))
        return span

    def _line_starts(self) -> list[int]:
        return super().line_starts

    def position(self, offset: int) -> Position:
        """Where it is in the file; for what was not marked, the column is that in the line as it is kept."""
        known = self._positions.get(offset)
        if known is not None:
            return known
        here = super().position(offset)
        return Position(self._numbers[here.line - 1], here.column)

    def line_span(self, line: int) -> Span:
        """Bytes of a line, by its number in the file."""
        return super().line_span(self._numbers.index(line) + 1)


class Place(NamedTuple):
    """A span in a file, together with the file."""

    source: Source
    span: Span

    @property
    def start(self) -> Position:
        """Where it begins."""
        return self.source.position(self.span.start)

    @property
    def end(self) -> Position:
        """Where it ends (exclusive)."""
        return self.source.position(self.span.end)

    @property
    def text(self) -> str:
        """What stands there."""
        return self.source.text(self.span)

    def __str__(self) -> str:
        line, column = self.start
        return f"{self.source.path}:{line}:{column}"
