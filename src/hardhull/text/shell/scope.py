"""What a word amounts to where it stands: variables replaced by their values, values split into arguments."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.lazy import lazy
from hardhull.text.shell.reaching import reaching
from hardhull.text.shell.tokens import PLAIN
from hardhull.text.shell.values import Arg, Piece

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    from hardhull.text.shell.tree import Assignment, Block, Command, Part, Script, Word

MAX_PIECES = 400
"""Most pieces of one value: ``A="$B$B"; B="$C$C"`` doubles with every line."""

MAX_DEPTH = 12
"""Longest chain of variables that refer to variables."""

_FIELD = lazy(r"[^ \t\r\n]+")
_POSITIONAL = frozenset("123456789@*#")
_TOO_LONG = "its value is too long to be worked out"


class Value(NamedTuple):
    """What a variable holds: one argument, or those of an array.

    Attributes:
        args: the arguments.
        array: whether it is an array.
        textual: whether it is pasted as text before a shell reads it (a Makefile's variable): its quotes count, so
            unquoted it is all of ``args``, and in quotes these with blanks in between.
    """

    args: tuple[Arg, ...]
    array: bool = False
    textual: bool = False


class Scope:
    """The variables of a script.

    Attributes:
        script: whose.
        given: variables that come from outside (a workflow's ``env``, a Makefile's variables, a unit's Environment);
            a text says why one cannot be known.
        outer: the position in another script in which this one stands (``sh -c``, a heredoc).
        passing: for functions that were looked at, whether they run their arguments.
        search: a pattern for commands that are worth a look, where the caller knows which of ``given`` are.
    """

    __slots__ = ("_depth", "_memo", "given", "outer", "passing", "script", "search")

    def __init__(
        self,
        script: Script,
        given: Mapping[str, Value | str] | None = None,
        outer: Outer | None = None,
        search: re.Pattern[str] | None = None,
    ) -> None:
        self.search = search
        self.passing: dict[str, bool] = {}
        self.script = script
        self.given: Mapping[str, Value | str] = {} if given is None else given
        self.outer = outer
        self._memo: dict[tuple[tuple[int, str], ...], Value | str] = {}
        self._depth = 0

    def args(self, command: Command) -> list[Arg]:
        """The command's name and arguments as they will be."""
        out: list[Arg] = []
        for word in command.words:
            out += self.expand(word, command.start, command.block)
        return out

    def expand(self, word: Word, at: int, block: Block) -> list[Arg]:
        """The arguments that a word becomes: usually one, none for an empty unquoted variable, several for an array.

        Args:
            word: the word.
            at: position of the command it belongs to; assignments before it count.
            block: the block of the command.
        """
        script = self.script
        site = (script.fragment, word.start, word.end)
        if PLAIN.fullmatch(script.text, word.start, word.end):
            raw = script.text[word.start : word.end]
            return [Arg((Piece(raw, script.fragment, word.start, word.end),), site, whole=True)]
        parts = word.parts
        if len(parts) == 1 and parts[0].kind in _LITERAL:
            part = parts[0]
            return [Arg((Piece(part.text, script.fragment, part.start, part.end),), site, whole=True)]
        fields = _Fields()
        self._parts(parts, fields, at, block)
        args = fields.done()
        if len(args) == 1:
            own = all(piece.fragment is script.fragment and word.start <= piece.start <= word.end for piece in args[0])
            return [Arg(args[0], site, whole=own)]
        return [Arg(pieces, site) for pieces in args]

    def single(self, word: Word, at: int, block: Block) -> Arg:
        """The word as one argument, as in an assignment, where nothing is split."""
        script = self.script
        fields = _Fields()
        self._parts([part._replace(quoted=True) for part in word.parts], fields, at, block)
        pieces = tuple(piece for field in fields.done() for piece in field)
        return Arg(pieces, (script.fragment, word.start, word.end))

    def value(self, name: str, at: int, block: Block) -> Value | str | None:
        """A variable's value; a text says why it cannot be known, None means that nothing here sets it."""
        reach = reaching(self.script, name, at, block)
        sourced = self.script.sourced[: bisect_left(self.script.sourced, (at, ""))]
        if not reach or (reach[0][0].append and not reach[0][1]):
            base = self._from_outside(name)
            if base is None and sourced:
                return f"{name} may be set by {sourced[-1][1]}"
            return base if not reach else self._append(base, reach)
        first = reach[0][0].start
        if sourced and sourced[-1][0] > first:
            return f"{name} may be changed by {sourced[-1][1]}"
        return self._append(None, reach)

    def _from_outside(self, name: str) -> Value | str | None:
        if name in self.given:
            return self.given[name]
        return self.outer.value(name) if self.outer is not None else None

    def _append(self, base: Value | str | None, steps: Sequence[tuple[Assignment, str]]) -> Value | str:
        if isinstance(base, str):
            return base
        key = tuple((id(assignment), why) for assignment, why in steps)
        found = self._memo.get(key)
        if found is None:
            self._depth += 1
            found = _TOO_LONG if self._depth > MAX_DEPTH else self._evaluate(base, steps)
            self._depth -= 1
            self._memo[key] = found
        return found

    def _evaluate(self, base: Value | None, steps: Sequence[tuple[Assignment, str]]) -> Value | str:
        args = list(base.args) if base is not None else []
        array = base.array if base is not None else False
        for assignment, doubt in steps:
            why = doubt or (assignment.why and f"{assignment.name}: {assignment.why}")
            if why and not assignment.append:
                return why
            if why:
                pieces = (self._piece(assignment.start, assignment.start + len(assignment.name), why, many=True),)
                more = [Arg(pieces, (self.script.fragment, assignment.start, assignment.start))]
                array = array or assignment.items is not None
            elif assignment.items is not None:
                array = True
                more = [
                    arg for item in assignment.items for arg in self.expand(item, assignment.start, assignment.block)
                ]
            elif assignment.value is not None:
                more = [self.single(assignment.value, assignment.start, assignment.block)]
            else:
                return f"{assignment.name} has no value here"
            if array:
                args += more
            else:
                joined = tuple(piece for arg in [*args, *more] for piece in arg.pieces)
                args = [Arg(joined, more[-1].site)]
        if sum([len(arg.pieces) for arg in args]) > MAX_PIECES:
            return _TOO_LONG
        return Value(tuple(args), array)

    def _piece(self, start: int, end: int, why: str, *, many: bool = False) -> Piece:
        fragment = self.script.fragment
        return Piece(fragment.text[start:end], fragment, start, end, why, many)

    def _parts(self, parts: Sequence[Part], fields: _Fields, at: int, block: Block) -> None:
        for part in parts:
            if part.kind in _LITERAL:
                piece = Piece(part.text, self.script.fragment, part.start, part.end, default=fields.default)
                fields.literal(piece, quoted=part.quoted)
            elif part.kind == "variable":
                self._variable(part, fields, at, block)
            else:
                why = f"{_WHAT[part.kind]} is only worked out when it runs"
                fields.unknown(self._piece(part.start, part.end, why, many=not part.quoted), quoted=part.quoted)

    def _variable(self, part: Part, fields: _Fields, at: int, block: Block) -> None:
        value = self._looked_up(part, at, block) if fields.size < MAX_PIECES else _TOO_LONG
        if part.op in _ALTERNATIVE:
            if isinstance(value, Value):
                self._parts(part.operand, fields, at, block)
                return
            why = value or f"{part.text} has no value here"
        elif value is None and part.op in _DEFAULT:
            outer, fields.default = fields.default, True
            self._parts(_quoted(part), fields, at, block)
            fields.default = outer
            return
        elif isinstance(value, Value) and part.op in _PLAIN and (value.array or not _hidden(value)):
            fields.value(value, part)
            return
        elif isinstance(value, Value) and part.op in _PLAIN:
            why = value.args[0].why
        elif value is None:
            why = f"the variable {part.text} has no value here"
        elif isinstance(value, str):
            why = value
        else:
            why = f"${{{part.text}{part.op}...}} is not worked out"
        several = not part.quoted or part.text == "@" or part.subscript == "@"
        fields.unknown(self._piece(part.start, part.end, why, many=several), quoted=part.quoted)

    def _looked_up(self, part: Part, at: int, block: Block) -> Value | str | None:
        name = part.text
        if name[0] in _POSITIONAL:
            if block.nearest("function") is not None:
                return f"${name} is what the function is called with"
            return None if part.op in _DEFAULT else f"${name} is what the script is called with"
        if not name[0].isalpha() and name[0] != "_":
            return f"${name} is only known when it runs"
        if part.subscript and part.subscript not in "@*0":
            return f"{name}[{part.subscript}] is not worked out"
        return self.value(name, at, block)


class Outer(NamedTuple):
    """Where a nested script stands: its variables come from there.

    Attributes:
        scope: the scope of the script around it.
        at: position of the command that runs it.
        block: that command's block.
        exported: whether it sees only exported variables (quoted text) or is expanded by the outer shell first.
        hidden: names that the nested script expands itself, where the outer variables do not exist.
    """

    scope: Scope
    at: int
    block: Block
    exported: bool = False
    hidden: frozenset[str] = frozenset()

    def value(self, name: str) -> Value | str | None:
        """The variable's value outside."""
        if name in self.hidden:
            return None
        script = self.scope.script
        if self.exported and name not in self.scope.given and not _is_exported(script, name):
            return self.scope.outer.value(name) if self.scope.outer is not None else None
        return self.scope.value(name, self.at, self.block)


def _is_exported(script: Script, name: str) -> bool:
    if name in script.exported:
        return True
    return any(assignment.exported for assignment in script.assignments.get(name, ()))


def _hidden(value: Value) -> bool:
    """Whether nothing at all is known of a value: then the variable's own name says more than what it holds."""
    return len(value.args) == 1 and len(value.args[0].pieces) == 1 and bool(value.args[0].pieces[0].why)


_WHAT = {"command": "the output of a command", "arithmetic": "a calculation", "other": "an expansion"}
_LITERAL = frozenset(("text", "glob"))
_PLAIN = frozenset(("", ":-", "-", ":=", "=", ":?", "?"))
_DEFAULT = frozenset((":-", "-", ":=", "="))
_ALTERNATIVE = frozenset((":+", "+"))


def _quoted(part: Part) -> tuple[Part, ...]:
    if not part.quoted:
        return part.operand
    return tuple(piece._replace(quoted=True) for piece in part.operand)


class _Fields:
    """Collects pieces into arguments the way a shell splits them."""

    __slots__ = ("_fields", "_now", "_open", "default", "size")

    def __init__(self) -> None:
        self.size = 0
        self.default = False
        self._fields: list[tuple[Piece, ...]] = []
        self._now: list[Piece] = []
        self._open = False

    def done(self) -> list[tuple[Piece, ...]]:
        self._flush()
        return self._fields

    def _flush(self) -> None:
        if self._open:
            self._fields.append(tuple(self._now))
            self._now = []
            self._open = False

    def literal(self, piece: Piece, *, quoted: bool) -> None:
        if not quoted and (" " in piece.text or "\t" in piece.text):  # only the operand of ${X:-a b}
            self._split(piece)
            return
        self._open = True
        if piece.text:
            self._now.append(piece)

    def unknown(self, piece: Piece, *, quoted: bool) -> None:
        if quoted and not piece.many:
            piece = piece._replace(many=False)
        self._open = True
        self._now.append(piece)

    def value(self, value: Value, part: Part) -> None:
        """Adds what a variable holds."""
        whole = value.textual or part.subscript in {"@", "*"}
        self.size += sum([len(arg.pieces) for arg in value.args])
        args = value.args if whole or not value.array else value.args[:1]
        for number, arg in enumerate(args):
            joined = part.quoted and (value.textual or part.subscript == "*")
            if number and joined:
                fragment, start, _ = arg.site
                self._now.append(Piece(" ", fragment, start, start))
            elif number:
                self._flush()
            if part.quoted or value.textual:
                self._open = True
                self._now += arg.pieces
                continue
            for piece in arg.pieces:
                self._split_piece(piece)

    def _split_piece(self, piece: Piece) -> None:
        if piece.why:
            self.unknown(piece._replace(many=True), quoted=False)
        else:
            self._split(piece)

    def _split(self, piece: Piece) -> None:
        text = piece.text
        at = 0
        for found in _FIELD.finditer(text):
            if found.start() > at:
                self._flush()
            self._open = True
            self._now.append(piece.cut(found.start(), found.end()))
            at = found.end()
        if at < len(text):
            self._flush()
