"""Another machine beside the engine's, for a moment: a network namespace with a wire into the engine's network.

The other end of the wire lives in the namespace of a small process of ours. When that process ends, however it ends,
the kernel takes the namespace away, and with it both ends of the wire, their addresses and routes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from ipaddress import IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.hosts.commands import PLACES, output
from hardhull.hosts.proc import lines, namespaces
from hardhull.hosts.routes import routes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME: Final = "hh-outside"
"""Of the wire's end in the engine's network (at most 15 letters)."""
NETS: Final = tuple(f"198.18.{number}" for number in range(77, 87))
"""Networks for it, of which the first that meets no route is taken: kept for tests between machines (RFC 2544)."""
SIX: Final = "fd77:6861:7264"
"""A unique local network of our own (RFC 4193)."""
UNSHARE: Final = ("unshare", "--net", "cat")


class NoWireError(Exception):
    """There can be no other machine here; the message says why."""


class Outside(NamedTuple):
    """The other machine.

    Attributes:
        pid: a process in it.
        net: its namespace as the kernel names it.
        doors: the addresses of the engine's machine on the wire.
    """

    pid: int
    net: str
    doors: tuple[str, ...]


@contextmanager
def outside(engine: int) -> Iterator[Outside]:
    """Puts it there, and takes it away.

    Args:
        engine: a process in the engine's network; 0 for our own.

    Raises:
        NoWireError: this user may not, or a program is missing.
    """
    program = shutil.which(UNSHARE[0], path=PLACES)
    if program is None:
        raise NoWireError(f"{UNSHARE[0]} is not installed")
    process = subprocess.Popen(
        [program, *UNSHARE[1:]], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={"PATH": PLACES},
    )  # fmt: skip
    try:
        yield _wired(process, engine)
    finally:
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()
        _gone(engine)


def _wired(process: subprocess.Popen[bytes], engine: int) -> Outside:
    net = _apart(process)
    prefix = _free(engine)
    end = ("name", "eth0", "netns", str(process.pid))
    here = (
        ("link", "add", NAME, "type", "veth", "peer", *end),
        ("address", "add", f"{prefix}.1/24", "dev", NAME),
        ("link", "set", NAME, "up"),
    )
    there = (
        ("link", "set", "lo", "up"),
        ("address", "add", f"{prefix}.2/24", "dev", "eth0"),
        ("link", "set", "eth0", "up"),
        ("route", "add", "default", "via", f"{prefix}.1"),
    )
    _done(engine, here)
    _done(process.pid, there)
    doors = [f"{prefix}.1"]
    both = ((engine, f"{SIX}::1/64", NAME), (process.pid, f"{SIX}::2/64", "eth0"))
    if all(
        output("ip", "address", "add", where, "dev", link, "nodad", net_of=pid) is not None for pid, where, link in both
    ):
        doors.append(f"{SIX}::1")
    return Outside(process.pid, net, tuple(doors))


def _apart(process: subprocess.Popen[bytes]) -> str:
    """The namespace of the process once it has one of its own."""
    own = namespaces("self").get("net")
    for _ in range(500):
        if process.poll() is not None:
            raise NoWireError("this user may not make a network namespace")
        found = namespaces(process.pid).get("net")
        if found and found != own:
            return found
        _wait()
    raise NoWireError("no network namespace came to be")


def _wait() -> None:
    from time import sleep

    sleep(0.01)


def _free(engine: int) -> str:
    """The beginning of the addresses of a network that no route of the engine's machine meets."""
    taken = routes_of(engine or "self")
    found = next((net for net in NETS if not any(IPv4Network(f"{net}.0/24").overlaps(one) for one in taken)), None)
    if found is None:
        raise NoWireError("no network is free for it")
    return found


def _done(pid: int, steps: tuple[tuple[str, ...], ...]) -> None:
    for words in steps:
        if output("ip", *words, net_of=pid) is None:
            raise NoWireError(f"`ip {' '.join(words)}` failed: run it as root, with iproute2 installed")


def _gone(engine: int) -> None:
    """Waits until the kernel has taken the wire away, which it does in its own time."""
    folder = Path(f"/proc/{engine or os.getpid()}/net/dev")
    for _ in range(500):
        if not any(line.strip().startswith(f"{NAME}:") for line in lines(str(folder))):
            return
        output("ip", "link", "delete", NAME, net_of=engine)
        _wait()
