"""A site asked through the proxy, a blocked one, pages of its own, a tunnel, and what cannot be reached."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds
from _common.lines import Lines
from _common.web import Web

web = Web(8888)
for _ in range(40):
    web.fresh()
    web.get("http://nginx/about.html", exactly=b"<h1>about</h1>\n")
web.fresh()
holds(web.get("http://nginx/about.html").headers["via"], "tinyproxy")
web.fresh()
web.get("http://nginx/inner/deep?x=1", exactly=b"inner /deep?x=1\n")
web.fresh()
web.ask("PUT", "http://nginx/upload/kept", 201, body=b"k" * 50000)
web.fresh()
web.get("http://nginx/upload/kept", exactly=b"k" * 50000)
web.fresh()
web.ask("DELETE", "http://nginx/upload/kept", 204)
web.fresh()
web.get("http://blocked.test/", 403)
web.fresh()
web.get("http://nginx/missing", 404)
web.fresh()
web.get("http://stats.test/", has="tinyproxy")
with Lines(8888) as tunnel:
    tunnel.send("CONNECT nginx:80 HTTP/1.0\r\n")
    tunnel.expect("HTTP/1.")
    while tunnel.line():
        pass
    tunnel.send("GET /about.html HTTP/1.0\r\n")
    holds(tunnel.rest(), b"<h1>about</h1>")
done()
