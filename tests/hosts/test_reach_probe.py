"""The program that connects from other namespaces: every outcome, and no attempt that is lost for want of files."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hardhull.hosts.networks import PROBE

OWN = "/proc/self/ns/net"
pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="entering a namespace needs root"
)


def told(asked: list[dict[str, Any]], files: int = 1024) -> list[list[str]]:
    """What it tells with so many files at the most."""

    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, 32), files))

    done = subprocess.run(
        [sys.executable, "-I", "-S", PROBE], input=json.dumps(asked).encode(), capture_output=True, check=True,
        preexec_fn=narrow,
    )  # fmt: skip
    found: list[list[str]] = json.loads(done.stdout)
    return found


def listening(stack: ExitStack, count: int, family: socket.AddressFamily = socket.AF_INET) -> list[int]:
    ports = []
    for _ in range(count):
        one = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
        one.bind(("127.0.0.1" if family == socket.AF_INET else "::1", 0))
        one.listen(1024)
        ports.append(one.getsockname()[1])
    return ports


def here(*to: tuple[str, int]) -> dict[str, Any]:
    return {"net": OWN, "inode": Path(OWN).stat().st_ino, "to": list(to)}


def test_each_outcome_has_its_word() -> None:
    with ExitStack() as stack:
        (four,), (six,) = listening(stack, 1), listening(stack, 1, socket.AF_INET6)
        closed = stack.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))
        asked = here(("127.0.0.1", four), ("::1", six), ("127.0.0.1", closed.getsockname()[1]), ("255.255.255.255", 1))
        assert told([asked]) == [["open", "open", "refused", "no way"]]


def test_another_namespace_than_the_one_that_was_meant_is_not_tried() -> None:
    asked = here(("127.0.0.1", 1))
    gone = {**asked, "net": "/proc/0/ns/net"}
    other = {**asked, "inode": 1}
    assert told([gone, other, asked]) == [["gone"], ["gone"], ["refused"]]


def test_nothing_is_lost_where_few_files_may_be_open() -> None:
    with ExitStack() as stack:
        ports = listening(stack, 8)
        asked = [here(*(("127.0.0.1", port) for port in ports * 30)) for _ in range(6)]
        assert told(asked, files=64) == [["open"] * 240] * 6


def test_a_connection_leaves_nothing_behind() -> None:
    with ExitStack() as stack:
        (port,) = listening(stack, 1)
        assert told([here(("127.0.0.1", port))]) == [["open"]]
        with open("/proc/self/net/tcp") as rows:  # noqa: PTH123
            kept = [row for row in rows if f":{port:04X} " in row and row.split()[3] == "06"]
        assert kept == [], "in TIME_WAIT it would look like a connection of the container's own"
