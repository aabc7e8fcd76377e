"""A torrent added, listed, changed, stopped and removed over its interface; settings and figures."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import base64
import hashlib
import json
from typing import Any

from _common.judge import done, holds, same, true, until
from _common.web import Web

web = Web(9091)
token = web.get("/transmission/rpc", 409).headers["x-transmission-session-id"]


def call(method: str, result: str = "success", **fields: Any) -> Any:
    reply = web.ask(
        "POST",
        "/transmission/rpc",
        body=json.dumps({"method": method, "arguments": fields}),
        headers={"X-Transmission-Session-Id": token},
    )
    answer = json.loads(reply.body)
    same(answer["result"], result)
    return answer["arguments"]


data = b"x" * 40000
pieces = b"".join(hashlib.sha1(data[at : at + 16384]).digest() for at in range(0, len(data), 16384))
torrent = (
    b"d4:infod6:lengthi40000e4:name5:bench12:piece lengthi16384e6:pieces"
    + str(len(pieces)).encode()
    + b":"
    + pieces
    + b"ee"
)
for _ in range(5):
    true(call("session-get")["version"], "version")
made = call("torrent-add", metainfo=base64.b64encode(torrent).decode(), paused=True)["torrent-added"]
same(made["name"], "bench")
same([each["name"] for each in call("torrent-get", fields=["name"])["torrents"]], ["bench"])
call("torrent-set", ids=[made["id"]], downloadLimit=50)
call("torrent-start", ids=[made["id"]])
until(
    lambda: call("torrent-get", ids=[made["id"]], fields=["status"])["torrents"][0]["status"],
    lambda status: status != 0,
    "started",
)
call("torrent-verify", ids=[made["id"]])
call("torrent-stop", ids=[made["id"]])
call("session-set", **{"speed-limit-down": 100})
same(call("session-get")["speed-limit-down"], 100)
true("torrentCount" in call("session-stats"), "figures")
true("size-bytes" in call("free-space", path="/tmp"), "space")
call("torrent-remove", ids=[made["id"]], **{"delete-local-data": True})
until(lambda: call("torrent-get", fields=["id"])["torrents"], lambda found: found == [], "removed")
holds(
    json.loads(
        web.ask(
            "POST", "/transmission/rpc", body='{"method": "nonsense"}', headers={"X-Transmission-Session-Id": token}
        ).body
    )["result"],
    "method",
)
web.get("/missing", 301)
done()
