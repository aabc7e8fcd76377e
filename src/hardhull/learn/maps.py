"""What the program has recorded: its maps, read from the kernel (``program/maps.h`` has the same forms)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.learn.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Key = tuple[Any, ...]

NAME_BYTES: Final = 128
"""Space for a name with its closing NUL."""
DEPTH: Final = 16
"""Most names in a path; a deeper one is recorded as cut."""
GROUPS: Final = 16
"""Most supplementary groups of one process that are looked at."""
_TEXT: Final = f"{NAME_BYTES}s"


class Form(NamedTuple):
    """How the entries of a map are laid out, as :mod:`struct` says it.

    Attributes:
        key: its parts. The first is the number of the mount namespace, for all but the names of paths.
        value: where it is more than that the key is there.
    """

    key: str
    value: str = "Q"


FORMS: Final = {
    "sys": Form("QIIq"),
    "denied": Form("QIIqq"),
    "failed": Form("QIIqq"),
    "cap": Form("QIiqI4x"),
    "file": Form("QQQ"),
    "change": Form("QQQ" + _TEXT),
    "asked": Form("QQ" + _TEXT),
    "in": Form("Q8I"),
    "out": Form("Q8I"),
    "unix": Form("QII" + _TEXT),
    "user": Form("Q4I"),
    "group": Form("QQ"),
    "ns": Form("Q"),
    "nested": Form("QQ"),
    "newns": Form("Q"),
    "host": Form("Q", "65s7x"),
    "name": Form("Q", "Q" + _TEXT),
    "path": Form("Q"),
    "deep": Form("Q"),
    "full": Form("QQ"),
}
"""In the order of reading: what has a path before the paths, and these before their names."""
LOST: Final = (
    "threads", "sys", "denied", "failed", "cap", "file", "change", "asked", "in", "out", "unix", "user", "group", "ns",
    "nested", "newns", "host", "name", "path", "deep", "groups",
)  # fmt: skip
"""What a namespace may have lost, by number from 1 on: what did not fit into a map, or more threads or groups."""


class Maps(NamedTuple):
    """All maps, and whether even losses were lost.

    Attributes:
        maps: of each map, by name, the values by keys: 1 or what :data:`FORMS` says.
        lost: things that were lost without it being known for whom.
    """

    maps: dict[str, dict[Key, Any]]
    lost: int = 0

    def rows(self, name: str, ident: int) -> list[Key]:
        """The keys of one mount namespace, without it."""
        return [key for key, _value in self.entries(name, ident)]

    def entries(self, name: str, ident: int) -> list[tuple[Key, Any]]:
        """The same with their values: 1, or for ``denied`` the moment when it came first, in the kernel's time."""
        return [(key[1:], value) for key, value in self.maps.get(name, {}).items() if key[0] == ident]

    def losses(self, idents: Iterable[int]) -> list[str]:
        """What some namespaces have lost, by :data:`LOST`."""
        found = {what for ident in idents for (what,) in self.rows("full", ident)}
        return [LOST[what - 1] for what in sorted(found)]


def read(raw: Callable[[str, int, int], Iterable[tuple[bytes, bytes]]], lost: int = 0) -> Maps:
    """All maps.

    Names are bytes that anybody chose; those that are no UTF-8 are kept as surrogates.

    Args:
        raw: gives the entries of a map by its name, and the sizes of its keys and values.
        lost: as the program counted it.

    Raises:
        RecordingError: an entry has another form.
    """
    maps: dict[str, dict[Key, Any]] = {}
    for name, form in FORMS.items():
        key, value = struct.Struct("=" + form.key), struct.Struct("=" + form.value)
        try:
            entries = raw(name, key.size, value.size)
            maps[name] = {_parts(key, each): _value(value, content) for each, content in entries}
        except struct.error as error:
            raise RecordingError(
                "the recording cannot be read", f"the map {name} has another form: {error}", "install hardhull anew"
            ) from None
    return Maps(maps, lost)


def _parts(form: struct.Struct, data: bytes) -> Key:
    return tuple(_text(part) if isinstance(part, bytes) else part for part in form.unpack(data))


def _value(form: struct.Struct, data: bytes) -> Any:
    parts = _parts(form, data)
    return parts[0] if len(parts) == 1 else parts


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")
