"""Values of the Engine API as Workload has them; TypeError for a value of another type, None for "not set"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.capabilities import ALL, normal
from hardhull.facts.parts import BlockLimit, Device, Healthcheck, Mount, Ulimit
from hardhull.formats.jsonread import bool_of, entries_of, fold, int_of, is_null, text_of, texts, type_name
from hardhull.text.nodes import Mapping, Sequence

if TYPE_CHECKING:
    from hardhull.text.nodes import Node

NANO = 1_000_000_000
_PROPAGATION = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
_MOUNTS = frozenset({"bind", "volume", "tmpfs", "npipe", "cluster", "image"})


def text(node: Node) -> str | None:
    """A text; empty is "not set"."""
    return string(node) or None


def string(node: Node) -> str:
    """A text that may be empty."""
    value = text_of(node)
    if value is None:
        raise TypeError
    return value


def boolean(node: Node) -> bool:
    """True or false."""
    value = bool_of(node)
    if value is None:
        raise TypeError
    return value


def number(node: Node) -> int:
    """A whole number."""
    value = int_of(node)
    if value is None:
        raise TypeError
    return value


def amount(node: Node) -> int | None:
    """A number, where 0 is "not set"."""
    return number(node) or None


def seconds(node: Node) -> float | None:
    """Nanoseconds as seconds, where 0 is "not set"."""
    value = number(node)
    return value / NANO if value else None


def words(node: Node) -> tuple[str, ...] | None:
    """A list of texts, or one text; an empty list is "not set"."""
    if isinstance(node, Sequence):
        return tuple(word for word, _ in texts(node)) or None
    value = string(node)
    return (value,) if value else None


def capability(node: Node) -> str:
    """A name in upper case without ``CAP_``."""
    name = normal(string(node))
    return ALL if name == ALL else name


def restart(node: Node) -> str | None:
    """``RestartPolicy``: ``on-failure:N`` where a count is given."""
    name = text_of(fold(node, "Name")) or ""
    if not isinstance(node, Mapping):
        raise TypeError
    count = int_of(fold(node, "MaximumRetryCount")) or 0
    return f"{name}:{count}" if name == "on-failure" and count else name or None


def healthcheck(node: Node) -> Healthcheck | None:
    """``Healthcheck``: an empty test inherits the image's, ``NONE`` switches it off."""
    if not isinstance(node, Mapping):
        raise TypeError
    test = tuple(word for word, _ in texts(fold(node, "Test")))
    if not test:
        return None
    times = [_time(fold(node, name)) for name in ("Interval", "Timeout", "StartPeriod")]
    return Healthcheck(test, test[0] == "NONE", times[0], times[1], times[2], int_of(fold(node, "Retries")) or None)


def _time(node: Node | None) -> float | None:
    value = int_of(node)
    return value / NANO if value else None


def bind(node: Node) -> Mount:
    """``source:target[:options]``; without a slash the source is a volume."""
    value = string(node)
    parts = value.split(":")
    if len(parts) > 1 and len(parts[0]) == 1 and parts[1].startswith("\\") and parts[0].isalpha():
        parts[:2] = [f"{parts[0]}:{parts[1]}"]
    if len(parts) == 1:
        return Mount("volume", None, parts[0])
    options = parts[2].split(",") if len(parts) > 2 else []
    propagation = next((option for option in options if option in _PROPAGATION), "")
    rest = tuple(option for option in options if option not in {"", "ro", "rw", propagation})
    is_path = parts[0].startswith(("/", "~", ".")) or (len(parts[0]) > 1 and parts[0][1] == ":")
    return Mount("bind" if is_path else "volume", parts[0], parts[1], "ro" in options, propagation, rest)


def mount(node: Node) -> Mount:
    """An entry of ``Mounts`` in a HostConfig."""
    if not isinstance(node, Mapping):
        raise TypeError
    kind = text_of(fold(node, "Type")) or "volume"
    options = fold(fold(fold(node, "VolumeOptions"), "DriverConfig"), "Options")
    driver = {entry.name or "": text_of(entry.value) or "" for entry in entries_of(options)}
    device = driver.get("device", "")
    words_ = tuple(f"{name}={value}" for name, value in driver.items())
    size = int_of(fold(fold(node, "TmpfsOptions"), "SizeBytes"))
    if size:
        words_ += (f"size={size}",)
    return Mount(
        kind if kind in _MOUNTS else "other",
        text_of(fold(node, "Source")) or None,
        text_of(fold(node, "Target")) or "",
        bool(bool_of(fold(node, "ReadOnly"))),
        text_of(fold(fold(node, "BindOptions"), "Propagation")) or "",
        words_,
        device if "bind" in driver.get("o", "").split(",") and device.startswith("/") else None,
    )


def point(node: Node) -> Mount:
    """An entry of ``Mounts`` in an inspection: what is really mounted."""
    kind = text_of(fold(node, "Type")) or "bind"
    name = "Name" if kind == "volume" else "Source"
    return Mount(
        kind if kind in _MOUNTS else "other",
        text_of(fold(node, name)) or None,
        text_of(fold(node, "Destination")) or "",
        bool_of(fold(node, "RW")) is False,
        text_of(fold(node, "Propagation")) or "",
    )


def device(node: Node) -> Device:
    """An entry of ``Devices``."""
    if not isinstance(node, Mapping):
        raise TypeError
    host = text_of(fold(node, "PathOnHost")) or ""
    inside = text_of(fold(node, "PathInContainer")) or host
    return Device(host, inside, text_of(fold(node, "CgroupPermissions")) or "rwm")


def ulimit(node: Node) -> Ulimit:
    """An entry of ``Ulimits``."""
    if not isinstance(node, Mapping):
        raise TypeError
    soft, hard = int_of(fold(node, "Soft")), int_of(fold(node, "Hard"))
    return Ulimit(text_of(fold(node, "Name")) or "", soft or 0, hard or 0)


def block(what: str, node: Node) -> BlockLimit:
    """An entry of ``BlkioDeviceReadBps`` and its like, or of ``BlkioWeightDevice``."""
    if not isinstance(node, Mapping):
        raise TypeError
    rate = int_of(fold(node, "Weight" if what == "weight_device" else "Rate"))
    return BlockLimit(what, text_of(fold(node, "Path")) or "", rate or 0)


def plain(node: Node) -> str:
    """A value as text, for messages."""
    value = text_of(node)
    if value is not None:
        return value
    return "" if is_null(node) else type_name(node)
