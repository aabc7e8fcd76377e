"""Through the proxy to a site, answers of its own, a forbidden path, and its figures."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, same, true, until
from _common.web import Web

web = Web(80)
until(lambda: Web(8404).get("/;csv").text, lambda text: "nginx,one" in text and ",UP," in text, "the backend is up")
for _ in range(100):
    same(web.get("/", exactly=b"<h1>hello</h1>\n").headers["x-proxy"], "haproxy")
web.get("/local", exactly=b"from haproxy\n")
web.get("/admin/x", 403)
same(web.get("/old", 302).headers["location"], "/about.html")
web.get("/inner/deep", exactly=b"inner /deep\n")
web.get("/missing", 404)
web.ask("PUT", "/upload/through", 201, body=b"p" * 50000)
web.get("/upload/through", exactly=b"p" * 50000)
web.ask("DELETE", "/upload/through", 204)
true("haproxy_frontend_http_requests_total" in Web(8404).get("/metrics").text, "metrics")
Web(8404).get("/", has="Statistics Report")
for _ in range(20):
    web.fresh()
    web.get("/about.html", exactly=b"<h1>about</h1>\n")
done()
