"""A page with a session, forms, the default pages, redirects, errors, on many connections."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from concurrent.futures import ThreadPoolExecutor

from _common.judge import done, holds, same
from _common.web import Web

web = Web(8080)
reply = web.get("/page.jsp?text=abc")
same(reply.text.strip(), "1 GET cba")
cookie = {"Cookie": reply.headers["set-cookie"].split(";")[0]}
for number in range(2, 30):
    same(web.ask("GET", "/page.jsp", headers=cookie).text.strip(), f"{number} GET")
kind = {"Content-Type": "application/x-www-form-urlencoded"}
same(
    web.ask("POST", "/page.jsp", body="text=" + "x" * 50000 + "y", headers=kind).text.strip(), "1 POST y" + "x" * 50000
)
web.get("/page.jsp?text=fail", 500, has="failed on purpose")
page = web.get("/index.html", has="It works")
web.ask("GET", "/index.html", 304, headers={"If-None-Match": page.headers["etag"]})
web.ask("GET", "/index.html", 206, headers={"Range": "bytes=0-4"}, exactly=page.body[:5])
web.get("/missing", 404)
web.get("/WEB-INF/web.xml", 404)
web.ask("DELETE", "/index.html", 405)
holds(web.ask("OPTIONS", "/index.html").headers["allow"], "GET")
with ThreadPoolExecutor(8) as pool:
    same([reply.status for reply in pool.map(lambda _n: Web(8080).get("/index.html"), range(80))], [200] * 80)
done()
