"""Words and variables as BuildKit's ``shell.Lex`` treats them: quotes, escapes, ``$X``, ``${X:-d}`` and friends.

Source of every rule here: moby/buildkit, frontend/dockerfile/shell/lex.go, as of 0.33.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_NESTING = 50
"""Deepest ``${a:-${b:-...}}``; BuildKit has no limit, a real file seldom has two levels."""

SPACES = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))
"""What Go's ``unicode.IsSpace`` calls a space; Python's ``isspace`` has four more."""

_SPECIAL = frozenset("@*#?-$!0")
_PLAIN = lazy(r"[A-Za-z0-9_.:@=,+-]+")
_PLAIN_QUOTED = lazy(r"[^\"$\\`]+")


class LexError(Exception):
    """The word is not well-formed: BuildKit refuses it with this message."""


class Lexer:
    """Reads one text. A new one is made for every text.

    Args:
        text: what to read.
        get: the value of a variable, or None where it is not set.
        escape: the escape character of the file, a backslash or a backtick.
        raw_quotes: keep quotes in the result.
        raw_escapes: keep escape characters in the result.
        skip_unset: leave variables that are not set as they are written.
        get_or_unset: used instead of ``get`` in ``${X:-d}`` and ``${X:+d}``, which say what holds where X is not set.
    """

    def __init__(
        self,
        text: str,
        get: Callable[[str], str | None],
        *,
        escape: str = "\\",
        raw_quotes: bool = False,
        raw_escapes: bool = False,
        skip_unset: bool = False,
        get_or_unset: Callable[[str], str | None] | None = None,
    ) -> None:
        self._text = text
        self._at = 1 if text.startswith("\ufeff") else 0
        self._get = get
        self._get_or_unset = get_or_unset or get
        self._escape = escape
        self._raw_quotes = raw_quotes
        self._raw_escapes = raw_escapes
        self._skip_unset = skip_unset
        self._depth = 0
        self._buffer: list[str] = []
        self._begin = 0
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.words: list[str] = []

    def read(self) -> str:
        """The text with quotes, escapes and variables replaced. ``words``, ``starts`` and ``ends`` are set as well.

        Raises:
            LexError: an unmatched quote or brace, an unknown modifier, a variable that must be set.
        """
        return self._until("", raw_escapes=self._raw_escapes, words=True)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        char = self._text[self._at : self._at + 1]
        self._at += 1
        return char

    def _until(self, stop: str, *, raw_escapes: bool, words: bool = False) -> str:
        """Everything up to the character ``stop`` (which is consumed), or to the end where it is empty."""
        before, self._raw_escapes = self._raw_escapes, raw_escapes
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise LexError("substitutions are nested too deeply")
        # BuildKit shares one buffer between the levels: a word before ${a:-b} is lost from the list of words.
        self._buffer.clear()
        result: list[str] = []
        while True:
            start = self._at
            plain = _PLAIN.match(self._text, start)
            if plain:
                self._at = plain.end()
                self._add_raw(plain.group(), start)
                result.append(plain.group())
                continue
            char = self._next()
            if not char:
                break
            if char == stop:
                self._buffer.clear()
                self._raw_escapes = before
                self._depth -= 1
                return "".join(result)
            result.append(self._one(char, start))
        if stop:
            raise LexError(f"unexpected end of statement while looking for matching {stop}")
        if words:
            self._flush(len(self._text))
        self._depth -= 1
        self._raw_escapes = before
        return "".join(result)

    def _one(self, char: str, start: int) -> str:
        """One element that begins with ``char``; adds it to the current word."""
        if char == "$":
            piece = self._dollar()
            for each in piece:
                self._add(each, start)
            return piece
        if char in {"'", '"'}:
            piece = self._single() if char == "'" else self._double()
        elif char == "<":
            piece = self._angle()
        elif char == self._escape:
            escaped = self._next()
            piece = (char if self._raw_escapes else "") + escaped
            if not piece:
                return ""
        else:
            self._add(char, start)
            return char
        self._add_raw(piece, start)
        return piece

    def _add(self, char: str, start: int) -> None:
        if char not in SPACES:
            self._add_raw(char, start)
        elif self._buffer:
            self._flush(start)

    def _add_raw(self, piece: str, start: int) -> None:
        if not self._buffer:
            self._begin = start
        if piece:
            self._buffer.append(piece)

    def _flush(self, end: int) -> None:
        if self._buffer and self._depth == 1:
            self.words.append("".join(self._buffer))
            self.starts.append(self._begin)
            self.ends.append(end)
        self._buffer.clear()

    def _single(self) -> str:
        end = self._text.find("'", self._at)
        if end < 0:
            raise LexError("unexpected end of statement while looking for matching single-quote")
        inside = self._text[self._at : end]
        self._at = end + 1
        return f"'{inside}'" if self._raw_quotes else inside

    def _double(self) -> str:
        result = ['"'] if self._raw_quotes else []
        while True:
            plain = _PLAIN_QUOTED.match(self._text, self._at)
            if plain:
                self._at = plain.end()
                result.append(plain.group())
            char = self._next()
            if not char:
                raise LexError("unexpected end of statement while looking for matching double-quote")
            if char == '"':
                if self._raw_quotes:
                    result.append(char)
                return "".join(result)
            if char == "$":
                result.append(self._dollar())
                continue
            if char == self._escape:
                if self._raw_escapes:
                    result.append(char)
                follows = self._peek()
                if not follows:
                    continue
                if follows in {'"', "$", self._escape}:
                    char = self._next()
            result.append(char)

    def _angle(self) -> str:
        """``<``, or ``<<`` with the white space behind it, so that ``<< EOF`` is one word."""
        if self._peek() != "<":
            return "<"
        self._at += 1
        start = self._at
        while self._peek() in {"\t", "\r", " "}:
            self._at += 1
        return "<<" + self._text[start : self._at]

    def _dollar(self) -> str:
        if self._peek() != "{":
            name = self._name()
            if not name:
                return "$"
            value = self._get(name)
            if value is None:
                return "$" + name if self._skip_unset else ""
            return value
        self._at += 1
        follows = self._peek()
        if not follows:
            raise LexError("syntax error: missing '}'")
        if follows in "{}:":
            raise LexError("syntax error: bad substitution")
        name = self._name()
        char = self._next()
        if char == "}":
            value = self._get(name)
            if value is None:
                return f"${{{name}}}" if self._skip_unset else ""
            return value
        if char == "/":
            return self._replace(name)
        if char and char in ":+-?#%":
            return self._modify(name, char)
        raise LexError(f"unsupported modifier ({char}) in substitution")

    def _modify(self, name: str, char: str) -> str:
        """``${name:-word}`` and the others that take one word."""
        null_is_unset = char == ":"
        shown = char
        if null_is_unset:
            char = self._next()
            shown += char
        pattern = char in {"#", "%"}
        if null_is_unset and pattern:
            raise LexError(f"unsupported modifier ({shown}) in substitution")
        word = self._braced("}", raw_escapes=pattern)
        value = self._get_or_unset(name) if char in {"-", "+"} else self._get(name)
        if value is None and self._skip_unset:
            return f"${{{name}{shown}{word}}}"
        missing = value is None or (null_is_unset and not value)
        if char == "-":
            return word if missing else value or ""
        if char == "+":
            return "" if missing else word
        if char == "?":
            if missing:
                state = "unset" if value is None else "empty"
                raise LexError(f"{name}: {word or f'is not allowed to be {state}'}")
            return value or ""
        if pattern:
            longest = word.startswith(char)
            return _with_pattern(word, lambda: _trim(char, word[longest:], value or "", longest=longest))
        raise LexError(f"unsupported modifier ({shown}) in substitution")

    def _replace(self, name: str) -> str:
        """``${name/pattern/replacement}``, with two slashes for all of them."""
        every = self._peek() == "/"
        if every:
            self._at += 1
        pattern = self._braced("/", raw_escapes=True)
        replacement = self._braced("}", raw_escapes=True)
        value = self._get(name)
        if value is None and self._skip_unset:
            return f"${{{name}/{pattern}/{replacement}}}"
        from hardhull.text.dockerfile.patterns import replace

        return _with_pattern(pattern, lambda: replace(pattern, replacement, value or "", every=every))

    def _braced(self, stop: str, *, raw_escapes: bool) -> str:
        try:
            return self._until(stop, raw_escapes=raw_escapes)
        except LexError:
            if self._at >= len(self._text):
                raise LexError(f"syntax error: missing '{stop}'") from None
            raise

    def _name(self) -> str:
        """A name, a run of digits or one special parameter; empty where there is none."""
        text, start = self._text, self._at
        first = self._peek()
        if first.isdecimal():
            while self._peek().isdecimal():
                self._at += 1
        elif first and first in _SPECIAL:
            self._at += 1
        else:
            while (char := self._peek()) and (char.isalpha() or char.isdecimal() or char == "_"):
                self._at += 1
        return text[start : self._at]


def _trim(char: str, pattern: str, value: str, *, longest: bool) -> str:
    from hardhull.text.dockerfile.patterns import trim_prefix, trim_suffix

    trim = trim_suffix if char == "%" else trim_prefix
    return trim(pattern, value, longest=longest)


def _with_pattern(pattern: str, apply: Callable[[], str]) -> str:
    from hardhull.text.dockerfile.patterns import PatternError

    try:
        return apply()
    except PatternError as error:
        raise LexError(f"invalid pattern ({pattern}) in substitution: {error}") from None
