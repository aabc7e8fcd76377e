"""Pages, a script, a rewritten path, a password, the status page, ranges, and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import base64

from _common.judge import done, holds, same
from _common.web import Web

web = Web(80)
for _ in range(100):
    same(web.get("/", exactly=b"<h1>apache</h1>\n").headers["x-bench"], "yes")
web.get("/start", exactly=b"<h1>apache</h1>\n")
web.get("/cgi-bin/hello?a=1", exactly=b"GET a=1\n")
web.ask("POST", "/cgi-bin/hello", body=b"sent" * 5000, exactly=b"POST \n" + b"sent" * 5000)
web.get("/private/", 401)
password = {"Authorization": "Basic " + base64.b64encode(b"ada:lovelace").decode()}
web.ask("GET", "/private/", headers=password, exactly=b"<h1>secret</h1>\n")
password = {"Authorization": "Basic " + base64.b64encode(b"ada:wrong").decode()}
web.ask("GET", "/private/", 401, headers=password)
holds(web.get("/server-status?auto").text, "BusyWorkers")
web.ask("GET", "/", 206, headers={"Range": "bytes=1-2"}, exactly=b"h1")
web.get("/missing", 404, has="Not Found")
web.ask("DELETE", "/index.html", 405)
for _ in range(20):
    web.fresh()
    web.get("/index.html", exactly=b"<h1>apache</h1>\n")
done()
