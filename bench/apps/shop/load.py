"""Articles added, listed, looked at and removed, through the proxy."""

import json

from _common.judge import done, same
from _common.web import Web

web = Web(80)
kept = []
for number in range(20):
    body = json.dumps({"name": f"article {number}", "price": number * 100})
    reply = web.ask("POST", "/articles", 201, body=body, headers={"Content-Type": "application/json"})
    kept.append(json.loads(reply.body)["id"])
listed = json.loads(web.get("/articles").body)
same(listed[-20:], [[f"article {number}", number * 100] for number in range(20)])
for turn in range(1, 4):
    for number, ident in enumerate(kept):
        found = json.loads(web.get(f"/articles/{ident}").body)
        same(found, {"name": f"article {number}", "price": number * 100, "views": turn})
for ident in kept:
    web.ask("DELETE", f"/articles/{ident}", 204)
    web.get(f"/articles/{ident}", 404)
web.get("/health", has="true")
done()
