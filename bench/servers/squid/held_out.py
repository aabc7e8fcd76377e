"""What load.py does not ask: purging, other methods, ranges, a tunnel that works, its own pages, HTTP/1.0, dates."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds, same
from _common.lines import Lines
from _common.web import Web

web = Web(3128)
dated = web.get("http://nginx/about.html").headers
web.ask("GET", "http://nginx/about.html", 304, headers={"If-None-Match": dated["etag"]})
web.ask("PURGE", "http://nginx/about.html", 200)
web.ask("GET", "http://nginx/style.css", 206, headers={"Range": "bytes=0-3"})
web.ask("OPTIONS", "http://nginx/", 405)
web.fresh()
web.ask("POST", "http://nginx/", 405, body=b"x" * 100)
web.fresh()
web.ask("GET", "http://nginx/about.html", headers={"Cache-Control": "no-cache"}, exactly=b"<h1>about</h1>\n")
with Lines(3128) as old:
    old.send("GET http://nginx/about.html HTTP/1.0\r\n")
    holds(old.rest(), b"<h1>about</h1>")
with Lines(3128) as ftp:
    ftp.send("GET ftp://nginx/x HTTP/1.0\r\n")
    same(b"HTTP/1.1" in ftp.rest(), True)
web.fresh()
web.ask("PUT", "http://nginx/upload/parts", 201, body=iter([b"one", b"two"]))
web.fresh()
web.ask("DELETE", "http://nginx/upload/parts", 204)
done()
