"""People added, let in with their password and no other, and removed, through the gateway."""

import uuid

from _common.judge import done
from _common.web import Web
from asking import ready

ready(80, "/health")
web = Web(80)
for number in range(12):
    name = f"p{uuid.uuid4().hex}"
    web.ask("POST", f"/login/{name}", 401, body="secret")
    web.ask("POST", f"/people/{name}", 201, body=f"secret {number}")
    web.ask("POST", f"/people/{name}", 409, body="again")
    web.ask("POST", f"/login/{name}", 200, body=f"secret {number}")
    web.ask("POST", f"/login/{name}", 401, body="wrong")
    web.ask("DELETE", f"/people/{name}", 204)
    web.ask("POST", f"/login/{name}", 401, body=f"secret {number}")
web.get("/admin", 403)
web.get("/missing", 404)
done()
