"""What an engine was told: its daemon.json and the options of its process, at their lines in the document of facts."""

from __future__ import annotations

import shlex
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.facts.engine import Engine, combined
from hardhull.formats.daemon_json import read as read_file
from hardhull.formats.dockerd_units import read_scripts
from hardhull.formats.jsonread import bool_of, entries_of, items_of, texts
from hardhull.formats.live.nodes import ending, key, word
from hardhull.model.field import Field
from hardhull.model.source import Place, Source
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from hardhull.formats.live.source import FactsSource
    from hardhull.text.nodes import Mapping, Node

NEWER = "its configuration was changed after it started, and it does not tell what it does here"


NEWEST = "29.10.1"
"""The newest engine when this was written (tags of docker/cli)."""


class Declared(NamedTuple):
    """The configuration of an engine.

    Attributes:
        engine: what file and options say together; its fields stand in the document of facts.
        flags: the names of the fields that options set.
        path: of the file.
        newer: whether the file was changed after the process started.
        refused: why the file cannot be read, as a sentence part; empty where it can.
    """

    engine: Engine
    flags: frozenset[str]
    path: str
    newer: bool
    refused: str = ""


def declared(source: FactsSource, node: Mapping, version: str) -> Declared | None:
    """What the engine of a document was told; None where its process could not be seen.

    Args:
        source: the document.
        node: its part about the engine.
        version: of the engine, for keys that not all versions know.
    """
    command = ending(node, "/cmdline")
    if command is None:
        return None
    flags = _flags(source, command.value)
    if any(bool_of(key(entry.value, "unreadable")) for entry in entries_of(node)):
        return None
    found = next((entry for entry in entries_of(node) if isinstance(key(entry.value, "lines"), object)
                  and key(entry.value, "lines") is not None), None)  # fmt: skip
    if found is None:
        empty = Engine("Docker engine", "live", command.value.place(source))
        return Declared(combined(empty, flags) if flags else empty, frozenset(flags.fields if flags else ()), "", False)
    lines = key(found.value, "lines")
    text = "\n".join(line for line, _ in texts(lines))
    file, refused = Engine("Docker engine", "live", found.key.place(source)), ""
    written = Source(found.name or "", text.encode("utf-8", "replace"))
    try:
        file, later = read_file(written, version), read_file(written, NEWEST)
        earlier = {(item.value.kind, item.value.key) for item in file.problems.get(())}
        new = [item for item in later.problems.get(()) if (item.value.kind, item.value.key) not in earlier]
        file.after_upgrade = Field("after_upgrade", tuple(new), file.place)
        _move(file, source, items_of(lines))
    except UnreadableError as error:
        refused = f"line {error.line}: {error.why}"
    both = combined(file, flags) if flags else file
    begun = word(key(_value(ending(node, "/stat")), "started"))
    newer = _later(word(key(found.value, "changed")), begun)
    return Declared(both, frozenset(flags.fields if flags else ()), found.name or "", newer, refused)


def _value(entry: Any) -> Node | None:
    return None if entry is None else entry.value


def _flags(source: FactsSource, command: Node) -> Engine | None:
    """The options of the process, all at the list of its words."""
    words = [text for text, _ in texts(command)]
    if len(words) < 2:
        return None
    line = shlex.join(["dockerd", *words[1:]])
    found = read_scripts([Source("command line", line.encode("utf-8", "replace"))])
    if not found:
        return None
    place = command.place(source)
    for name, field in found[0].fields.items():
        found[0].fields[name] = _at(field, place)
    return found[0]


def _at(field: Field[Any], place: Place) -> Field[Any]:
    value = field.get(None)
    if type(value) is tuple:  # not a record
        value = tuple(_at(item, place) if isinstance(item, Field) else item for item in value)
    return Field(field.name, value, place, written=field.written, origin=field.origin, why=field.why)


def _move(engine: Engine, source: FactsSource, lines: list[Node]) -> None:
    """Gives every field the line of the document on which it stands."""

    def moved(field: Field[Any]) -> Field[Any]:
        line = min(field.place.start.line, len(lines)) - 1
        place = lines[line].place(source)
        value = field.get(None)
        if type(value) is tuple:  # not a record
            value = tuple(moved(item) if isinstance(item, Field) else item for item in value)
        return Field(field.name, value, place, written=field.written, origin=field.origin, why=field.why)

    for name, field in engine.fields.items():
        engine.fields[name] = moved(field)
    engine.place = lines[min(engine.place.start.line, len(lines)) - 1].place(source) if lines else engine.place
    engine.unread = [moved(field) for field in engine.unread]


def _later(changed: str, begun: str) -> bool:
    """Whether a file was changed after a process began, by more than clocks of a machine differ."""
    try:
        return datetime.fromisoformat(changed) - datetime.fromisoformat(begun) > timedelta(seconds=1)
    except (ValueError, TypeError):
        return False
