"""A site asked through the proxy: kept pages, a forbidden path, a tunnel, uploads, and errors of its own."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds, same
from _common.lines import Lines
from _common.web import Web

web = Web(3128)
for _ in range(50):
    web.get("http://nginx/about.html", exactly=b"<h1>about</h1>\n")
holds(web.get("http://nginx/about.html").headers["x-cache"], "HIT")
web.get("http://nginx/inner/deep", exactly=b"inner /deep\n")
web.get("http://nginx/private/x", 403, has="Access Denied")
web.get("http://nginx/missing", 404)
web.ask("PUT", "http://nginx/upload/kept", 201, body=b"k" * 50000)
web.get("http://nginx/upload/kept", exactly=b"k" * 50000)
web.ask("DELETE", "http://nginx/upload/kept", 204)
web.get("http://nginx:9/", 503, has="could not be retrieved")
with Lines(3128) as tunnel:
    tunnel.ask("CONNECT nginx:443 HTTP/1.1\r\nHost: nginx:443\r\n", "HTTP/1.1 503")
with Lines(3128) as bad:
    bad.send("nonsense\r\n")
    holds(bad.rest(), b"400 Bad Request")
for _ in range(10):
    web.fresh()
    web.get("http://nginx/", exactly=b"<h1>hello</h1>\n")
same(web.ask("HEAD", "http://nginx/style.css").body, b"")
done()
