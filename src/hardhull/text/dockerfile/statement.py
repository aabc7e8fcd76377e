"""One joined line becomes a Statement: keyword, flags, and the arguments as that instruction splits them.

Source: moby/buildkit, frontend/dockerfile/parser/parser.go (dispatch) and line_parsers.go, as of 0.33.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.text.dockerfile import split
from hardhull.text.dockerfile.lexer import SPACES
from hardhull.text.dockerfile.nodes import Flag, Pair, Problem, Statement, Word
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.text.dockerfile.split import Token

MAX_WORDS: Final = 20_000
"""Most words of one file's instructions, except for shell commands, which are one word each; real ones have 2,000."""

_NOT_STRINGS = "the JSON array of an exec form may hold nothing but strings"


def fill(
    statement: Statement, start: int, end: int, escape: str, problems: list[Problem], *, nested: bool = False
) -> None:
    """Reads ``statement.text[start:end]`` into the statement.

    Args:
        statement: a new one, or the one that ONBUILD carries.
        start: where its keyword begins.
        end: where its last character that is not white space ends.
        escape: the file's escape character.
        problems: gets what BuildKit's parser would refuse the file for.
        nested: whether ONBUILD carries it. BuildKit allows one level, so a second is not read.
    """
    text = statement.text
    gap = split.first_blank(text, start, end)
    keyword_end, rest = gap or (end, end)
    statement.keyword = _keyword(text[start:keyword_end])
    statement.keyword_span = statement.range(start, keyword_end)
    if text.startswith("--", rest, end):
        found, rest = split.flags(text, rest, end, escape)
        statement.flags = tuple(_flag(statement, flag) for flag in found)
    rest = skip_space(text, rest, end)
    statement.args = (rest, end)
    reader = _READERS.get(statement.keyword)
    if reader and rest < end:
        why = reader(statement, rest, end, escape)
        if why:
            problems.append(Problem(statement.range(start, end), why))
        if statement.keyword == "ONBUILD" and not nested:
            inner = statement.nested(rest, end)
            fill(inner, rest, end, escape, problems, nested=True)
            statement.inner = inner


def _keyword(written: str) -> str:
    if written in _READERS:
        return written
    # Upper case alone would make an instruction of letters that BuildKit does not know (the long s).
    lower = written.lower()
    return lower.upper() if lower.isascii() else written


def skip_space(text: str, at: int, end: int) -> int:
    """The first position from ``at`` on that is not white space as Go sees it."""
    while at < end and text[at] in SPACES:
        at += 1
    return at


def _flag(statement: Statement, flag: split.FlagToken) -> Flag:
    name, equals, value = flag.text[2:].partition("=")
    span, value_span = statement.range(flag.start, flag.end), statement.range(flag.value, flag.end)
    return Flag(name, value if equals else None, span, value_span)


def _bounded(statement: Statement, tokens: list[Token]) -> list[Token]:
    if len(tokens) > MAX_WORDS:
        why = f"an instruction has {len(tokens):,} words, more than the limit of {MAX_WORDS:,}"
        start = statement.keyword_span.start
        raise UnreadableError(statement.source, start, why, "leave it out with an exclude pattern")
    return tokens


def _words(statement: Statement, tokens: list[Token]) -> tuple[Word, ...]:
    span = statement.range
    _bounded(statement, tokens)
    return tuple([Word(text, span(start, end)) for text, start, end in tokens])


def _json(statement: Statement, start: int, end: int) -> bool:
    """Takes the arguments as a JSON array, if they are one."""
    tokens = split.json_strings(statement.text, start, end)
    if tokens is None:
        return False
    statement.exec_form = True
    statement.take(_words(statement, tokens))
    return True


def _whole(statement: Statement, start: int, end: int, _escape: str) -> str | None:
    statement.take(None if (start, end) == statement.args else (statement.word(start, end),))
    return None


def _blank_separated(statement: Statement, start: int, end: int, _escape: str) -> str | None:
    statement.take(_words(statement, split.blanks(statement.text, start, end)))
    return None


def _json_or_whole(statement: Statement, start: int, end: int, escape: str) -> str | None:
    try:
        return None if _json(statement, start, end) else _whole(statement, start, end, escape)
    except split.NotStringsError:
        return _NOT_STRINGS


def _json_or_list(statement: Statement, start: int, end: int, escape: str) -> str | None:
    try:
        return None if _json(statement, start, end) else _blank_separated(statement, start, end, escape)
    except split.NotStringsError:
        return _NOT_STRINGS


def _healthcheck(statement: Statement, start: int, end: int, escape: str) -> str | None:
    stop, rest = split.first_blank(statement.text, start, end) or (end, end)
    kind = statement.word(start, stop)
    why = _json_or_whole(statement, rest, end, escape) if rest < end else None
    statement.take((kind, *statement.words))
    return why


def _assignments(statement: Statement, start: int, end: int, escape: str) -> str | None:
    """``name=value ...``, or the old ``name value``."""
    tokens = _bounded(statement, split.words(statement.text, start, end, escape))
    if not tokens:
        return None
    if "=" not in tokens[0][0]:
        gap = split.first_blank(statement.text, start, end)
        if gap is None:
            return f"{statement.keyword} must have two arguments"
        statement.pairs = (Pair(statement.word(start, gap[0]), statement.word(gap[1], end), legacy=True),)
        return None
    statement.pairs = tuple([_pair(statement, token) for token in tokens if "=" in token[0]])
    if len(statement.pairs) == len(tokens):
        return None
    statement.take(_words(statement, [token for token in tokens if "=" not in token[0]]))
    # The word itself is not quoted: it may be a part of a secret.
    return "a word has no = in it: the form is name=value"


def _definitions(statement: Statement, start: int, end: int, escape: str) -> str | None:
    """``ARG name`` and ``ARG name=value``, any number of them."""
    tokens = _bounded(statement, split.words(statement.text, start, end, escape))
    statement.pairs = tuple([_pair(statement, token) for token in tokens])
    return None


def _pair(statement: Statement, token: Token) -> Pair:
    text, start, end = token
    name, equals, value = text.partition("=")
    middle = start + len(name)
    key = Word(name, statement.range(start, middle))
    return Pair(key, Word(value, statement.range(middle + 1, end)) if equals else None)


def _nothing(_statement: Statement, _start: int, _end: int, _escape: str) -> str | None:
    """ONBUILD: its argument is an instruction."""
    return None


_READERS: dict[str, Callable[[Statement, int, int, str], str | None]] = {
    "ADD": _json_or_list,
    "ARG": _definitions,
    "CMD": _json_or_whole,
    "COPY": _json_or_list,
    "ENTRYPOINT": _json_or_whole,
    "ENV": _assignments,
    "EXPOSE": _blank_separated,
    "FROM": _blank_separated,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _assignments,
    "MAINTAINER": _whole,
    "ONBUILD": _nothing,
    "RUN": _json_or_whole,
    "SHELL": _json_or_whole,
    "STOPSIGNAL": _whole,
    "USER": _whole,
    "VOLUME": _json_or_list,
    "WORKDIR": _whole,
}
INSTRUCTIONS = frozenset(_READERS)
"""Every instruction there is."""
