"""What load.py does not send: compare and swap, meta commands, settings, too large values, UDP is off, many clients."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds, same
from _common.lines import Lines

with Lines(11211) as server:
    server.exactly("set c 0 0 1\r\n1", "STORED")
    stamp = server.ask("gets c", "VALUE c 0 1 ").rsplit(" ", 1)[1]
    same([server.line(), server.line()], ["1", "END"])
    server.exactly(f"cas c 0 0 1 {stamp}\r\n2", "STORED")
    server.exactly(f"cas c 0 0 1 {stamp}\r\n3", "EXISTS")
    server.exactly("cas never 0 0 1 1\r\n3", "NOT_FOUND")
    server.exactly("ms meta 2\r\nhi", "HD")
    server.exactly("mg meta s v", "VA 2 s2")
    same(server.line(), "hi")
    server.exactly("md meta", "HD")
    server.exactly("mg meta v", "EN")
    server.exactly("gat 50 c", "VALUE c 0 1")
    same([server.line(), server.line()], ["2", "END"])
    server.exactly("verbosity 0", "OK")
    for what in ("settings", "slabs", "items", "sizes", "conns"):
        server.send(f"stats {what}")
        server.until("END", 500)
    server.exactly("slabs automove 1", "OK")
    server.exactly("flush_all 0", "OK")
    server.exactly(b"set k 0 0 2000000\r\n" + b"k" * 2_000_000, "SERVER_ERROR object too large for cache")
crowd = [Lines(11211) for _ in range(100)]
for one in crowd:
    one.exactly("mn", "MN")
for one in crowd:
    one.send("quit")
    same(one.rest(), b"")
    one.__exit__(None, None, None)
with Lines(11211) as server:
    server.send("stats")
    holds("\n".join(server.until("END")), "total_connections")
done()
