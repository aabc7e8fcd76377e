"""A whole Dockerfile as statements, comments and directives that together cover every byte of it.

Source of the rules: moby/buildkit, frontend/dockerfile/parser/parser.go (Parse) and directives.go, as of 0.33.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.source import BOM, Span
from hardhull.text.dockerfile.nodes import comment_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hardhull.model.source import Source
    from hardhull.text.dockerfile.nodes import Comment, Directive, Problem, Statement


class Piece(NamedTuple):
    """A stretch of the file and what it is.

    Attributes:
        kind: ``bom``, ``directive``, ``comment``, ``keyword``, ``flag``, ``word``, ``key``, ``value``, ``heredoc``
            (a body), ``terminator``, or ``gap`` for what only separates (white space, continuations, brackets).
        span: its bytes.
    """

    kind: str
    span: Span


class Document:
    """One Dockerfile.

    Attributes:
        source: the file.
        escape: the escape character, a backslash unless a directive says otherwise.
        directives: the parser directives at its top.
        statements: the instructions in order.
        comment_spans: where comment lines stand outside instructions.
        problems: what BuildKit's parser refuses the whole file for; the statements are what could be read all the same.
    """

    __slots__ = ("comment_spans", "directives", "escape", "problems", "source", "statements")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.escape = "\\"
        self.directives: list[Directive] = []
        self.statements: list[Statement] = []
        self.comment_spans: list[Span] = []
        self.problems: list[Problem] = []

    @property
    def comments(self) -> list[Comment]:
        """The comment lines outside instructions."""
        return [comment_at(self.source, span) for span in self.comment_spans]

    def pieces(self) -> Iterator[Piece]:
        """All of the file, in order: the texts of the pieces, one after the other, are the file."""
        at = 0
        for piece in sorted(self._leaves(), key=_by_start):
            if at < piece.span.start:
                yield Piece("gap", Span(at, piece.span.start))
            yield piece
            at = piece.span.end
        if at < len(self.source.data):
            yield Piece("gap", Span(at, len(self.source.data)))

    def _leaves(self) -> Iterator[Piece]:
        if self.source.data.startswith(BOM):
            yield Piece("bom", Span(0, len(BOM)))
        for directive in self.directives:
            yield Piece("directive", directive.span)
        for span in self.comment_spans:
            yield Piece("comment", span)
        for statement in self.statements:
            for span in statement.comment_spans or ():
                yield Piece("comment", span)
            holes = statement.holes
            for piece in _parts(statement):
                yield from _without(piece, holes)
            for heredoc in statement.heredocs:
                yield Piece("heredoc", heredoc.body)
                yield Piece("terminator", heredoc.terminator)


def _parts(statement: Statement) -> Iterator[Piece]:
    yield Piece("keyword", statement.keyword_span)
    for flag in statement.flags:
        yield Piece("flag", flag.span)
    for word in statement.words:
        yield Piece("word", word.span)
    for pair in statement.pairs:
        yield Piece("key", pair.key.span)
        if pair.value:
            yield Piece("value", pair.value.span)
    if statement.inner:
        yield from _parts(statement.inner)
    elif not statement.words and not statement.pairs and statement.args[0] < statement.args[1]:
        yield Piece("word", statement.range(*statement.args))


def _without(piece: Piece, holes: Iterable[Span]) -> Iterator[Piece]:
    """The piece without the stretches that are not part of it."""
    kind, (start, end) = piece
    for hole in holes:
        if start <= hole.start and hole.end <= end:
            if start < hole.start:
                yield Piece(kind, Span(start, hole.start))
            start = hole.end
    if start < end:
        yield Piece(kind, Span(start, end))


def _by_start(piece: Piece) -> tuple[int, int]:
    return piece.span
