"""``-v``, ``--mount``, ``--tmpfs``, ``-p`` and the like: from one value to a record."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from hardhull.facts.parts import Device, Mount, Port
from hardhull.formats.docker_run.values import ValueProblemError, switch

if TYPE_CHECKING:
    from hardhull.text.shell.values import Arg

_PROPAGATION = frozenset(("shared", "slave", "private", "rshared", "rslave", "rprivate"))
_FOLDER_VARIABLE = re.compile(
    r"\$[({]?(?:pwd\)|PWD\b|HOME\b|CURDIR\b|\w*(?:DIR|PATH|ROOT|FOLDER|PWD)\b)|`pwd`", re.IGNORECASE
)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
OF_TMPFS = "tmpfs-"
"""What ``--mount`` writes before the options of a tmpfs."""
_PORT = re.compile(r"[0-9]{1,5}(?:-[0-9]{1,5})?")


def volume(value: Arg) -> Mount:
    """The mount of ``-v [source:]target[:options]``.

    A source with a slash (or ``.``, ``~``) is a path of the host, another one a volume's name. A path may hold
    unexpanded variables; it then is as it is written.

    Raises:
        ValueProblemError: it cannot be told what is mounted.
    """
    fields = _fields(value)
    options = tuple(fields[2].text.split(",")) if len(fields) > 2 else ()
    if len(fields) > 3 or not fields[-1].text:
        raise ValueProblemError("it is no volume")
    if len(fields) == 1:
        if not value.known:
            raise ValueProblemError(value.why)
        return Mount("volume", None, value.text)
    source, target = fields[0], fields[1]
    read_only = "ro" in options or "readonly" in options
    propagation = next((option for option in options if option in _PROPAGATION), "")
    rest = tuple(option for option in options if option not in {"ro", "rw", "readonly", propagation})
    kind = "bind" if _is_path(source) else "volume"
    return Mount(kind, source.text or None, target.text, read_only, propagation, rest)


def _fields(value: Arg) -> list[Arg]:
    fields = value.split(":")
    if len(fields) > 1 and _DRIVE.match(value.text):
        fields[:2] = [value.cut(0, len(fields[0].text) + 1 + len(fields[1].text))]
    return fields


def _is_path(source: Arg) -> bool:
    text = source.text
    if source.known:
        return text.startswith(("/", ".", "~", "\\\\")) or bool(_DRIVE.match(text)) or "/" in text
    if source.find("/") != -1 or _FOLDER_VARIABLE.match(text):
        return True
    raise ValueProblemError(source.why)


def mount(value: Arg) -> Mount:
    """The mount of ``--mount type=bind,source=...,target=...``.

    Raises:
        ValueProblemError: it is no list of keys, or its type or source cannot be known.
    """
    keys = _keys(value)
    kind = keys.pop("type", "volume")
    source = next((keys.pop(key) for key in ("source", "src") if key in keys), None)
    target = next((keys.pop(key) for key in ("target", "destination", "dst") if key in keys), "")
    read_only = any(_on(keys.pop(key)) for key in ("readonly", "ro") if key in keys)
    propagation = keys.pop("bind-propagation", "")
    if not target:
        raise ValueProblemError("it names no target" if value.known else value.why)
    kinds = {"bind": "bind", "volume": "volume", "tmpfs": "tmpfs", "npipe": "npipe", "image": "image"}
    known = kinds.get(kind, "cluster" if kind == "cluster" else "other")
    if known == "tmpfs":
        keys = {key.removeprefix(OF_TMPFS): text for key, text in keys.items()}
    options = tuple(f"{key}={text}" if text else key for key, text in keys.items())
    return Mount(known, source or None, target, read_only, propagation, options)


def _on(text: str) -> bool:
    return not text or switch(text)


def _keys(value: Arg) -> dict[str, str]:
    """``a=b,c,"d=e,f"`` as a dict; keys are lower-cased as the CLI does."""
    try:
        rows = list(csv.reader([value.text.replace("\n", " ")]))
    except csv.Error:
        raise ValueProblemError("it is no list of keys") from None
    fields = rows[0] if rows else []
    if not any("=" in field for field in fields):
        raise ValueProblemError(value.why or "it is no list of keys")
    pairs = (field.partition("=") for field in fields)
    return {key.strip().lower(): text for key, _, text in pairs}


def tmpfs(text: str) -> Mount:
    """The mount of ``--tmpfs /run:rw,size=64m``."""
    target, _, options = text.partition(":")
    words = tuple(filter(None, options.split(",")))
    rest = tuple(word for word in words if word not in {"ro", "rw"})
    return Mount("tmpfs", None, target, "ro" in words, "", rest)


def device(text: str) -> Device:
    """``/dev/x[:/dev/y][:rwm]``; CDI names (``nvidia.com/gpu=all``) are kept as they are."""
    host, *rest = text.split(":")
    if len(rest) == 1 and rest[0] and not rest[0].startswith("/") and set(rest[0]) <= set("rwm"):
        return Device(host, host, rest[0])
    container = rest[0] if rest and rest[0] else host
    return Device(host, container, rest[1] if len(rest) > 1 else "rwm")


def port(value: Arg) -> Port:
    """The port of ``-p [[ip:]host:]container[/protocol]`` or ``published=80,target=8080``.

    Raises:
        ValueProblemError: what is published, or on which address, cannot be known.
    """
    if value.known and "=" in value.text:
        return _long_port(value)
    text = value.text
    host_ip: str | None = None
    if text.startswith("["):
        inside, _, rest = text[1:].partition("]:")
        host_ip, fields = inside, value.cut(len(inside) + 3).split(":") if rest else []
    else:
        fields = value.split(":")
    if not fields:
        raise ValueProblemError("it is no port")
    *before, last = [field.text for field in fields]
    if len(before) == 2 and host_ip is None:
        host_ip = before.pop(0)
    unsure = not value.known and host_ip is None and (not fields[0].known or len(fields) == 1)
    if unsure or (host_ip is not None and not _address(host_ip)):
        raise ValueProblemError(value.why or "it is no port")
    container, _, protocol = last.partition("/")
    if len(before) > 1 or (value.known and not _PORT.fullmatch(container)):
        raise ValueProblemError("it is no port")
    return Port(container, before[0] or None if before else None, host_ip or None, protocol.lower() or "tcp")


def _address(text: str) -> bool:
    return text in {"", "localhost"} or not text.partition("%")[0].strip("0123456789abcdefABCDEF.:")


def _long_port(value: Arg) -> Port:
    keys = _keys(value)
    target = keys.get("target")
    if not target:
        raise ValueProblemError("it names no target port")
    return Port(target, keys.get("published"), None, keys.get("protocol", "tcp"))
