"""Pages, compression, ranges, dates, lists of files, redirects, its state, and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import gzip

from _common.judge import done, same
from _common.web import Web

web = Web(80)
numbers = "".join(f"{n}\n" for n in range(1, 5001)).encode()
for _ in range(100):
    same(web.get("/", exactly=b"<h1>h2o</h1>\n").headers["x-bench"], "h2o")
page = web.get("/files/numbers.txt", exactly=numbers)
packed = web.ask("GET", "/files/numbers.txt", headers={"Accept-Encoding": "gzip"})
same(gzip.decompress(packed.body), numbers)
web.ask("GET", "/files/numbers.txt", 206, headers={"Range": "bytes=2-5"}, exactly=numbers[2:6])
web.ask("GET", "/files/numbers.txt", 304, headers={"If-None-Match": page.headers["etag"]})
web.get("/files/", has="numbers.txt")
same(web.get("/old/", 302).headers["location"].startswith("/index.html"), True)
web.get("/status", has="H2O status")
web.get("/missing", 404)
web.ask("POST", "/index.html", 405, body=b"x")
for _ in range(20):
    web.fresh()
    web.get("/index.html", exactly=b"<h1>h2o</h1>\n")
done()
