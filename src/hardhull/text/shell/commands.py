"""Builds one simple command: words, assignments, arrays, redirections and heredocs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.text.shell.effects import settle
from hardhull.text.shell.tokens import ASSIGN, COMMENT, DECLARE, FUNCTION, NEWLINE, OPERATOR, RESERVED
from hardhull.text.shell.tree import Assignment, Block, Command, Part, Problem, Redirect, Script, Word
from hardhull.text.shell.words import StopReadingError, WordReader

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_DESCRIPTOR = "0123456789"


class Frame:
    """A compound command that is still open.

    Attributes:
        kind: ``if``, ``loop``, ``for`` (its head), ``case``, ``pattern`` (a case that expects one), ``group``,
            ``subshell`` or ``base``.
        outer: the block of the whole.
        block: the block in which commands now stand.
        chain: the ``&&`` chain that goes on after it.
    """

    __slots__ = ("block", "chain", "kind", "outer")

    def __init__(self, kind: str, outer: Block, block: Block, chain: Block | None) -> None:
        self.kind = kind
        self.outer = outer
        self.block = block
        self.chain = chain


class CommandReader(WordReader):
    """The command that is being read and the state around it."""

    def __init__(self, script: Script, end: int) -> None:
        super().__init__(script, end)
        self._frames = [Frame("base", script.top, script.top, None)]
        self._command_now: Command | None = None
        self._before = ""
        self._chain: Block | None = None
        self._closed: Block | None = None
        self._negated = False
        self._function: tuple[str, int] | None = None
        self._heredocs: list[Redirect] = []
        self._goes_on = frozenset(('"', "'", "$", "`", script.escape))

    @property
    def _here(self) -> Block:
        return self._chain or self._frames[-1].block

    def _reserved(self, word: str, at: int, stop: int) -> int:
        """Reads a reserved word; returns where reading goes on."""
        raise NotImplementedError

    def _intricate(self, at: int) -> int:
        parts, stop = self.read_word(at)
        if stop == at:
            raise StopReadingError(at, f"{self.text[at]!r} cannot stand here")
        self._add(at, stop, tuple(parts))
        return stop

    def _word(self, at: int, stop: int) -> int:
        text = self.text
        following = text[stop : stop + 1] if stop < self.end else ""
        if following == "(":
            return self._before_parenthesis(at, stop)
        if following in self._goes_on:
            return self._intricate(at)
        after = stop
        while text[stop - 1] == "\n":  # a continuation right behind the word belongs to the blanks
            stop -= 3 if text[stop - 2] == "\r" else 2
        return self._add(at, stop, None) or after

    def _before_parenthesis(self, at: int, stop: int) -> int:
        command = self._command_now
        head = ASSIGN.fullmatch(self.text, at, stop)
        if head is not None and (command is None or command.head is None or command.head.raw in DECLARE):
            return self._array(at, stop, head[1], append=bool(head[3]))
        if command is None:
            found = FUNCTION.match(self.text, stop, self.end)
            if found is not None:
                self._function = (self.text[at:stop], at)
                return found.end()
        if self.text[stop - 1] in "?*+@!":
            return self._intricate(at)
        self._add(at, stop, None)
        return stop

    def _array(self, at: int, stop: int, name: str, *, append: bool) -> int:
        """Reads ``(a b c)`` and returns the position after it."""
        command = self._command_now or self._begin(at)
        items: list[Word] = []
        assignment = Assignment(name, at, command.block, items=items, append=append)
        here = stop + 1
        while True:
            found = self._tokens.token.match(self.text, here, self.end)
            if found is not None and found.lastindex in {COMMENT, NEWLINE}:
                here = found.end()
            elif found is not None and found[OPERATOR] == ")":
                break
            else:
                blank = self._tokens.blank.match(self.text, here, self.end)
                here = blank.end() if blank is not None else here
                parts, after = self.read_word(here)
                if after == here:
                    raise StopReadingError(at, "an array is never closed")
                items.append(Word(self.script, here, after, tuple(parts)))
                here = after
        command.assign(assignment)
        command.end = found.end()
        return found.end()

    def _add(self, at: int, stop: int, parts: tuple[Part, ...] | None) -> int:
        """Adds a word to the command; for a reserved word returns where reading goes on, else 0."""
        command = self._command_now
        text = self.text
        if command is None:
            raw = text[at:stop]
            if parts is None and raw in RESERVED:
                return self._reserved(raw, at, stop)
            command = self._begin(at)
        if command.simple:
            command.end = stop
            command.words.append(Word(self.script, at, stop, parts))
            return 0
        words = command.words
        if parts is None and len(words) == 2 and words[0].raw == "for" and text[at:stop] == "do":  # for NAME do
            self.finish_command("")
            return self._reserved("do", at, stop)
        command.end = stop
        if not words or words[0].raw in DECLARE:
            head = ASSIGN.match(text, at, stop)
            if head is not None:
                command.assign(self._assignment(head, stop, parts))
                return 0
            words.append(Word(self.script, at, stop, parts))
            command.simple = words[0].raw not in DECLARE and words[0].raw != "for"
            return 0
        words.append(Word(self.script, at, stop, parts))
        return 0

    def _assignment(self, head: re.Match[str], stop: int, parts: tuple[Part, ...] | None) -> Assignment:
        value = head.end()
        kept = None if parts is None else tuple(_after(parts, value))
        word = Word(self.script, value, stop, kept)
        why = "one element of an array is set" if head[2] else ""
        return Assignment(head[1], head.start(), self._here, value=word, append=bool(head[3]), why=why)

    def _begin(self, at: int) -> Command:
        command = Command(self.script, at, self._here, self._before, negated=self._negated)
        self._command_now = command
        self._negated = False
        self._closed = None
        return command

    def finish_command(self, after: str) -> None:
        """The command that is being read ends here; ``after`` is the operator that ends it."""
        command = self._command_now
        if command is not None:
            command.after = after
            self.script.commands.append(command)
            self._command_now = None
            settle(command)
        elif self._closed is not None:
            self._closed.after = after
        self._closed = None

    def _redirect(self, operator: str, at: int, stop: int) -> int:
        blank = self._tokens.blank.match(self.text, stop, self.end)
        stop = blank.end() if blank is not None else stop
        parts, after = self.read_word(stop)
        redirect = Redirect(operator, Word(self.script, stop, after, tuple(parts)))
        if after == stop:
            self.script.problems.append(Problem(at, f"nothing follows {operator}"))
        if operator.lstrip(_DESCRIPTOR) in {"<<", "<<-"}:
            redirect.quoted = any(part.quoted for part in parts)
            self._heredocs.append(redirect)
        if self._closed is None:
            command = self._command_now or self._begin(at)
            command.redirect(redirect)
            command.end = after
        return after

    def _read_heredocs(self, at: int) -> int:
        """Reads the bodies of the pending heredocs, which begin at ``at``; returns the position after them."""
        pending, self._heredocs = self._heredocs, []
        for redirect in pending:
            delimiter = "".join([part.text for part in redirect.target.parts])
            stop, after = self._terminator(at, delimiter, tabs=redirect.op.endswith("-"))
            if after == -1:
                self.script.problems.append(Problem(redirect.target.start, f"the heredoc {delimiter} is never closed"))
                after = stop
            redirect.body = (at, stop)
            if not redirect.quoted:
                self._commands_in_text(at, stop)
            at = after
        return at

    def _terminator(self, at: int, delimiter: str, *, tabs: bool) -> tuple[int, int]:
        """Where the heredoc's body ends, and where the text goes on (-1 if the delimiter never comes)."""
        text, end = self.text, self.end
        here = at
        while here <= end:
            found = text.find(delimiter, here, end)
            if found == -1:
                break
            start = text.rfind("\n", at, found) + 1 or at
            line_end = text.find("\n", found, end)
            line_end = end if line_end == -1 else line_end
            before = text[start:found]
            if text[found:line_end].rstrip("\r") == delimiter and not (before.strip("\t") if tabs else before):
                return start, min(line_end + 1, end)
            here = line_end + 1
        return end, -1

    def _commands_in_text(self, at: int, stop: int) -> None:
        """Reads the substitutions of an unquoted heredoc."""
        text, limit = self.text, self.end
        self.end = stop
        find = self._tokens.substitution.search
        try:
            while found := find(text, at, stop):
                if found[1]:
                    opens = text.startswith("$((", found.start())
                    at = found.end() if opens else self._command(found.start(), found.end(), [], quoted=True)
                elif found[2]:
                    at = self._backticks(found.start(), [], quoted=True)
                else:
                    at = found.end()
        except StopReadingError as problem:
            self.script.problems.append(Problem(problem.start, problem.why))
        self.end = limit


def _after(parts: tuple[Part, ...], start: int) -> Iterator[Part]:
    """The parts of the value in ``NAME=value``; the name stands in plain text in front of it."""
    for part in parts:
        if part.start >= start:
            yield part
        elif part.end > start:
            yield part._replace(start=start, text=part.text[start - part.start :])
