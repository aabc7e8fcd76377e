"""A small site: pages, compression, ranges, caching, redirects, a proxied path, uploads, and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import gzip

from _common.judge import done, same
from _common.web import Web

web = Web(80)
for _ in range(100):
    web.get("/", exactly=b"<h1>hello</h1>\n")
plain = web.get("/style.css")
packed = web.ask("GET", "/style.css", headers={"Accept-Encoding": "gzip"})
same(packed.headers["content-encoding"], "gzip")
same(gzip.decompress(packed.body), plain.body)
web.ask("GET", "/style.css", 206, headers={"Range": "bytes=0-3"}, exactly=b"body")
web.ask("GET", "/style.css", 304, headers={"If-None-Match": plain.headers["etag"]}, exactly=b"")
same(web.ask("HEAD", "/about.html").headers["content-length"], "15")
same(web.get("/old", 301).headers["location"].endswith("/about.html"), True)
web.get("/files/", has="one.txt")
web.get("/inner/path?x=1", exactly=b"inner /path?x=1\n")
web.ask("PUT", "/upload/note.txt", 201, body=b"n" * 60000)
web.get("/upload/note.txt", exactly=b"n" * 60000)
web.ask("DELETE", "/upload/note.txt", 204)
web.get("/upload/note.txt", 404)
web.get("/missing", 404, has="404 Not Found")
web.ask("POST", "/", 405, body=b"x")
for _ in range(20):
    web.fresh()
    web.get("/about.html", exactly=b"<h1>about</h1>\n")
done()
