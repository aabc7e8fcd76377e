"""Questions handed on and kept, refused and invented names, over UDP and TCP, and its page and figures."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import base64

from _common.dns import ask
from _common.judge import done, until
from _common.web import Web

web = Web(8083)
key = {"X-API-Key": "bench"}
until(
    lambda: web.ask("GET", "/api/v1/servers/localhost", headers=key).text,
    lambda said: '"state": "up"' in said,
    "the server behind is up",
)
for number in range(100):
    ask("www.example.test", "A", "192.0.2.10", tcp=number % 10 == 0)
for number in range(30):
    ask(f"n{number}.wild.example.test", "A", "192.0.2.99", tcp=number % 3 == 0)
ask("example.test", "MX", "10 mail.example.test.")
ask("www.blocked.test", "A", rcode="REFUSED")
ask("www.spoofed.test", "A", "192.0.2.77")
ask("missing.example.test", "A", rcode="NXDOMAIN")
web.get("/", 401)
password = {"Authorization": "Basic " + base64.b64encode(b"any:bench").decode()}
web.ask("GET", "/", headers=password, has="dnsdist")
web.ask("GET", "/jsonstat?command=stats", headers=key, has="cache-hits")
web.ask("GET", "/api/v1/servers/localhost", headers=key, has="behind")
done()
