"""Pages of another server kept and given again, ranges, uploads, redirects, and sites it does not know."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import os

from _common.judge import done, same, true
from _common.web import Web

web = Web(8080)
SITE = {"Host": "site.test"}
for _ in range(100):
    web.ask("GET", "/about.html", headers=SITE, exactly=b"<h1>about</h1>\n")
true(int(web.ask("GET", "/about.html", headers=SITE).headers["age"]) >= 0, "it has an age")
via = web.ask("GET", "/about.html", headers=SITE).headers["via"]
true("[cHs" in via or "[cRs" in via, f"it was kept: {via}")
web.ask("GET", "/about.html", 206, headers={**SITE, "Range": "bytes=0-3"}, exactly=b"<h1>")
web.ask("GET", "/about.html", headers={**SITE, "Cache-Control": "no-cache"}, exactly=b"<h1>about</h1>\n")
name = f"/upload/kept{os.getpid()}"
web.ask("PUT", name, 201, headers=SITE, body=b"k" * 300_000)
web.ask("GET", name, headers=SITE, exactly=b"k" * 300_000)
web.ask("DELETE", name, 403, headers=SITE)
same(web.ask("GET", "/x", 301, headers={"Host": "old.test"}).headers["location"].startswith("http://site.test/"), True)
web.ask("GET", "/missing", 404, headers=SITE)
web.ask("GET", "/", 404, headers={"Host": "unknown.test"})
for _ in range(20):
    web.fresh()
    web.ask("GET", "/style.css", headers=SITE, has="body")
done()
