"""Where log messages of a living engine arrive: the process of this machine that listens there, and what it writes."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.hosts.listening import address
from hardhull.hosts.proc import lines, link, pids, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.engines.log_servers import Server

TAIL: Final = 1 << 20
"""Bytes at the end of a file in which a message is looked for."""
SECONDS: Final = 10.0
"""For a receiver to write what it got."""
WRITES: Final = os.O_WRONLY | os.O_RDWR
TCP_ESTABLISHED, TCP_LISTEN, UDP_OPEN = "01", "0A", "07"
"""States in /proc/net (include/net/tcp_states.h)."""


class Arrival(NamedTuple):
    """What is known of one message.

    Attributes:
        kept: True where it was seen to arrive, False where it did not get away, None where nobody can tell.
        text: where it was seen, for people.
    """

    kept: bool | None
    text: str


def arrival(engine: int, server: Server, message: bytes) -> Arrival:
    """Looks where a message of an engine went, until it is there or some time has passed.

    Args:
        engine: its process.
        server: that it sends to.
        message: the bytes that were sent.
    """
    end = time.monotonic() + SECONDS
    listeners = [pid for pid in _listening(engine, server) if pid != engine]
    while listeners:
        for pid in listeners:
            path = next((path for path in _files(pid) if _has(path, message)), "")
            if path:
                return Arrival(True, f"{text(f'/proc/{pid}/comm')} (process {pid}) wrote it to {path}")
        if time.monotonic() > end:
            break
        time.sleep(0.1)
    if server.udp:
        who = f"process {listeners[0]}, which " if listeners else ""
        return Arrival(None, f"sent to {who or 'somebody who '}does not show what becomes of it")
    return _acknowledged(engine, server, listeners)


def _acknowledged(engine: int, server: Server, listeners: list[int]) -> Arrival:
    """Whether the kernel at the other end has taken everything that the engine sent there."""
    waiting = list(_queued(engine, server))
    if not waiting:
        return Arrival(False, f"the engine has no connection to {server.where}")
    if all(waiting):
        return Arrival(False, f"{min(waiting)} bytes for {server.where} wait to be sent")
    who = (
        f"{text(f'/proc/{listeners[0]}/comm')} (process {listeners[0]})"
        if listeners
        else f"the kernel of {server.name}"
    )
    return Arrival(None, f"{who} has taken all that was sent; what becomes of it is not to be seen from here")


def _queued(engine: int, server: Server) -> Iterator[int]:
    """Bytes that wait in each of the engine's connections to a server."""
    held = _held(engine)
    for name in ("tcp", "tcp6"):
        for line in lines(f"/proc/{engine}/net/{name}")[1:]:
            words = line.split()
            if words[3] == TCP_ESTABLISHED and words[9] in held and _same(address(words[2]), server):
                yield int(words[4].partition(":")[0], 16)


def _same(found: tuple[str, int], server: Server) -> bool:
    return found[1] == server.port and found[0].removeprefix("::ffff:") == server.address


def _listening(engine: int, server: Server) -> list[int]:
    """Processes of this machine that listen at an address, in the engine's network namespace."""
    state, names = (UDP_OPEN, ("udp", "udp6")) if server.udp else (TCP_LISTEN, ("tcp", "tcp6"))
    inodes = set()
    for name in names:
        for line in lines(f"/proc/{engine}/net/{name}")[1:]:
            words = line.split()
            where, port = address(words[1])
            everywhere = where in {"0.0.0.0", "::"} and _ours(engine, server.address)  # noqa: S104  compared only
            if words[3] == state and port == server.port and (everywhere or _same((where, port), server)):
                inodes.add(words[9])
    return [pid for pid in pids() if inodes & _held(pid)] if inodes else []


def _ours(engine: int, wanted: str) -> bool:
    """Whether an address is one of the engine's own network namespace."""
    if wanted.startswith("127."):
        return True
    rows = lines(f"/proc/{engine}/net/fib_trie")
    return any(wanted == row.split()[-1] and "/32 host LOCAL" in rows[at + 1]
               for at, row in enumerate(rows[:-1]) if row.strip().startswith("|--"))  # fmt: skip


def _held(pid: int) -> set[str]:
    try:
        names = os.listdir(f"/proc/{pid}/fd")  # noqa: PTH208  names only
    except OSError:
        return set()
    targets = (link(f"/proc/{pid}/fd/{name}") or "" for name in names)
    return {target[8:-1] for target in targets if target.startswith("socket:[")}


def _files(pid: int) -> Iterator[str]:
    """Regular files that a process has open for writing, as this program can open them."""
    folder = Path(f"/proc/{pid}/fd")
    try:
        names = os.listdir(folder)  # noqa: PTH208  names only
    except OSError:
        return
    for name in names:
        flags = next((row.split()[1] for row in lines(f"/proc/{pid}/fdinfo/{name}") if row.startswith("flags:")), "0")
        target = link(f"{folder}/{name}") or ""
        if int(flags, 8) & WRITES and target.startswith("/"):
            yield f"/proc/{pid}/root{target}" if not Path(target).exists() else target


def _has(path: str, message: bytes) -> bool:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123  a path of the kernel's
            size = os.fstat(stream.fileno())
            if not stat.S_ISREG(size.st_mode):
                return False
            stream.seek(max(0, size.st_size - TAIL))
            return message in stream.read(TAIL)
    except OSError:
        return False
