"""The options of ``dockerd`` on a command line: in scripts, units and ``/etc/default/docker``.

Options are taken as pflag takes them (``--x=v``, ``--x v``, ``-H v``, ``-Hv``; a switch never takes the next word) and
have the effect of ``cmd/dockerd/config*.go`` of moby. What a command line does not set may stand in daemon.json.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.facts.engine import AddressPool, Engine, Runtime
from hardhull.facts.parts import Ulimit
from hardhull.facts.problem import Problem
from hardhull.formats.daemon_json.checks import refused, refused_number
from hardhull.formats.daemon_json.keys import ONLY_OPTIONS, options
from hardhull.model.field import Field
from hardhull.model.fragment import Fragment
from hardhull.text.shell.invocations import Wanted, invocations
from hardhull.text.shell.nested import joined
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hardhull.formats.daemon_json.keys import Key
    from hardhull.model.source import Place, Source
    from hardhull.text.shell.values import Arg

SYNTAX = "dockerd"
PROGRAM = "dockerd"
DEFAULT_FILE = "/etc/docker/daemon.json"
VARIABLES = (
    "DOCKER_OPTS",
    "OPTIONS",
    "DOCKERD_OPTIONS",
    "other_args",
    "DOCKER_NETWORK_OPTIONS",
    "DOCKER_STORAGE_OPTIONS",
)
"""Variables of ``/etc/default/docker`` and ``/etc/sysconfig/docker`` that hold options."""

WANTED = Wanted(frozenset((PROGRAM,)), re.compile(PROGRAM))
_TRUE = frozenset({"1", "t", "true"})
_FALSE = frozenset({"0", "f", "false"})
_CHECKED = frozenset({"str", "ip", "ips", "strings", "size"})


def engines(scope: Scope) -> list[Engine]:
    """The engines that a script starts."""
    return [engine_of(found.args) for found in invocations(scope, WANTED) if found.name == PROGRAM and found.args[1:]]


def engine_of(args: Sequence[Arg]) -> Engine:
    """The engine that a command line starts.

    Args:
        args: ``dockerd`` and its arguments.

    Returns:
        The engine. Settings that are not on the line are unknown: they may stand in daemon.json.
    """
    reading = _Reading(args[0].site_place)
    reading.read(args[1:])
    return reading.finish()


def read_options(source: Source) -> Engine | None:
    """Reads ``/etc/default/docker`` or ``/etc/sysconfig/docker``: shell assignments of options.

    Returns:
        The engine; None where the file sets no options.
    """
    script = read_script(Fragment.of(source))
    scope = Scope(script)
    end = len(script.text)
    words: list[Arg] = []
    place: Place | None = None
    for name in VARIABLES:
        for assignment in script.assignments.get(name, [])[-1:]:
            if assignment.value is None:
                continue
            value = scope.single(assignment.value, end, script.top)
            if value.text.strip():
                inner = read_script(joined([value]))
                place = place or value.site_place
                for command in inner.commands[:1]:
                    words += Scope(inner).args(command)
    if place is None or not words:
        return None
    reading = _Reading(place)
    reading.read(words)
    return reading.finish()


class _Reading:
    """One command line being read."""

    def __init__(self, place: Place) -> None:
        self.engine = Engine("Docker engine", SYNTAX, place)
        self.problems: list[Field[Problem]] = []
        self.lists: dict[str, list[Field[Any]]] = {}

    def problem(self, place: Place, kind: str, key: str, why: str, *, sure: bool = True) -> None:
        """Keeps what ``dockerd`` refuses."""
        self.problems.append(Field(key, Problem(kind, key, why, stops=True, sure=sure), place))

    def read(self, args: Sequence[Arg]) -> None:
        """All arguments."""
        rest = iter(args)
        for arg in rest:
            text = arg.text
            if not arg.known and not text.startswith("-"):
                self.engine.unexpanded = self.engine.unexpanded or text
            elif text == "--":
                continue
            elif text.startswith("--"):
                self.long(arg, rest)
            elif text.startswith("-") and len(text) > 1:
                self.short(arg, rest)
            elif text:
                self.problem(arg.place, "unknown", text, f"dockerd takes no arguments, {text!r} is one")

    def long(self, arg: Arg, rest: Iterator[Arg]) -> None:
        """``--name``, ``--name=value``, ``--name value``."""
        at = arg.find("=")
        name = arg.text[2:at] if at != -1 else arg.text[2:]
        value = arg.cut(at + 1) if at != -1 else None
        key = options().get(name) if len(name) > 1 else None
        if key is None:
            self.other(name, arg, value, rest)
        else:
            self.option(key, arg, value, rest)

    def other(self, name: str, arg: Arg, value: Arg | None, rest: Iterator[Arg]) -> None:
        """Options that are no keys."""
        kind = ONLY_OPTIONS.get(name)
        if kind is None:
            self.engine.unread.append(Field(name, name, arg.place))
            self.problem(arg.place, "unknown", name, f"dockerd has no option --{name}")
        elif kind == "str":
            given = value or next(rest, None)
            if name == "config-file" and given is not None and given.known:
                self.engine.config_file = Field("config_file", given.text, given.place)

    def short(self, arg: Arg, rest: Iterator[Arg]) -> None:
        """``-D``, ``-H x``, ``-Hx``, ``-DH x``."""
        at = 1
        while at < len(arg.text):
            letter = arg.text[at]
            key = options().get(letter)
            if key is None:
                if letter not in "hvr":
                    self.problem(arg.place, "unknown", letter, f"dockerd has no option -{letter}")
                    return
                at += 1
            elif key.type == "bool":
                given = arg.cut(at + 2) if arg.text[at + 1 : at + 2] == "=" else None
                self.option(key, arg, given, rest)
                at = len(arg.text) if given is not None else at + 1
            else:
                value = arg.cut(at + 1) if at + 1 < len(arg.text) else None
                if value is not None and value.text.startswith("="):
                    value = value.cut(1)
                self.option(key, arg, value, rest)
                return

    def option(self, key: Key, arg: Arg, value: Arg | None, rest: Iterator[Arg]) -> None:
        """An option that is a key of daemon.json too."""
        if key.until:
            why = f"--{key.option} was removed, engine {key.until} and later refuse it"
            self.problem(arg.place, "removed", key.name, why, sure=False)
        if key.type == "bool":
            self.switch(key, arg, value)
            return
        given = value if value is not None else next(rest, None)
        if given is None:
            self.problem(arg.place, "value", key.name, f"--{key.option} needs a value")
            return
        if given.known:
            self.value(key, given)
        elif key.slot:
            self.unknown(key, given)

    def unknown(self, key: Key, given: Arg) -> None:
        """A value behind a variable."""
        if key.type in _ITEMS:
            self.lists.setdefault(key.slot, []).append(Field.unknown(key.slot, given.place, given.why, written=True))
        else:
            self.engine.fields[key.slot] = Field.unknown(key.slot, given.place, given.why, written=True)

    def switch(self, key: Key, arg: Arg, value: Arg | None) -> None:
        """``--icc=false``; without a value it is true."""
        if value is None:
            self.keep(key, True, arg.place)
        elif not value.known:
            if key.slot:
                self.unknown(key, value)
        elif value.text.lower() in _TRUE | _FALSE:
            self.keep(key, value.text.lower() in _TRUE, value.place)
        else:
            why = f"--{key.option}: {value.text!r} is neither true nor false"
            self.problem(value.place, "type", key.name, why)

    def keep(self, key: Key, value: Any, place: Place) -> None:
        """Sets a field, if the engine has one for the key."""
        if key.slot:
            self.engine.fields[key.slot] = Field(key.slot, value, place)

    def value(self, key: Key, given: Arg) -> None:
        """A known value."""
        text, place = given.text, given.place
        why = refused(key.name, text) if key.type in _CHECKED else ""
        if key.type == "size" and not text:
            why = "a size is missing"
        if why:
            self.problem(place, "value", key.name, f"--{key.option}: {why}")
        if key.type in _ITEMS:
            try:
                item = _ITEMS[key.type](text)
            except ValueError as error:
                self.problem(place, "value", key.name, f"--{key.option}: {error}")
                return
            if key.slot:
                self.lists.setdefault(key.slot, []).append(Field(key.slot, item, place))
        elif key.type == "int":
            self.number(key, text, place)
        elif key.slot:
            default = getattr(Engine, key.slot).default
            self.keep(key, text or default, place)

    def number(self, key: Key, text: str, place: Place) -> None:
        """A whole number."""
        if not re.fullmatch(r"[+-]?\d{1,18}", text):
            self.problem(place, "type", key.name, f"--{key.option}: {text!r} is no whole number")
            return
        why = refused_number(key.name, int(text))
        if why:
            self.problem(place, "value", key.name, f"--{key.option}: {why}")
        self.keep(key, int(text), place)

    def finish(self) -> Engine:
        """The engine with its lists."""
        engine = self.engine
        for slot, items in self.lists.items():
            engine.fields[slot] = Field(slot, tuple(items), items[0].place)
        if self.problems:
            engine.problems = Field("problems", tuple(self.problems), self.problems[0].place)
        else:
            engine.problems = Field("problems", (), engine.place, written=False)
        if "config_file" not in engine.fields:
            engine.config_file = Field("config_file", DEFAULT_FILE, engine.place, written=False)
        file = engine.config_file.get(DEFAULT_FILE)
        engine.absent_unknown = (
            f"{engine.unexpanded} may bring more options" if engine.unexpanded else f"it may be set in {file}"
        )
        return engine


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        msg = f"{text!r} is not of the form name=value"
        raise ValueError(msg)
    return name, value


def _option(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _switched(text: str) -> tuple[str, bool]:
    name, found, value = text.partition("=")
    if not name or (found and value.lower() not in _TRUE | _FALSE):
        msg = f"{text!r} is not of the form name=true"
        raise ValueError(msg)
    return name, not found or value.lower() in _TRUE


def _net(text: str) -> tuple[str, str]:
    driver, rest = _pair(text)
    name, value = _pair(rest)
    return f"{driver}:{name}", value


def _pool(text: str) -> AddressPool:
    parts = dict(_pair(part) for part in text.lower().split(","))
    size = parts.get("size", "")
    if not size.isascii() or not size.isdigit() or "base" not in parts:
        msg = f"{text!r} is not of the form base=CIDR,size=N"
        raise ValueError(msg)
    return AddressPool(parts["base"], int(size[:9]))


def _ulimit(text: str) -> Ulimit:
    name, limits = _pair(text)
    soft, found, hard = limits.partition(":")
    if not re.fullmatch(r"-?\d{1,19}(?::-?\d{1,19})?", limits):
        msg = f"{text!r} is not of the form name=soft:hard"
        raise ValueError(msg)
    limit = Ulimit(name, int(soft), int(hard if found else soft))
    if limit.hard != -1 and (limit.soft == -1 or limit.soft > limit.hard):
        msg = f"the soft limit of {text!r} is above the hard one"
        raise ValueError(msg)
    return limit


def _runtime(text: str) -> Runtime:
    name, path = _pair(text)
    if name.strip().lower() == "runc":
        msg = "the runtime name runc is reserved"
        raise ValueError(msg)
    return Runtime(name.strip().lower(), path.strip())


_ITEMS: dict[str, Callable[[str], Any]] = {
    "bools": _switched,
    "ips": str,
    "map": _option,
    "nets": _net,
    "pools": _pool,
    "runtimes": _runtime,
    "strings": str,
    "ulimits": _ulimit,
}
