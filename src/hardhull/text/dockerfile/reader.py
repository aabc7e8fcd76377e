"""Reads a Dockerfile's lines: directives, comments, continuations, here-documents.

Source of the rules: moby/buildkit, frontend/dockerfile/parser/parser.go (Parse) and directives.go, as of 0.33.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from hardhull.model.lazy import lazy
from hardhull.model.source import BOM, Span
from hardhull.text.dockerfile.document import Document
from hardhull.text.dockerfile.heredoc import announced
from hardhull.text.dockerfile.lexer import SPACES, LexError
from hardhull.text.dockerfile.nodes import Directive, Heredoc, Problem, Statement
from hardhull.text.dockerfile.statement import MAX_WORDS, fill
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from hardhull.model.source import Source
    from hardhull.text.dockerfile.heredoc import Announced

MAX_BYTES: Final = 1_000_000
"""Largest Dockerfile that is read, in bytes. The largest real one seen among 700 has 40 kB."""

MAX_LINE: Final = 65_535
"""Longest line in bytes: BuildKit itself refuses longer ones (bufio.MaxScanTokenSize - 1)."""

MAX_STATEMENTS: Final = 10_000
"""Most instructions of a file; an image cannot have more than 127 layers."""

_DIRECTIVE = lazy(r"([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*\Z")
_DIRECTIVES = frozenset({"syntax", "escape", "check"})
_HEREDOC_KEYWORDS = frozenset({"RUN", "COPY", "ADD"})
_BOM_VIEW = BOM.decode("latin-1")
_ASCII_SPACE = "\t\v\f\r "


def read(source: Source) -> Document:
    """Reads a Dockerfile.

    Args:
        source: the file. Nothing outside it is looked at.

    Returns:
        The document. What BuildKit's parser would refuse stands in its ``problems``.

    Raises:
        UnreadableError: not UTF-8, with a NUL byte, or larger than the limits above.
    """
    return _Reader(source).read()


def _view(source: Source) -> str:
    """The bytes as characters, one for each: indexes are byte offsets."""
    data = source.data
    if len(data) > MAX_BYTES:
        why = f"the file has {len(data):,} bytes, more than the limit of {MAX_BYTES:,} for a Dockerfile"
        raise UnreadableError(source, MAX_BYTES, why, "leave it out with an exclude pattern")
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise UnreadableError(source, 0, "the file is UTF-16", "save it as UTF-8")
    nul = data.find(b"\0")
    if nul >= 0:
        raise UnreadableError(source, nul, "a NUL byte is not allowed in a Dockerfile", "remove it")
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            why = f"byte 0x{data[error.start]:02x} is not valid UTF-8"
            raise UnreadableError(source, error.start, why, "save the file as UTF-8") from None
    return data.decode("latin-1")


class _Reader:
    """Goes through the lines once. ``_next`` is the index of the first line that was not looked at."""

    def __init__(self, source: Source) -> None:
        self._source = source
        text = _view(source)
        self._ascii = source.data.isascii()
        self._starts = source.line_starts
        lines = text.split("\n")
        if len(max(lines, key=len)) > MAX_LINE:
            self._refuse_long(lines)
        self._lines = [line.rstrip("\r") for line in lines] if "\r" in text else lines
        if text.startswith(_BOM_VIEW):
            self._lines[0] = self._lines[0][len(_BOM_VIEW) :]
        # A last line without anything in it is the end of the file, not a line.
        self._count = len(lines) - (not lines[-1])
        self._next = 0
        self._document = Document(source)
        self._directives_done = False
        self._words = 0

    def read(self) -> Document:
        document = self._document
        while self._next < self._count:
            index = self._next
            self._next += 1
            line = self._lstrip(self._lines[index])
            if line[:1] == "#":
                self._comment(line, self._at(index, line))
                continue
            self._directives_done = True
            if line:
                self._statement(line, index)
        if not document.statements:
            document.problems.append(Problem(Span(0, 0), "the file has no instructions"))
        return document

    def _refuse_long(self, lines: list[str]) -> None:
        index = next(number for number, line in enumerate(lines) if len(line) > MAX_LINE)
        why = f"the line has {len(lines[index]):,} bytes, more than the limit of {MAX_LINE:,}"
        raise UnreadableError(self._source, self._starts[index], why, "BuildKit refuses it as well: break the line")

    def _at(self, index: int, stripped: str) -> int:
        """The offset of a line's first character that is not white space."""
        line = self._lines[index]
        bom = len(_BOM_VIEW) if index == 0 and self._source.data.startswith(BOM) else 0
        return self._starts[index] + bom + len(line) - len(stripped)

    def _lstrip(self, line: str) -> str:
        stripped = line.lstrip(_ASCII_SPACE)
        if stripped[:1] < "\x80":
            return stripped
        match = _wide_space().match(line)
        return line[match.end() :] if match else line

    def _decoded(self, piece: str) -> str:
        return piece if self._ascii else piece.encode("latin-1").decode("utf-8")

    def _comment(self, line: str, at: int) -> None:
        if not self._directives_done and self._directive(line, at):
            return
        self._directives_done = True
        self._document.comment_spans.append(Span(at, at + len(line)))

    def _directive(self, line: str, at: int) -> bool:
        inside = self._lstrip(line[1:])
        match = _DIRECTIVE.match(inside)
        name = match.group(1).lower() if match else ""
        if not match or name not in _DIRECTIVES:
            return False
        document, span = self._document, Span(at, at + len(line))
        start = at + len(line) - len(inside)
        value = self._decoded(match.group(2))
        if any(other.name == name for other in document.directives):
            document.problems.append(Problem(span, f"only one {name} parser directive can be used"))
        if name == "escape" and value not in {"\\", "`"}:
            document.problems.append(
                Problem(span, f"the escape character {value} is neither a backslash nor a backtick")
            )
        elif name == "escape":
            document.escape = value
        value_span = Span(start + match.start(2), start + match.end(2))
        document.directives.append(Directive(name, value, span, value_span))
        return True

    def _statement(self, line: str, index: int) -> None:
        document = self._document
        at = self._at(index, line)
        if len(document.statements) >= MAX_STATEMENTS:
            why = f"the file has more than {MAX_STATEMENTS:,} instructions"
            raise UnreadableError(self._source, at, why, "leave it out with an exclude pattern")
        escape = document.escape
        kept, continues = _continued(line, escape)
        if continues:
            statement, end = self._joined(kept, at, index + 1)
        else:
            statement, end = Statement(self._source, self._decoded(line), [0], [at], index + 1), at + len(line)
        statement.end_line = self._next
        text = statement.text
        start, stop = _trimmed(text)
        fill(statement, start, stop, escape, document.problems)
        statement.span = Span(statement.keyword_span.start, end)
        document.statements.append(statement)
        self._words += statement.count
        if self._words > MAX_WORDS:
            why = f"the instructions up to here have more than {MAX_WORDS:,} words"
            raise UnreadableError(self._source, at, why, "leave it out with an exclude pattern")
        if "<<" in text:
            self._heredocs(statement)

    def _joined(self, first: str, at: int, number: int) -> tuple[Statement, int]:
        """The statement whose first line is followed by others, and the end of its last line."""
        escape, lines, starts, count = self._document.escape, self._lines, self._starts, self._count
        pieces, offsets = [first], [at]
        comments: list[Span] = []
        end = at + len(first) + 1
        index, continues, ascii_only = self._next, True, self._ascii
        while continues and index < count:
            line = lines[index]
            stripped = line.lstrip(_ASCII_SPACE) if ascii_only else self._lstrip(line)
            if stripped[:1] == "#":
                stop = starts[index] + len(line)
                comments.append(Span(stop - len(stripped), stop))
            elif stripped:
                piece, continues = _continued(line, escape)
                pieces.append(piece)
                offsets.append(starts[index])
                end = starts[index] + len(line)
            index += 1
        self._next = index
        if not ascii_only:
            pieces = [self._decoded(piece) for piece in pieces]
        if "" in pieces and len(pieces) > 1:
            kept = [(piece, offset) for piece, offset in zip(pieces, offsets, strict=True) if piece]
            pieces, offsets = [piece for piece, _offset in kept], [offset for _piece, offset in kept]
        ats = [0, *accumulate(map(len, pieces))][:-1] or [0]
        statement = Statement(self._source, "".join(pieces), ats, offsets or [at], number)
        statement.comment_spans = comments or None
        return statement, end

    def _heredocs(self, statement: Statement) -> None:
        """Takes the bodies of the here-documents that the statement announces."""
        carrier = statement.inner or statement
        if carrier.keyword not in _HEREDOC_KEYWORDS or carrier.exec_form:
            return
        try:
            names = announced(statement.text)
        except LexError as error:
            self._document.problems.append(Problem(statement.span, str(error)))
            return
        statement.heredocs = carrier.heredocs = tuple([self._heredoc(statement, each) for each in names])
        statement.end_line = self._next
        if names:
            statement.span = Span(statement.span.start, statement.heredocs[-1].terminator.end)

    def _heredoc(self, statement: Statement, each: Announced) -> Heredoc:
        size = len(self._source.data)
        start = self._starts[self._next] if self._next < len(self._starts) else size
        body, terminator = Span(start, size), Span(size, size)
        index, count = self._next, self._count
        name = each.name if self._ascii else each.name.encode().decode("latin-1")
        while index < count:
            line = self._lines[index]
            candidate = line.lstrip("\t") if each.chomp else line
            index += 1
            if candidate == name:
                begin = self._starts[index - 1]
                body = Span(start, begin)
                terminator = Span(begin + len(line) - len(candidate), begin + len(line))
                break
        else:
            why = f"the here-document {each.name} has no end"
            self._document.problems.append(Problem(statement.range(each.start, each.end), why))
        self._next = index
        span = statement.range(each.start, each.end)
        return Heredoc(each.name, each.descriptor, each.chomp, each.expand, span, body, terminator)


@cache
def _wide_space() -> re.Pattern[str]:
    """White space as Go sees it, in bytes of UTF-8 that are looked at as characters."""
    return re.compile(
        "(?:[\t\v\f\r ]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80)*"
    )


def _continued(line: str, escape: str) -> tuple[str, bool]:
    """The line without its continuation character, and whether it has one (an escaped one is none)."""
    last = line[-1:]
    if last != escape:
        if last not in {" ", "\t"}:
            return line, False
        body = line.rstrip(" \t")
        if body[-1:] != escape:
            return line, False
        return (line, False) if body[-2:-1] == escape else (body[:-1], True)
    return (line, False) if line[-2:-1] == escape else (line[:-1], True)


def _trimmed(text: str) -> tuple[int, int]:
    start, end = 0, len(text)
    while start < end and text[start] in SPACES:
        start += 1
    while end > start and text[end - 1] in SPACES:
        end -= 1
    return start, end
