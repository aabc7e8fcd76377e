"""What bpftrace printed: maps by name, as JSON lines, read strictly."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from hardhull.learn.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTHS = {
    "@sys": 2, "@denied": 5, "@failed": 5, "@cap": 6, "@file": 4, "@change": 5, "@asked": 4, "@in": 10, "@out": 7,
    "@unix": 5, "@user": 6, "@group": 3, "@path": 1, "@name": 2, "@deep": 1, "@ns": 1, "@nested": 2, "@newns": 2,
    "@full": 1, "@host": 1,
}  # fmt: skip
"""Parts of a key, by map."""
_TEXT_LAST = {"@change", "@asked", "@unix", "@full"}
"""Maps whose last part is text, which may have commas itself; all other parts are numbers."""

_SIGNED = re.compile(rb"\\(?:uffffff([89a-f][0-9a-f])|.)", re.DOTALL)
"""bpftrace 0.17 writes a byte from 0x80 on as a negative number: ``\\uffffffc3``; later versions write it as it is."""

Key = tuple[Any, ...]


class Maps(NamedTuple):
    """All maps, and how many events were lost on the way to us."""

    maps: dict[str, dict[Key, Any]]
    lost: int

    def rows(self, name: str, ident: int) -> list[Key]:
        """The keys of one mount namespace, without it."""
        return [key for key, _value in self.entries(name, ident)]

    def entries(self, name: str, ident: int) -> list[tuple[Key, Any]]:
        """The same with their values: 1, or for ``@denied`` the moment when it came first, in the kernel's time."""
        return [(key[1:], value) for key, value in self.maps.get(name, {}).items() if key[0] == ident]


def read(lines: Iterable[bytes]) -> Maps:
    """The maps in what ``bpftrace -f json`` wrote.

    Names are bytes that anybody chose; those that are no UTF-8 are kept as surrogates.

    Raises:
        RecordingError: a line is not what bpftrace writes.
    """
    maps: dict[str, dict[Key, Any]] = {}
    lost = 0
    for line in lines:
        if not line.strip():
            continue
        try:
            text = _SIGNED.sub(_byte, line).decode("utf-8", "surrogateescape")
            lost += _record(json.loads(text, strict=False), maps)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RecordingError(
                "the recording cannot be read",
                f"bpftrace wrote a line that is not understood: {error}",
                "use bpftrace 0.17 or later; if it is, report this line: " + ascii(line[:200]),
            ) from None
    return Maps(maps, lost)


def _byte(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(match[1].decode()) if match[1] else match[0]


def _record(record: Any, maps: dict[str, dict[Key, Any]]) -> int:
    """Takes in one record; gives the number of events that it says were lost."""
    kind, data = record["type"], record["data"]
    if kind == "lost_events":
        return int(data["events"])
    if kind == "map":
        for name, entries in data.items():
            maps.setdefault(name, {}).update(_entries(name, entries))
    elif kind not in {"attached_probes", "printf"}:
        raise ValueError(f"the record {kind!r:.40} is unknown")
    return 0


def _entries(name: str, entries: Any) -> dict[Key, Any]:
    if name not in WIDTHS:
        raise ValueError(f"the map {name!r:.40} is unknown")
    return {_key(name, key): value for key, value in entries.items()}


def _key(name: str, text: str) -> Key:
    parts = text.split(",", WIDTHS[name] - 1)
    if len(parts) != WIDTHS[name]:
        raise ValueError(f"the key {text!r:.80} of {name} has {len(parts)} parts, not {WIDTHS[name]}")
    if name in _TEXT_LAST:
        return (*map(int, parts[:-1]), parts[-1])
    numbers = tuple(map(int, parts))
    return _unpacked(*numbers) if name == "@sys" else numbers


def _unpacked(state: int, compat: int) -> Key:
    """Namespace, stage, compat and number of a call, from what ``@cur`` had of it (``script_calls``)."""
    number = (state & 0xFFFFFF) - 2 + ((state & 0x10000000) << 2)
    return (state >> 32) & 0xFFFFFFFF, (state >> 30) & 3, compat, number
