"""Tasks given to the worker, their results, and the clock that gives one every second."""

import json

from _common.judge import done, same, until
from _common.web import Web
from asking import read, ready

ready(8000, "/health")
web = Web(8000)
given = [json.loads(web.ask("POST", f"/power/{number}/40", 202).body)["task"] for number in range(20)]
for number, task in enumerate(given):
    wanted = {"state": "SUCCESS", "value": str(number**40)}
    until(lambda t=task: read(8000, f"/tasks/{t}"), lambda got, w=wanted: got == w, f"task {number}", seconds=40)
first = json.loads(web.get("/ticks").body)["ticks"]
until(lambda: read(8000, "/ticks")["ticks"], lambda got: got > first, "the clock", seconds=20)
same(json.loads(web.get("/tasks/unknown").body)["state"], "PENDING")
web.get("/missing", 404)
done()
