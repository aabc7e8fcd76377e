"""Tickets opened, changed and read, and how many there were."""

import json

from _common.judge import done, same
from _common.web import Web
from asking import ready

ready(80, "/health")
web = Web(80)
before = int(web.get("/opened").text)
bodies = [json.dumps({"title": f"ticket {number}"}) for number in range(20)]
kept = [int(web.ask("POST", "/tickets", 201, body=body).text) for body in bodies]
same(int(web.get("/opened").text) - before, 20)
for number, ident in enumerate(kept):
    same(json.loads(web.get(f"/tickets/{ident}").body), {"title": f"ticket {number}", "state": "open"})
    web.ask("POST", f"/tickets/{ident}/closed", 204)
    same(json.loads(web.get(f"/tickets/{ident}").body)["state"], "closed")
web.get("/tickets/0", 404, exactly=b"none")
web.get("/missing/path", 404)
done()
