"""Pages from templates, compression, ranges, a proxied path, redirects, lists of files, and its own interface."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import gzip
import json

from _common.judge import done, same, true
from _common.web import Web

web = Web(80)
for _ in range(100):
    same(web.get("/", exactly=b"<h1>caddy GET</h1>\n").headers["x-bench"], "caddy")
numbers = "".join(f"{n}\n" for n in range(1, 2001)).encode()
web.get("/numbers.txt", exactly=numbers)
packed = web.ask("GET", "/numbers.txt", headers={"Accept-Encoding": "gzip"})
same(packed.headers["content-encoding"], "gzip")
same(gzip.decompress(packed.body), numbers)
web.get("/api/a/b?c=d", exactly=b"path /api/a/b query c=d")
web.get("/inner/deep", exactly=b"inner /deep")
same(web.get("/old", 301).headers["location"], "/index.html")
web.get("/files/", has="one.txt")
web.ask("GET", "/files/one.txt", 206, headers={"Range": "bytes=0-1"}, exactly=b"on")
web.get("/missing", 404)
admin = Web(2019)
config = json.loads(admin.ask("GET", "/config/", headers={"Host": "localhost:2019"}).body)
true("http" in config["apps"], "the configuration is shown")
for _ in range(20):
    web.fresh()
    web.get("/files/one.txt", exactly=b"one\n")
done()
