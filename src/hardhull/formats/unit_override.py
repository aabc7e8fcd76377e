"""A drop-in that turns a unit into another one: what changed, behind an empty value where earlier ones have to go.

After systemd.unit(5) and systemd.syntax(7): files of ``NAME.d`` are read behind the unit, in the order of their names;
a list is forgotten by an empty value, any other setting by a later one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.formats.quadlet import repeats
from hardhull.formats.script.text import fragment_of
from hardhull.text.unit import Unit

if TYPE_CHECKING:
    from hardhull.model.source import Source
    from hardhull.text.unit import Entry

_LISTS = ("Environment", "EnvironmentFile", "PassEnvironment", "UnsetEnvironment", "OnCalendar")


def drop_in(before: Source, after: Source) -> str:
    """The text of a drop-in that makes of the one unit what the other one says; empty where both say the same."""
    old, new = _values(before), _values(after)
    lines: dict[str, list[str]] = {}
    for key in dict.fromkeys((*new, *old)):
        section, name = key
        was, now = old.get(key, []), new.get(key, [])
        if was == now:
            continue
        lines.setdefault(section, []).extend(f"{name}={value}" for value in _said(name, section, was, now))
    return "\n".join("\n".join([f"[{section}]", *said, ""]) for section, said in lines.items())


def _said(name: str, section: str, was: list[str], now: list[str]) -> list[str]:
    if not _is_list(section, name):
        return now[-1:] or [""]
    if now[: len(was)] == was:
        return now[len(was) :]
    return ["", *now]


def _is_list(section: str, name: str) -> bool:
    return name.startswith("Exec") or name in _LISTS or (section == "Container" and repeats(name))


def _values(source: Source) -> dict[tuple[str, str], list[str]]:
    """Every key of every section with its values, as they are written."""
    unit = Unit()
    unit.add(fragment_of(source))
    found: dict[tuple[str, str], list[str]] = {}
    for entry in unit.entries:
        values = found.setdefault((entry.section, entry.key), [])
        if entry.text:
            values.append(_written(entry, source))
        else:
            values.clear()
    return found


def _written(entry: Entry, source: Source) -> str:
    """The value with its continued lines."""
    return source.text(entry.place.span).replace("\r\n", "\n")
