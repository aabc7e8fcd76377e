"""Mounts: the short syntax ``[source:]target[:options]`` and the long one."""

from __future__ import annotations

import posixpath

from hardhull.facts.parts import Mount
from hardhull.formats.compose.places import host_path
from hardhull.formats.compose.tree import Table, Text
from hardhull.formats.compose.units import BadValueError, boolean, shown

PROPAGATIONS = frozenset({"rprivate", "private", "rshared", "shared", "rslave", "slave"})
_OWN = {"ro", "rw", *PROPAGATIONS}


def mount_of_text(text: str, folder: str) -> Mount:
    """A mount in the short syntax.

    Args:
        text: for example ``./data:/data:ro,z``.
        folder: what a relative source is relative to, seen from the root.

    Raises:
        BadValueError: Compose refuses it.
    """
    if not text:
        raise BadValueError("a mount is empty")
    parts = _split(text) if len(text) > 2 else [text]
    if "" in parts or len(parts) > 3:
        msg = f"the mount {text!r} has {'an empty part' if '' in parts else 'too many colons'}"
        raise BadValueError(msg)
    if len(parts) == 1:
        return Mount("volume", None, posixpath.normpath(parts[0]))
    source, target = parts[0], posixpath.normpath(parts[1])
    options = parts[2].split(",") if len(parts) == 3 else []
    read_only = False
    for option in options:  # the last one counts
        read_only = option == "ro" if option in {"ro", "rw"} else read_only
    propagation = next((option for option in reversed(options) if option in PROPAGATIONS), "")
    others = tuple(option for option in options if option not in _OWN)
    if is_host_path(source):
        return Mount("bind", host_path(folder, source), target, read_only, propagation, others)
    return Mount("volume", source, target, read_only, propagation, others)


def mount_of_table(table: Table, folder: str) -> Mount:
    """A mount in the long syntax.

    Args:
        table: with ``type``, ``source``, ``target``, ``read_only`` and the options of its type.
        folder: what a relative source is relative to, seen from the root.

    Raises:
        BadValueError: Compose refuses it.
    """
    kind = _text(table, "type")
    target = _text(table, "target")
    if not kind:
        raise BadValueError("a mount has no type")
    source = _text(table, "source") or None
    if kind == "bind":
        if source is None:
            raise BadValueError("a mount of type bind has no source")
        source = host_path(folder, source)
    read_only = table.get("read_only")
    is_read_only = isinstance(read_only, Text) and boolean(read_only.data)
    bind = table.table("bind")
    propagation = _text(bind, "propagation") if bind else ""
    return Mount(kind, source, posixpath.normpath(target) if target else "", is_read_only, propagation, _options(table))


def _options(table: Table) -> tuple[str, ...]:
    """What else is set, in the words of the short syntax where it has some."""
    found = []
    bind, volume, tmpfs = table.table("bind"), table.table("volume"), table.table("tmpfs")
    if bind and _text(bind, "selinux"):
        found.append(_text(bind, "selinux"))
    if volume:
        nocopy = volume.get("nocopy")
        if isinstance(nocopy, Text) and boolean(nocopy.data):
            found.append("nocopy")
    if tmpfs and (mode := tmpfs.get("mode")) and isinstance(mode, Text):
        found.append(f"mode={mode.data:04o}" if type(mode.data) is int else f"mode={shown(mode.data)}")
    for part, name in ((volume, "subpath"), (tmpfs, "size"), (table.table("image"), "subpath")):
        text = _text(part, name) if part else ""
        found += [f"{name}={text}"] if text else []
    return tuple(found)


def _text(table: Table, name: str) -> str:
    found = table.get(name)
    return shown(found.data) if isinstance(found, Text) else ""


def _split(text: str) -> list[str]:
    """The parts between colons; a colon after a single letter at the start of a part belongs to a Windows drive."""
    parts: list[str] = []
    start = 0
    for at, letter in enumerate(text):
        if letter == ":" and not (at - start == 1 and text[start].isalpha()):
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def is_host_path(source: str) -> bool:
    """Whether the source of a short mount is a path on the host and not a volume's name."""
    return (
        source[0] in "./~"
        or source.startswith("\\\\")
        or (len(source) > 1 and source[1] == ":" and source[0].isalpha())
    )
