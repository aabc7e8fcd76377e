"""A program of 32-bit x86 that connects to a Unix socket, made of its bytes: no compiler, and no library of 32 bits."""

from __future__ import annotations

import struct
from typing import Final

BASE: Final = 0x08048000
HEADERS: Final = 52 + 32
"""Of an ELF file with one segment (elf(5))."""
UNIX, STREAM = 1, 1
SOCKET, CONNECT, EXIT = 359, 362, 1
"""Numbers of arch/x86/entry/syscalls/syscall_32.tbl."""


def connects_by_32_bits(path: str) -> bytes:
    """The program: socket(AF_UNIX, SOCK_STREAM, 0), connect(it, path), exit.

    Args:
        path: of the socket, at most 107 bytes.

    Raises:
        ValueError: it is longer.
    """
    name = path.encode("utf-8", "surrogateescape")
    if len(name) > 107:
        raise ValueError("the path of a socket has at most 107 bytes")
    address = struct.pack("<H", UNIX) + name + b"\0"
    code = b"".join(
        (
            _move(0, SOCKET), _move(3, UNIX), _move(1, STREAM), _move(2, 0), b"\xcd\x80",
            b"\x89\xc3", _move(0, CONNECT), _move(1, BASE + HEADERS + 53), _move(2, len(address)), b"\xcd\x80",
            _move(0, EXIT), _move(3, 0), b"\xcd\x80",
        )
    )  # fmt: skip
    size = HEADERS + len(code) + len(address)
    ident = b"\x7fELF" + bytes((1, 1, 1)) + bytes(9)
    head = struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, BASE + HEADERS, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    segment = struct.pack("<IIIIIIII", 1, 0, BASE, BASE, size, size, 5, 0x1000)
    return ident + head + segment + code + address


def _move(register: int, value: int) -> bytes:
    """``mov r32, imm32``; eax 0, ecx 1, edx 2, ebx 3. ``int 0x80`` is ``cd 80``, ``mov ebx, eax`` is ``89 c3``."""
    return bytes((0xB8 + register,)) + struct.pack("<I", value)
