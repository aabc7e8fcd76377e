"""What load.py does not ask: a new configuration through the interface, sites added and taken away, figures, dates."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import json

from _common.judge import done, holds, same, until
from _common.web import Web

web, admin = Web(80), Web(2019)
kind = {"Content-Type": "application/json", "Host": "localhost:2019"}
servers = json.loads(admin.ask("GET", "/config/apps/http/servers", headers=kind).body)
added = json.dumps(
    {
        "listen": ["127.0.0.1:9999"],
        "routes": [{"handle": [{"handler": "static_response", "body": "added"}]}],
        "automatic_https": {"disable": True},
    }
)
admin.ask("PUT", "/config/apps/http/servers/added", headers=kind, body=added)
holds(json.loads(admin.ask("GET", "/config/apps/http/servers", headers=kind).body), "added")
admin.ask("DELETE", "/config/apps/http/servers/added", headers=kind)
same(json.loads(admin.ask("GET", "/config/apps/http/servers", headers=kind).body), servers)
admin.ask("POST", "/load", 400, headers=kind, body="{broken")
holds(admin.ask("GET", "/metrics", headers=kind).text, "go_goroutines")
admin.ask("GET", "/reverse_proxy/upstreams", headers=kind, has="127.0.0.1:8081")
admin.ask(
    "POST",
    "/adapt",
    headers={**kind, "Content-Type": "text/caddyfile"},
    body=":99\nrespond ok\n",
    has="static_response",
)
until(lambda: Web(80).get("/index.html").status, lambda status: status == 200, "it serves again")
web.fresh()
dated = web.get("/files/one.txt").headers
web.ask("GET", "/files/one.txt", 304, headers={"If-None-Match": dated["etag"]})
web.ask("GET", "/files/one.txt", 304, headers={"If-Modified-Since": dated["last-modified"]})
web.ask("GET", "/numbers.txt", 206, headers={"Range": "bytes=0-1,5-6"})
web.ask("GET", "/numbers.txt", 416, headers={"Range": "bytes=99999-"})
web.get("/files", 308)
web.ask("HEAD", "/numbers.txt")
web.get("/%2e%2e/%2e%2e/etc/passwd", 404)
done()
