"""Where a running engine listens, and what its TCP ports ask of those who connect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hardhull.facts.engine import SocketFile
from hardhull.formats.jsonread import bool_of, items_of
from hardhull.formats.live.nodes import ending, key, word
from hardhull.formats.live.swarm import is_of_swarm
from hardhull.model.field import Field

if TYPE_CHECKING:
    from hardhull.formats.live.engine import Running
    from hardhull.text.nodes import Node

OPEN, ENCRYPTED, UNKNOWN, VERIFIED = 0, 1, 2, 3
STRENGTH: Final = {"nothing": OPEN, "TLS": ENCRYPTED, "a client certificate": VERIFIED}
"""What a port asks for; what could not be tried is weaker than what is known to be shut."""
API_PORT, TLS_PORT = "2375", "2376"


def read_listeners(running: Running) -> None:
    """Fills the addresses, the files of sockets, and whether clients need a certificate."""
    entry = ending(running.node, "/fd")
    if entry is None:
        return
    hosts, files = [], []
    weakest: Node | None = None
    for item in items_of(entry.value):
        address, asks = key(item, "address"), key(item, "asks_for")
        if address is None or word(asks) == "no engine" or is_of_swarm(running, word(address)):
            continue
        hosts.append(Field("hosts", word(address), address.place(running.source)))
        if word(address).startswith("unix://") and word(key(item, "mode")):
            files.append(Field("sockets", _file(item, word(address)), item.place(running.source)))
        if asks is not None and (weakest is None or _strength(asks) < _strength(weakest)):
            weakest = asks
    if hosts:
        running.put("hosts", tuple(hosts), entry.value, same=same_hosts)
    if files:
        running.engine.sockets = Field("sockets", tuple(files), entry.value.place(running.source))
    if weakest is not None:
        _asked(running, weakest)


def _file(item: Node, address: str) -> SocketFile:
    return SocketFile(
        address.removeprefix("unix://"), int(word(key(item, "mode")), 8), word(key(item, "owner")),
        word(key(item, "group")), bool_of(key(item, "access_list")) is True,
    )  # fmt: skip


def _strength(asks: Node) -> int:
    return STRENGTH.get(word(asks), UNKNOWN)


def _asked(running: Running, weakest: Node) -> None:
    """The settings that make a port ask for just that."""
    place = weakest.place(running.source)
    if _strength(weakest) == UNKNOWN:
        why = "one of its TCP ports could not be tried from here"
        running.engine.tlsverify = Field.unknown("tlsverify", place, why, written=True)
        return
    verify = {OPEN: None, ENCRYPTED: False, VERIFIED: True}[_strength(weakest)]
    running.put("tlsverify", verify, weakest, same=lambda one, other: bool(one) == bool(other))
    running.engine.tlsverify = Field("tlsverify", verify, place, written=verify is not None)
    running.engine.tls = Field("tls", verify is not None, place, written=verify is not None)


def same_hosts(one: Any, other: Any) -> bool:
    """Whether what was asked for and what is listened on are the same: TCP ports, and the paths of sockets.

    ``fd://`` is whatever systemd hands over; without any wish it is the usual socket.
    """
    wanted, real = _texts(one), _texts(other)
    if _ports(wanted) != _ports(real):
        return False
    paths = {path for path in map(_path, wanted) if path}
    return not paths or any(text.startswith("fd:") for text in wanted) or paths <= set(map(_path, real))


def _texts(items: Any) -> list[str]:
    return [str(item.get("") if isinstance(item, Field) else item).strip() for item in items]


def _ports(texts: list[str]) -> set[str]:
    """The TCP ports; one without a number is the usual one (moby, ``ParseTCPAddr``), which TLS changes."""
    found = set()
    for text in texts:
        if text.startswith("tcp:") or (text and "://" not in text):
            port = text.removeprefix("tcp://").rpartition("/")[2].rpartition(":")[2]
            found.add(port if port.isdigit() else API_PORT)
    return {API_PORT if port == TLS_PORT else port for port in found}


def _path(text: str) -> str:
    """The path of a Unix socket with ``/var/run`` written as ``/run``; empty for other addresses."""
    path = text.removeprefix("unix://") if text.startswith("unix:") else ""
    path = path or ("/var/run/docker.sock" if text.rstrip("/") == "unix:" else "")
    return path[4:] if path.startswith("/var/run/") else path
