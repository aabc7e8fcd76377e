"""People added and found in a database that was brought into its form first."""

import json
import uuid

from _common.judge import done
from _common.web import Web
from asking import ready

ready(8000, "/version")
web = Web(8000)
form = {"Content-Type": "application/json"}
web.get("/version", exactly=b'{"step":3}\n')
for number in range(15):
    mail = f"{uuid.uuid4().hex}@example.test"
    body = json.dumps({"name": f"person {number}", "mail": mail})
    web.ask("POST", "/people", 201, body=body, headers=form)
    web.ask("POST", "/people", 409, body=body, headers=form)
    web.get(f"/people/{mail}", exactly=f'{{"name":"person {number}"}}\n'.encode())
web.get("/people/nobody", 404)
done()
