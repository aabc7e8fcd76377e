"""Files of variables (``.env`` and ``env_file``), read as compose-go's dotenv reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.compose.variables import MAX_LENGTH, TemplateError, Value, substitute
from hardhull.model.source import BOM, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hardhull.model.source import Source

_SPACE = " \t\v\f\r\x85\xa0"
_KEY_LETTERS = frozenset("_.-[]")
_EXPORT = re.compile(r"export[ \t\n\f\r]+")
_ESCAPES = re.compile(r"\\(?:[abcfnrtv$\"\\]|0\d{0,3})")
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", '"': '"', "\\": "\\"}


class Variable(NamedTuple):
    """One variable of a file.

    Attributes:
        value: what it is; a text of None where it hangs on a variable that has no value.
        raw: as written, quotes included.
        span: the whole assignment, without trailing blanks.
        inherited: a name alone, which takes its value from the environment.
    """

    value: Value
    raw: str
    span: Span
    inherited: bool = False


class DotenvError(Exception):
    """A file of variables that Compose refuses.

    Attributes:
        offset: the byte where it fails.
    """

    def __init__(self, why: str, offset: int) -> None:
        super().__init__(why)
        self.offset = offset


def read_variables(
    source: Source, outer: Callable[[str], Value | None] | None = None, known: Mapping[str, Variable] | None = None
) -> dict[str, Variable]:
    """Read a file of variables.

    Args:
        source: the file.
        outer: values that go before those of the file when one variable uses another.
        known: variables of earlier files, which the file may use and change.

    Returns:
        The variables by name, the last one of equal names, with those known before.

    Raises:
        DotenvError: a name with other letters or blanks, or a quote that is not closed.
    """
    return _Reader(source, outer, known or {}).read()


class _Reader:
    def __init__(
        self, source: Source, outer: Callable[[str], Value | None] | None, known: Mapping[str, Variable]
    ) -> None:
        self.base = len(BOM) if source.data.startswith(BOM) else 0
        self.text = source.data[self.base :].decode("utf-8", "replace")
        self.straight = self.text.isascii()
        self.exact = "\ufffd" not in self.text
        self.outer = outer
        self.grown = 0
        self.found: dict[str, Variable] = dict(known)
        self.seen_at, self.seen_offset = 0, self.base

    def read(self) -> dict[str, Variable]:
        at = 0
        while True:
            at = self.statement(at)
            if at >= len(self.text):
                return self.found
            at = self.assignment(at)

    def statement(self, at: int) -> int:
        """Where the next statement begins, after blanks and comments."""
        text = self.text
        while at < len(text):
            if text[at].isspace():
                at += 1
            elif text[at] == "#":
                newline = text.find("\n", at)
                at = len(text) if newline == -1 else newline
            else:
                break
        return at

    def assignment(self, start: int) -> int:
        """One variable; returns where the text goes on."""
        text = self.text
        begin = start
        if _EXPORT.match(text, start):
            begin = self.skip(start + len("export"))
        at = begin
        while at < len(text) and text[at] not in "=:\n":
            letter = text[at]
            if not (letter in _SPACE or letter in _KEY_LETTERS or letter.isalpha() or letter.isnumeric()):
                why = f"the character {letter!r} is not allowed in the name of a variable"
                raise DotenvError(why, self.offset(at))
            at += 1
        if at >= len(text):  # compose-go leaves out a last name without a line end
            return len(text)
        inherited = text[at] == "\n"
        name = text[begin:at].rstrip()
        if " " in name:
            raise DotenvError("the name of a variable has a blank in it", self.offset(begin))
        after = self.skip(at + 1)
        if inherited:
            value = self.outer(name) if self.outer else None
            shown = value or Value(None, f"the variable {name} has no value in .env", "variable")
            self.found[name] = Variable(shown, "", self.span(start, begin + len(name)), inherited=True)
            return after
        return self.value(name, start, after)

    def value(self, name: str, start: int, at: int) -> int:
        """The right side; returns where the text goes on."""
        text = self.text
        quote = text[at : at + 1]
        if quote and quote in "'\"":
            chars, end = self.quoted(at, quote)
            value = Value(chars) if quote == "'" else self.expanded(_ESCAPES.sub(_unescaped, chars))
            self.found[name] = Variable(value, text[at:end], self.span(start, end))
            return end
        newline = text.find("\n", at)
        end = len(text) if newline == -1 else newline
        raw = text[at:end].split(" #", 1)[0].rstrip()
        self.found[name] = Variable(self.expanded(raw), raw, self.span(start, at + len(raw)))
        return end + 1

    def quoted(self, at: int, quote: str) -> tuple[str, int]:
        """The inside of quotes that may go over several lines, and the offset after them."""
        chars: list[str] = []
        escaped = False
        for position in range(at + 1, len(self.text)):
            letter = self.text[position]
            if letter == quote and not escaped:
                return "".join(chars), position + 1
            if letter == "\\" and not escaped:
                escaped = True
                continue
            if escaped and letter != quote:
                chars.append("\\")
            escaped = False
            chars.append(letter)
        raise DotenvError("a quote is not closed", self.offset(at))

    def expanded(self, text: str) -> Value:
        try:
            value = substitute(text, self.lookup)
        except TemplateError as error:
            return Value(None, f"{error}", "variable")
        self.grown += len(value.text or "") - len(text)
        if self.grown > MAX_LENGTH:
            msg = f"its variables grow by more than {MAX_LENGTH:,} characters, the limit"
            raise DotenvError(msg, self.base)
        return value

    def lookup(self, name: str) -> Value | None:
        found = self.outer(name) if self.outer else None
        if found is None and name in self.found:
            return self.found[name].value
        return found

    def skip(self, at: int) -> int:
        while at < len(self.text) and self.text[at] in _SPACE:
            at += 1
        return at

    def offset(self, at: int) -> int:
        """The byte of a character; asked in rising order, so that each step encodes only what is new."""
        if self.straight or not self.exact:
            return self.base + at
        if at < self.seen_at:
            self.seen_at, self.seen_offset = 0, self.base
        self.seen_offset += len(self.text[self.seen_at : at].encode("utf-8"))
        self.seen_at = at
        return self.seen_offset

    def span(self, start: int, end: int) -> Span:
        first = self.offset(start)
        return Span(first, self.offset(end))


def _unescaped(match: re.Match[str]) -> str:
    escape = match.group()
    if escape == "\\$":
        return "$$"
    if escape[1] == "0":
        digits = escape[2:]
        if len(digits) == 3 and all(digit in "01234567" for digit in digits) and int(digits, 8) < 256:
            return chr(int(digits, 8))
        return "\\" + digits
    return _LETTERS.get(escape[1], escape)
