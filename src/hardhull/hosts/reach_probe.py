"""Connects from other network namespaces and tells what came of it.

It is run as a program of its own, which needs nothing but the interpreter: only its own threads enter a namespace. It
reads, as JSON, where to connect from and to, and writes the outcomes in the same order.

    [{"net": "/proc/4242/ns/net", "inode": 4026532000, "to": [["172.17.0.2", 80]]}]   ->   [["open"]]
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import resource
import selectors
import socket
import struct
import sys
import threading
import time
from typing import Any

CLONE_NEWNET = 0x40000000
"""linux/sched.h"""
SECONDS = 1.0
"""For one attempt; a filter that drops answers never."""
PLACES = 256
"""Namespaces at the same time."""
SPARE, MANY = 16, 65536
"""Files that the interpreter needs, and what counts as enough of them."""
RESET = struct.pack("ii", 1, 0)
AT_ONCE = 64
"""Attempts of one namespace that wait at the same time."""
OPEN, REFUSED, SILENT, NO_WAY, GONE = "open", "refused", "no answer", "no way", "gone"
OUTCOMES = {
    0: OPEN, errno.ECONNREFUSED: REFUSED, errno.ECONNRESET: REFUSED, errno.EHOSTUNREACH: NO_WAY,
    errno.ENETUNREACH: NO_WAY, errno.EACCES: NO_WAY, errno.EPERM: NO_WAY, errno.EADDRNOTAVAIL: NO_WAY,
    errno.EAFNOSUPPORT: NO_WAY, errno.EINVAL: NO_WAY,
}  # fmt: skip


def enter(path: str, inode: int) -> bool:
    """Moves this thread into a network namespace; False where it is gone, or another one by now."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        same = os.fstat(handle).st_ino == inode
        return same and not ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET)
    finally:
        os.close(handle)


def attempts(wanted: list[tuple[str, int]], at_once: int = AT_ONCE) -> list[str]:
    """The outcome of each connection, from where this thread is.

    Args:
        wanted: addresses and ports.
        at_once: how many of them may wait at the same time.
    """
    out = [SILENT] * len(wanted)
    waiting: dict[int, tuple[socket.socket, float]] = {}
    left = list(range(len(wanted)))[::-1]
    with selectors.DefaultSelector() as chosen:
        while left or waiting:
            while left and len(waiting) < at_once:
                _begin(left.pop(), wanted, out, waiting, chosen)
            for key, _ in chosen.select(0.05):
                end = waiting.pop(key.data)[0]
                out[key.data] = OUTCOMES.get(end.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), SILENT)
                _close(end, chosen)
            now = time.monotonic()
            for at in [at for at, (_, until) in waiting.items() if until < now]:
                _close(waiting.pop(at)[0], chosen)
    return out


def _begin(
    at: int,
    wanted: list[tuple[str, int]],
    out: list[str],
    waiting: dict[int, tuple[socket.socket, float]],
    chosen: selectors.BaseSelector,
) -> None:
    address, port = wanted[at]
    try:
        end = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:
        out[at] = NO_WAY if error.errno == errno.EAFNOSUPPORT else GONE
        return
    end.setblocking(False)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)  # no trace of ours among the connections that it keeps
    code = end.connect_ex((address, port))
    if code not in {0, errno.EINPROGRESS}:
        out[at] = OUTCOMES.get(code, NO_WAY)
        end.close()
        return
    chosen.register(end, selectors.EVENT_WRITE, at)
    waiting[at] = (end, time.monotonic() + SECONDS)


def _close(end: socket.socket, chosen: selectors.BaseSelector) -> None:
    chosen.unregister(end)
    end.close()


def _files() -> int:
    """How many files may be open for attempts; as many as this user may ask for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return max(SPARE, soft if soft != resource.RLIM_INFINITY else MANY) - SPARE


def told(asked: list[dict[str, Any]]) -> list[list[str]]:
    """The outcomes of all namespaces, each tried by a thread of its own."""
    found: list[list[str]] = [[GONE] * len(one["to"]) for one in asked]
    places = threading.BoundedSemaphore(PLACES)
    share = max(1, min(AT_ONCE, _files() // min(PLACES, len(asked) or 1) - 2))

    def run(at: int) -> None:
        one = asked[at]
        with places:
            if enter(one["net"], one["inode"]):
                found[at] = attempts([(address, port) for address, port in one["to"]], share)

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(asked))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


if __name__ == "__main__":
    json.dump(told(json.load(sys.stdin)), sys.stdout)
