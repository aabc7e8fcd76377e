"""What the recorded processes of the tests do: ``python recorded_deeds.py NAME FOLDER``, after a line on standard input."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import resource
import socket
import struct
import sys
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
HOSTILE = b'a,b"\\\n\x1b[31m\xff'
RARE, RARER = 148, 153
"""sched_rr_get_interval and vhangup of amd64."""


def privileged(folder: Path) -> None:
    os.chown(folder, 3, 4)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 80))
        listening.listen()
        with socket.socket() as client:
            client.connect(("127.0.0.1", 80))
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as other:
        other.bind(("::1", 0))
        other.sendto(b"x", ("::1", 53))
    os.setgroups([7, 8])
    os.setgid(6)
    os.setuid(5)


def neighbour(folder: Path) -> None:
    os.sync()
    (folder / "neighbour").write_text("x")


def files(folder: Path) -> None:
    os.chdir(folder)
    Path("relative").write_text("x")
    Path("read").touch()
    Path("read").read_text()
    os.mkdir("made")  # noqa: PTH102  the plain call
    handle = os.open("made", os.O_RDONLY)
    os.close(os.open("below", os.O_CREAT | os.O_WRONLY, dir_fd=handle))
    os.rename("below", "renamed", src_dir_fd=handle, dst_dir_fd=handle)
    os.fchmod(handle, 0o700)
    Path("link").symlink_to("made")
    os.mkdir("link/through")  # noqa: PTH102
    os.close(os.open("/proc/self/fd/1", os.O_WRONLY))  # a pipe of the test
    with contextlib.suppress(OSError):
        os.mkdir("absent/failed")  # noqa: PTH102
    os.mkdir(os.fsencode(folder) + b"/" + HOSTILE)  # noqa: PTH102
    os.close(os.open(os.fsencode(folder) + b"/" + HOSTILE + b"/" + HOSTILE, os.O_CREAT | os.O_RDWR))
    script = Path("script")
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
    os.waitpid(os.posix_spawn("./script", ["./script"], {}), 0)


def long(folder: Path) -> None:
    (folder / ("n" * 200)).write_text("x")


def disguised(_folder: Path) -> None:
    LIBC.prctl(15, b"runc:[2:INIT]", 0, 0, 0)
    LIBC.syscall(RARE, 0, 0)


def compat(_folder: Path) -> None:
    """``sync`` of i386, by ``int 0x80``: number 36, which on amd64 is getitimer."""
    code = b"\x53\xb8\x24\x00\x00\x00\xcd\x80\x5b\xc3"
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    ctypes.CFUNCTYPE(ctypes.c_int)(address)()


def denied(folder: Path) -> None:
    """A filter that answers mkdir with EPERM and vhangup with ENOSYS."""
    allow = struct.pack("HBBI", 6, 0, 0, 0x7FFF0000)
    program = struct.pack("HBBI", 0x20, 0, 0, 0)
    for number, error in ((83, 1), (RARER, 38)):
        program += struct.pack("HBBI", 0x15, 0, 1, number) + struct.pack("HBBI", 6, 0, 0, 0x50000 | error)
    program += allow
    buffer = ctypes.create_string_buffer(program)
    header = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer))
    LIBC.prctl(38, 1, 0, 0, 0)
    assert LIBC.prctl(22, 2, ctypes.create_string_buffer(header), 0, 0) == 0
    LIBC.syscall(RARER)
    with contextlib.suppress(PermissionError):
        os.mkdir(folder / "denied")  # noqa: PTH102
    LIBC.syscall(RARER)


def refused(folder: Path) -> None:
    """What the kernel refuses a process: without powers, on a file system that is read-only, and at its bounds."""
    os.chdir(folder)
    for name in ("closed", "frozen"):
        os.mkdir(name)  # noqa: PTH102
    Path("closed/file").write_text("x")
    Path("open").write_text("x")
    assert LIBC.mount(b"none", b"frozen", b"tmpfs", 1, 0) == 0
    os.chmod("closed", 0o700)  # noqa: PTH101
    os.chmod(".", 0o777)  # noqa: PTH101, S103
    resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
    os.setgroups([])
    os.setgid(12345)
    os.setuid(12345)
    handle = os.open(".", os.O_RDONLY)
    frozen = os.open("frozen", os.O_RDONLY)
    attempts = (
        lambda: os.open("closed/file", os.O_RDONLY),
        lambda: os.open("closed/new", os.O_WRONLY | os.O_CREAT, dir_fd=handle),
        lambda: os.mkdir("frozen/made"),  # noqa: PTH102
        lambda: os.mkdir("made", dir_fd=frozen),
        lambda: os.chown("open", 5, 5),
        lambda: os.fchown(os.open("open", os.O_RDONLY), 5, 5),
        lambda: os.open("absent", os.O_RDONLY),
        lambda: Path("open").read_text(),
        lambda: os.execv("open", ["open"]),  # noqa: S606
        lambda: socket.socket(socket.AF_UNIX).bind("frozen/socket"),
        lambda: socket.socket(socket.AF_UNIX).connect("closed/file"),
        lambda: os.setuid(0),
        lambda: os.fork() or os._exit(0),
    )
    for attempt in attempts:
        with contextlib.suppress(OSError):
            attempt()
    LIBC.mount(b"none", b"frozen", b"tmpfs", 0, 0)


def nested(folder: Path) -> None:
    """Makes a mount namespace of its own, as a sandbox in a container does."""
    assert LIBC.unshare(0x20000) == 0
    LIBC.syscall(RARE, 0, 0)
    (folder / "inside").write_text("x")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.sendmsg([b"x"], [], 0, ("127.0.0.3", 53))


def rare(folder: Path) -> None:
    """One rare call at a time that the folder's name tells, in a thousandth of a second; then it ends at once."""
    import time

    time.sleep(int(folder.name) / 1000)
    LIBC.syscall(RARE, 0, 0)
    os._exit(0)


def many(folder: Path) -> None:
    for number in range(100):
        (folder / str(number)).write_text("x")


if __name__ == "__main__":
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    globals()[sys.argv[1]](Path(sys.argv[2]))
