"""Static pages: ranges, dates, redirects, errors, on many connections."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from concurrent.futures import ThreadPoolExecutor

from _common.judge import done, holds, same
from _common.web import Web

web = Web(8080)
numbers = "".join(f"{n}\n" for n in range(1, 5001)).encode()
for _ in range(100):
    web.get("/", exactly=b"<h1>jetty</h1>\n")
page = web.get("/numbers.txt", exactly=numbers)
web.ask("GET", "/numbers.txt", 304, headers={"If-Modified-Since": page.headers["last-modified"]})
web.ask("GET", "/numbers.txt", 206, headers={"Range": "bytes=2-5"}, exactly=numbers[2:6])
same(web.ask("HEAD", "/numbers.txt").headers["content-length"], str(len(numbers)))
web.get("/missing", 404)
web.get("/WEB-INF/", 404)
holds(web.ask("OPTIONS", "/numbers.txt").headers["allow"], "GET")
with ThreadPoolExecutor(8) as pool:
    same([reply.status for reply in pool.map(lambda _n: Web(8080).get("/"), range(80))], [200] * 80)
done()
