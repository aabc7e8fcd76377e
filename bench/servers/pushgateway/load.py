"""Figures pushed, replaced, read, and removed; pages and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from _common.judge import done, holds
from _common.web import Web

web = Web(9091)
for number in range(50):
    web.ask("PUT", f"/metrics/job/bench/instance/i{number}", 200, body=f"runs {number}\n")
holds(web.get("/metrics").text, 'runs{instance="i7",job="bench"} 7')
web.ask("POST", "/metrics/job/bench/instance/i7", 200, body="more 1\n")
holds(web.get("/metrics").text, 'more{instance="i7",job="bench"} 1')
web.ask("POST", "/metrics/job/bench", 400, body="not a metric {\n")
web.get("/", has="Pushgateway")
web.get("/api/v1/metrics", has="success")
web.get("/-/ready")
for number in range(50):
    web.ask("DELETE", f"/metrics/job/bench/instance/i{number}", 202)
web.get("/missing", 404)
done()
