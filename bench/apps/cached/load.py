"""Pages made once and kept, others made each time, and files from the server between."""

import hashlib
import uuid

from _common.judge import done, same, true
from _common.web import Web
from asking import ready

ready(6081, "/page/ready")
web = Web(6081)
for _ in range(10):
    name = uuid.uuid4().hex
    text = name
    for _ in range(1000):
        text = hashlib.sha256(text.encode()).hexdigest()
    wanted = f"{name} {text}\n".encode()
    same(web.ask("GET", f"/page/{name}", exactly=wanted).headers["x-cache"], "miss")
    for _ in range(5):
        same(web.ask("GET", f"/page/{name}", exactly=wanted).headers["x-cache"], "hit")
for _ in range(5):
    reply = web.get("/now")
    same(reply.headers["x-cache"], "miss")
    true(int(reply.text) > 0, reply.text)
web.get("/static/style.css", has="body")
web.get("/static/missing", 404)
web.get("/missing", 404)
done()
