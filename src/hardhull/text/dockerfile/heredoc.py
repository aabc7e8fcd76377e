"""Which here-documents a line announces.

Source: moby/buildkit, frontend/dockerfile/parser/parser.go (heredocsFromLine, heredocFromMatch), as of 0.33.
"""

from __future__ import annotations

from typing import NamedTuple

from hardhull.model.lazy import lazy
from hardhull.text.dockerfile.lexer import Lexer, LexError

_HEREDOC = lazy(r"(\d*)<<(-?)[\t\n\f\r ]*([^<]*)\Z")


class Announced(NamedTuple):
    """One ``<<EOF`` of a line: see :class:`~hardhull.text.dockerfile.nodes.Heredoc`; positions are in the line."""

    name: str
    descriptor: int
    chomp: bool
    expand: bool
    start: int
    end: int


def announced(line: str) -> list[Announced]:
    """The here-documents of a joined line, in order; none where its quotes or braces do not match.

    Raises:
        LexError: the quotes of a delimiter do not match.
    """
    lexer = Lexer(line, _nothing, raw_quotes=True, raw_escapes=True, skip_unset=True)
    try:
        lexer.read()
    except LexError:
        return []
    found = []
    for word, start, end in zip(lexer.words, lexer.starts, lexer.ends, strict=True):
        heredoc = parse(word)
        if heredoc:
            found.append(heredoc._replace(start=start, end=end))
    return found


def parse(word: str) -> Announced | None:
    """The here-document that a word announces, or None. Its positions are those of the whole word.

    Raises:
        LexError: the quotes of its delimiter do not match.
    """
    match = _HEREDOC.match(word)
    if not match or not match.group(3):
        return None
    delimiter = match.group(3)
    plain = _words(delimiter, raw_quotes=False)
    if len(plain) != 1:
        return None
    quoted = _words(delimiter, raw_quotes=True)
    if len(quoted) != 1:
        raise LexError(f"the delimiter {delimiter} cannot be read")
    expand = _quotes(plain[0]) == _quotes(quoted[0])
    return Announced(plain[0], int(match.group(1)[:9] or 0), match.group(2) == "-", expand, 0, len(word))


def _words(delimiter: str, *, raw_quotes: bool) -> list[str]:
    lexer = Lexer(delimiter, _nothing, raw_quotes=raw_quotes, skip_unset=True)
    lexer.read()
    return lexer.words


def _quotes(word: str) -> int:
    return word.count("'") + word.count('"')


def _nothing(_name: str) -> None:
    return None
