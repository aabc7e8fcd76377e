"""What makes a rule record: a new process that does what the rule is about, and changes nothing by it.

New, because a process that began before auditing was switched on for the first time is never recorded.
"""

from __future__ import annotations

import errno
import os
import secrets
import subprocess
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from hardhull.audit.x86 import connects_by_32_bits
from hardhull.hosts.commands import PLACES

if TYPE_CHECKING:
    from hardhull.audit.wanted import Wish

SECONDS: Final = 20
CONNECT: Final = "import socket,sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
RUN: Final = "import os,sys; os.execv(sys.argv[1], [sys.argv[1], 'x' * 200000])"
"""Longer than one argument may be (MAX_ARG_STRLEN, 128 KiB): the kernel looks the program up, and does not run it."""
WRITE: Final = "import os,sys; os.open(sys.argv[1], os.O_WRONLY | os.O_DIRECTORY)"
"""An open for writing that must fail, because a file is no folder: neither bytes nor times change."""
CREATE: Final = (
    "import os,sys; os.close(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)); os.unlink(sys.argv[1])"
)
CALL: Final = "import ctypes; ctypes.CDLL(None).syscall(425, 0, None)"
"""io_uring_setup: it fails, and leaves nothing."""
SAID: Final = {
    "socket": "a new process connects to it", "program": "a new process tries to run it, with a word that is too long",
    "file": "a new process tries to open it for writing, as if it were a folder",
    "folder": "a new process makes a file in it, and removes it",
}  # fmt: skip
NONE: Final = "this kernel runs no 32-bit programs"


class Stimulus(NamedTuple):
    """One that was made.

    Attributes:
        pid: of the process; 0 where none could be started.
        said: what it did, for people.
        none: why there is nothing to do; empty where it was done.
    """

    pid: int
    said: str
    none: str = ""


def stimulate(wish: Wish) -> Stimulus:
    """Does once what a rule is about.

    Args:
        wish: no quiet one.
    """
    path, kind = wish.used.path, wish.used.kind
    if kind == "socket" and ("arch", "=", "b32") in wish.rule.fields:
        return _by_32_bits(path)
    if kind == "socket":
        return Stimulus(_python(CONNECT, path), SAID[kind])
    if kind == "call":
        return Stimulus(_python(CALL, path), "a new process makes the call, without arguments")
    if kind == "program":
        return Stimulus(_python(RUN, path), SAID[kind])
    if kind == "file":
        return Stimulus(_python(WRITE, path), SAID[kind])
    return Stimulus(_python(CREATE, f"{path}/.hardhull-{secrets.token_hex(6)}"), SAID["folder"])


def _python(code: str, path: str) -> int:
    return _run([sys.executable, "-I", "-S", "-c", code, path])


def _run(command: list[str], fd: int = -1) -> int:
    """The number of a process that has come to its end.

    Raises:
        OSError: it cannot be started.
    """
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
        env={"PATH": PLACES}, pass_fds=() if fd < 0 else (fd,),
    )  # fmt: skip
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return process.pid


def _by_32_bits(path: str) -> Stimulus:
    """A program of 32 bits, of a few bytes; where the kernel runs none, nobody can come that way."""
    if os.uname().machine != "x86_64":
        return Stimulus(0, SAID["socket"], "nothing here tries it from a 32-bit program")
    said = "a new 32-bit process connects to it"
    program = os.memfd_create("connect", 0)  # in memory: where files may be made, none may be run on some machines
    try:
        os.write(program, connects_by_32_bits(path))
        return Stimulus(_run([f"/proc/self/fd/{program}"], program), said)
    except OSError as error:
        return Stimulus(0, said, NONE if error.errno == errno.ENOEXEC else f"not tried: {error.strerror}")
    finally:
        os.close(program)
