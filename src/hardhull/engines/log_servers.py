"""Servers that log drivers send to. Where nobody answers, some drivers start no container, and others lose messages.

``New`` of the drivers in ``daemon/logger`` of moby (v20.10.24, v28.5.2): syslog dials its address, gelf over TCP too,
fluentd unless it is told to be asynchronous. Over UDP nobody notices.
"""

from __future__ import annotations

import re
import socket
import zlib
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from hardhull.engines.namespaces import within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PORTS: Final = {"syslog": 514, "gelf": 12201, "fluentd": 24224}
"""Where an address names none."""
ELSEWHERE: Final = frozenset({"awslogs", "splunk", "gcplogs", "logentries"})
"""Drivers of services that want credentials over TLS: nothing here can stand for them."""
CHUNK: Final = re.compile(rb"\xa5chunk([\xa0-\xbf][\x20-\x7e]{1,31})(?=$|\x94|\x93)")
"""The number of a message for which fluentd wants an answer before the next one (``fluentd-request-ack``)."""
MOST: Final = 1 << 20
"""Bytes of what was received that are kept: the last ones."""


class Server(NamedTuple):
    """A log server.

    Attributes:
        name: in the configuration.
        address: its first IPv4 address, empty for none.
        port: its port.
        udp: whether it is sent to without a connection.
        waits: whether no container starts without it.
    """

    name: str
    address: str
    port: int
    udp: bool = False
    waits: bool = True

    @property
    def local(self) -> bool:
        """Whether it is on the machine itself, under an address that every network namespace has."""
        return self.address.startswith("127.")

    @property
    def where(self) -> str:
        """For people."""
        return f"{self.name}:{self.port}{' (UDP)' if self.udp else ''}"


def log_servers(driver: str, options: Mapping[str, str]) -> tuple[list[Server], str]:
    """The servers, and why a shadow can show nothing of this driver; empty where it can."""
    if driver in ELSEWHERE:
        return [], f"{driver} speaks with a service that nothing here can stand for"
    address = options.get(f"{driver}-address", "localhost:24224" if driver == "fluentd" else "")
    if driver not in PORTS or not address:
        return [], ""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    udp = parts.scheme == "udp"
    if parts.scheme not in {"tcp", "tcp+tls", "udp"} or not parts.hostname or (udp and driver == "fluentd"):
        return [], ""
    waits = not udp and not _asynchronous(driver, options)
    with suppress(ValueError):
        server = Server(parts.hostname, _resolved(parts.hostname), parts.port or PORTS[driver], udp, waits)
        encrypted = parts.scheme == "tcp+tls"
        return [server], "nothing here can stand for a server with its certificate" if encrypted else ""
    return [], ""


def _asynchronous(driver: str, options: Mapping[str, str]) -> bool:
    return driver == "fluentd" and any(
        options.get(name, "").lower() in {"true", "1", "t"} for name in ("fluentd-async", "fluentd-async-connect")
    )


def _resolved(name: str) -> str:
    try:
        return str(socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)[0][4][0])
    except OSError:
        return ""


class Received:
    """What was sent to the servers that are stood in for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._data = b""

    def add(self, data: bytes) -> None:
        """Takes a part; gelf over UDP packs each message by itself."""
        if data[:1] == b"\x78" or data[:2] == b"\x1f\x8b":
            with suppress(zlib.error):
                data = zlib.decompress(data, wbits=47)
        with self._lock:
            self._data = (self._data + data)[-MOST:]

    def has(self, message: bytes) -> bool:
        """Whether a message is there."""
        with self._lock:
            return message in self._data


@contextmanager
def stand_ins(network: str, servers: Sequence[Server]) -> Iterator[Received]:
    """Somebody who listens in a network namespace where the log servers do, and keeps what is sent there."""
    received = Received()
    wanted = [one for one in servers if one.address]
    listening = [within(network, lambda one=one: _listener(one)) for one in wanted]  # type: ignore[misc]
    for each in listening:
        Thread(
            target=_datagrams if each.type == socket.SOCK_DGRAM else _take, args=(each, received), daemon=True
        ).start()
    try:
        yield received
    finally:
        for each in listening:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def _listener(server: Server) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if server.udp else socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((server.address, server.port))
    if server.udp:
        made.settimeout(0.5)  # nothing wakes a thread that waits for datagrams
    else:
        made.listen(16)
    return made


def _datagrams(listening: socket.socket, received: Received) -> None:
    while True:
        try:
            received.add(listening.recv(1 << 16))
        except TimeoutError:
            continue
        except OSError:
            return


def _take(listening: socket.socket, received: Received) -> None:
    while True:
        try:
            accepted, _ = listening.accept()
        except OSError:
            return
        Thread(target=_drain, args=(accepted, received), daemon=True).start()


def _drain(accepted: socket.socket, received: Received) -> None:
    with accepted, suppress(OSError):
        while data := accepted.recv(65536):
            received.add(data)
            for chunk in CHUNK.findall(data):
                accepted.sendall(b"\x81\xa3ack" + chunk)
