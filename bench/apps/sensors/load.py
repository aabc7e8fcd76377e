"""Values published through the broker, kept by the collector and read back."""

import json
import uuid

from _common.judge import done, same, until
from _common.web import Web
from asking import peek, read, ready

ready(8000, "/rooms/none")
web = Web(8000)
form = {"Content-Type": "application/json"}


def heard() -> object:
    peek(8000, "/rooms/probe", "POST", b"[1]", form)
    return read(8000, "/rooms/probe")


until(heard, bool, "the collector", seconds=30)
for _ in range(5):
    room = uuid.uuid4().hex
    web.ask("POST", f"/rooms/{room}", 202, body=json.dumps(list(range(1, 21))), headers=form)
    until(lambda room=room: (read(8000, f"/rooms/{room}") or {}).get("count"), lambda count: count == "20", "20 values")
    found = read(8000, f"/rooms/{room}")
    same((float(found["last"]), float(found["sum"])), (20.0, 210.0))
same(peek(8000, "/rooms/unknown"), (200, b"{}\n"))
web.get("/missing", 404)
done()
