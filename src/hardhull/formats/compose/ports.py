"""Published ports: the short syntax ``[[ip:]host:]container[/protocol]`` and the long one."""

from __future__ import annotations

import re

from hardhull.facts.parts import Port
from hardhull.formats.compose.tree import Table, Text
from hardhull.formats.compose.units import BadValueError, shown

_RANGE = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", re.ASCII)
_PROTOCOLS = {"tcp", "udp", "sctp"}


def port_of_text(text: str) -> Port:
    """A port in the short syntax.

    Args:
        text: for example ``127.0.0.1:8000-8005:80-85/udp``.

    Raises:
        BadValueError: Compose refuses it.
    """
    rest, protocol = _protocol(text)
    parts = rest.rsplit(":", 2)
    container = parts[-1]
    host = parts[-2] if len(parts) > 1 else ""
    address = parts[0] if len(parts) > 2 else ""
    ports = _range(container, text)
    _check_address(address, text)
    if host:
        hosts = _range(host, text)
        if ports[1] != ports[0] and ports[1] - ports[0] != hosts[1] - hosts[0]:
            msg = f"the port {text!r} has ranges of different lengths"
            raise BadValueError(msg)
    return Port(_plain(container), _plain(host) if host else None, address.strip("[]") or None, protocol)


def port_of_table(table: Table) -> Port:
    """A port in the long syntax.

    Args:
        table: with ``target``, ``published``, ``host_ip``, ``protocol``.

    Raises:
        BadValueError: Compose refuses it.
    """
    values = {name: pair.value for name, pair in table.pairs.items()}
    target = values.get("target")
    if not isinstance(target, Text) or target.null:
        raise BadValueError("a port has no target")
    found = {name: shown(value.data) for name, value in values.items() if isinstance(value, Text)}
    _range(found["target"], found["target"])
    _check_address(found.get("host_ip", ""), found.get("host_ip", ""))
    return Port(
        found["target"], found.get("published") or None, found.get("host_ip") or None, found.get("protocol") or "tcp"
    )


def _protocol(text: str) -> tuple[str, str]:
    head, slash, protocol = text.rpartition("/")
    if not slash:
        return text, "tcp"
    protocol = protocol.lower() or "tcp"
    if protocol not in _PROTOCOLS:
        msg = f"the port {text!r} has an unknown protocol"
        raise BadValueError(msg)
    return head, protocol


def _range(ports: str, text: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(ports)
    if match:
        first, last = int(match[1]), int(match[2] or match[1])
        if first <= last <= 65535:
            return first, last
    msg = f"the port {text!r} is no number or range up to 65535"
    raise BadValueError(msg)


def _plain(ports: str) -> str:
    """A number or range without leading zeros, and a range of one as a number."""
    first, _, last = ports.partition("-")
    return str(int(first)) if not last or int(last) == int(first) else f"{int(first)}-{int(last)}"


def _check_address(address: str, text: str) -> None:
    if not address:
        return
    import ipaddress

    try:
        ipaddress.ip_address(address[1:-1] if address[0] == "[" and address[-1] == "]" else address)
    except ValueError:
        msg = f"the port {text!r} has an address that is none"
        raise BadValueError(msg) from None
