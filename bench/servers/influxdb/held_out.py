"""What load.py does not do: continuous queries, users, subqueries, chunks, compressed points, several databases, diagnostics."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import gzip
import json
from typing import Any
from urllib.parse import quote

from _common.judge import done, holds, same
from _common.web import Web

web = Web(8086)


def query(text: str, more: str = "") -> Any:
    return json.loads(web.ask("POST", f"/query?db=held&q={quote(text)}{more}").body)["results"][0]


query("create database held")
query("create user ada with password 'lovelace'")
query("grant read on held to ada")
holds(json.dumps(query("show users")), "ada")
points = "".join(f'speed,car=c{n % 3} value={n},name="x{n}",on=true {n}\n' for n in range(3000)).encode()
web.ask("POST", "/write?db=held&precision=s", 204, body=gzip.compress(points), headers={"Content-Encoding": "gzip"})
same(query("select sum(m) from (select max(value) as m from speed group by car)")["series"][0]["values"][0][1], 8994)
same(query("select percentile(value, 50) from speed where time < 100s")["series"][0]["values"][0][1], 49)
holds(
    web.get(f"/query?db=held&chunked=true&chunk_size=100&q={quote('select * from speed limit 500')}").text,
    '"partial":true',
)
query("create continuous query cq on held begin select mean(value) into speed_mean from speed group by time(10s) end")
holds(json.dumps(query("show continuous queries")), "cq")
query("select mean(value) into copied from speed group by time(100s)")
holds(json.dumps(query("show measurements")), "copied")
holds(json.dumps(query("explain select * from speed")), "QUERY PLAN")
holds(json.dumps(query("show stats")), "runtime")
holds(json.dumps(query("show diagnostics")), "build")
query("drop measurement copied")
query("drop user ada")
query("drop database held")
done()
