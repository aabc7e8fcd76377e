"""Signed deliveries that run a script, wrong signatures, other methods and hooks that are not there."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import hashlib
import hmac
import json

from _common.judge import done
from _common.web import Web

web = Web(9000)
KIND = {"Content-Type": "application/json"}


def sign(body: str) -> dict[str, str]:
    return {**KIND, "X-Signature": "sha256=" + hmac.new(b"bench", body.encode(), hashlib.sha256).hexdigest()}


for number in range(30):
    body = json.dumps({"name": f"app{number}"})
    web.ask(
        "POST", f"/hooks/deploy?version={number}", headers=sign(body), body=body, has=f"deployed app{number} {number}"
    )
for _ in range(50):
    web.get("/hooks/ping", exactly=b"pong")
body = json.dumps({"name": "bad"})
web.ask("POST", "/hooks/deploy", 500, headers={**KIND, "X-Signature": "sha256=00"}, body=body, has="Error occurred")
web.ask("POST", "/hooks/ping", 405)
web.get("/hooks/nothing", 404)
web.ask("POST", "/hooks/deploy?version=1", headers=sign("{broken"), body="{broken")
done()
