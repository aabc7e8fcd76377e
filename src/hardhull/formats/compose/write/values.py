"""Values as people write them in Compose files: ``256M``, ``1m30s``, ``127.0.0.1:80:80``, ``./data:/data:ro``."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from hardhull.formats.compose.places import is_absolute
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping, Scalar, Sequence
from hardhull.text.tree.plain import Inline, Verbatim

if TYPE_CHECKING:
    from hardhull.facts.parts import Device, Mount, Port, Ulimit
    from hardhull.model.source import Source
    from hardhull.text.nodes import Node
    from hardhull.text.tree.plain import Plain

_UNITS = (("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10))
_LOWER = re.compile(r"[0-9.]+\s*[kmgt]i?b?")
_NAME = re.compile(r"\$\{?([A-Za-z_]\w*)")
_VARIABLE = re.compile(r"\$\{[^}]*\}|\$[A-Za-z_]\w*")


def literal(text: str) -> str:
    """A text in which Compose replaces nothing."""
    return text.replace("$", "$$")


def has_variable(text: str) -> bool:
    """Whether Compose replaces something in a text."""
    return _VARIABLE.search(text.replace("$$", "")) is not None


def variables(text: str) -> set[str]:
    """The names of the variables in a text."""
    return set(_NAME.findall(text.replace("$$", "")))


def size(number: int, before: str = "") -> Plain:
    """Bytes in the largest unit that they are a multiple of, with the unit as it was written before."""
    for unit, factor in _UNITS:
        if number > 0 and number % factor == 0:
            return f"{number // factor}{unit.lower() if _LOWER.fullmatch(before) else unit}"
    return number


def cpus(number: float, before: str = "") -> Plain:  # noqa: ARG001  the shape of what writes a value
    """CPUs as a text, which every consumer of ``deploy`` takes."""
    return format(number, "g")


def number(value: float, before: str = "") -> Plain:  # noqa: ARG001  the shape of what writes a value
    """A number without quotes."""
    return int(value) if value == int(value) else value


def duration(seconds: float, before: str = "") -> Plain:  # noqa: ARG001  the shape of what writes a value
    """``500ms``, ``30s``, ``2m``, ``1m30s``, ``1h``."""
    if seconds != int(seconds):
        millis = round(seconds * 1000, 3)
        return f"{millis:g}ms" if millis < 1e6 else f"{seconds:f}s"
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{amount}{unit}" for amount, unit in ((hours, "h"), (minutes, "m"), (left, "s")) if amount]
    return "".join(parts) or "0s"


def text(value: str, before: str = "") -> Plain:  # noqa: ARG001  the shape of what writes a value
    """A text."""
    return literal(str(value))


def flag(value: bool, before: str = "") -> Plain:  # noqa: ARG001  the shape of what writes a value
    """A boolean."""
    return bool(value)


def command(words: tuple[str, ...], before: str = "") -> Plain:  # noqa: ARG001  the shape of what writes a value
    """A command as a list of words on one line."""
    return Inline(literal(word) for word in words)


def port(value: Port) -> str:
    """A published port in the short syntax."""
    host = value.host or ""
    address = f"[{value.host_ip}]" if value.host_ip and ":" in value.host_ip else value.host_ip
    head = f"{address}:{host}:" if address else f"{host}:" if host else ""
    tail = "" if value.protocol == "tcp" else f"/{value.protocol}"
    return f"{head}{value.container}{tail}"


def seen_from(folder: str, path: str) -> str:
    """A path that is seen from the root, as it is written in a file of a folder: with a leading ``./``."""
    if is_absolute(path):
        return path
    found = posixpath.relpath(path, folder or ".")
    return found if found.startswith(".") else f"./{found}"


def mount_options(mount: Mount) -> list[str]:
    """What stands behind the last colon of a mount."""
    return [*(["ro"] if mount.read_only else []), *([mount.propagation] if mount.propagation else []), *mount.options]


def mount(value: Mount, folder: str) -> Plain:
    """A mount in the short syntax, where that has words for it.

    Args:
        value: a bind mount or a volume.
        folder: of the file that it is written in.

    Raises:
        UnwritableError: of another kind.
    """
    if value.kind not in {"bind", "volume"}:
        raise UnwritableError(f"a mount of the kind {value.kind} has to be written by hand")
    source = seen_from(folder, value.source) if value.kind == "bind" and value.source else value.source
    if value.source is None and mount_options(value):
        return {"type": "volume", "target": literal(value.target), "read_only": True}
    parts = [*([source] if source else []), value.target]
    options = ",".join(mount_options(value))
    return literal(":".join([*parts, *([options] if options else [])]))


def tmpfs(value: Mount) -> str:
    """A mount of the key ``tmpfs``."""
    options = ",".join(mount_options(value))
    return literal(f"{value.target}:{options}" if options else value.target)


def device(value: Device) -> str:
    """A device: ``host[:inside[:permissions]]``."""
    inside = value.container or value.host
    if value.permissions != "rwm":
        return literal(f"{value.host}:{inside}:{value.permissions}")
    return literal(value.host if inside == value.host else f"{value.host}:{inside}")


def ulimit(value: Ulimit) -> Plain:
    """One number, or ``soft`` and ``hard``."""
    return value.soft if value.soft == value.hard else {"soft": value.soft, "hard": value.hard}


def copy_of(source: Source, node: Node) -> Plain:
    """What stands somewhere, to be written once more elsewhere.

    Raises:
        UnwritableError: it has a text of several lines, a tag or a key that is none.
    """
    if node.tag is not None and not node.tag.startswith("tag:"):
        raise UnwritableError(f"it has the tag {node.tag}")
    if isinstance(node, Scalar):
        written = source.text(node.span)
        if node.style in {"|", ">"} or "\n" in written:
            return node.text
        return Verbatim(written, node.text)
    if isinstance(node, Sequence):
        items = [copy_of(source, item) for item in node.items]
        return Inline(items) if node.flow else items
    assert isinstance(node, Mapping)  # noqa: S101  there are three kinds of node
    made: dict[str, Any] = {}
    for entry in node.effective:
        if entry.name is None:
            raise UnwritableError("a key in it is a list or a mapping")
        made[entry.name] = copy_of(source, entry.value)
    return made
