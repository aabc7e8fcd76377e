"""What a shell text consists of: commands in the order of the text, their words, and the blocks they stand in.

Nothing here is evaluated; :mod:`hardhull.text.shell.scope` says what a word amounts to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.text.shell.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.model.fragment import Fragment
    from hardhull.model.source import Place


BROKEN = "!"
"""In place of the operator after a command: what follows could not be read, it may go on."""


class Part(NamedTuple):
    """A piece of a word.

    Attributes:
        kind: ``text`` (literal, quotes and escapes already removed), ``glob`` (an unquoted ``*``, ``?``, ``[``),
            ``variable``, ``command`` (``$(...)``, backticks, ``<(...)``), ``arithmetic`` or ``other`` (an expansion
            that is not understood).
        start: where it begins in the fragment's text, quotes and the escape character not included.
        end: where it ends.
        text: the literal text, or the variable's name.
        quoted: whether it stands in quotes, so that its value is never split into words.
        op: for a variable the operator (``:-``, ``+``, ``#`` ...), ``length``, ``indirect``, or empty.
        subscript: for a variable ``@``, ``*`` or the index as written, else empty.
        operand: for an operator the parts after it.
    """

    kind: str
    start: int
    end: int
    text: str = ""
    quoted: bool = False
    op: str = ""
    subscript: str = ""
    operand: tuple[Part, ...] = ()


class Word:
    """One word of a command, exactly as it stands.

    Attributes:
        script: the text it stands in.
        start: where it begins in the fragment's text.
        end: where it ends.
    """

    __slots__ = ("_parts", "end", "script", "start")

    def __init__(self, script: Script, start: int, end: int, parts: tuple[Part, ...] | None = None) -> None:
        self.script = script
        self.start = start
        self.end = end
        self._parts = parts

    @property
    def raw(self) -> str:
        """The text as written, with quotes."""
        return self.script.text[self.start : self.end]

    @property
    def place(self) -> Place:
        """Where it stands in the file."""
        return self.script.fragment.place(self.start, self.end)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The pieces it consists of."""
        if self._parts is None:
            from hardhull.text.shell.words import word_parts  # words.py needs these classes

            self._parts = word_parts(self.script, self.start, self.end)
        return self._parts

    @property
    def literal(self) -> str | None:
        """What it says, where nothing in it is expanded; else None."""
        parts = self.parts
        if any(part.kind not in {"text", "glob"} for part in parts):
            return None
        return "".join([part.text for part in parts])

    def __repr__(self) -> str:
        return f"Word({self.raw!r})"


class Block:
    """Something that commands stand in.

    Attributes:
        kind: ``script``, ``chain`` (after ``&&`` or ``||``), ``if``, ``condition``, ``branch``, ``loop``, ``case``,
            ``function``, ``group``, ``subshell`` or ``substitution``.
        parent: the block around it; None for the script itself.
        depth: number of blocks around it.
        name: of a function.
        start: where it begins in the fragment's text.
        after: the operator that follows it (see :class:`Command`).
        before: the operator in front of it.
    """

    __slots__ = ("after", "before", "depth", "kind", "name", "parent", "start")

    def __init__(self, kind: str, parent: Block | None, start: int, name: str = "", before: str = "") -> None:
        self.kind = kind
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent is not None else 0
        self.name = name
        self.start = start
        self.before = before
        self.after = ""

    def within(self, other: Block) -> bool:
        """Whether this is ``other`` or stands inside it."""
        block: Block | None = self
        while block is not None and block.depth > other.depth:
            block = block.parent
        return block is other

    def nearest(self, *kinds: str) -> Block | None:
        """The innermost block of these kinds at or around this one."""
        block: Block | None = self
        while block is not None and block.kind not in kinds:
            block = block.parent
        return block

    def __repr__(self) -> str:
        return f"Block({self.kind} {self.name}at {self.start})"


class Assignment:
    """A variable is given a value.

    Attributes:
        name: the variable.
        start: where the assignment begins in the fragment's text; its order among commands.
        block: where it stands.
        value: the word after ``=``; None for an array, or where the value comes from elsewhere.
        items: the words of an array.
        append: ``+=``.
        local: made by ``local`` (or ``declare`` in a function).
        exported: seen by child processes.
        why: why the value cannot be known (``read``, a loop variable), else empty.
    """

    __slots__ = ("append", "block", "exported", "items", "local", "name", "start", "value", "why")

    def __init__(
        self,
        name: str,
        start: int,
        block: Block,
        *,
        value: Word | None = None,
        items: list[Word] | None = None,
        append: bool = False,
        why: str = "",
    ) -> None:
        self.name = name
        self.start = start
        self.block = block
        self.value = value
        self.items = items
        self.append = append
        self.why = why
        self.local = False
        self.exported = False

    @property
    def words(self) -> list[Word]:
        """The words that the value is made of."""
        if self.items is not None:
            return self.items
        return [self.value] if self.value is not None else []

    def __repr__(self) -> str:
        return f"Assignment({self.name} at {self.start})"


class Redirect:
    """A redirection.

    Attributes:
        op: ``>``, ``<``, ``<<``, ``<<<`` ... with the file descriptor in front of it if there is one.
        target: the word after it; for a heredoc its delimiter.
        body: for a heredoc where its lines stand in the fragment's text, else None.
        quoted: for a heredoc whether the delimiter is quoted, so that nothing in it is expanded.
    """

    __slots__ = ("body", "op", "quoted", "target")

    def __init__(self, op: str, target: Word) -> None:
        self.op = op
        self.target = target
        self.body: tuple[int, int] | None = None
        self.quoted = False


class Command:
    """A simple command.

    Attributes:
        script: the text it stands in.
        start: where it begins in the fragment's text.
        end: where its last word or redirection ends.
        head: the first word; None where the command only assigns or redirects.
        assignments: those in front of the name (``A=1 cmd``), or the whole command.
        redirects: in order.
        block: where it stands.
        before: operator in front of it: ``;``, a newline, ``&``, ``&&``, ``||``, ``|``, ``|&``, ``(``, or empty.
        after: the operator that follows it; BROKEN where the text cannot be read on.
        negated: ``!`` stands in front of it.
        simple: whether further words can only be arguments (no assignments, no head of a loop).
    """

    __slots__ = (
        "_tail",
        "_words",
        "after",
        "assignments",
        "before",
        "block",
        "end",
        "negated",
        "redirects",
        "script",
        "simple",
        "start",
    )

    def __init__(self, script: Script, start: int, block: Block, before: str, *, negated: bool = False) -> None:
        self.script = script
        self.start = start
        self.end = start
        self._words: list[Word] = []
        self._tail: tuple[int, int] | None = None
        self.assignments: Sequence[Assignment] = ()
        self.redirects: Sequence[Redirect] = ()
        self.block = block
        self.before = before
        self.after = ""
        self.negated = negated
        self.simple = False

    @property
    def words(self) -> list[Word]:
        """Command name and arguments."""
        if self._tail is not None:
            self._cut_tail(*self._tail)
        return self._words

    @property
    def head(self) -> Word | None:
        """The command's name, without a look at its arguments."""
        return self._words[0] if self._words else None

    def extend(self, start: int, end: int) -> None:
        """Arguments without anything intricate in them stand there; they are cut into words when asked for."""
        if self._tail is not None:
            self._cut_tail(*self._tail)
        self._tail = (start, end)
        text = self.script.text
        while text[end - 1] == "\n":  # a continuation right behind a word belongs to the blanks
            end -= 3 if text[end - 2] == "\r" else 2
        self.end = end

    def _cut_tail(self, start: int, end: int) -> None:
        self._tail = None
        script = self.script
        text = script.text
        for found in tokens(script.escape).argument.finditer(text, start, end):
            at, stop = found.span(1)
            while text[stop - 1] == "\n":
                stop -= 3 if text[stop - 2] == "\r" else 2
            self._words.append(Word(script, at, stop))

    def assign(self, assignment: Assignment) -> None:
        """One more assignment. Most commands have none, so the list is made for the first."""
        if isinstance(self.assignments, list):
            self.assignments.append(assignment)
        else:
            self.assignments = [assignment]

    def redirect(self, redirect: Redirect) -> None:
        """One more redirection."""
        if isinstance(self.redirects, list):
            self.redirects.append(redirect)
        else:
            self.redirects = [redirect]

    @property
    def name(self) -> str | None:
        """The command's name where it is written out, else None."""
        return self._words[0].literal if self._words else None

    @property
    def raw(self) -> str:
        """The text as written."""
        return self.script.text[self.start : self.end]

    @property
    def place(self) -> Place:
        """Where it stands in the file."""
        return self.script.fragment.place(self.start, self.end)

    def __repr__(self) -> str:
        return f"Command({self.raw!r})"


class Problem(NamedTuple):
    """Something that could not be read.

    Attributes:
        start: where, in the fragment's text.
        why: what is wrong, as a sentence part.
        fatal: whether everything from there on was left unread.
    """

    start: int
    why: str
    fatal: bool = False


class Script:
    """A shell text that was read.

    Attributes:
        fragment: the text and its positions.
        text: the fragment's text.
        escape: the character that escapes and continues lines.
        top: the outermost block.
        commands: every simple command, those inside ``$(...)`` too, in the order of the text.
        assignments: every assignment with a lasting effect, by variable, in the order of the text.
        exported: names of variables that ``export`` names without a value.
        functions: names of the functions that are defined, with their blocks.
        sourced: where other files are read in (``. ./env.sh``): position and text of the file's word.
        problems: what could not be read.
        reader: kept by :mod:`hardhull.text.shell.words` for the words that are taken apart later.
    """

    __slots__ = (
        "assignments",
        "commands",
        "escape",
        "exported",
        "fragment",
        "functions",
        "problems",
        "reader",
        "sourced",
        "text",
        "top",
    )

    def __init__(self, fragment: Fragment, escape: str = "\\") -> None:
        self.fragment = fragment
        self.text = fragment.text
        self.escape = escape
        self.top = Block("script", None, 0)
        self.commands: list[Command] = []
        self.assignments: dict[str, list[Assignment]] = {}
        self.exported: set[str] = set()
        self.functions: dict[str, Block] = {}
        self.sourced: list[tuple[int, str]] = []
        self.problems: list[Problem] = []
        self.reader: object = None
