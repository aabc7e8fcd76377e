"""Workers and clients: jobs given out, done and answered, in the background too; figures and refusals."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import struct

from _common.judge import done, holds, same
from _common.lines import Lines

CAN_DO, PRE_SLEEP, NOOP, SUBMIT, CREATED, GRAB, NO_JOB, ASSIGN, COMPLETE, ECHO, ECHOED, BACKGROUND = (
    1,
    4,
    6,
    7,
    8,
    9,
    10,
    11,
    13,
    16,
    17,
    18,
)


def send(link: Lines, kind: int, *parts: bytes) -> None:
    data = b"\0".join(parts)
    link.raw(struct.pack(">4sII", b"\0REQ", kind, len(data)) + data)


def read(link: Lines, wanted: int) -> list[bytes]:
    magic, kind, size = struct.unpack(">4sII", link.read(12))
    same((magic, kind), (b"\0RES", wanted))
    return link.read(size).split(b"\0")


with Lines(4730) as worker, Lines(4730) as client:
    send(client, ECHO, b"hello" * 1000)
    same(read(client, ECHOED), [b"hello" * 1000])
    send(worker, CAN_DO, b"upper")
    send(worker, GRAB)
    read(worker, NO_JOB)
    send(worker, PRE_SLEEP)
    for number in range(50):
        text = f"text {number}".encode()
        send(client, SUBMIT, b"upper", b"", text)
        handle = read(client, CREATED)[0]
        if number == 0:
            read(worker, NOOP)
        send(worker, GRAB)
        same(read(worker, ASSIGN), [handle, b"upper", text])
        send(worker, COMPLETE, handle, text.upper())
        same(read(client, COMPLETE), [handle, text.upper()])
    send(client, BACKGROUND, b"upper", b"own", b"later")
    handle = read(client, CREATED)[0]
    send(worker, GRAB)
    same(read(worker, ASSIGN)[2], b"later")
    send(worker, COMPLETE, handle, b"LATER")
    send(worker, GRAB)
    read(worker, NO_JOB)
    with Lines(4730, end=b"\n") as admin:
        holds(admin.ask("version", "OK"), "1.1")
        admin.ask("status", "upper\t")
        same(admin.line(), ".")
        admin.ask("nonsense", "ERR")
done()
