"""What load.py does not do: watching, users and roles, a snapshot, defragmenting, alarms."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import base64
import json
import threading
from typing import Any

from _common.judge import done, holds, same, true
from _common.lines import Lines
from _common.web import Web

web = Web(2379)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def call(path: str, status: int = 200, **fields: Any) -> Any:
    return json.loads(web.ask("POST", f"/v3/{path}", status, body=json.dumps(fields)).body)


body = json.dumps({"create_request": {"key": b64("seen")}})
with Lines(2379) as watch:
    watch.send(f"POST /v3/watch HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n{body}")
    while '"created":true' not in watch.line():
        pass
    threading.Timer(
        0.1, lambda: Web(2379).ask("POST", "/v3/kv/put", body=json.dumps({"key": b64("seen"), "value": b64("change")}))
    ).start()
    for _ in range(6):
        line = watch.line()
        if "events" in line:
            break
    holds(line, b64("change"))
call("auth/user/add", name="ada", password="lovelace")
call("auth/role/add", name="reader")
call("auth/role/grant", name="reader", perm={"permType": "READ", "key": b64("a")})
call("auth/user/grant", user="ada", role="reader")
same(call("auth/user/get", name="ada")["roles"], ["reader"])
call("auth/user/delete", name="ada")
call("auth/role/delete", role="reader")
true(len(web.ask("POST", "/v3/maintenance/snapshot", body="{}").body) > 1000, "a snapshot comes")
call("maintenance/defragment")
same(call("maintenance/alarm", action="GET").get("alarms"), None)
true("hash" in call("maintenance/hash"), "hash")
web.get("/version", has="etcdserver")
web.get("/debug/vars", has="memstats")
done()
