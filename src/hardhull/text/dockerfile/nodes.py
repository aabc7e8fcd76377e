"""The parts of a Dockerfile as they stand in the file. Every part has the exact range of its bytes."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.fragment import Fragment, Run
from hardhull.model.source import Span

if TYPE_CHECKING:
    from hardhull.model.source import Source


_NOWHERE = Span(0, 0)


class Word(NamedTuple):
    """One value: ``text`` is what BuildKit's parser makes of it (quotes of ENV and LABEL are still there).

    The span covers what was written: the quotes of a JSON string, a continuation in the middle of the word.
    """

    text: str
    span: Span


class Pair(NamedTuple):
    """A key and its value in ENV, LABEL or ARG. ``value`` is None in ``ARG name``; ``legacy`` is ``ENV name value``."""

    key: Word
    value: Word | None
    legacy: bool = False


class Flag(NamedTuple):
    """``--name=value`` before the arguments, quotes removed. ``value`` is None without ``=``, its span then empty."""

    name: str
    value: str | None
    span: Span
    value_span: Span


class Comment(NamedTuple):
    """A comment line: the text after ``#``, the span from ``#`` to the end of the line."""

    text: str
    span: Span


def comment_at(source: Source, span: Span) -> Comment:
    """The comment that stands there."""
    return Comment(source.text(span)[1:], span)


class Directive(NamedTuple):
    """A parser directive at the top of the file (``# syntax=docker/dockerfile:1``); the name is in lower case."""

    name: str
    value: str
    span: Span
    value_span: Span


class Heredoc(NamedTuple):
    """A here-document.

    Attributes:
        name: the delimiter, without quotes.
        descriptor: the number before ``<<``, 0 where there is none.
        chomp: written ``<<-``: leading tabs of its lines do not count.
        expand: False where the delimiter is quoted: variables in the body are not replaced.
        span: the ``<<EOF`` in the line.
        body: the lines of the body, with their line ends.
        terminator: the delimiter that ends it; empty, at the end of the file, where it is missing.
    """

    name: str
    descriptor: int
    chomp: bool
    expand: bool
    span: Span
    body: Span
    terminator: Span


class Problem(NamedTuple):
    """Something that BuildKit's parser refuses the file for: where, and why as a sentence part."""

    span: Span
    why: str


