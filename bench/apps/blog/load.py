"""Posts written to the database, read from it once and then from the cache, through apache and PHP."""

import uuid

from _common.judge import done, same
from _common.web import Web
from asking import ready

ready(80, "/robots.txt")
ready(80, "/posts/")
web = Web(80)
slugs = sorted(uuid.uuid4().hex for _ in range(10))
for number, slug in enumerate(slugs):
    web.ask("PUT", f"/posts/{slug}", 201, body=f"text {number}\n" * 200)
for state in ("miss", "hit", "hit"):
    for number, slug in enumerate(slugs):
        reply = web.ask("GET", f"/posts/{slug}", exactly=f"text {number}\n".encode() * 200)
        same(reply.headers["x-cache"], state)
web.ask("PUT", f"/posts/{slugs[0]}", 201, body="changed")
web.get(f"/posts/{slugs[0]}", exactly=b"changed")
listed = web.get("/posts/").text.split("\n")
same([f"Post {slug}" in listed for slug in slugs], [True] * 10)
web.get("/posts/missing", 404, exactly=b"no such post\n")
web.get("/robots.txt", exactly=b"User-agent: *\n")
web.get("/missing", 404)
done()
