"""Keys kept, ranged, watched, compared and swapped, leased, and removed, over its JSON gateway."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import base64
import json
from typing import Any

from _common.judge import done, same, true, until
from _common.web import Web

web = Web(2379)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def call(path: str, status: int = 200, **fields: Any) -> Any:
    return json.loads(web.ask("POST", f"/v3/{path}", status, body=json.dumps(fields)).body)


until(lambda: web.get("/health").text, lambda text: '"true"' in text, "healthy")
for number in range(50):
    true("revision" in call("kv/put", key=b64(f"key/{number:02}"), value=b64(f"value {number}"))["header"], "put")
same(base64.b64decode(call("kv/range", key=b64("key/07"))["kvs"][0]["value"]), b"value 7")
same(call("kv/range", key=b64("key/"), range_end=b64("key0"), count_only=True)["count"], "50")
swap = {
    "compare": [{"key": b64("key/07"), "target": "VALUE", "value": b64("value 7")}],
    "success": [{"request_put": {"key": b64("key/07"), "value": b64("new")}}],
}
true(call("kv/txn", **swap)["succeeded"], "swapped")
true(not call("kv/txn", **swap).get("succeeded"), "not twice")
lease = call("lease/grant", TTL=60)["ID"]
call("kv/put", key=b64("leased"), value=b64("x"), lease=lease)
same(call("lease/timetolive", ID=lease, keys=True)["keys"], [b64("leased")])
call("lease/revoke", ID=lease)
same(call("kv/range", key=b64("leased")).get("count"), None)
same(call("kv/deleterange", key=b64("key/"), range_end=b64("key0"))["deleted"], "50")
same(len(call("cluster/member/list")["members"]), 1)
revision = call("kv/range", key=b64("x"))["header"]["revision"]
call("kv/compaction", revision=revision)
true("version" in call("maintenance/status"), "status")
true("etcd_server_has_leader 1" in web.get("/metrics").text, "metrics")
call("kv/put", 400, key="not base64!")
done()
