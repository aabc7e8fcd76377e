"""Routes with names, JSON, digests, templates, temporary files, a shell, and errors, on many connections."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

from _common.judge import done, same
from _common.web import Web

web = Web(9292)
for _ in range(50):
    web.get("/", exactly=b"hello from puma")
same(
    json.loads(web.ask("POST", "/sum", body="[1, 2, 39]", headers={"Content-Type": "application/json"}).body),
    {"sum": 42},
)
data = b"d" * 300_000
kind = {"Content-Type": "application/octet-stream"}
web.ask("POST", "/digest", body=data, headers=kind, exactly=hashlib.sha256(data).hexdigest().encode())
web.get("/name/ada", exactly=b"hello ada")
web.get("/erb", exactly=b"42")
web.get("/file", exactly=b"1000")
web.get("/shell", exactly=b"from the shell\n")
web.get("/fail", 418, exactly=b"teapot")
web.get("/missing", 404)
with ThreadPoolExecutor(8) as pool:
    same([reply.status for reply in pool.map(lambda _n: Web(9292).get("/"), range(80))], [200] * 80)
done()
