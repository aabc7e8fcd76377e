"""Work that is given, queued, done by the worker and read back from the database."""

import json

from _common.judge import done, same, until
from _common.web import Web
from asking import read, ready

ready(8000, "/health")
web = Web(8000)
for size in (1, 10, 50):
    reply = web.ask(
        "POST",
        "/jobs",
        202,
        body=json.dumps({"numbers": list(range(size))}),
        headers={"Content-Type": "application/json"},
    )
    ident = json.loads(reply.body)["job"]
    wanted = {"done": size, "total": sum(n * n for n in range(size))}
    until(lambda i=ident: read(8000, f"/jobs/{i}"), lambda got, w=wanted: got == w, f"{size} results", seconds=30)
for _ in range(20):
    same(json.loads(web.get(f"/jobs/{ident}").body), wanted)
same(json.loads(web.get("/jobs/unknown").body)["done"], 0)
done()
