"""What an engine listens on, and what each TCP port really asks of those who connect."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardhull.hosts.commands import output
from hardhull.hosts.files import described
from hardhull.hosts.proc import lines, link

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTEN = "0A"
ACCEPTS = 0x10000
PROBE = str(Path(__file__).with_name("tcp_probe.py"))


def listening(pid: int) -> list[dict[str, Any]]:
    """The sockets that a process listens on: Unix sockets with their files, TCP ports with what they ask for."""
    held = set(_held(pid))
    return [*_unix(pid, held), *_tcp(pid, held)]


def _held(pid: int) -> Iterator[str]:
    try:
        names = os.listdir(f"/proc/{pid}/fd")  # noqa: PTH208  names only
    except OSError:
        return
    for name in names:
        target = link(f"/proc/{pid}/fd/{name}") or ""
        if target.startswith("socket:["):
            yield target[8:-1]


def _unix(pid: int, held: set[str]) -> Iterator[dict[str, Any]]:
    for line in lines(f"/proc/{pid}/net/unix")[1:]:
        words = line.split(None, 7)
        if len(words) > 7 and words[6] in held and int(words[3], 16) & ACCEPTS and words[7].startswith("/"):
            file = described(f"/proc/{pid}/root{words[7]}") or {}
            if not words[7].endswith(("/metrics.sock", ".ttrpc")) and "/libnetwork/" not in words[7]:
                yield {"address": f"unix://{words[7]}", **file}


def _tcp(pid: int, held: set[str]) -> Iterator[dict[str, Any]]:
    for name in ("tcp", "tcp6"):
        for line in lines(f"/proc/{pid}/net/{name}")[1:]:
            words = line.split()
            if len(words) > 9 and words[3] == LISTEN and words[9] in held:
                where, port = address(words[1])
                asks = _asks(pid, where, port)
                shown = f"[{where}]" if ":" in where else where
                yield {"address": f"tcp://{shown}:{port}", "asks_for": asks}


def address(text: str) -> tuple[str, int]:
    """``0100007F:0947`` to 127.0.0.1 and 2375: words of 32 bits in the machine's own order."""
    digits, _, port = text.partition(":")
    raw = bytes.fromhex(digits)
    if sys.byteorder == "little":
        raw = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
    return socket.inet_ntop(socket.AF_INET6 if len(raw) == 16 else socket.AF_INET, raw), int(port, 16)


def _asks(pid: int, address: str, port: int) -> str:
    """``nothing``, ``TLS``, ``a client certificate``, ``no engine`` or ``unknown``, by trying, where the engine is."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104  what it is bound to
    told = output(sys.executable, "-I", "-S", PROBE, local, str(port), net_of=pid)
    return told[0] if told else "unknown"
