"""Reads shell text into commands in one pass; whatever cannot be read is a problem with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.text.shell.commands import Frame
from hardhull.text.shell.compounds import CompoundReader
from hardhull.text.shell.tokens import (
    COMMENT,
    FUNCTION,
    NEWLINE,
    OPERATOR,
    REDIRECT,
    WORD,
)
from hardhull.text.shell.tree import BROKEN, Assignment, Block, Command, Part, Problem, Script, Word
from hardhull.text.shell.words import StopReadingError

if TYPE_CHECKING:
    from hardhull.model.fragment import Fragment


def read_script(fragment: Fragment, escape: str = "\\") -> Script:
    """Reads a shell text. Never fails: what cannot be read is in ``problems``, what stands before it is kept.

    Args:
        fragment: the text.
        escape: the character that escapes and continues lines, where a Dockerfile names another one.
    """
    script = Script(fragment, escape)
    parser = Parser(script, len(script.text))
    try:
        parser.read(0)
    except StopReadingError as stop:
        parser.finish_command(BROKEN)
        script.problems.append(Problem(stop.start, stop.why, fatal=True))
    script.commands.sort(key=_start)
    for assignments in script.assignments.values():
        assignments.sort(key=_start)
    return script


def _start(item: Command | Assignment) -> int:
    return item.start


class Parser(CompoundReader):
    """Reads the commands of one script."""

    def read(self, at: int, closer: str = "") -> int:
        """Reads up to the end, or to the parenthesis ``closer``; returns where that stands."""
        text, end = self.text, self.end
        match, blank, rest = self._tokens.token.match, self._tokens.blank.match, self._tokens.rest.match
        while True:
            before = at
            found = match(text, at, end)
            if found is None:
                skipped = blank(text, at, end)
                at = skipped.end() if skipped is not None else at
                if at >= end:
                    break
                at = self._intricate(at)
                continue
            kind = found.lastindex
            at = found.end()
            if kind == WORD:
                command = self._command_now
                if command is not None and command.simple:
                    arguments = rest(text, before, end)
                    if arguments is not None and arguments.end() > before:
                        at = arguments.end()
                        command.extend(before, at)
                        continue
                at = self._word(found.start(WORD), at)
            elif kind == NEWLINE:
                at = self._newline(found.start(NEWLINE) + 1, at)
            elif kind == OPERATOR:
                operator = found[OPERATOR]
                if operator == ")" and closer and len(self._frames) == 1:
                    self.finish_command(")")
                    return at - 1
                at = self._operator(operator, at - len(operator))
            elif kind == REDIRECT:
                at = self._redirect(found[REDIRECT], found.start(REDIRECT), at)
            else:
                assert kind == COMMENT  # noqa: S101  the groups are exhausted
        if closer:
            raise StopReadingError(end, "a substitution $( is never closed")
        self.finish_command("")
        if len(self._frames) > 1:
            frame = self._frames[-1]
            self.script.problems.append(Problem(frame.outer.start, f"this {frame.kind} is never closed"))
        return end

    def commands(self, start: int, end: int | None) -> int:
        """Reads the commands of a substitution; see the base class."""
        kept = (self._frames, self._command_now, self._before, self._chain, self._closed, self._negated)
        function, limit = self._function, self.end
        block = Block("substitution", self._here, start)
        self._frames = [Frame("base", block, block, None)]
        self._command_now, self._before, self._chain, self._closed, self._negated = None, "(", None, None, False
        self._function = None
        if end is not None:
            self.end = end
        try:
            return self.read(start, ")" if end is None else "")
        except StopReadingError:
            self.finish_command(BROKEN)
            raise
        finally:
            self.end, self._function = limit, function
            self._frames, self._command_now, self._before, self._chain, self._closed, self._negated = kept

    def _newline(self, at: int, behind: int) -> int:
        """The line ends at ``at``; ``behind`` it and its empty lines reading goes on, unless heredocs stand there."""
        if self._command_now is not None or self._closed is not None:
            self.finish_command("\n")
            self._before, self._chain = "\n", None
        elif self._before not in {"&&", "||", "|", "|&"}:
            self._before, self._chain = "\n", None
        return self._read_heredocs(at) if self._heredocs else behind

    def _operator(self, operator: str, at: int) -> int:
        stop = at + len(operator)
        if operator == "(":
            return self._open(at)
        self.finish_command(operator)
        if operator == ")":
            return self._close_subshell(at)
        if operator in {";;", ";&", ";;&"}:
            return self._next_pattern(at, stop)
        self._before = operator
        if operator == "&&":
            self._chain = self._chain or Block("chain", self._frames[-1].block, at)
        elif operator == "||":
            self._chain = Block("chain", self._frames[-1].block, at)
        elif operator in {";", "&"}:
            self._chain = None
        return stop

    def _open(self, at: int) -> int:
        command = self._command_now
        if command is not None:
            found = FUNCTION.match(self.text, at, self.end)
            if found is not None and len(command.words) == 1 and not command.assignments and not command.redirects:
                self._command_now = None
                self._function = (command.words[0].raw, command.start)
                return found.end()
            self.script.problems.append(Problem(at, "an unexpected ("))
            self.finish_command("(")
        elif self.text.startswith("((", at):
            close = self._balanced(at)
            if self.text[close - 2] == ")":
                return self._arithmetic(at, close)
        self._push("subshell", at)
        self._before = "("
        return at + 1

    def _arithmetic(self, at: int, close: int) -> int:
        """``((...))``: a command of one word."""
        command = self._begin(at)
        command.words.append(Word(self.script, at, close, (Part("arithmetic", at, close),)))
        command.end = close
        return close
