"""Writes Changes of an engine into the command line of dockerd: in units, drop-ins, scripts and options files.

An engine that a daemon.json and a command line make together has fields of both; what stands on the command line is
written here, whatever the syntax of the fact is (see :func:`on_a_line`).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hardhull.facts.engine import Engine
from hardhull.formats.daemon_json.keys import Key, options
from hardhull.formats.docker_run import spell
from hardhull.formats.dockerd_flags import engine_of
from hardhull.formats.dockerd_lines import FlagLines
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.fact import Fact
    from hardhull.formats.dockerd_lines import Flag, FlagLine
    from hardhull.model.change import Change
    from hardhull.model.field import Field
    from hardhull.model.source import Place
    from hardhull.text.draft import Drafts


def on_a_line(fact: Fact, change: Change) -> bool:
    """Whether what a Change is about stands on a command line and not in daemon.json."""
    if not isinstance(change, SetTo | Add | Drop | Swap):
        return False
    return not _place(fact, change).source.path.endswith(".json")


def write(fact: Fact, change: Change, drafts: Drafts) -> None:
    """Writes one Change of an engine's command line.

    Raises:
        UnwritableError: it cannot be written without a guess.
    """
    assert isinstance(fact, Engine)  # noqa: S101  the syntax says so
    if not isinstance(change, SetTo | Add | Drop | Swap):
        raise UnwritableError("a command line has no instructions")
    key = next((key for key in options().values() if key.slot == change.field), None)
    if key is None:
        raise UnwritableError(f"dockerd has no option for {change.field}")
    place = _place(fact, change)
    snippet = _snippet(key, change)
    try:
        line = drafts.keep(place.source, FlagLines, FlagLines).at(place)
        before = (list(line.args), dict(line.edited), list(line.new))
        drafts.log.did(lambda: _restore(line, before), fact.place.source.path)
        _apply(line, key, change)
        line.edits()
    except UnwritableError as error:
        raise UnwritableError(error.why, error.snippet or snippet) from None


def _place(fact: Fact, change: SetTo | Add | Drop | Swap) -> Place:
    if isinstance(change, Drop | Swap):
        return change.item.place
    written = fact.fields.get(change.field)
    return fact.place if written is None or not written.written else written.place


def _restore(line: FlagLine, state: tuple[list[Any], dict[int, Any], list[Any]]) -> None:
    line.args, line.edited, line.new = list(state[0]), dict(state[1]), list(state[2])


def _apply(line: FlagLine, key: Key, change: SetTo | Add | Drop | Swap) -> None:
    old = _values(line)
    default = getattr(Engine, change.field).default
    if isinstance(change, SetTo):
        wanted = change.value
        if old.get(change.field, default) != wanted:
            _set(line, key, wanted, default)
    else:
        wanted = list(old.get(change.field, ()))
        _item(line, key, change, wanted)
    new = _values(line)
    for name in {*old, *new, change.field}:
        was, now = old.get(name, getattr(Engine, name).default), new.get(name, getattr(Engine, name).default)
        want = wanted if name == change.field else was
        same = Counter(map(repr, now)) == Counter(map(repr, want)) if isinstance(want, list) else now == want
        if not same:
            raise UnwritableError(f"--{key.option} cannot say it" if name == change.field else f"{name} would change")


def _set(line: FlagLine, key: Key, value: Any, default: Any) -> None:
    there = [flag for flag in line.flags() if flag.key.slot == key.slot]
    if value in (default, ()):
        for flag in reversed(there):
            line.remove(flag)
        line.new = [one for one in line.new if not one[0].startswith((f"--{key.option}=", f"--{key.option} "))]
        return
    text = spelled(key, value)
    if there:
        _revalue(line, there[-1], text)
    else:
        line.add(key.option, None if text == "true" and key.type == "bool" else text)


def _item(line: FlagLine, key: Key, change: Add | Drop | Swap, wanted: list[Any]) -> None:
    if isinstance(change, Add):
        if change.item not in wanted:
            wanted.append(change.item)
            line.add(key.option, spelled(key, change.item))
        return
    new = change.value if isinstance(change, Swap) else None
    there = (flag for flag in line.flags() if flag.value is not None)
    flag = next((flag for flag in there if flag.value is not None and flag.value.place == change.item.place), None)
    if flag is None or change.item.value not in wanted:
        if change.item.value in wanted:
            raise UnwritableError("it is written elsewhere")
        return
    wanted.remove(change.item.value)
    if new is None:
        line.remove(flag)
    else:
        wanted.append(new)
        _revalue(line, flag, spelled(key, new))


def _revalue(line: FlagLine, flag: Flag, text: str) -> None:
    arg = line.args[flag.at]
    assert arg is not None  # noqa: S101  a flag that is there
    if flag.apart:
        line.put(flag.at + 1, text)
    elif flag.value is None and not flag.letter:
        line.put(flag.at, f"{arg.text}={text}")
    elif flag.value is None:
        line.remove(flag)
        line.add(flag.key.option, text)
    else:
        line.put(flag.at, arg.text[: len(arg.text) - len(flag.value.text)] + text)


def _values(line: FlagLine) -> dict[str, Any]:
    args = line.now() if line.first else [line.given[0], *line.now()]
    engine = engine_of(args)
    return {name: _plain(field) for name, field in engine.fields.items() if name != "problems"}


def _plain(field: Field[Any]) -> Any:
    if not field.known:
        return f"unknown: {field.why}"
    if isinstance(field.value, tuple) and any(hasattr(item, "known") for item in field.value):
        return [_plain(item) for item in field.value]
    return field.value


def spelled(key: Key, value: Any) -> str:
    """A value as dockerd takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if key.type in _ITEMS:
        return _ITEMS[key.type](value)
    return str(value)


_ITEMS: dict[str, Callable[[Any], str]] = {
    "bools": lambda item: f"{item[0]}={'true' if item[1] else 'false'}",
    "map": spell.pair,
    "nets": lambda item: f"{item[0].partition(':')[0]}={item[0].partition(':')[2]}={item[1]}",
    "pools": lambda item: f"base={item.base},size={item.size}",
    "runtimes": lambda item: f"{item.name}={item.path}",
    "ulimits": spell.ulimit,
}


def _snippet(key: Key, change: SetTo | Add | Drop | Swap) -> str:
    if isinstance(change, Drop) or (isinstance(change, SetTo) and not isinstance(change.value, bool | str | int)):
        return ""
    value = change.item if isinstance(change, Add) else change.value
    return f"--{key.option}={spelled(key, value)}"
