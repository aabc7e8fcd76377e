"""What load.py does not ask: HEAD, empty bodies, many at once, broken requests, static files that are not there."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from concurrent.futures import ThreadPoolExecutor

from _common.judge import done, same, true
from _common.lines import Lines
from _common.web import Web


def ask(method: str, path: str, status: int = 200, body: bytes | None = None, exactly: bytes | None = None) -> bytes:
    return Web(8080).ask(method, path, status, body=body, exactly=exactly).body


same(ask("HEAD", "/"), b"")
ask("POST", "/echo", body=b"", exactly=b"")
ask("GET", "/query?" + "q" * 1000, exactly=b"q" * 1000)
ask("GET", "/static/missing", 404)
ask("GET", "/static/../../etc/passwd", 404)
ask("PUT", "/", body=b"p", exactly=b"hello from uwsgi")
with Lines(8080) as old:
    old.send("GET / HTTP/1.0\r\n")
    true(old.rest().endswith(b"hello from uwsgi"), "HTTP/1.0")
with Lines(8080) as bad:
    bad.send("NONSENSE\r\n")
    true(b"hello" not in bad.rest(), "nonsense is not served")
with Lines(8080) as gone:
    gone.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nshort")
with ThreadPoolExecutor(20) as pool:
    same(list(pool.map(lambda _n: ask("POST", "/echo", body=b"x" * 1000), range(60))), [b"x" * 1000] * 60)
done()
