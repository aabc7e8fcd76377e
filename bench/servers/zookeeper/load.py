"""Sessions, nodes made, read, watched, changed and removed over its own protocol, and its four-letter words."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import struct

from _common.judge import done, holds, same, true
from _common.lines import Lines

CREATE, DELETE, EXISTS, GET, SET, CHILDREN, PING, CLOSE = 1, 2, 3, 4, 5, 8, 11, -11
OPEN_ACL = struct.pack(">ii", 1, 31) + struct.pack(">i", 5) + b"world" + struct.pack(">i", 6) + b"anyone"


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack(">i", len(data)) + data


class Session:
    def __init__(self) -> None:
        self.link = Lines(2181)
        self._number = 0
        self.link.raw(text(struct.pack(">iqiq", 0, 0, 10000, 0) + text(bytes(16)) + b"\0"))
        answer = self._frame()
        true(struct.unpack(">i", answer[4:8])[0] > 0, "a session is given")

    def _frame(self) -> bytes:
        return self.link.read(struct.unpack(">i", self.link.read(4))[0])

    def call(self, kind: int, body: bytes = b"", error: int = 0) -> bytes:
        self._number += 1
        self.link.raw(text(struct.pack(">ii", self._number, kind) + body))
        answer = self._frame()
        number, _, code = struct.unpack(">iqi", answer[:16])
        same((number, code), (self._number, error))
        return answer[16:]

    def event(self) -> int:
        answer = self._frame()
        same(struct.unpack(">i", answer[:4])[0], -1)
        return struct.unpack(">i", answer[16:20])[0]


one, two = Session(), Session()
one.call(CREATE, text("/bench") + text("top") + OPEN_ACL + struct.pack(">i", 0))
for number in range(50):
    one.call(CREATE, text(f"/bench/n{number}") + text(f"value {number}") + OPEN_ACL + struct.pack(">i", 0))
    holds(two.call(GET, text(f"/bench/n{number}") + b"\0"), f"value {number}".encode())
same(struct.unpack(">i", two.call(CHILDREN, text("/bench") + b"\0")[:4])[0], 50)
two.call(GET, text("/bench/n7") + b"\1")
one.call(SET, text("/bench/n7") + text("changed") + struct.pack(">i", 0))
same(two.event(), 3)
holds(two.call(GET, text("/bench/n7") + b"\0"), b"changed")
one.call(SET, text("/bench/n7") + text("late") + struct.pack(">i", 0), error=-103)
one.call(CREATE, text("/bench") + text("x") + OPEN_ACL + struct.pack(">i", 0), error=-110)
one.call(GET, text("/missing") + b"\0", error=-101)
one.call(CREATE, text("/bench/gone") + text("x") + OPEN_ACL + struct.pack(">i", 1))
two.call(EXISTS, text("/bench/gone") + b"\1")
one.call(CLOSE)
same(two.event(), 2)
for number in range(50):
    two.call(DELETE, text(f"/bench/n{number}") + struct.pack(">i", -1))
two.call(DELETE, text("/bench") + struct.pack(">i", -1))
two.call(CLOSE)
for word, part in (
    ("ruok", b"imok"),
    ("stat", b"Zookeeper version"),
    ("srvr", b"Mode: standalone"),
    ("mntr", b"zk_version"),
    ("conf", b"clientPort=2181"),
):
    with Lines(2181, end=b"") as link:
        link.send(word)
        holds(link.rest(), part)
done()
