"""It scrapes itself; queries, ranges, rules, targets, series, pages, and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import json
from urllib.parse import quote

from _common.judge import done, same, true, until
from _common.web import Web

web = Web(9090)


def query(text: str) -> list[dict[str, object]]:
    answer = json.loads(web.get(f"/api/v1/query?query={quote(text)}").body)
    same(answer["status"], "success")
    return answer["data"]["result"]


until(lambda: web.ask("GET", "/-/ready").status, lambda status: status == 200, "ready")
same(query("vector(42)")[0]["value"][1], "42")
same(query("sum(vector(1) + vector(2))")[0]["value"][1], "3")
for number in range(50):
    same(query(f"vector({number}) * 2")[0]["value"][1], str(number * 2))
reply = json.loads(web.get("/api/v1/query_range?query=time()&start=0&end=100&step=10").body)
same(len(reply["data"]["result"][0]["values"]), 11)
until(lambda: web.get("/api/v1/targets").text, lambda text: '"job":"prometheus"' in text, "it is its own target")
true("prometheus_build_info" in web.get("/metrics").text, "its own figures")
same(json.loads(web.get("/api/v1/status/runtimeinfo").body)["status"], "success")
true("global:" in json.loads(web.get("/api/v1/status/config").body)["data"]["yaml"], "its configuration")
web.get("/api/v1/query?query=)", 400)
web.get("/classic/graph", 200, has="Prometheus")
web.ask(
    "POST",
    "/api/v1/query",
    body="query=1",
    headers={"Content-Type": "application/x-www-form-urlencoded"},
    has="success",
)
web.ask("POST", "/-/reload")
done()
