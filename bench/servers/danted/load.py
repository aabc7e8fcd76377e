"""Connections handed on by name, a password, and ports that are blocked or closed."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import socket
import struct

from _common.judge import HOST, SECONDS, done, holds, port, same


def greet(password: bytes) -> tuple[socket.socket, int]:
    """A connection that has shown a password; 0 where that was right."""
    made = socket.create_connection((HOST, port(1080)), SECONDS)
    made.sendall(b"\x05\x01\x02")
    same(made.recv(2), b"\x05\x02", "the method")
    made.sendall(b"\x01\x03ada" + bytes([len(password)]) + password)
    return made, made.recv(2)[1]


def connect(host: bytes, number: int) -> tuple[socket.socket, int]:
    """Asks for a way to there; 0 where there is one."""
    made, code = greet(b"lovelace")
    same(code, 0, "the password")
    made.sendall(b"\x05\x01\x00\x03" + bytes([len(host)]) + host + struct.pack("!H", number))
    return made, made.recv(10)[1]


for _ in range(30):
    way, code = connect(b"nginx", 80)
    same(code, 0, "the way to nginx")
    way.sendall(b"GET /about.html HTTP/1.0\r\n\r\n")
    said = b""
    while part := way.recv(4096):
        said += part
    holds(said, b"<h1>about</h1>")
    way.close()
way, code = connect(b"nginx", 81)
same(code, 2, "a blocked port")
way.close()
way, code = connect(b"nginx", 82)
same(code, 5, "a closed port")
way.close()
way, code = greet(b"wrong")
same(code != 0, True, "a wrong password")
way.close()
done()
