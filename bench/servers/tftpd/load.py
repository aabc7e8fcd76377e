"""Files fetched in blocks of two sizes, sent, fetched back, and refused."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import socket
import struct

from _common.judge import HOST, SECONDS, done, port, same

READ, WRITE, DATA, ACK, ERROR, OPTIONS = 1, 2, 3, 4, 5, 6


def link() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(SECONDS)
    return made


def start(udp: socket.socket, kind: int, name: str, *options: str) -> tuple[bytes, tuple[str, int]]:
    udp.sendto(
        struct.pack(">H", kind) + b"\0".join(word.encode() for word in (name, "octet", *options)) + b"\0",
        (HOST, port(69)),
    )
    return udp.recvfrom(70000)


def fetch(name: str, size: int = 512) -> bytes:
    with link() as udp:
        data, peer = start(udp, READ, name, *(["blksize", str(size)] if size != 512 else []))
        if size != 512:
            same(data[:2], struct.pack(">H", OPTIONS))
            udp.sendto(struct.pack(">HH", ACK, 0), peer)
            data, peer = udp.recvfrom(70000)
        found, number = b"", 1
        while True:
            same(data[:4], struct.pack(">HH", DATA, number))
            found += data[4:]
            udp.sendto(struct.pack(">HH", ACK, number), peer)
            if len(data) < size + 4:
                return found
            data, peer = udp.recvfrom(70000)
            number += 1


def send(name: str, text: bytes) -> None:
    with link() as udp:
        data, peer = start(udp, WRITE, name)
        for number in range(len(text) // 512 + 2):
            same(data, struct.pack(">HH", ACK, number))
            if number == len(text) // 512 + 1:
                return
            udp.sendto(struct.pack(">HH", DATA, number + 1) + text[number * 512 : number * 512 + 512], peer)
            data, peer = udp.recvfrom(70000)


numbers = "".join(f"{n}\n" for n in range(1, 3001)).encode()
for _ in range(3):
    same(fetch("numbers.txt"), numbers)
same(fetch("numbers.txt", 1400), numbers)
send("sent.bin", b"s" * 10_000)
same(fetch("sent.bin"), b"s" * 10_000)
with link() as udp:
    same(start(udp, READ, "missing")[0][:4], struct.pack(">HH", ERROR, 1))
with link() as udp:
    same(start(udp, READ, "/etc/passwd")[0][:2], struct.pack(">H", ERROR))
done()
