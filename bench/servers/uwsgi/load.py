"""Pages, bodies, a value shared by the workers, static files, and errors."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from concurrent.futures import ThreadPoolExecutor

from _common.judge import done, same
from _common.web import Web


def ask(method: str, path: str, status: int = 200, body: bytes | None = None, exactly: bytes | None = None) -> bytes:
    return Web(8080).ask(method, path, status, body=body, exactly=exactly).body


for _ in range(50):
    ask("GET", "/", exactly=b"hello from uwsgi")
ask("POST", "/echo", body=b"e" * 300_000, exactly=b"e" * 300_000)
ask("GET", "/query?a=1&b=2", exactly=b"a=1&b=2")
ask("POST", "/keep", body=b"value", exactly=b"kept")
for _ in range(10):
    ask("GET", "/kept", exactly=b"value")
ask("GET", "/workers", exactly=b"2")
same(b"wsgi-file" in ask("GET", "/static/uwsgi.ini"), True)
ask("GET", "/missing", 404, exactly=b"no such page")
with ThreadPoolExecutor(8) as pool:
    same(list(pool.map(lambda _number: ask("GET", "/slow"), range(12))), [b"slow"] * 12)
done()
