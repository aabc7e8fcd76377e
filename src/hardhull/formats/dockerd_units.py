"""Engines that units and scripts start, and the daemon.json that each of them reads."""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING

from hardhull.facts.engine import Engine, combined
from hardhull.formats.dockerd_flags import PROGRAM, engine_of, engines
from hardhull.formats.unitline import environment, prefix_of, shell_line
from hardhull.model.fragment import Fragment
from hardhull.text.bytecheck import check_bytes
from hardhull.text.shell.invocations import program_name
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope
from hardhull.text.unit import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.model.source import Source

_DROP_IN = re.compile(r"^(.*/)?([^/]+\.service)\.d/[^/]+\.conf$")
_SYSTEM = re.compile(r"^(.*?)(?:etc|usr/lib|lib|run)/(?:systemd/system|default|sysconfig|docker)/")


def looks_like(data: bytes) -> bool:
    """Whether a unit or a script can start an engine."""
    return PROGRAM.encode() in data


def read_scripts(sources: Iterable[Source]) -> list[Engine]:
    """The engines that shell scripts start.

    Raises:
        UnreadableError: a file is too large or no text.
    """
    found: list[Engine] = []
    for source in sources:
        if looks_like(source.data):
            check_bytes(source)
            found += engines(Scope(read_script(Fragment.of(source))))
    return found


def read_units(sources: Iterable[Source]) -> list[Engine]:
    """The engines that units start, each with its drop-ins: an empty ``ExecStart=`` forgets earlier ones.

    A drop-in belongs to the unit of its folder's name beside that folder; it may stand alone.

    Raises:
        UnreadableError: a file is too large or no text.
    """
    units: dict[str, list[Source]] = {}
    for source in sorted(sources, key=lambda one: one.path):
        match = _DROP_IN.match(source.path)
        home = f"{match[1] or ''}{match[2]}" if match else source.path
        units.setdefault(home, []).append(source)
    found = []
    for home, files in units.items():
        if any(looks_like(one.data) for one in files):
            engine = _of_unit(sorted(files, key=lambda one: (one.path != home, one.path)))
            if engine is not None:
                found.append(engine)
    return found


def _of_unit(files: list[Source]) -> Engine | None:
    unit = Unit()
    for source in files:
        check_bytes(source)
        unit.add(Fragment.of(source))
    given = environment(unit.all("Service", "Environment"))
    for entry in reversed(unit.all("Service", "ExecStart")):
        _, start = prefix_of(entry.text)
        script = read_script(shell_line(entry.value, start, entry.value.source.path))
        scope = Scope(script, given=given)
        for command in script.commands[:1]:
            args = scope.args(command)
            if args and program_name(args[0]) == PROGRAM:
                return engine_of(args)
    return None


def paired(files: list[Engine], flags: list[Engine]) -> list[Engine]:
    """Engines of command lines put together with the daemon.json that they read.

    A unit and a daemon.json belong together where both stand under the same root (``ROOT/etc/docker/daemon.json`` and
    ``ROOT/etc/systemd/system/...``), or where there is one of each. Others stay as they are.

    Args:
        files: read from daemon.json files.
        flags: read from units and options files.
    """
    left = list(flags)
    out = []
    for file in files:
        alone = len(files) == len(flags) == 1
        own = [one for one in left if (alone or _same_root(file, one)) and _reads(one, file)]
        left = [one for one in left if one not in own]
        out.append(reduce(combined, own, file))
    return out + left


def close(engine: Engine) -> str:
    """Makes a command line without its daemon.json one subject: what it does not set is not asked for one by one.

    Returns:
        Why the rest is not known.
    """
    why = engine.absent_unknown or ""
    engine.cannot = frozenset(slot.name for slot in Engine.slots() if slot.name not in engine.fields)
    return why


def _same_root(file: Engine, flags: Engine) -> bool:
    one, other = _SYSTEM.match(file.place.source.path), _SYSTEM.match(flags.place.source.path)
    return one is not None and other is not None and one[1] == other[1]


def _reads(flags: Engine, file: Engine) -> bool:
    """Whether the command line does not name another file."""
    named = flags.config_file
    if not named.written:
        return True
    return named.known and named.value.rpartition("/")[2] == file.place.source.path.rpartition("/")[2]
