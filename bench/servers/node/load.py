"""Pages, JSON, digests, a note in a file, compression, a worker, a child process, and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import gzip
import hashlib
import json

from _common.judge import done, same
from _common.web import Web

web = Web(3000)
for _ in range(100):
    web.get("/", exactly=b"hello from node")
same(json.loads(web.ask("POST", "/sum", body="[1, 2, 39]").body), {"sum": 42})
web.ask("POST", "/sum", 400, body="{broken")
data = b"d" * 500_000
web.ask("POST", "/digest", body=data, exactly=hashlib.sha256(data).hexdigest().encode())
web.ask("PUT", "/note", 201, body=data)
web.get("/note", exactly=data)
web.ask("DELETE", "/note", 204)
web.get("/note", 404)
same(gzip.decompress(web.get("/gzip").body), b"z" * 100_000)
web.get("/worker", exactly=b"42")
web.get("/child", exactly=b"from a child\n")
web.get("/missing", 404, exactly=b"no such page")
for _ in range(20):
    web.fresh()
    web.get("/", exactly=b"hello from node")
done()
