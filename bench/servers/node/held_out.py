"""What load.py does not ask: a slow digest, folders, chunked bodies, HEAD, bad requests, a broken upload."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import hashlib

from _common.judge import done, holds, same
from _common.lines import Lines
from _common.web import Web

web = Web(3000)
same(len(web.get("/scrypt").text), 64)
web.get("/list", exactly=b"server.js")
web.ask("POST", "/digest", body=iter([b"a", b"b"]), exactly=hashlib.sha256(b"ab").hexdigest().encode())
web.ask("HEAD", "/", 404)
web.ask("DELETE", "/note", 404)
web.get("/?" + "q" * 4000, exactly=b"hello from node")
with Lines(3000) as bad:
    bad.send("NONSENSE\r\n")
    holds(bad.rest(), b"400 Bad Request")
with Lines(3000) as gone:
    gone.send("PUT /note HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nshort")
with Lines(3000) as long:
    long.send("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + "l" * 20000 + "\r\n")
    holds(long.rest(), b"431")
many = [Web(3000) for _ in range(50)]
for one in many:
    one.get("/child", exactly=b"from a child\n")
done()
