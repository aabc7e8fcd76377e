"""One ``docker run`` command line, taken apart: verb, options with their values, image, command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.docker_run.guess import OPTIONS, named_options, stands_for
from hardhull.formats.docker_run.options import ALIASES, Table, global_table, run_table, service_table
from hardhull.model.source import Place, Span
from hardhull.text.shell.invocations import program_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.text.shell.values import Arg

REFERENCE = re.compile(r"(?:[a-z-]+://?)?[\w./:@\[\]-]*\w")
"""What an image can look like; podman also takes transports (``docker://``, ``oci-archive:``)."""

_USAGE = re.compile(r"\[.*|\.\.\.|…|IMAGE(?:_NAME)?|OPTIONS|<.*|\{[^}].*")
"""What a manual writes in the place of an image."""

PROGRAMS = frozenset(("docker", "podman", "nerdctl"))
_OTHER_NAMES = {"docker-cli": "docker", "dockerx": "docker", "podman-remote": "podman", "nerdctl.lima": "nerdctl"}
_NAMES_ENGINE = re.compile(
    r"\$[({]?\w*(?:DOCKER|PODMAN|NERDCTL|OCI_|CONTAINER_?(?:CMD|CLI|ENGINE|RUNTIME|TOOL|BIN|MANAGER|EXEC\w*))\w*",
    re.IGNORECASE,
)


class Option(NamedTuple):
    """An option as it is written.

    Attributes:
        name: its long name, older names replaced.
        value: its value; for a flag what stands behind ``=``, else None.
        place: the option with its value.
        at: which of the line's words it is, or stands in; -1 where it stands in no line.
        to: the word behind it and its value.
        letter: where it stands in a bundle of short options (``-itP``), counted from 1; 0 for a long one.
    """

    name: str
    value: Arg | None
    place: Place
    at: int = -1
    to: int = -1
    letter: int = 0


class RunLine(NamedTuple):
    """A command line that starts or creates a container.

    Attributes:
        program: ``docker``, ``podman`` or ``nerdctl``.
        verb: ``run``, ``create`` or ``service create``.
        place: program and verb, where a fix inserts options behind.
        options: in order.
        image: the image; None where it hides in a variable that may hold options too.
        command: everything behind the image.
        open: why there may be options that are not seen, else None.
        odd: words in option position that are no option of this program.
        args: all words, from the program on; ``options``, ``image`` and ``command`` count in them.
        first: the first word behind the verb.
        image_at: which word the image is; the number of words where there is none.
    """

    program: str
    verb: str
    place: Place
    options: tuple[Option, ...]
    image: Arg | None
    command: tuple[Arg, ...]
    open: str | None
    odd: tuple[Arg, ...]
    args: tuple[Arg, ...] = ()
    first: int = 0
    image_at: int = 0

    def value(self, name: str) -> str | None:
        """The text of an option's last value, where it is written."""
        texts = [option.value.text for option in self.options if option.name == name and option.value is not None]
        return texts[-1] if texts else None


def program_of(arg: Arg) -> str | None:
    """``docker``, ``podman`` or ``nerdctl``, where a word names one (or is a variable that is named after one)."""
    if not arg.known:
        found = _NAMES_ENGINE.match(arg.text)
        if found is None:
            return None
        return "podman" if "podman" in found[0].lower() else "docker"
    name = program_name(arg)
    return name if name in PROGRAMS else _OTHER_NAMES.get(name)


def read_line(args: Sequence[Arg]) -> RunLine | None:
    """Takes a program's words apart; None where they start no container (``docker ps``, ``docker run --help``).

    Args:
        args: the program and its arguments.
    """
    program = program_of(args[0]) if args else None
    while program is None and len(args) > 2 and args[0].many:  # $SUDO $DOCKER run: the first may well be empty
        args = args[1:]
        program = program_of(args[0])
    if program is None:
        return None
    at = _skip_global(args, program)
    verb, stop = _verb(args, at)
    if not verb:
        return None
    table = service_table() if verb == "service create" else run_table(program)
    reader = _Reader(args, table)
    image = reader.options_from(stop)
    if image == len(args) and reader.maybe_image:
        reader = _Reader(args, table, image=reader.maybe_image)
        image = reader.options_from(stop)
    if any(option.name == "help" for option in reader.found) or (image == len(args) and reader.open is None):
        return None
    if image < len(args) and args[image].known and _USAGE.fullmatch(args[image].text):
        return None
    return RunLine(
        program,
        verb,
        _between(args[0], args[stop - 1]),
        tuple(reader.found),
        args[image] if image < len(args) else None,
        tuple(args[image + 1 :]),
        reader.open,
        tuple(reader.odd),
        tuple(args),
        stop,
        image,
    )


def read_options(args: Sequence[Arg], table: Table) -> tuple[list[Option], str | None]:
    """Options without an image behind them, and why there may be more than are seen."""
    reader = _Reader(args, table)
    reader.options_from(0)
    return reader.found, reader.open


def _between(first: Arg, last: Arg) -> Place:
    """From one word to another; where variables hold them, the place that uses these."""
    start, end = first.site_place, last.site_place
    if start.source is end.source and start.span.start <= end.span.start:
        return Place(start.source, Span(start.span.start, end.span.end))
    return start


def _skip_global(args: Sequence[Arg], program: str) -> int:
    table = global_table(program)
    at = 1
    while at < len(args) and args[at].text.startswith("-"):
        text = args[at].text
        if text.startswith("--"):
            at += 2 if text[2:] in table.values else 1
        else:
            at += 2 if len(text) == 2 and table.short.get(text[1]) in table.values else 1
    return at


def _verb(args: Sequence[Arg], at: int) -> tuple[str, int]:
    """The verb at this word, and the position behind it; empty where it is another one."""
    words = [arg.text if arg.known else "" for arg in args[at : at + 2]]
    if words[:1] in (["run"], ["create"]):
        return words[0], at + 1
    if words in (["container", "run"], ["container", "create"]):
        return words[1], at + 2
    if words == ["service", "create"]:
        return "service create", at + 2
    return "", at


class _Reader:
    """Reads the words in option position.

    Attributes:
        maybe_image: position of a variable that was taken for options, though its name does not say so; 0 for none.
    """

    def __init__(self, args: Sequence[Arg], table: Table, image: int = 0) -> None:
        self.args = args
        self.image = image
        self.maybe_image = 0
        self.table = table
        self.found: list[Option] = []
        self.odd: list[Arg] = []
        self.open: str | None = None

    def options_from(self, at: int) -> int:
        """Reads options; returns the position of the image."""
        args = self.args
        while at < len(args):
            arg = args[at]
            text = arg.text
            if arg.pieces and arg.pieces[0].why:
                if at == self.image or stands_for(args, at, self.table) != OPTIONS:
                    return at
                if not named_options(arg):
                    self.maybe_image = at
                self.open = self.open or f"{text} may hold options: {arg.why}"
                at += 1
            elif text == "--":
                return at + 1
            elif not text.startswith("-") or text == "-":
                return at
            elif text.startswith("--"):
                at = self._long(at)
            else:
                at = self._short(at)
        return at

    def _long(self, at: int) -> int:
        arg = self.args[at]
        equals = arg.find("=")
        written = arg.text[2:] if equals == -1 else arg.text[2:equals]
        name = ALIASES.get(written, written)
        if written not in self.table.flags and written not in self.table.values:
            self._unknown(arg)
            return at + 1
        if written in self.table.flags:
            value = arg.cut(equals + 1) if equals != -1 else None
            self.found.append(Option(name, value, arg.place, at, at + 1))
            return at + 1
        if equals != -1:
            self.found.append(Option(name, arg.cut(equals + 1), arg.place, at, at + 1))
            return at + 1
        return self._with_next(name, arg, at)

    def _with_next(self, name: str, arg: Arg, at: int, letter: int = 0) -> int:
        if at + 1 == len(self.args):
            self.odd.append(arg)
            return at + 1
        value = self.args[at + 1]
        self.found.append(Option(name, value, _option_place(arg, value), at, at + 2, letter))
        return at + 2

    def _short(self, at: int) -> int:
        """A bundle: flags, and at most one option with a value at its end."""
        arg = self.args[at]
        text = arg.text
        for index in range(1, len(text)):
            name = self.table.short.get(text[index])
            letter = arg if len(text) == 2 else arg.cut(index, index + 1)
            if name is None:
                self._unknown(arg)
                break
            if name in self.table.flags:
                if text[index + 1 : index + 2] == "=":
                    self.found.append(Option(name, arg.cut(index + 2), arg.place, at, at + 1, index))
                    break
                self.found.append(Option(name, None, letter.place, at, at + 1, index))
                continue
            if index + 1 == len(text):
                return self._with_next(name, letter, at, index)
            start = index + 2 if text[index + 1] == "=" else index + 1
            place = arg.place if index == 1 else arg.cut(index).place
            self.found.append(Option(name, arg.cut(start), place, at, at + 1, index))
            break
        return at + 1

    def _unknown(self, arg: Arg) -> None:
        self.odd.append(arg)
        self.open = self.open or f"{arg.text.partition('=')[0]} is no known option, so what follows it is unsure"


def _option_place(flag: Arg, value: Arg) -> Place:
    """From the option to the end of its value, where both stand together; else the option."""
    start, end = flag.place, value.place
    if start.source is not end.source:
        return start
    between = start.source.data[start.span.end : min(end.span.start, start.span.end + 300)]
    if end.span.start < start.span.end or between.strip(b" \t\r\n\\\"'`"):
        return start
    return Place(start.source, Span(start.span.start, end.span.end))
