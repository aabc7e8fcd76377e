"""Commands inside a container of a world and on this machine, bounded in time and output."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from docker import APIClient

    from hardhull.run.world import World

OUTPUT = 64 * 1024
"""Bytes of output that are kept; more is read and dropped."""
TURN = Lock()
"""Commands of a person's own run one after the other: nobody wrote them to be run beside themselves."""
LOOK = 0.5
"""Seconds between two looks whether a command is still wanted."""
_HEADER = 8
"""Bytes before each part of an exec's stream: which stream, three zeros, the length in big endian."""


class Ran(NamedTuple):
    """How a command ended.

    Attributes:
        code: its exit code; None where it was stopped because its time was over.
        output: what it wrote, to both streams.
        seconds: how long it took.
        missing: whether it could not be started at all (no such program, or not executable).
    """

    code: int | None
    output: bytes
    seconds: float
    missing: bool = False


def inside(world: World, container: str, words: Sequence[str], seconds: float) -> Ran:
    """Runs a command in a container, as its user.

    Args:
        world: where.
        container: its id.
        words: program and arguments.
        seconds: at most.

    Raises:
        APIError: the container does not run.
    """
    return executed(world.client, container, words, seconds)


def executed(client: APIClient, container: str, words: Sequence[str], seconds: float) -> Ran:
    """The same of a container that is in no world."""
    from docker.utils.socket import read

    start = time.monotonic()
    made = client.exec_create(container, list(words))["Id"]
    stream: Any = client.exec_start(made, socket=True)
    data = b""
    try:
        while (left := start + seconds - time.monotonic()) > 0:
            ready, _, _ = select.select([stream], [], [], left)
            if not ready:
                break
            part = read(stream, 16384)
            if not part:
                return _ended(client, made, _joined(data), time.monotonic() - start)
            data += part if len(data) < OUTPUT else b""
    finally:
        _close(stream)
    _end_exec(client, made)
    return Ran(None, _joined(data), time.monotonic() - start)


def _close(stream: Any) -> None:
    """The SDK leaves the socket under its stream to the garbage collector."""
    under = getattr(stream, "_sock", None)
    stream.close()
    if under is not None:
        under.close()


def _ended(client: APIClient, made: str, output: bytes, seconds: float) -> Ran:
    """The stream ends a moment before the engine knows the exit code."""
    for _ in range(100):
        code = client.exec_inspect(made)["ExitCode"]
        if code is not None:
            return Ran(code, output, seconds, missing=code in {126, 127} and b"OCI runtime exec failed" in output)
        time.sleep(0.02)
    return Ran(None, output, seconds)


def _end_exec(client: APIClient, made: str) -> None:
    """Kills what an exec started; where this user may not, it ends with its container."""
    pid = client.exec_inspect(made).get("Pid")
    if pid:
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def _joined(data: bytes) -> bytes:
    """The parts of a multiplexed stream; text without headers is taken as it is."""
    out, at = b"", 0
    while at + _HEADER <= len(data) and data[at] <= 2 and data[at + 1 : at + 4] == b"\0\0\0":
        size = int.from_bytes(data[at + 4 : at + _HEADER], "big")
        out += data[at + _HEADER : at + _HEADER + size]
        at += _HEADER + size
    return out if at else data


def on_host(
    world: World, command: str, env: Mapping[str, str], seconds: float, wanted: Callable[[int], bool] = lambda _: True
) -> Ran:
    """Runs a command of the person's own on this machine, in a shell and a process group that ends with the run.

    One at a time; the seconds are counted when it is its turn.

    Args:
        world: of the run.
        command: for the shell.
        env: variables that it gets beside those of this process.
        seconds: at most.
        wanted: asked now and again whether there is still something to run it for; is told the command's session.
    """
    with TURN:
        return _on_host(world, command, env, seconds, wanted)


def _on_host(world: World, command: str, env: Mapping[str, str], seconds: float, wanted: Callable[[int], bool]) -> Ran:
    start = time.monotonic()
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **env},
        start_new_session=True,
    )
    world.guard.watch(process.pid)
    try:
        output, ended = _drained(process, start + seconds, wanted)
        code = process.wait() if ended else None
    finally:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        world.guard.release(process.pid)
        if process.stdout is not None:
            process.stdout.close()
    return Ran(code, output, time.monotonic() - start, missing=code == 127)


def _drained(process: subprocess.Popen[bytes], end: float, wanted: Callable[[int], bool]) -> tuple[bytes, bool]:
    """The output, and whether the command ended in time; a child that it leaves behind may keep the pipe open."""
    look = time.monotonic() + LOOK
    assert process.stdout is not None  # noqa: S101  a pipe was asked for
    handle = process.stdout.fileno()
    output = b""
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select([handle], [], [], min(left, 0.1))
        if ready:
            part = os.read(handle, 16384)
            if not part:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.0, end - time.monotonic()))
                return output, process.poll() is not None
            output += part if len(output) < OUTPUT else b""
        elif process.poll() is not None:
            return output + _last(handle), True
        if time.monotonic() > look:
            if not wanted(process.pid):
                break
            look = time.monotonic() + LOOK
    return output, False


def _last(handle: int) -> bytes:
    """What a command wrote between the last look and its end; a child that it leaves behind may write on."""
    output = b""
    while len(output) < OUTPUT and select.select([handle], [], [], 0)[0] and (part := os.read(handle, 16384)):
        output += part
    return output
