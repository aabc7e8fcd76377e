"""Keeping, adding, replacing, counting, expiry, large values, figures, and refusals, in both text commands."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds, same, true
from _common.lines import Lines

with Lines(11211) as server:
    server.exactly("flush_all", "OK")
    for number in range(200):
        server.exactly(f"set key{number} 0 0 5\r\nhello", "STORED")
        server.exactly(f"get key{number}", f"VALUE key{number} 0 5")
        same([server.line(), server.line()], ["hello", "END"])
    server.exactly("add key1 0 0 1\r\nx", "NOT_STORED")
    server.exactly("replace key1 7 0 1\r\n5", "STORED")
    server.exactly("incr key1 3", "8")
    server.exactly("decr key1 1", "7")
    server.exactly("append key1 0 0 1\r\n0", "STORED")
    server.exactly("get key1", "VALUE key1 7 2")
    same([server.line(), server.line()], ["70", "END"])
    server.exactly("delete key1", "DELETED")
    server.exactly("get key1", "END")
    server.exactly("touch key2 100", "TOUCHED")
    server.exactly("set gone 0 -1 1\r\nx", "STORED")
    server.exactly("get gone", "END")
    big = b"b" * 900_000
    server.exactly(b"set big 0 0 900000\r\n" + big, "STORED")
    server.exactly("get big", "VALUE big 0 900000")
    same(server.read(900_002), big + b"\r\n")
    same(server.line(), "END")
    server.exactly("nonsense", "ERROR")
    true(server.ask("version", "VERSION 1."), "version")
    server.send("stats")
    holds("\n".join(server.until("END")), "curr_items")
for _ in range(20):
    with Lines(11211) as server:
        server.exactly("mg key2 v", "VA 5")
        same(server.line(), "hello")
done()
