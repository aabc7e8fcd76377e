"""A source that plays, listeners who hear it, its state, the administrator's pages, and refusals."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import base64

from _common.judge import done, holds, same, true
from _common.lines import Lines
from _common.web import Web


def basic(who: str) -> str:
    return "Basic " + base64.b64encode(who.encode()).decode()


web = Web(8000)
web.get("/status.xsl", has="Icecast")
with Lines(8000) as source:
    source.send(
        f"PUT /bench.mp3 HTTP/1.1\r\nHost: a\r\nAuthorization: {basic('source:source')}\r\nContent-Type: audio/mpeg\r\nIce-Name: bench\r\nExpect: 100-continue\r\n"
    )
    source.until("100 Continue")
    source.raw(b"\xff\xfb\x90\x00" * 20000)
    for _ in range(5):
        with Lines(8000) as listener:
            listener.send("GET /bench.mp3 HTTP/1.0\r\n")
            listener.expect("HTTP/1.0 200 OK")
            while listener.line():
                pass
            source.raw(b"\xff\xfb\x90\x00" * 20000)
            same(len(listener.read(8000)), 8000)
    Web(8000).get("/status-json.xsl", has='"server_name":"bench"')
    holds(
        Web(8000).ask("GET", "/admin/listmounts", headers={"Authorization": basic("ada:lovelace")}).text, "/bench.mp3"
    )
    true(Web(8000).ask("GET", "/admin/stats", headers={"Authorization": basic("ada:lovelace")}).body, "stats")
with Lines(8000) as wrong:
    wrong.send(f"PUT /x HTTP/1.1\r\nHost: a\r\nAuthorization: {basic('source:wrong')}\r\nContent-Type: audio/mpeg\r\n")
    true(" 401 " in wrong.line(), "a wrong password is refused")
Web(8000).get("/admin/stats", 401)
Web(8000).get("/missing.mp3", 404)
Web(8000).get("/style.css", has="body")
done()
