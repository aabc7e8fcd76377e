"""What load.py does not ask: the table of figures, HEAD, chunks, broken requests, a slow client, ranges through it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds, same, until
from _common.lines import Lines
from _common.web import Web

web = Web(80)
until(lambda: Web(8404).get("/;csv").text, lambda text: "nginx,one" in text and ",UP," in text, "the backend is up")
same(web.ask("HEAD", "/style.css").body, b"")
web.ask("PUT", "/upload/parts", 201, body=iter([b"one", b"two"]))
web.get("/upload/parts", exactly=b"onetwo")
web.ask("DELETE", "/upload/parts", 204)
web.ask("GET", "/about.html", 206, headers={"Range": "bytes=0-3"}, exactly=b"<h1>")
with Lines(80) as bad:
    bad.send("NONSENSE\r\n")
    holds(bad.rest(), b"400 Bad")
with Lines(80) as slow:
    slow.raw(b"GET /local HT")
    slow.raw(b"TP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    holds(slow.rest(), b"from haproxy")
with Lines(80) as long:
    long.send("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + "l" * 20000 + "\r\n")
    holds(long.rest(), b"400")
holds(Web(8404).get("/;json").text, "objType")
Web(8404).get("/;csv;norefresh", has="pxname")
crowd = [Web(80) for _ in range(100)]
for one in crowd:
    one.get("/local", exactly=b"from haproxy\n")
done()
