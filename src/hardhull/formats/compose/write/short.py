"""Changes inside one item: only the parts that differ are written anew, whether its form is short or long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hardhull.formats.compose.volumes import PROPAGATIONS
from hardhull.formats.compose.write import values
from hardhull.text.draft import UnwritableError
from hardhull.text.tree.plain import Verbatim

if TYPE_CHECKING:
    from hardhull.facts.parts import Device, Mount, Port
    from hardhull.text.tree.plain import Plain

_PROTOCOL = re.compile(r"/([A-Za-z]+)$")
_PART = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}|[^:]")


def kept(before: Plain, after: Plain) -> Plain:
    """The new value of an item that is written as one text.

    Raises:
        UnwritableError: a variable stands in it, or it is written as a mapping.
    """
    text = _written(before)
    if values.has_variable(text):
        raise UnwritableError(f"a variable stands in {text!r}")
    return after


def _written(before: Plain) -> str:
    if isinstance(before, Verbatim):
        return before.text
    if isinstance(before, (dict, list)):
        raise UnwritableError("it is written in the long form")
    return str(before)


def split(text: str) -> list[str]:
    """The parts between colons; those inside of ``${...}`` and ``[...]`` separate nothing."""
    parts, current, at = [], "", 0
    while at < len(text):
        if text[at] == ":" and not (len(current) == 1 and current.isalpha() and text[at + 1 : at + 2] in {"/", "\\"}):
            parts.append(current)
            current, at = "", at + 1
            continue
        match = _PART.match(text, at)
        closing = text.find("]", at) if text[at] == "[" else -1
        piece = text[at : closing + 1] if closing > 0 else match[0] if match else text[at]
        current += piece
        at += len(piece)
    return [*parts, current]


def _replaced(old: Any, new: Any, text: str, wanted: str) -> str:
    """A part of a text: as it is where its value stays, else the new one."""
    if old == new:
        return text
    if values.has_variable(text):
        raise UnwritableError(f"its part {text!r} comes from a variable")
    return wanted


def port(before: Plain, old: Port, new: Port, _folder: str) -> Plain:
    """A published port."""
    if isinstance(before, dict):
        names = {"target": "container", "published": "host", "host_ip": "host_ip", "protocol": "protocol"}
        return _long(before, old, new, names)
    text = _written(before)
    match = _PROTOCOL.search(text)
    head, protocol = (text[: match.start()], match[1]) if match else (text, "")
    parts = ["", "", *split(head)][-3:]
    if len(split(head)) > 3:
        raise UnwritableError(f"{text!r} has more parts than address, host port and port")
    address = f"[{new.host_ip}]" if new.host_ip and ":" in new.host_ip else new.host_ip or ""
    address = _replaced(old.host_ip, new.host_ip, parts[0], address)
    host = _replaced(old.host, new.host, parts[1], new.host or "")
    container = _replaced(old.container, new.container, parts[2], new.container)
    protocol = _replaced(old.protocol, new.protocol, protocol, "" if new.protocol == "tcp" else new.protocol)
    front = f"{address}:{host}:" if address else f"{host}:" if host else ""
    return f"{front}{container}{'/' if protocol else ''}{protocol}"


def mount(before: Plain, old: Mount, new: Mount, folder: str) -> Plain:
    """A mount of ``volumes``."""
    if new.kind != old.kind and {new.kind, old.kind} - {"bind", "volume"}:
        raise UnwritableError(f"a mount of the kind {old.kind} does not become one of the kind {new.kind}")
    if isinstance(before, dict):
        return _long_mount(before, old, new, folder)
    text = _written(before)
    parts = split(text)
    if len(parts) == 1:
        return values.mount(new, folder)
    if len(parts) > 3:
        raise UnwritableError(f"{text!r} has more parts than source, target and options")
    source = _replaced(old.source, new.source, parts[0], _source(new, folder))
    target = _replaced(old.target, new.target, parts[1], values.literal(new.target))
    options = _options(parts[2] if len(parts) == 3 else "", old, new)
    return ":".join([part for part in (source, target, options) if part])


def _source(mount: Mount, folder: str) -> str:
    if mount.kind == "bind" and mount.source:
        return values.literal(values.seen_from(folder, mount.source))
    return values.literal(mount.source or "")


def _options(text: str, old: Mount, new: Mount) -> str:
    found = [option for option in text.split(",") if option]
    if old.read_only != new.read_only:
        found = [option for option in found if option not in {"ro", "rw"}]
        found += ["ro"] if new.read_only else []
    if old.propagation != new.propagation:
        found = [option for option in found if option not in PROPAGATIONS]
        found += [new.propagation] if new.propagation else []
    if old.options != new.options:
        found = [option for option in found if option not in old.options]
        found += [option for option in new.options if option not in found]
    return ",".join(found)


def _long_mount(before: dict[str, Any], old: Mount, new: Mount, folder: str) -> Plain:
    if old.options != new.options:
        raise UnwritableError("other options of a mount in the long form have to be written by hand")
    made = dict(before)
    if old.read_only != new.read_only:
        made.pop("read_only", None)
        made.update({"read_only": True} if new.read_only else {})
    if old.kind != new.kind:
        made["type"] = new.kind
    if old.source != new.source:
        made["source"] = _source(new, folder)
    if old.target != new.target:
        made["target"] = values.literal(new.target)
    if old.propagation != new.propagation:
        bind = {key: value for key, value in dict(made.pop("bind", {})).items() if key != "propagation"}
        bind |= {"propagation": new.propagation} if new.propagation else {}
        made |= {"bind": bind} if bind else {}
    return made


def device(before: Plain, old: Device, new: Device, _folder: str) -> Plain:
    """A device."""
    if isinstance(before, dict):
        return _long(before, old, new, {"source": "host", "target": "container", "permissions": "permissions"})
    return kept(before, values.device(new))


def _long(before: dict[str, Any], old: Any, new: Any, parts: dict[str, str]) -> Plain:
    """The long form with the keys whose parts differ."""
    made = dict(before)
    for key, name in parts.items():
        wanted = getattr(new, name)
        if getattr(old, name) == wanted:
            continue
        if isinstance(made.get(key), Verbatim) and values.has_variable(made[key].text):
            raise UnwritableError(f"its {key} comes from a variable")
        if wanted is None:
            made.pop(key, None)
        else:
            made[key] = values.literal(wanted)
    return made
