"""Servers that log drivers connect to when a container starts; where nobody answers, no container starts.

``New`` of the drivers in ``daemon/logger`` of moby (v20.10.24, v28.5.2): syslog dials its address, gelf over TCP too,
fluentd unless it is told to be asynchronous. Over UDP nobody notices.
"""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from threading import Thread
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from hardhull.engines.namespaces import within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PORTS: Final = {"syslog": 514, "gelf": 12201, "fluentd": 24224}
"""Where an address names none."""
ELSEWHERE: Final = frozenset({"awslogs", "splunk", "gcplogs", "logentries"})
"""Drivers of services that want credentials over TLS: nothing here can stand for them."""


class Server(NamedTuple):
    """A log server: the name in the configuration, its first IPv4 address (empty for none), its port."""

    name: str
    address: str
    port: int

    @property
    def local(self) -> bool:
        """Whether it is on the machine itself, under an address that every network namespace has."""
        return self.address.startswith("127.")


def log_servers(driver: str, options: Mapping[str, str]) -> tuple[list[Server], str]:
    """The servers, and why a shadow can show nothing of this driver; empty where it can."""
    if driver in ELSEWHERE:
        return [], f"{driver} speaks with a service that nothing here can stand for"
    address = options.get(f"{driver}-address", "localhost:24224" if driver == "fluentd" else "")
    if driver not in PORTS or not address or _asynchronous(driver, options):
        return [], ""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.scheme not in {"tcp", "tcp+tls"} or not parts.hostname:
        return [], ""
    with suppress(ValueError):
        server = Server(parts.hostname, _resolved(parts.hostname), parts.port or PORTS[driver])
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


@contextmanager
def stand_ins(network: str, servers: Sequence[Server]) -> Iterator[None]:
    """Somebody who listens in a network namespace where the log servers do, and takes everything."""
    listening = [within(network, lambda one=one: _listener(one)) for one in servers]  # type: ignore[misc]
    for each in listening:
        Thread(target=_take, args=(each,), daemon=True).start()
    try:
        yield
    finally:
        for each in listening:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def _listener(server: Server) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((server.address, server.port))
    made.listen(16)
    return made


def _take(listening: socket.socket) -> None:
    while True:
        try:
            accepted, _ = listening.accept()
        except OSError:
            return
        Thread(target=_drain, args=(accepted,), daemon=True).start()


def _drain(accepted: socket.socket) -> None:
    with accepted, suppress(OSError):
        while accepted.recv(65536):
            pass
