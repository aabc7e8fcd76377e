"""Addresses told over UDP and TCP, ways asked with a right, a wrong and no password, and refreshed."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import hashlib
import hmac
import os
import socket
import struct

from _common.judge import HOST, SECONDS, done, port, same, true

COOKIE = 0x2112A442
BINDING, ALLOCATE, REFRESH, PERMIT = 1, 3, 4, 8
USERNAME, INTEGRITY, ERROR, LIFETIME, REALM, NONCE, RELAYED, TRANSPORT, MAPPED, PEER = (
    6,
    8,
    9,
    13,
    20,
    21,
    22,
    25,
    32,
    18,
)


def message(kind: int, parts: dict[int, bytes], key: bytes = b"") -> bytes:
    """A request, signed where there is a key."""
    body = b"".join(
        struct.pack("!HH", name, len(value)) + value + b"\0" * (-len(value) % 4) for name, value in parts.items()
    )
    number = os.urandom(12)
    if not key:
        return struct.pack("!HHI", kind, len(body), COOKIE) + number + body
    head = struct.pack("!HHI", kind, len(body) + 24, COOKIE) + number
    return head + body + struct.pack("!HH", INTEGRITY, 20) + hmac.new(key, head + body, hashlib.sha1).digest()


def parts(reply: bytes) -> tuple[int, dict[int, bytes]]:
    """The kind of a reply, and what is in it."""
    kind, size = struct.unpack("!HH", reply[:4])
    found, at = {}, 20
    while at < 20 + size:
        name, length = struct.unpack("!HH", reply[at : at + 4])
        found[name] = reply[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4
    return kind, found


def ask(link: socket.socket, data: bytes) -> tuple[int, dict[int, bytes]]:
    link.sendall(data)
    return parts(link.recv(2000))


def join(kind: int) -> socket.socket:
    link = socket.socket(socket.AF_INET, kind)
    link.settimeout(SECONDS)
    link.connect((HOST, port(3478)))
    return link


for way in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
    link = join(way)
    for _ in range(50):
        kind, found = ask(link, message(BINDING, {}))
        same(kind, 0x101, "the address")
        true(MAPPED in found, "it tells an address")
    kind, found = ask(link, message(ALLOCATE, {TRANSPORT: b"\x11\0\0\0"}))
    same((kind, found[ERROR][2:4]), (0x113, b"\x04\x01"), "without a password")
    who = {USERNAME: b"ada", REALM: found[REALM], NONCE: found[NONCE]}
    wrong = hashlib.md5(b"ada:bench:wrong").digest()
    same(ask(link, message(ALLOCATE, {TRANSPORT: b"\x11\0\0\0", **who}, wrong))[0], 0x113, "a wrong password")
    key = hashlib.md5(b"ada:bench:lovelace").digest()
    kind, found = ask(link, message(ALLOCATE, {TRANSPORT: b"\x11\0\0\0", **who}, key))
    same(kind, 0x103, "the right password")
    true(RELAYED in found, "it tells the way")
    peer = struct.pack(
        "!BBHI", 0, 1, 5000 ^ (COOKIE >> 16), int.from_bytes(socket.inet_aton("192.0.2.1"), "big") ^ COOKIE
    )
    same(ask(link, message(PERMIT, {PEER: peer, **who}, key))[0], 0x108, "a permission")
    same(ask(link, message(REFRESH, {LIFETIME: struct.pack("!I", 0), **who}, key))[0], 0x104, "the end")
    link.close()
done()
