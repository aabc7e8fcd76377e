"""Reads one word piece by piece: quotes, escapes, variables, substitutions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hardhull.text.shell.tokens import ANSI, BACKTICKED, EXPANSION, PARENTHESES, PLAIN, VARIABLE, tokens
from hardhull.text.shell.tree import Part, Script

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

MAX_NESTING = 40
"""Deepest nesting of quotes and substitutions inside a word; real scripts stay under 6."""

_WITH_WORD = frozenset((":-", "-", ":=", "=", ":+", "+", ":?", "?"))


class StopReadingError(Exception):
    """The text cannot be read from here on."""

    def __init__(self, start: int, why: str) -> None:
        super().__init__(why)
        self.start = start
        self.why = why


class WordReader:
    """Cuts words of one script into parts.

    Attributes:
        script: whose words.
        text: its text.
        end: where reading has to stop (lowered inside backticks and heredocs).
    """

    def __init__(self, script: Script, end: int) -> None:
        self.script = script
        self.text = script.text
        self.end = end
        self._tokens = tokens(script.escape)
        self._depth = 0

    @staticmethod
    @cache
    def _readers(escape: str) -> dict[str, Callable[[WordReader, int, list[Part]], int]]:
        """What reads on from a character: methods of the class, because an object that holds its own is never freed."""
        return {
            "`": WordReader._backticks,
            '"': WordReader._double_quoted,
            "$": WordReader._dollar,
            "<": WordReader._process,
            ">": WordReader._process,
            "(": WordReader._group,
            escape: WordReader._last_escape,
        }

    def commands(self, start: int, end: int | None) -> int:
        """Reads the commands of a substitution that begins at ``start``.

        Args:
            start: the first character inside.
            end: where it ends, or None if its ``)`` has to be found.

        Returns:
            The position of its end.

        Raises:
            StopReadingError: always here; the parser knows how to.
        """
        raise StopReadingError(start if end is None else end, "a command substitution cannot be read here")

    def read_word(self, start: int) -> tuple[list[Part], int]:
        """The parts of the word that begins at ``start``, and its end.

        Raises:
            StopReadingError: a quote or a bracket is never closed, or the nesting is too deep.
        """
        text, end, match = self.text, self.end, self._tokens.part.match
        readers = self._readers(self.script.escape)
        parts: list[Part] = []
        at = start
        while at < end:
            found = match(text, at, end)
            if found is not None:
                _simple(found, parts)
                at = found.end()
                continue
            reader = readers.get(text[at])
            after = at if reader is None else reader(self, at, parts)
            if after == at:
                break
            at = after
        return parts, at

    def _deeper(self, at: int) -> None:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise StopReadingError(at, f"quotes and substitutions are nested deeper than {MAX_NESTING} levels")

    def _last_escape(self, at: int, parts: list[Part]) -> int:
        parts.append(Part("text", at, at + 1, self.text[at]))
        return at + 1

    def _group(self, at: int, parts: list[Part]) -> int:
        """An extended glob ``@(a|b)``: only after one of its letters; else the parenthesis ends the word."""
        if not parts or parts[-1].end != at or self.text[at - 1] not in "?*+@!":
            return at
        close = self._balanced(at)
        parts.append(Part("glob", at, close, self.text[at:close]))
        return close

    def _process(self, at: int, parts: list[Part]) -> int:
        if self.text[at + 1 : at + 2] != "(":
            return at
        return self._command(at, at + 2, parts, quoted=False)

    def _command(self, at: int, inside: int, parts: list[Part], *, quoted: bool) -> int:
        self._deeper(at)
        close = self.commands(inside, None) + 1
        self._depth -= 1
        parts.append(Part("command", at, close, quoted=quoted))
        return close

    def _backticks(self, at: int, parts: list[Part], *, quoted: bool = False) -> int:
        inside = BACKTICKED.match(self.text, at + 1, self.end)
        close = inside.end() if inside is not None else self.end
        if close >= self.end:
            raise StopReadingError(at, "a backtick is never closed")
        self._deeper(at)
        self.commands(at + 1, close)
        self._depth -= 1
        parts.append(Part("command", at, close + 1, quoted=quoted))
        return close + 1

    def _double_quoted(self, at: int, parts: list[Part]) -> int:
        text, end, match = self.text, self.end, self._tokens.quoted.match
        self._deeper(at)
        before = len(parts)
        here = at + 1
        while here < end:
            found = match(text, here, end)
            if found is not None:
                group = found.lastindex
                if group != 3:
                    parts.append(Part("text", found.start(group or 0), found.end(), found[group or 0], quoted=True))
                here = found.end()
                continue
            char = text[here]
            if char == '"':
                self._depth -= 1
                if len(parts) == before:
                    parts.append(Part("text", here, here, "", quoted=True))
                return here + 1
            here = self._dollar(here, parts, quoted=True) if char == "$" else self._backtick_in_quotes(here, parts)
        raise StopReadingError(at, "a double quote is never closed")

    def _backtick_in_quotes(self, at: int, parts: list[Part]) -> int:
        return self._backticks(at, parts, quoted=True)

    def _dollar(self, at: int, parts: list[Part], *, quoted: bool = False) -> int:
        text = self.text
        following = text[at + 1 : at + 3]
        if following == "((":
            close = self._balanced(at + 1)
            if text[close - 2] == ")":
                parts.append(Part("arithmetic", at, close, quoted=quoted))
                return close
        if following[:1] == "(":
            return self._command(at, at + 2, parts, quoted=quoted)
        if not quoted and following[:1] == "'":
            ansi = ANSI.match(text, at, self.end)
            if ansi is None:
                raise StopReadingError(at, "a single quote is never closed")
            parts.append(Part("text", ansi.start(1), ansi.end(1), _unescaped(ansi[1]), quoted=True))
            return ansi.end()
        if not quoted and following[:1] == '"':
            return self._double_quoted(at + 1, parts)
        return self._variable(at, parts, quoted=quoted)

    def _variable(self, at: int, parts: list[Part], *, quoted: bool) -> int:
        text = self.text
        found = VARIABLE.match(text, at, self.end)
        if found is None:
            if text[at + 1 : at + 2] == "{":
                close = self._operand(at + 2, [], quoted=quoted, opened=at)
                parts.append(Part("other", at, close, quoted=quoted))
                return close
            parts.append(Part("text", at, at + 1, "$", quoted=quoted))
            return at + 1
        if found[1]:
            parts.append(Part("variable", at, found.end(), found[1], quoted=quoted))
            return found.end()
        prefix, name, index = found[2], found[3], (found[4] or "")[1:-1]
        op = {"": "", "#": "length"}.get(prefix, "indirect")
        operator = EXPANSION.match(text, found.end(), self.end)
        operand: list[Part] = []
        inside = found.end()
        if operator is not None:
            op = op or operator[0]
            inside = operator.end()
        close = self._operand(inside, operand, quoted=quoted, opened=at)
        if operator is None and operand:
            op = "other"
        kept = tuple(operand) if op in _WITH_WORD else ()
        parts.append(Part("variable", at, close, name, quoted, op, index, kept))
        return close

    def _operand(self, at: int, parts: list[Part], *, quoted: bool, opened: int) -> int:
        """Reads up to the ``}`` that closes ``${`` and returns the position after it."""
        text, end = self.text, self.end
        self._deeper(opened)
        match = self._tokens.operand.match
        while at < end:
            char = text[at]
            if char == "}":
                self._depth -= 1
                return at + 1
            found = match(text, at, end)
            if found is not None:
                group = found.lastindex or 0
                if group != 3:
                    parts.append(Part("text", found.start(group), found.end(group), found[group], quoted))
                at = found.end()
            elif char == "'" and not quoted:
                close = text.find("'", at + 1, end)
                if close == -1:
                    break
                parts.append(Part("text", at + 1, close, text[at + 1 : close], quoted=True))
                at = close + 1
            elif char == '"':
                at = self._double_quoted(at, parts)
            elif char == "$":
                at = self._dollar(at, parts, quoted=quoted)
            elif char == "`":
                at = self._backticks(at, parts, quoted=quoted)
            else:
                parts.append(Part("text", at, at + 1, char, quoted))
                at += 1
        raise StopReadingError(opened, "an expansion ${ is never closed")

    def _balanced(self, at: int) -> int:
        """The position after the parenthesis that closes the one at ``at``."""
        text, end = self.text, self.end
        depth = 0
        here = at
        for found in PARENTHESES.finditer(text, at, end):
            char = found[0]
            if char == "(":
                depth += 1
            elif char == ")":
                depth -= 1
                if depth == 0:
                    return found.end()
            here = found.end()
        raise StopReadingError(at, "a parenthesis is never closed" if here > at else "a parenthesis is expected")


def word_parts(script: Script, start: int, end: int) -> tuple[Part, ...]:
    """The parts of a word whose bounds are known and which holds no command substitution."""
    text = script.text
    if PLAIN.fullmatch(text, start, end):
        return (Part("text", start, end, text[start:end]),)
    reader = script.reader
    if not isinstance(reader, WordReader):
        reader = script.reader = WordReader(script, end)
    reader.end = end
    try:
        parts, stop = reader.read_word(start)
    except StopReadingError:
        stop = start
        parts = []
    if stop != end:
        return (Part("other", start, end),)
    return tuple(parts)


def _simple(found: re.Match[str], parts: list[Part]) -> None:
    group = found.lastindex or 0
    if group == 1:
        parts.append(Part("text", found.start(), found.end(), found[1]))
    elif group == 2:
        parts.append(Part("glob", found.start(), found.end(), found[2]))
    elif group == 3:
        parts.append(Part("text", found.start(3), found.end(3), found[3], quoted=True))
    elif group == 4:
        parts.append(Part("text", found.start(4), found.end(4), found[4], quoted=True))


_ANSI_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v", "0": "\0"}


def _unescaped(raw: str) -> str:
    """The value of ``$'...'``; numeric escapes other than that of NUL stay as they are written."""
    if "\\" not in raw:
        return raw
    pieces = raw.split("\\")
    out = [pieces[0]]
    following = iter(pieces[1:])
    for piece in following:
        if not piece:
            out.append("\\" + next(following, ""))
        else:
            out.append(_ANSI_ESCAPES.get(piece[0], piece[0]) + piece[1:])
    return "".join(out)
