"""People let in by two methods, refused with wrong passwords, and a server that tells its state."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import hashlib
import os
import socket
import struct

from _common.judge import HOST, SECONDS, done, holds, port, same

SECRET = b"bench"


def ask(fields: list[tuple[int, bytes]], stamp: bytes, number: int) -> tuple[int, bytes]:
    """The code of the answer and its fields."""
    packed = b"".join(bytes([kind, len(value) + 2]) + value for kind, value in fields)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.settimeout(SECONDS)
        link.sendto(struct.pack(">BBH", 1, number, 20 + len(packed)) + stamp + packed, (HOST, port(1812)))
        answer = link.recv(4096)
    proof = hashlib.md5(answer[:4] + stamp + answer[20:] + SECRET).digest()
    same((answer[1], answer[4:20]), (number, proof), "the answer is to this question and by this server")
    return answer[0], answer[20:]


def hidden(password: bytes, stamp: bytes) -> bytes:
    key = hashlib.md5(SECRET + stamp).digest()
    return bytes(a ^ b for a, b in zip(password.ljust(16, b"\0"), key, strict=True))


for number in range(50):
    stamp = os.urandom(16)
    code, fields = ask([(1, b"ada"), (2, hidden(b"lovelace", stamp))], stamp, number)
    same(code, 2)
    holds(fields, b"hello ada")
for number in range(10):
    stamp = os.urandom(16)
    proof = bytes([number]) + hashlib.md5(bytes([number]) + b"lovelace" + stamp).digest()
    same(ask([(1, b"ada"), (3, proof), (60, stamp)], stamp, number)[0], 2)
stamp = os.urandom(16)
same(ask([(1, b"ada"), (2, hidden(b"wrong", stamp))], stamp, 99)[0], 3)
done()
