"""Alerts raised, listed, silenced and resolved; its state and pages."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import json
from typing import Any

from _common.judge import done, holds, same, until
from _common.web import Web

web = Web(9093)
kind = {"Content-Type": "application/json"}


def call(method: str, path: str, status: int = 200, fields: Any = None) -> Any:
    body = None if fields is None else json.dumps(fields)
    reply = web.ask(method, f"/api/v2/{path}", status, body=body, headers=kind)
    return json.loads(reply.body) if reply.body else None


same(call("GET", "status")["versionInfo"]["version"].split(".")[0], "0")
for number in range(20):
    call(
        "POST",
        "alerts",
        fields=[{"labels": {"alertname": "bench", "number": str(number)}, "annotations": {"note": "n"}}],
    )
until(
    lambda: len(call("GET", "alerts?filter=alertname=%22bench%22")), lambda count: count == 20, "all alerts are listed"
)
silence = {
    "matchers": [{"name": "number", "value": "1", "isRegex": False}],
    "startsAt": "2020-01-01T00:00:00Z",
    "endsAt": "2099-01-01T00:00:00Z",
    "createdBy": "ada",
    "comment": "quiet",
}
made = call("POST", "silences", fields=silence)["silenceID"]
same(call("GET", f"silence/{made}")["comment"], "quiet")
call("DELETE", f"silence/{made}")
same(call("GET", f"silence/{made}")["status"]["state"], "expired")
holds([each["name"] for each in call("GET", "receivers")], call("GET", "receivers")[0]["name"])
call("POST", "alerts", 400, fields=[{"labels": {}}])
call("GET", "silence/nonsense", 422)
web.get("/metrics", has="alertmanager_alerts")
web.get("/-/healthy")
call(
    "POST",
    "alerts",
    fields=[
        {"labels": {"alertname": "bench", "number": str(number)}, "endsAt": "2020-01-01T00:00:00Z"}
        for number in range(20)
    ],
)
done()
