"""A list kept in a database file, several requests at once, large bodies, and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import json
from concurrent.futures import ThreadPoolExecutor

from _common.judge import done, same
from _common.web import Web

web = Web(8080)
KIND = {"Content-Type": "application/json"}
for _ in range(100):
    web.get("/", exactly=b"the list\n")
for number in range(30):
    web.ask("PUT", f"/items/n{number}", 201, headers=KIND, body=json.dumps({"amount": number}))
    same(json.loads(web.get(f"/items/n{number}").body), {"name": f"n{number}", "amount": number})
for number in range(30):
    web.ask("DELETE", f"/items/n{number}", 204)
web.get("/items/n1", 404)
with ThreadPoolExecutor(8) as pool:
    for reply in pool.map(lambda _: Web(8080).get("/slow"), range(16)):
        same(reply.body, b"slow\n")
web.ask("POST", "/length", body=b"x" * 2_000_000, exactly=b"2000000")
web.ask("PUT", "/items/bad", 400, headers=KIND, body="{broken")
web.ask("POST", "/", 405)
web.get("/missing", 404)
done()
