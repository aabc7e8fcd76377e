"""A counter that two servers share, each of which answers half of the requests."""

import json
import uuid

from _common.judge import done, same, until
from _common.web import Web
from asking import peek, ready

ready(80, "/health")


def answering() -> set[str]:
    replies = [peek(80, f"/count/{uuid.uuid4()}") for _ in range(4)]
    return {json.loads(body)["node"] for status, body in replies if status == 200}


until(answering, lambda found: found == {"one", "two"}, "both servers")
web = Web(80)
key = uuid.uuid4().hex
for number in range(1, 101):
    same(json.loads(web.get(f"/count/{key}").body)["count"], number)
web.get("/missing", 404, exactly=b"nothing here\n")
done()
