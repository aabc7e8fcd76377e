"""A database made, points written and asked, grouped, kept for a time, and dropped; errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import json
from urllib.parse import quote

from _common.judge import done, holds, same
from _common.web import Web

web = Web(8086)


def query(text: str, status: int = 200) -> dict[str, object]:
    reply = web.ask("POST", f"/query?db=bench&q={quote(text)}", status)
    return json.loads(reply.body)


web.get("/ping", 204)
query("create database bench")
points = "".join(f"heat,room=r{n % 5} value={n}i {1600000000000000000 + n * 1000000000}\n" for n in range(2000))
web.ask("POST", "/write?db=bench", 204, body=points)
answer = query("select count(value), mean(value) from heat")
same(answer["results"][0]["series"][0]["values"][0][1:], [2000, 999.5])
answer = query("select max(value) from heat group by room")
same(len(answer["results"][0]["series"]), 5)
holds(json.dumps(query("show tag values from heat with key = room")), "r3")
query("create retention policy week on bench duration 1w replication 1")
holds(json.dumps(query("show retention policies on bench")), "week")
query("delete from heat where room = 'r0'")
same(query("select count(value) from heat")["results"][0]["series"][0]["values"][0][1], 1600)
holds(json.dumps(query("selekt", 400)), "error parsing query")
web.ask("POST", "/write?db=bench", 400, body="not a point")
web.ask("POST", "/write?db=missing", 404, body="heat value=1")
query("drop database bench")
web.get("/debug/vars", has="memstats")
done()
