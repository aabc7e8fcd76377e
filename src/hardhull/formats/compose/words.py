"""A command written as one string, split into words as compose-go does (go-shellwords): nothing is expanded."""

from __future__ import annotations

from hardhull.formats.compose.units import BadValueError

_BLANK = " \t\r\n"


def words(text: str) -> tuple[str, ...]:
    """The words of a command.

    Quotes and backslashes count as in a shell. Blanks inside backquotes and ``$(...)`` do not split, and the text
    ends at the first ``;``, ``&``, ``|``, ``<`` or ``>`` outside of quotes.

    Args:
        text: the command.

    Raises:
        BadValueError: a quote or bracket is not closed, or stands where Compose does not take one.
    """
    splitter = _Splitter()
    for letter in text:
        if not splitter.take(letter):
            break
    return splitter.finished()


class _Splitter:
    def __init__(self) -> None:
        self.found: list[str] = []
        self.word: list[str] = []
        self.started = False
        self.quote = ""  # the quote, backquote or bracket that is open
        self.escaped = False

    def take(self, letter: str) -> bool:
        """One character; False where the command ends before it."""
        if self.escaped:
            self.escaped = False
            self.add(letter)
        elif letter == "\\":
            if self.quote == "'":
                self.word.append(letter)
            else:
                self.escaped = True
        elif letter in _BLANK:
            if self.quote:
                self.word.append(letter)
            else:
                self.split()
        elif letter in "'\"" and self.quote in {"", letter, "`"}:
            self.toggle(letter)
        elif letter == "`" and self.quote in {"", "`"}:
            self.quote = "" if self.quote else "`"
            self.add(letter)
        elif letter in "()" and self.quote in {"", ")"}:
            self.bracket(letter)
        elif letter in ";&|<>" and not self.quote:
            if letter == ">" and self.word and self.word[0][:1].isdigit():
                self.started = False
            return False
        else:
            self.add(letter)
        return True

    def toggle(self, letter: str) -> None:
        if self.quote == "`":  # go-shellwords counts quotes inside of backquotes too
            self.word.append("")
            return
        self.started = self.started or self.quote == letter
        self.quote = "" if self.quote == letter else letter

    def bracket(self, letter: str) -> None:
        if letter == "(" and (self.quote or self.word[-1:] != ["$"]):
            raise BadValueError("a bracket stands where Compose does not take one")
        if letter == "(":
            self.quote = ")"
            self.word.append(letter)
            return
        self.quote = "" if self.quote else ")"
        self.add(letter)

    def add(self, letter: str) -> None:
        self.word.append(letter)
        self.started = True

    def split(self) -> None:
        if self.started:
            self.found.append("".join(self.word))
        self.word = []
        self.started = False

    def finished(self) -> tuple[str, ...]:
        if self.quote or self.escaped:
            raise BadValueError("a quote or bracket is not closed")
        self.split()
        return tuple(self.found)
