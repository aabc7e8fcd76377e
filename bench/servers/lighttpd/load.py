"""Pages, WebDAV, a script, lists of files, redirects, ranges and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, same
from _common.web import Web

web = Web(80)
for _ in range(100):
    same(web.get("/", exactly=b"<h1>lighty</h1>\n").headers["x-bench"], "lighttpd")
web.get("/cgi-bin/hello?a=1", exactly=b"GET a=1\n")
web.ask("POST", "/cgi-bin/hello", body=b"sent" * 5000, exactly=b"POST \n" + b"sent" * 5000)
web.ask("PUT", "/dav/note.txt", 201, body=b"note" * 20000)
web.get("/dav/note.txt", exactly=b"note" * 20000)
web.ask("MKCOL", "/dav/folder", 201)
web.ask("MOVE", "/dav/note.txt", 201, headers={"Destination": "/dav/folder/moved.txt"})
web.ask("PROPFIND", "/dav/folder/", 207, headers={"Depth": "1"}, has="moved.txt")
web.get("/dav/folder/", has="moved.txt")
web.ask("DELETE", "/dav/folder/", 204)
web.get("/dav/folder/moved.txt", 404)
same(web.get("/old", 301).headers["location"], "/index.html")
web.get("/secret.inc", 403)
web.get("/missing", 404)
web.ask("GET", "/index.html", 206, headers={"Range": "bytes=1-2"}, exactly=b"h1")
for _ in range(20):
    web.fresh()
    web.get("/", exactly=b"<h1>lighty</h1>\n")
done()
