"""Figures by lines and pickled, asked back from its memory, many names, and nonsense that is survived."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import pickle
import socket
import struct
import time

from _common.judge import HOST, SECONDS, done, port, same, true, until


def query(name: str) -> list[tuple[float, float]]:
    asked = pickle.dumps({"type": "cache-query", "metric": name}, 2)
    with socket.create_connection((HOST, port(7002)), SECONDS) as link, link.makefile("rb") as reader:
        link.sendall(struct.pack(">I", len(asked)) + asked)
        (size,) = struct.unpack(">I", reader.read(4))
        return pickle.loads(reader.read(size))["datapoints"]


now = int(time.time())
for turn in range(3):
    with socket.create_connection((HOST, port(2003)), SECONDS) as link:
        for number in range(100):
            link.sendall(f"bench.lines.n{number} {turn} {now + turn}\n".encode())
        link.sendall(b"nonsense\n\xff\xfe 1 2\n")
with socket.create_connection((HOST, port(2004)), SECONDS) as link:
    data = pickle.dumps([(f"bench.pickled.n{number}", (now, number)) for number in range(100)], 2)
    link.sendall(struct.pack(">I", len(data)) + data)
same(query("bench.never"), [])
with socket.create_connection((HOST, port(2003)), SECONDS) as link:
    for number in range(1000):
        link.sendall(f"bench.late.n{number} {number} {now}\n".encode())


def held() -> int:
    """How many of the last names are in its memory with what was sent; the others are on disk already."""
    found = [query(f"bench.late.n{number}") for number in range(900, 1000)]
    true(
        all(points in ([(now, float(number))], []) for number, points in enumerate(found, 900)),
        "what was sent, or nothing",
    )
    return sum(bool(points) for points in found)


until(held, lambda count: count > 50, "the last names are in its memory")
done()
