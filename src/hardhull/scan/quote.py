"""Places in files as results quote them: the line, with secrets taken out and very long lines cut, and where in it.

Secrets are looked for in the whole file, once: that ``value: x`` is one is said by the line above it.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.linehash import LineHashes
from hardhull.model.result import Location
from hardhull.text.secrets import REDACTED, secret_spans

if TYPE_CHECKING:
    from hardhull.model.finding import SourceSpan
    from hardhull.model.source import Place, Source, Span

MAX_QUOTED = 400
"""Characters of a line that are kept in a result; a minified file has lines of megabytes."""
MAX_VALUE = 200
"""Characters of a value that is quoted as evidence."""
MAX_BEFORE = 120
"""Of those, characters before the place."""
CUT = "\N{HORIZONTAL ELLIPSIS}"


class _Quoted(NamedTuple):
    """A quoted line: its text, and the columns in it of the place."""

    text: str
    column: int
    end_column: int


class Quotes:
    """The quoting of one scan: remembers where the secrets of each file stand, and every place it quoted.

    Two findings of three stand at a place that another one had before: the key of a service that lacks many things.
    """

    def __init__(self) -> None:
        self._secrets: dict[Source, list[tuple[int, int]]] = {}
        self._hashes: dict[Source, LineHashes | None] = {}
        self._places: dict[Place, Location] = {}
        self._line_hashes: dict[Place, str] = {}

    def location(self, span: SourceSpan) -> Location:
        """A place in a file as plain data."""
        at = self._places.get(span.place)
        if at is None:
            at = self._places[span.place] = self._located(span.place)
        return Location(
            at.path, at.line, at.column, at.end_line, at.end_column, at.text, span.label, span.written,
            at.text_column, at.text_end_column,
        )  # fmt: skip

    def line_hash(self, span: SourceSpan) -> str:
        """GitHub's name of the line; empty for a file in which a secret was recognised (see ``model.linehash``)."""
        name = self._line_hashes.get(span.place)
        if name is None:
            name = self._line_hashes[span.place] = self._hashed(span.place)
        return name

    def value(self, source: Source, span: Span) -> str:
        """A JSON value of a file in one line, secrets taken out before a long one is cut."""
        hidden = _overlapping(self._secrets_of(source), span.start, span.end)
        text = " ".join(_shown(source.data, span.start, span.end, hidden).split())
        if text.startswith('"'):
            with suppress(ValueError):  # a secret that began inside may have taken the quote at the end with it
                text = str(json.loads(text))
        return _cut(text, MAX_VALUE)

    def _located(self, place: Place) -> Location:
        """The location without a label."""
        source, start, end = place.source, place.start, place.end
        secrets = self._secrets_of(source)
        line = source.line_span(start.line)
        if not secrets and line.end - line.start <= MAX_QUOTED and source.whole:  # nearly always
            return Location(source.path, start.line, start.column, end.line, end.column, source.text(line))
        quoted = _quote(source.data, line, place.span, secrets)
        inside = quoted.end_column if end.line == start.line else end.column
        plain = (quoted.column, inside) == (start.column, end.column)
        columns = (0, 0) if plain else (quoted.column, quoted.end_column)
        return Location(
            source.path, start.line, start.column, end.line, end.column, quoted.text,
            text_column=columns[0], text_end_column=columns[1],
        )  # fmt: skip

    def _hashed(self, place: Place) -> str:
        source = place.source
        if source not in self._hashes:
            clean = source.whole and not self._secrets_of(source)
            self._hashes[source] = LineHashes(source) if clean else None
        hashes = self._hashes[source]
        return hashes.of(place.start.line) if hashes else ""

    def _secrets_of(self, source: Source) -> list[tuple[int, int]]:
        """Byte ranges of the secrets of a file, in order."""
        if source not in self._secrets:
            self._secrets[source] = _byte_spans(source.data)
        return self._secrets[source]


class Places(Quotes):
    """The same without the lines, for whoever does not show them: then nobody needs to know their secrets."""

    def _located(self, place: Place) -> Location:
        start, end = place.start, place.end
        return Location(place.source.path, start.line, start.column, end.line, end.column, "")


def _byte_spans(data: bytes) -> list[tuple[int, int]]:
    text = data.decode("utf-8", "surrogateescape")
    spans = secret_spans(text)
    if not spans or text.isascii():
        return spans
    found, at, offset = [], 0, 0
    for start, end in spans:
        offset += len(text[at:start].encode("utf-8", "surrogateescape"))
        size = len(text[start:end].encode("utf-8", "surrogateescape"))
        found.append((offset, offset + size))
        at, offset = end, offset + size
    return found


def _quote(data: bytes, line: Span, span: Span, secrets: list[tuple[int, int]]) -> _Quoted:
    """The line with the place in it. A place that begins or ends inside a secret is widened to all of it."""
    first, last = line
    start, end = min(max(span.start, first), last), min(max(span.end, first), last)
    hidden = _overlapping(secrets, first, last)
    for begins, ends in hidden:
        if begins < end and ends > start:
            start, end = max(min(start, begins), first), min(max(end, ends), last)
    before, inside, after = (
        _shown(data, low, high, hidden) for low, high in ((first, start), (start, end), (end, last))
    )
    if len(before) + len(inside) + len(after) > MAX_QUOTED:
        before = before if len(before) <= MAX_BEFORE else CUT + before[-MAX_BEFORE:]
        inside = _cut(inside, MAX_QUOTED - len(before))
        after = _cut(after, max(MAX_QUOTED - len(before) - len(inside), 1)) if after else ""
    column = len(before) + 1
    return _Quoted(before + inside + after, column, column + len(inside))


def _overlapping(secrets: list[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    """The secrets that stand at least partly between two offsets."""
    at = max(bisect_right(secrets, (first, first)) - 1, 0)
    found = []
    while at < len(secrets) and secrets[at][0] < last:
        if secrets[at][1] > first:
            found.append(secrets[at])
        at += 1
    return found


def _shown(data: bytes, first: int, last: int, hidden: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    for start, end in hidden:
        if start < last and end > first:
            parts += data[first : max(start, first)].decode("utf-8", "replace"), REDACTED
            first = min(end, last)
    return "".join((*parts, data[first:last].decode("utf-8", "replace")))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(most - 1, 0)] + CUT
