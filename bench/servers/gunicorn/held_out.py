"""What load.py does not send: chunks, HEAD, OPTIONS, broken JSON, long headers, a closed connection."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import hashlib
import json

from _common.judge import done, holds, same, true
from _common.lines import Lines
from _common.web import Web

web = Web(8000)
web.ask("POST", "/digest", body=iter([b"a", b"b"]), exactly=hashlib.sha256(b"ab").hexdigest().encode())
same(web.ask("HEAD", "/").body, b"")
web.fresh()
true("GET" in web.ask("OPTIONS", "/").headers["allow"], "options")
web.ask("POST", "/sum", 400, body="{broken", headers={"Content-Type": "application/json"})
web.get("/fail/503", 503)
web.get("/fail/401", 401)
web.get("/?q=" + "x" * 3000, exactly=b"hello from gunicorn")
with Lines(8000) as long:
    long.send("GET / HTTP/1.1")
    long.send("Host: a\r\nX-Long: " + "l" * 9000)
    long.send("")
    holds(long.rest(), b"400")
with Lines(8000) as gone:
    gone.send("POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 100")
same(json.loads(web.get("/health").body), {"status": "ok"})
done()
