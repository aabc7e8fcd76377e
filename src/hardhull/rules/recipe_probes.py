"""How a container can ask its own service whether it is there, with nothing but what its base image brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.facts.bases import KnownBase

_OWN: Final = {
    "postgres": ("CMD", "pg_isready", "-q"),
    "rabbitmq": ("CMD", "rabbitmq-diagnostics", "-q", "ping"),
    "redis": ("CMD", "redis-cli", "ping"),
    "valkey/valkey": ("CMD", "valkey-cli", "ping"),
    "grafana/grafana": ("CMD", "wget", "-q", "--spider", "http://127.0.0.1:3000/api/health"),
    "grafana/grafana-oss": ("CMD", "wget", "-q", "--spider", "http://127.0.0.1:3000/api/health"),
    "prom/prometheus": ("CMD", "wget", "-q", "--spider", "http://127.0.0.1:9090/-/healthy"),
    "prom/alertmanager": ("CMD", "wget", "-q", "--spider", "http://127.0.0.1:9093/-/healthy"),
    "n8nio/n8n": ("CMD", "wget", "-q", "--spider", "http://127.0.0.1:5678/healthz"),
    "mysql": ("CMD", "mysqladmin", "ping", "-h", "127.0.0.1", "--silent"),
    "mariadb": ("CMD", "mariadb-admin", "ping", "-h", "127.0.0.1", "--silent"),
}
"""Questions of a service's own; all of them pass as well where the service asks for a password first."""
_PORTS: Final = {
    "mongo": "27017",
    "memcached": "11211",
    "zookeeper": "2181",
    "couchdb": "5984",
}
"""Where a service listens if nobody says otherwise."""
_PYTHON: Final = "import socket; socket.create_connection(('127.0.0.1', {port}), 3).close()"
_NODE: Final = (
    "require('net').connect({port}, '127.0.0.1')"
    ".on('connect', () => process.exit(0)).on('error', () => process.exit(1))"
)
_RUBY: Final = "require 'socket'; TCPSocket.new('127.0.0.1', {port}).close"
_PHP: Final = "exit(@fsockopen('127.0.0.1', {port}, $c, $m, 3) ? 0 : 1);"
_BY_BASE: Final = {
    "python": ("python", "-c", _PYTHON),
    "pypy": ("pypy3", "-c", _PYTHON),
    "node": ("node", "-e", _NODE),
    "ruby": ("ruby", "-e", _RUBY),
    "php": ("php", "-r", _PHP),
}
"""One TCP connection, in the language of the base."""


def probe(known: KnownBase | None, ports: Sequence[str]) -> tuple[str, ...] | None:
    """The test of a health check.

    Args:
        known: the base image; None where it is not in the table.
        ports: what the image exposes; the first TCP port is asked.

    Returns:
        None where the base is not known to bring a program for it, or no port is a plain number.
    """
    if known is None:
        return None
    if known.name in _OWN:
        return _OWN[known.name]
    port = next((text.partition("/")[0] for text in ports if text.partition("/")[2] in {"", "tcp"}), "")
    port = port or _PORTS.get(known.name, "")
    if not port.isdecimal():
        return None
    if known.family in {"alpine", "busybox"}:
        return ("CMD", "nc", "-z", "127.0.0.1", port)
    if known.name in _BY_BASE and known.family not in {"distroless", "windows"}:
        program, option, text = _BY_BASE[known.name]
        return ("CMD", program, option, text.replace("{port}", port))
    if known.family in {"debian", "ubuntu"}:
        return ("CMD", "bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}")
    return None
