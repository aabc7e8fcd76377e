"""Pages of a site that the application reaches through its proxy only."""

from _common.judge import done, holds
from _common.web import Web
from asking import ready

ready(8000, "/fetch/about.html")
web = Web(8000)
for _ in range(30):
    holds(web.ask("GET", "/fetch/about.html", exactly=b"<h1>about</h1>\n").headers["x-via"], "squid")
web.get("/fetch/style.css", has="body")
web.get("/fetch/missing", 404)
web.get("/missing", 404)
done()
