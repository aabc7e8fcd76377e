"""Reads what commands stand in: if, loops, case, functions, groups, subshells, ``[[ ... ]]``."""

from __future__ import annotations

from hardhull.text.shell.commands import CommandReader, Frame
from hardhull.text.shell.tokens import COMMENT, COPROC, FUNCTION, NEWLINE, OPERATOR, REDIRECT, WORD
from hardhull.text.shell.tree import Block, Problem, Word
from hardhull.text.shell.words import StopReadingError

MAX_FRAMES = 200
"""Deepest nesting of compound commands."""

_CLOSERS = {"fi": ("if",), "done": ("loop",), "esac": ("case",), "}": ("group",)}


class CompoundReader(CommandReader):
    """Opens and closes compound commands."""

    def _push(self, kind: str, at: int, inner: str = "") -> Frame:
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
        frame = Frame(kind, block, Block(inner, block, at) if inner else block, self._chain)
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
        elif word == "coproc":
            named = COPROC.match(self.text, stop, self.end)
            return named.end() if named else stop
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