class Statement:
    """One instruction, read as BuildKit's parser reads it: lines joined, comments between them taken out.

    Attributes:
        source: the file.
        text: the joined line, from the first character that is not white space.
        keyword: the instruction in upper case; empty for a lone continuation.
        keyword_span: where the keyword stands.
        span: from the keyword to the end of the last line (of the last heredoc's terminator), without its line end.
        line: the line it starts on, from 1.
        end_line: the last line that belongs to it, empty and comment lines after a continuation included.
        flags: the flags before the arguments.
        args: start and end of the arguments in ``text``.
        exec_form: whether the arguments are a JSON array of strings.
        pairs: the keys and values of ENV, LABEL and ARG.
        heredocs: in the order in which their bodies follow.
        comment_spans: where comment lines stand between its lines; None where there are none.
        inner: the instruction that ONBUILD carries.
    """

    __slots__ = (
        "_ats", "_offsets", "_wide", "_words", "args", "comment_spans", "end_line", "exec_form", "flags", "heredocs",
        "inner", "keyword", "keyword_span", "line", "pairs", "source", "span", "text",
    )  # fmt: skip

    def __init__(self, source: Source, text: str, ats: list[int], offsets: list[int], line: int) -> None:
        self.source = source
        self.text = text
        self.line = self.end_line = line
        self.keyword = ""
        self.flags: tuple[Flag, ...] = ()
        self.args = (len(text), len(text))
        self.exec_form = False
        self._words: tuple[Word, ...] | None = ()
        self.pairs: tuple[Pair, ...] = ()
        self.heredocs: tuple[Heredoc, ...] = ()
        self.comment_spans: list[Span] | None = None
        self.inner: Statement | None = None
        self._ats = ats
        self._offsets = offsets
        self._wide: Fragment | None = None if text.isascii() else Fragment(source, text, map(Run, ats, offsets))
        self.span = self.keyword_span = _NOWHERE

    @property
    def words(self) -> tuple[Word, ...]:
        """The arguments, split as this instruction splits them; empty for ENV, LABEL, ARG and ONBUILD.

        Of an ENV or LABEL that BuildKit refuses, the words without ``=``.
        """
        if self._words is None:
            self._words = (self.word(*self.args),)
        return self._words

    @property
    def count(self) -> int:
        """How many words and pairs it has; those of its here-documents are not counted."""
        words = 1 if self._words is None else len(self._words)
        return words + len(self.pairs) + (self.inner.count if self.inner else 0)

    def take(self, words: tuple[Word, ...] | None) -> None:
        """Sets the words; None makes all of the arguments one word, cut out when somebody asks for it."""
        self._words = words

    def nested(self, start: int, end: int) -> Statement:
        """A statement in the same line, for what ONBUILD carries."""
        inner = Statement(self.source, self.text, self._ats, self._offsets, self.line)
        inner.span = self.range(start, end)
        return inner

    def range(self, start: int, end: int) -> Span:
        """Where ``text[start:end]`` stands in the file."""
        if self._wide is not None:
            return self._wide.span(start, end)
        ats, offsets = self._ats, self._offsets
        if len(ats) == 1:
            return Span(offsets[0] + start, offsets[0] + end)
        run = bisect_right(ats, start) - 1
        first = offsets[run] + start - ats[run]
        if end <= start:
            return Span(first, first)
        run = bisect_right(ats, end - 1) - 1
        return Span(first, offsets[run] + end - ats[run])

    def word(self, start: int, end: int) -> Word:
        """``text[start:end]`` as a word."""
        return Word(self.text[start:end], self.range(start, end))

    def fragment(self, start: int, end: int) -> Fragment:
        """``text[start:end]`` with the offset of each character, for a second reader.

        It is what the shell is given: continuations and the comment lines between them are already taken out.
        """
        runs = [Run(0, self.range(start, start).start)]
        if len(self._ats) > 1:
            runs += [
                Run(at - start, offset) for at, offset in zip(self._ats, self._offsets, strict=True) if start < at < end
            ]
        return Fragment(self.source, self.text[start:end], runs)

    @property
    def comments(self) -> list[Comment]:
        """The comment lines between its lines."""
        return [comment_at(self.source, span) for span in self.comment_spans or ()]

    @property
    def command(self) -> Fragment | None:
        """The shell command of RUN, CMD, ENTRYPOINT or HEALTHCHECK CMD in shell form; else None."""
        start, end = self.args
        if self.exec_form or start == end:
            return None
        if self.keyword in {"RUN", "CMD", "ENTRYPOINT"}:
            return self.fragment(start, end)
        if self.keyword == "HEALTHCHECK" and len(self.words) > 1:
            return self.fragment(end - len(self.words[1].text), end)
        return None

    def body(self, heredoc: Heredoc) -> Fragment:
        """The text of a heredoc as its reader gets it: without leading tabs where it is written ``<<-``."""
        start, end = heredoc.body
        text = self.source.data[start:end].decode("utf-8", "replace")
        if not heredoc.chomp:
            return Fragment(self.source, text, [Run(0, start)])
        runs: list[Run] = []
        lines: list[str] = []
        at = 0
        for line in _lines(text):
            kept = line.lstrip("\t")
            runs.append(Run(at, start + len(line) - len(kept)))
            lines.append(kept)
            at += len(kept)
            start += len(line) if line.isascii() else len(line.encode())
        return Fragment(self.source, "".join(lines), runs)

    @property
    def holes(self) -> list[Span]:
        """The stretches between its lines that are not part of ``text``: continuations, comments, empty lines."""
        rest = zip(self._ats[1:], self._offsets[1:], strict=True)
        return [Span(self.range(at - 1, at).end, offset) for at, offset in rest]

    def __repr__(self) -> str:
        return f"Statement({self.keyword} at line {self.line})"


def _lines(text: str) -> list[str]:
    """Lines that end with LF alone; ``splitlines`` also breaks at other characters."""
    *lines, last = text.split("\n")
    return [line + "\n" for line in lines] + ([last] if last else [])
