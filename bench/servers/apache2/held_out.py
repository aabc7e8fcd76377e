"""What load.py does not ask: negotiation, OPTIONS, TRACE, forbidden files, compression, HTTP/1.0, bad requests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import gzip

from _common.judge import done, holds, same
from _common.lines import Lines
from _common.web import Web

web = Web(80)
holds(web.ask("OPTIONS", "/").headers["allow"], "HEAD")
web.ask("TRACE", "/", 405)
web.get("/.htaccess", 403)
web.get("/private", 401)
reply = web.ask("GET", "/server-status", headers={"Accept-Encoding": "gzip"})
holds(
    gzip.decompress(reply.body) if reply.headers.get("content-encoding") == "gzip" else reply.body,
    b"Apache Server Status",
)
dated = web.get("/index.html").headers
web.ask("GET", "/index.html", 304, headers={"If-None-Match": dated["etag"]})
web.ask("GET", "/index.html", 304, headers={"If-Modified-Since": dated["last-modified"]})
web.ask("GET", "/index.html", 416, headers={"Range": "bytes=500-"})
web.get("/cgi-bin/missing", 404)
web.get("/cgi-bin/", 403)
web.get("/%2e%2e/%2e%2e/etc/passwd", 400)
web.fresh()
with Lines(80) as old:
    old.send("HEAD / HTTP/1.0")
    old.send("")
    holds(old.rest(), b"200 OK")
with Lines(80) as bad:
    bad.send("G@T / HTTP/1.1\r\nHost a\r\n")
    holds(bad.rest(), b"400 Bad Request")
same(web.ask("HEAD", "/index.html").headers["content-length"], "16")
done()
