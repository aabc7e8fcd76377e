"""Figures kept, read, listed and removed, large ones too, on many connections, and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import json
from concurrent.futures import ThreadPoolExecutor

from _common.judge import done, same
from _common.web import Web

web = Web(8080)
web.get("/", exactly=b"[]\n")
for number in range(50):
    body = json.dumps({"amount": number})
    web.ask("PUT", f"/n{number:02}", 201, body=body, exactly=f"{len(body)}\n".encode())
    same(json.loads(web.get(f"/n{number:02}").body), {"amount": number})
same(len(json.loads(web.get("/").body)), 50)
with ThreadPoolExecutor(8) as pool:
    for reply in pool.map(lambda _: Web(8080).get("/n07"), range(40)):
        same(json.loads(reply.body), {"amount": 7})
large = json.dumps("x" * 1_000_000)
web.ask("PUT", "/large", 201, body=large)
same(len(web.get("/large").body), len(large) + 1)
for number in range(50):
    web.ask("DELETE", f"/n{number:02}")
web.ask("DELETE", "/large")
web.get("/n01", 404)
web.ask("DELETE", "/n01", 404)
web.ask("PUT", "/bad", 400, body="{broken")
web.ask("POST", "/", 501)
web = Web(8080)
web.get("/", exactly=b"[]\n")
done()
