"""What load.py does not ask: copies and locks by WebDAV, dates, HTTP/1.0, bad requests, scripts that are not there."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds, same
from _common.lines import Lines
from _common.web import Web

web = Web(80)
web.ask("PUT", "/dav/a.txt", 201, body=b"a")
web.ask("PUT", "/dav/a.txt", 204, body=b"b")
web.ask("COPY", "/dav/a.txt", 201, headers={"Destination": "/dav/b.txt"})
web.get("/dav/b.txt", exactly=b"b")
web.ask("PROPFIND", "/dav/a.txt", 207, headers={"Depth": "0"}, has="getcontentlength")
holds(web.ask("OPTIONS", "/dav/").headers["allow"], "PROPFIND")
web.ask("MKCOL", "/dav/a.txt", 405)
for name in ("a.txt", "b.txt"):
    web.ask("DELETE", f"/dav/{name}", 204)
dated = web.get("/index.html").headers
web.ask("GET", "/index.html", 304, headers={"If-None-Match": dated["etag"]})
web.ask("GET", "/index.html", 304, headers={"If-Modified-Since": dated["last-modified"]})
web.ask("GET", "/index.html", 416, headers={"Range": "bytes=9000-"})
web.get("/cgi-bin/missing", 404)
web.get("/dav", 404)
with Lines(80) as old:
    old.send("GET / HTTP/1.0\r\n")
    holds(old.rest(), b"<h1>lighty</h1>")
with Lines(80) as bad:
    bad.send("NONSENSE\r\n")
    holds(bad.rest(), b"400")
same(web.ask("HEAD", "/index.html").body, b"")
done()
