"""Settings written, read, and seen by who follows them."""

import uuid

from _common.judge import done, until
from _common.web import Web
from asking import peek, read, ready

ready(8000, "/health")
until(lambda: (read(8000, "/health") or {}).get("ok"), bool, "the watcher", seconds=30)


def followed() -> bool:
    name = uuid.uuid4().hex
    Web(8000).ask("PUT", f"/settings/{name}", 201, body="on")
    return bool(until(lambda: peek(8000, f"/seen/{name}"), lambda got: got == (200, b"ON"), "what follows", seconds=20))


followed()
web = Web(8000)
for number in range(15):
    name = uuid.uuid4().hex
    web.ask("PUT", f"/settings/{name}", 201, body=f"value {number}")
    web.get(f"/settings/{name}", exactly=f"value {number}".encode())
    wanted = f"VALUE {number}".encode()
    until(lambda n=name: peek(8000, f"/seen/{n}")[1], lambda got, w=wanted: got == w, f"setting {number}")
web.get("/settings/missing", 404)
web.get("/seen/missing", 404)
done()
