"""FastCGI, as a web server speaks it to a pool of workers."""

from __future__ import annotations

import socket
import struct

from _common.judge import HOST, SECONDS, port

HEADER = struct.Struct(">BBHHBx")
BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def request(number: int, fields: dict[str, str], body: bytes = b"") -> tuple[dict[str, str], bytes]:
    """One request on a connection of its own: the headers of the answer, in small letters, and its body."""
    named = b"".join(_length(name) + _length(value) + name.encode() + value.encode() for name, value in fields.items())
    sent = _record(BEGIN, struct.pack(">HB5x", 1, 0)) + _record(PARAMS, named) + _record(PARAMS, b"")
    sent += b"".join(_record(STDIN, body[at : at + 60000]) for at in range(0, len(body), 60000)) + _record(STDIN, b"")
    out = b""
    with socket.create_connection((HOST, port(number)), SECONDS) as link, link.makefile("rb") as reader:
        link.sendall(sent)
        while True:
            _, kind, _, size, padding = HEADER.unpack(reader.read(HEADER.size))
            data = reader.read(size + padding)[:size]
            if kind == STDOUT:
                out += data
            elif kind == END:
                break
    head, _, rest = out.partition(b"\r\n\r\n")
    lines = (line.partition(": ") for line in head.decode().split("\r\n"))
    return {name.lower(): value for name, _, value in lines}, rest


def _record(kind: int, data: bytes) -> bytes:
    return HEADER.pack(1, kind, 1, len(data), 0) + data


def _length(text: str) -> bytes:
    size = len(text.encode())
    return struct.pack(">I", size | 0x80000000) if size > 127 else bytes([size])
