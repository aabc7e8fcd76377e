"""Mounts and ports as text; one that was written keeps its order of options and its spelling."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from hardhull.formats.docker_run.mounts import OF_TMPFS
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.parts import Mount, Port
    from hardhull.text.shell.values import Arg

_IN_MEMORY = frozenset({"size", "mode"})
"""What ``--mount`` can say of a tmpfs."""
_SOURCES = ("source", "src")
_TARGETS = ("target", "destination", "dst")


def mount_option(item: Mount, *, service: bool) -> str:
    """The option that a new mount is written with."""
    if service:
        return "mount"
    return {"bind": "volume", "volume": "volume", "tmpfs": "tmpfs"}.get(item.kind, "mount")


def mount(item: Mount, option: str, was: Arg | None) -> str:
    """The value of ``-v``, ``--tmpfs`` or ``--mount``.

    Args:
        item: what is mounted.
        option: the option's long name.
        was: the value that is replaced.

    Raises:
        UnwritableError: the option has no words for it.
    """
    if option == "mount":
        return _long(item, was)
    if item.kind not in ({"tmpfs"} if option == "tmpfs" else {"bind", "volume"}):
        raise UnwritableError(f"--{option} mounts no {item.kind}")
    if option == "tmpfs":
        old = was.text.partition(":")[2] if was is not None else ""
        options = _options(item, old)
        return item.target + (f":{options}" if options else "")
    fields = was.split(":") if was is not None else []
    old = fields[-1].text if len(fields) > 2 else ""
    options = _options(item, old)
    source = f"{item.source}:" if item.source else ""
    if options and not source:
        raise UnwritableError("-v has no options for an anonymous volume")
    return f"{source}{item.target}" + (f":{options}" if options else "")


def _options(item: Mount, old: str) -> str:
    """The options behind the last colon: what stays in its order, then what is new."""
    wanted = ["ro"] if item.read_only else []
    wanted += [item.propagation] if item.propagation else []
    wanted += item.options
    kept = []
    for word in old.split(","):
        plain = "ro" if word == "readonly" else word
        if plain in wanted:
            wanted.remove(plain)
            kept.append(word)
        elif word == "rw":
            kept.append("ro" if "ro" in wanted else word)
            wanted = [one for one in wanted if one != "ro"]
    return ",".join([*kept, *wanted])


def _long(item: Mount, was: Arg | None) -> str:
    """``type=bind,source=/a,target=/b,readonly``."""
    wanted: dict[str, str] = {"type": item.kind}
    if item.source:
        wanted["source"] = item.source
    wanted["target"] = item.target
    if item.read_only:
        wanted["readonly"] = ""
    if item.propagation:
        wanted["bind-propagation"] = item.propagation
    for option in item.options:
        key, _, text = option.partition("=")
        if item.kind == "tmpfs" and key not in _IN_MEMORY:
            raise UnwritableError(f"--mount has no word for the option {key} of a tmpfs")
        wanted[OF_TMPFS + key if item.kind == "tmpfs" else key] = text
    out: list[str] = []
    for field in next(csv.reader([was.text]), []) if was is not None else []:
        key, found, text = field.partition("=")
        plain = _plain(key.strip().lower())
        if plain not in wanted:
            continue
        value = wanted.pop(plain)
        same = text == value or (plain == "readonly" and not value)
        out.append(field if same else f"{key}{found}{value}")
    if was is not None and item.kind == "volume":
        wanted.pop("type", None)
    out += [f"{key}={text}" if text else key for key, text in wanted.items()]
    return _row(out)


def _plain(key: str) -> str:
    if key in _SOURCES:
        return "source"
    if key in _TARGETS:
        return "target"
    return {"ro": "readonly"}.get(key, key)


def _row(fields: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(fields)
    return out.getvalue()


def port(item: Port, was: Arg | None) -> str:
    """``[[ip:]host:]container[/protocol]``, or ``published=80,target=8080``.

    Raises:
        UnwritableError: the long form has no words for an address.
    """
    if was is not None and was.known and "=" in was.text:
        return _long_port(item, was.text)
    address = item.host_ip or ""
    if ":" in address:
        address = f"[{address}]"
    host = f"{item.host or ''}:" if address or item.host else ""
    plain = was is not None and was.text.lower().endswith("/tcp") and item.protocol == "tcp"
    protocol = f"/{item.protocol}" if item.protocol != "tcp" or plain else ""
    return (f"{address}:" if address else "") + host + item.container + protocol


def _long_port(item: Port, was: str) -> str:
    if item.host_ip:
        raise UnwritableError("published=,target= has no words for an address")
    wanted = {"target": item.container, "published": item.host or "", "protocol": item.protocol}
    out = []
    for field in was.split(","):
        key, found, text = field.partition("=")
        out.append(f"{key}{found}{wanted.get(key.lower(), text)}")
    return ",".join(out)
