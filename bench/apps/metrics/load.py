"""Every target is scraped, a rule is evaluated, and an alert reaches the alertmanager."""

import json
from urllib.parse import quote

from _common.judge import done, same, until
from _common.web import Web
from asking import read, ready

ready(9090, "/-/ready")


def value(query: str) -> str:
    found = read(9090, f"/api/v1/query?query={quote(query)}")
    rows = found["data"]["result"] if found else []
    return rows[0]["value"][1] if rows else ""


until(lambda: value("sum(up)"), lambda got: got == "3", "three targets up", seconds=30)
until(lambda: value("machines:up"), lambda got: got == "3", "the rule", seconds=30)
until(lambda: value('count(alertmanager_alerts_received_total{status="firing"} > 0)'), bool, "the alert", seconds=60)
web = Web(9090)
for name in ("node_memory_MemTotal_bytes", "pushgateway_build_info", "alertmanager_build_info"):
    until(lambda wanted=name: value(wanted), bool, name, seconds=30)  # a scrape may take longer than its second


def active() -> list[dict[str, object]]:
    found = read(9090, "/api/v1/targets?state=active")
    return found["data"]["activeTargets"] if found else []


until(lambda: {one["health"] for one in active()}, lambda got: got == {"up"}, "all targets up", seconds=30)
same(sorted(one["labels"]["job"] for one in active()), ["alerts", "machines", "pushed"])
alerts = json.loads(web.get("/api/v1/alerts").body)["data"]["alerts"]
same([one["labels"]["alertname"] for one in alerts], ["Always"])
same(
    json.loads(web.get("/api/v1/alertmanagers").body)["data"]["activeAlertmanagers"][0]["url"][:24],
    "http://alertmanager:9093",
)
web.get("/api/v1/query?query=up(", 400)
for _ in range(50):
    web.get("/api/v1/label/job/values", has="machines")
done()
