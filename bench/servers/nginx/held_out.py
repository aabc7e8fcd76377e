"""What load.py does not ask: several ranges, dates, refused and oversized bodies, bad requests, HTTP/1.0."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, same, true
from _common.lines import Lines
from _common.web import Web

web = Web(80)
reply = web.ask("GET", "/style.css", 206, headers={"Range": "bytes=0-3,10-12"})
true(reply.headers["content-type"].startswith("multipart/byteranges"), reply.headers["content-type"])
web.ask("GET", "/style.css", 416, headers={"Range": "bytes=9999999-"})
dated = web.get("/files/two.txt", exactly=b"two\n").headers["last-modified"]
web.ask("GET", "/files/two.txt", 304, headers={"If-Modified-Since": dated})
web.ask("GET", "/files/two.txt", 412, headers={"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"})
with Lines(80) as big:
    big.send("PUT /upload/big HTTP/1.1\r\nHost: a\r\nContent-Length: 1100000\r\n")
    big.expect("HTTP/1.1 413")
web.fresh()
web.ask("DELETE", "/upload/never", 404)
web.ask("PUT", "/upload/chunked", 201, body=iter([b"one", b"two"]))
web.get("/upload/chunked", exactly=b"onetwo")
web.ask("PUT", "/upload/chunked", 204, body=b"again")
web.ask("DELETE", "/upload/chunked", 204)
web.get("/files", 301)
web.get("/%2e%2e/etc/passwd", 400)
web.fresh()
with Lines(80) as old:
    old.send("GET /about.html HTTP/1.0")
    old.send("")
    same(old.rest().endswith(b"<h1>about</h1>\n"), True)
with Lines(80) as bad:
    bad.send("NONSENSE")
    true(b"400 Bad Request" in bad.rest(), "nonsense is a bad request")
with Lines(80) as piped:
    piped.raw(
        b"GET /index.html HTTP/1.1\r\nHost: a\r\n\r\nGET /files/one.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    )
    both = piped.rest()
    true(b"hello" in both and both.endswith(b"one\n"), "two requests at once")
done()
