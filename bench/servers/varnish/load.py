"""Pages from a site kept and given again, purged, made by itself, passed through, and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, same
from _common.web import Web

web = Web(6081)
web.ask("PURGE", "/about.html")
same(web.get("/about.html", exactly=b"<h1>about</h1>\n").headers["x-cache"], "MISS")
for _ in range(100):
    same(web.get("/about.html", exactly=b"<h1>about</h1>\n").headers["x-cache"], "HIT")
web.ask("PURGE", "/about.html")
same(web.get("/about.html").headers["x-cache"], "MISS")
web.get("/synthetic", 299, has="made here")
web.get("/inner/deep", exactly=b"inner /deep\n")
web.get("/missing", 404)
web.ask("PUT", "/upload/kept", 201, body=b"k" * 5000)
web.get("/upload/kept", exactly=b"k" * 5000)
web.ask("DELETE", "/upload/kept", 204)
web.ask("GET", "/about.html", 206, headers={"Range": "bytes=0-3"}, exactly=b"<h1>")
for _ in range(20):
    web.fresh()
    web.get("/", exactly=b"<h1>hello</h1>\n")
done()
