"""The command lines of dockerd in one file, read again so that they can be written."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.daemon_json.keys import ONLY_OPTIONS, Key, options
from hardhull.formats.dockerd_flags import PROGRAM, VARIABLES, WANTED
from hardhull.formats.unitline import environment, prefix_of, shell_line
from hardhull.model.fragment import Fragment
from hardhull.model.source import Source, Span
from hardhull.text.draft import UnwritableError
from hardhull.text.shell.invocations import invocations, program_name
from hardhull.text.shell.nested import joined
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope
from hardhull.text.shell.values import Arg
from hardhull.text.shell.wordline import Row
from hardhull.text.shell.wordtext import Quoting, quoted, replaced, revalued
from hardhull.text.unit import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.model.edit import Edit
    from hardhull.model.source import Place
    from hardhull.text.draft import Draft

_UNIT = re.compile(r"\.(?:service|socket|conf)$")


class Flag(NamedTuple):
    """One option as it is written.

    Attributes:
        key: what it sets.
        at: its word.
        letter: where it stands in a bundle (``-DH``), counted from 1; 0 for a long option.
        value: its value; None for a bare switch.
        apart: whether the value is the next word.
    """

    key: Key
    at: int
    letter: int
    value: Arg | None
    apart: bool


def flags(args: Sequence[Arg]) -> Iterator[Flag]:
    """The options that are keys, as dockerd takes its words apart (see :mod:`hardhull.formats.dockerd_flags`)."""
    at = 0
    while at < len(args):
        arg = args[at]
        if arg.text.startswith("--"):
            equals = arg.find("=")
            name = arg.text[2:equals] if equals != -1 else arg.text[2:]
            key = options().get(name) if len(name) > 1 else None
            takes = (key is not None and key.type != "bool") or ONLY_OPTIONS.get(name) == "str"
            apart = takes and equals == -1
            if key is not None and not (apart and at + 1 == len(args)):
                value = args[at + 1] if apart else arg.cut(equals + 1) if equals != -1 else None
                yield Flag(key, at, 0, value, apart)
            at += apart
        elif arg.text.startswith("-"):
            apart = False
            for flag in _short(args, at):
                yield flag
                apart = apart or flag.apart
            at += apart
        at += 1


def _short(args: Sequence[Arg], at: int) -> Iterator[Flag]:
    text = args[at].text
    for index in range(1, len(text)):
        key = options().get(text[index])
        if key is None:
            if text[index] not in "hvr":
                return
            continue
        rest = index + 2 if text[index + 1 : index + 2] == "=" else index + 1
        if key.type == "bool" and rest == index + 1:
            yield Flag(key, at, index, None, apart=False)
            continue
        if rest < len(text):
            yield Flag(key, at, index, args[at].cut(rest), apart=False)
        elif at + 1 < len(args):
            yield Flag(key, at, index, args[at + 1], apart=True)
        return


class FlagLine:
    """One command line of dockerd with the changes that are wanted so far.

    Attributes:
        args: its words as they are now, None for one that goes; the program first, or an empty word in its place.
        new: words that come behind them.
    """

    def __init__(
        self,
        source: Source,
        args: Sequence[Arg],
        quoting: Quoting,
        start: int | None = None,
        whole: Span | None = None,
    ) -> None:
        """Takes words.

        Args:
            source: the file.
            args: the words; the program first, unless ``start`` is given.
            quoting: how words are quoted there.
            start: where the words begin in the file, if no program stands in front of them.
            whole: what they stand in, such as a text in quotes, if that is more than the words.
        """
        self.quoting = quoting
        self.source = source
        self.whole = whole
        spans = [arg.site_place.span for arg in args]
        self.first = 1 if start is None else 0
        self.words = spans if start is None else [Span(start, start), *spans]
        self.given = tuple(args)
        self.args: list[Arg | None] = list(args)
        self.edited: dict[int, Edit] = {}
        self.new: list[tuple[str, tuple[Arg, ...]]] = []
        apart = all(one.start < one.end <= other.start for one, other in pairwise(spans))
        self.why = "" if apart else "its options are put together elsewhere"

    def holds(self, place: Place) -> bool:
        """Whether something of this line stands there."""
        start, end = self.whole or (self.words[0].start, self.words[-1].end)
        return place.source.path == self.source.path and start <= place.span.start and place.span.end <= end

    def now(self) -> list[Arg]:
        """The words as they are now, the new ones at the end."""
        return [arg for arg in self.args if arg is not None] + [arg for _, args in self.new for arg in args]

    def flags(self) -> list[Flag]:
        """The options that were there from the beginning and still are."""
        gone = [at for at, arg in enumerate(self.args) if arg is None]
        return [flag for flag in flags([arg or _NOTHING for arg in self.args]) if flag.at not in gone]

    def remove(self, flag: Flag) -> None:
        """Takes an option out."""
        arg = self.args[flag.at]
        assert arg is not None  # noqa: S101  a flag that is there
        bundle = flag.letter and len(arg.text) > 1 + (1 if flag.apart or flag.value is None else len(arg.text))
        rest = arg.text[: flag.letter] + ("" if flag.value is not None else arg.text[flag.letter + 1 :])
        if flag.letter and (bundle or flag.letter > 1) and rest != "-":
            self.put(flag.at, rest)
        else:
            self.args[flag.at] = None
        if flag.apart:
            self.args[flag.at + 1] = None

    def put(self, at: int, text: str) -> None:
        """Another text in the place of a word.

        Raises:
            UnwritableError: it comes from a variable.
        """
        given = self.given[at]
        if given.text != text:
            self.edited[at] = replaced(given, text, self.quoting)
        self.args[at] = revalued(given, text)

    def add(self, option: str, value: str | None) -> None:
        """An option at the end."""
        apart = [flag.apart for flag in self.flags() if flag.value is not None and not flag.letter]
        fragment = Fragment(self.source, "", ())
        head = f"--{option}"
        args = [_said(fragment, head if value is None else f"{head}={value}")]
        text = head if value is None else quoted(value, self.quoting, f"{head}=")
        if value is not None and apart and apart.count(True) > apart.count(False) and options()[option].type != "bool":
            args = [_said(fragment, head), _said(fragment, value)]
            text = f"{head} {quoted(value, self.quoting)}"
        self.new.append((text, tuple(args)))

    def edits(self) -> list[Edit]:
        """All edits of the line.

        Raises:
            UnwritableError: something else stands between the words.
        """
        if self.why:
            raise UnwritableError(self.why)
        shift = 1 - self.first
        gone = [(at + shift, at + shift) for at, arg in enumerate(self.args) if arg is None]
        if gone and gone[0][0] == 0:
            raise UnwritableError("the program cannot go")
        inner = [edit for at, edit in self.edited.items() if self.args[at] is not None]
        row = Row(self.source.data, self.words)
        end = len(self.words)
        return [*inner, *row.edits(gone, [text.encode() for text, _ in self.new], max(end - 1, 1), end)]


def _said(fragment: Fragment, text: str) -> Arg:
    return Arg.of(fragment, 0, 0, text)


_NOTHING = Arg((), (Fragment(Source("", b""), "", ()), 0, 0))


class FlagLines:
    """All command lines of dockerd of a file.

    Args:
        draft: the file.
    """

    def __init__(self, draft: Draft) -> None:
        path = draft.source.path
        if _UNIT.search(path):
            self.lines = list(_of_unit(draft.source))
        elif path.rpartition("/")[2] == "docker":
            self.lines = list(_of_options(draft.source))
        else:
            self.lines = list(_of_script(draft.source))
        draft.joins(self)

    def at(self, place: Place) -> FlagLine:
        """The line that holds a place.

        Raises:
            UnwritableError: none does.
        """
        for line in self.lines:
            if line.holds(place):
                return line
        raise UnwritableError("the option does not stand on the command line itself")

    def edits(self) -> list[Edit]:
        """The edits of all of them."""
        return [edit for line in self.lines if line.new or line.edited or None in line.args for edit in line.edits()]


def _of_unit(source: Source) -> Iterator[FlagLine]:
    unit = Unit()
    unit.add(Fragment.of(source))
    given = environment(unit.all("Service", "Environment"))
    for entry in unit.entries:
        if entry.key == "ExecStart" and entry.text:
            script = read_script(shell_line(entry.value, prefix_of(entry.text)[1], source.path))
            for command in script.commands[:1]:
                args = Scope(script, given=given).args(command)
                if args and program_name(args[0]) == PROGRAM:
                    yield FlagLine(source, args, Quoting.UNIT)


def _of_script(source: Source) -> Iterator[FlagLine]:
    for found in invocations(Scope(read_script(Fragment.of(source))), WANTED):
        if found.name == PROGRAM:
            yield FlagLine(source, found.args, Quoting.ONLY_SIMPLE if found.around else Quoting.SHELL)


def _of_options(source: Source) -> Iterator[FlagLine]:
    script = read_script(Fragment.of(source))
    scope = Scope(script)
    for name in VARIABLES:
        for assignment in script.assignments.get(name, [])[-1:]:
            if assignment.value is None:
                continue
            value = scope.single(assignment.value, len(script.text), script.top)
            inner = read_script(joined([value]))
            for command in inner.commands[:1]:
                args = Scope(inner).args(command)
                start = args[0].site_place.span.start
                line = FlagLine(source, args, Quoting.ONLY_SIMPLE, start, value.site_place.span)
                if value.site_place.text[:1] not in {'"', "'"}:
                    line.why = f"{name} is not in quotes, so it holds one option at most"
                yield line
