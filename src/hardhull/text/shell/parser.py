"""Reads shell text into commands in one pass; whatever cannot be read is a problem with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.text.shell.effects import settle
from hardhull.text.shell.tokens import (
    ASSIGN,
    COMMENT,
    DECLARE,
    FUNCTION,
    NEWLINE,
    OPERATOR,
    REDIRECT,
    RESERVED,
    WORD,
)
from hardhull.text.shell.tree import Assignment, Block, Command, Part, Problem, Redirect, Script, Word
from hardhull.text.shell.words import StopReadingError, WordReader

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from hardhull.model.fragment import Fragment

MAX_FRAMES = 200
"""Deepest nesting of compound commands."""


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
        parser.finish_command("")
        script.problems.append(Problem(stop.start, stop.why, fatal=True))
    script.commands.sort(key=_start)
    for assignments in script.assignments.values():
        assignments.sort(key=_start)
    return script


def _start(item: Command | Assignment) -> int:
    return item.start


class _Frame:
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


class Parser(WordReader):
    """Reads the commands of one script."""

    def __init__(self, script: Script, end: int) -> None:
        super().__init__(script, end)
        self._frames = [_Frame("base", script.top, script.top, None)]
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

    # -- the loop

    def read(self, at: int, closer: str = "") -> int:
        """Reads up to the end, or to the parenthesis ``closer``; returns where that stands."""
        text, end = self.text, self.end
        match, blank = self._tokens.token.match, self._tokens.blank.match
        while True:
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
                at = self._word(found.start(WORD), at)
            elif kind == NEWLINE:
                at = self._newline(at)
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
        self.finish_command("")
        if closer:
            raise StopReadingError(end, "a substitution $( is never closed")
        if len(self._frames) > 1:
            frame = self._frames[-1]
            self.script.problems.append(Problem(frame.outer.start, f"this {frame.kind} is never closed"))
        return end

    def commands(self, start: int, end: int | None) -> int:
        """Reads the commands of a substitution; see the base class."""
        kept = (self._frames, self._command_now, self._before, self._chain, self._closed, self._negated)
        function, limit = self._function, self.end
        block = Block("substitution", self._here, start)
        self._frames = [_Frame("base", block, block, None)]
        self._command_now, self._before, self._chain, self._closed, self._negated = None, "(", None, None, False
        self._function = None
        if end is not None:
            self.end = end
        stop = self.read(start, ")" if end is None else "")
        self.end, self._function = limit, function
        self._frames, self._command_now, self._before, self._chain, self._closed, self._negated = kept
        return stop

    # -- words

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
        if head is not None and (command is None or not command.words or command.words[0].raw in DECLARE):
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
        command.assignments.append(assignment)
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
        words = command.words
        command.end = stop
        if not words or words[0].raw in DECLARE:
            head = ASSIGN.match(text, at, stop)
            if head is not None:
                command.assignments.append(self._assignment(head, stop, parts))
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

    # -- operators

    def _newline(self, at: int) -> int:
        if self._command_now is not None or self._closed is not None:
            self.finish_command("\n")
            self._before, self._chain = "\n", None
        elif self._before not in {"&&", "||", "|", "|&"}:
            self._before, self._chain = "\n", None
        return self._read_heredocs(at) if self._heredocs else at

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
        if self._command_now is not None:
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

    def _push(self, kind: str, at: int, inner: str = "") -> _Frame:
        """Opens a compound command; ``inner`` is the kind of the block its first commands stand in."""
        if len(self._frames) >= MAX_FRAMES:
            raise StopReadingError(at, f"commands are nested deeper than {MAX_FRAMES} levels")
        parent = self._here
        before = self._before
        if self._function is not None:
            name, start = self._function
            self._function = None
            parent = self.script.functions[name] = Block("function", parent, start, name)
        block = Block(kind, parent, at, before=before)
        frame = _Frame(kind, block, Block(inner, block, at) if inner else block, self._chain)
        self._frames.append(frame)
        self._chain = None
        self._before = ""
        self._negated = False
        return frame

    def _pop(self, at: int, *kinds: str) -> None:
        frame = self._frames[-1]
        if frame.kind not in kinds:
            self.script.problems.append(Problem(at, f"this closes no open {kinds[0]}"))
            return
        self._frames.pop()
        self._chain = frame.chain
        self._closed = frame.outer

    def _close_subshell(self, at: int) -> int:
        self._pop(at, "subshell")
        return at + 1

    # -- reserved words

    def _reserved(self, word: str, at: int, stop: int) -> int:
        if word in {"then", "do", "else", "elif"}:
            self._branch(word, at)
        elif word in {"if", "while", "until"}:
            self._push("if" if word == "if" else "loop", at, "condition")
        elif word in {"for", "select"}:
            return self._for(at, stop)
        elif word == "case":
            return self._case(at, stop)
        elif word == "{":
            self._push("group", at)
        elif word in _CLOSERS:
            self._pop(at, *_CLOSERS[word])
        elif word == "!":
            self._negated = not self._negated
        elif word == "[[":
            return self._test(at, stop)
        elif word == "function":
            return self._named_function(stop)
        return stop

    def _branch(self, word: str, at: int) -> None:
        frame = self._frames[-1]
        wanted = ("loop", "for") if word == "do" else ("if",)
        if frame.kind not in wanted:
            self.script.problems.append(Problem(at, f"an unexpected {word}"))
            return
        if word == "do":
            frame.kind, frame.block = "loop", frame.outer
        else:
            frame.block = Block("condition" if word == "elif" else "branch", frame.outer, at)
        self._chain = None
        self._before = ""

    def _for(self, at: int, stop: int) -> int:
        """``for NAME in words``: read as a command of its own, so that its words and their commands are kept."""
        frame = self._push("for", at)
        frame.outer.kind = "loop"
        blank = self._tokens.blank.match(self.text, stop, self.end)
        stop = blank.end() if blank is not None else stop
        if self.text.startswith("((", stop):
            return self._balanced(stop)
        command = self._begin(at)
        command.words.append(Word(self.script, at, at + 3))
        command.end = stop
        return stop

    def _named_function(self, stop: int) -> int:
        blank = self._tokens.blank.match(self.text, stop, self.end)
        stop = blank.end() if blank is not None else stop
        parts, after = self.read_word(stop)
        self._function = ("".join([part.text for part in parts]), stop)
        found = FUNCTION.match(self.text, after, self.end)
        return found.end() if found is not None else after

    def _case(self, at: int, stop: int) -> int:
        frame = self._push("case", at)
        blank = self._tokens.blank.match(self.text, stop, self.end)
        _, stop = self.read_word(blank.end() if blank is not None else stop)
        found = self._tokens.token.match(self.text, stop, self.end)
        while found is not None and found.lastindex in {NEWLINE, COMMENT}:
            found = self._tokens.token.match(self.text, found.end(), self.end)
        if found is None or found[WORD] != "in":
            raise StopReadingError(at, "a case without in")
        frame.kind = "pattern"
        return self._patterns(found.end())

    def _next_pattern(self, at: int, stop: int) -> int:
        frame = self._frames[-1]
        if frame.kind != "case":
            self.script.problems.append(Problem(at, "an unexpected ;;"))
            return stop
        frame.kind = "pattern"
        return self._patterns(stop)

    def _patterns(self, at: int) -> int:
        """Reads ``a|b)`` and opens its branch; before ``esac`` reads nothing."""
        frame = self._frames[-1]
        start = at
        while True:
            found = self._tokens.token.match(self.text, at, self.end)
            if found is not None and found.lastindex != WORD:
                at = found.end()
                if found[OPERATOR] == ")":
                    break
                continue
            if found is not None and found[WORD] == "esac":
                frame.kind = "case"
                return found.start(WORD)
            blank = self._tokens.blank.match(self.text, at, self.end)
            at = blank.end() if blank is not None else at
            _, after = self.read_word(at)
            if after == at:
                raise StopReadingError(start, "a case pattern is never closed")
            at = after
        frame.kind = "case"
        frame.block = Block("branch", frame.outer, start)
        self._chain = None
        self._before = ""
        return at

    def _test(self, at: int, stop: int) -> int:
        """``[[ ... ]]``: operators are words in it."""
        command = self._begin(at)
        command.words.append(Word(self.script, at, stop))
        while True:
            found = self._tokens.token.match(self.text, stop, self.end)
            if found is not None and found.lastindex in {OPERATOR, REDIRECT}:
                stop = found.end()
                command.words.append(Word(self.script, found.start(found.lastindex or 0), stop, ()))
                continue
            if found is not None and found.lastindex == NEWLINE:
                stop = found.end()
                continue
            blank = self._tokens.blank.match(self.text, stop, self.end)
            stop = blank.end() if blank is not None else stop
            parts, after = self.read_word(stop)
            if after == stop:
                raise StopReadingError(at, "[[ is never closed")
            command.words.append(Word(self.script, stop, after, tuple(parts)))
            stop = after
            if self.text[stop - 2 : stop] == "]]" and command.words[-1].raw == "]]":
                command.end = stop
                return stop

    # -- redirections

    def _redirect(self, operator: str, at: int, stop: int) -> int:
        blank = self._tokens.blank.match(self.text, stop, self.end)
        stop = blank.end() if blank is not None else stop
        parts, after = self.read_word(stop)
        redirect = Redirect(operator, Word(self.script, stop, after, tuple(parts)))
        if after == stop:
            self.script.problems.append(Problem(at, f"nothing follows {operator}"))
        if operator.endswith(("<<", "<<-")):
            redirect.quoted = any(part.quoted for part in parts)
            self._heredocs.append(redirect)
        if self._closed is None:
            command = self._command_now or self._begin(at)
            command.redirects.append(redirect)
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


_CLOSERS = {"fi": ("if",), "done": ("loop",), "esac": ("case",), "}": ("group",)}


def _after(parts: tuple[Part, ...], start: int) -> Iterator[Part]:
    """The parts of the value in ``NAME=value``; the name stands in plain text in front of it."""
    for part in parts:
        if part.start >= start:
            yield part
        elif part.end > start:
            yield part._replace(start=start, text=part.text[start - part.start :])
