"""What the application offers: pages, JSON, digests of large bodies, uploads, errors, on many connections."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

from _common.judge import done, same
from _common.web import Web

web = Web(8000)
web.get("/", exactly=b"hello from gunicorn")
same(json.loads(web.get("/health").body), {"status": "ok"})
reply = web.ask("POST", "/sum", body=json.dumps({"numbers": [1, 2, 3]}), headers={"Content-Type": "application/json"})
same(json.loads(reply.body), {"sum": 6})
data = b"0123456789" * 50000
web.ask("POST", "/digest", body=data, exactly=hashlib.sha256(data).hexdigest().encode())
form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n' + data + b"\r\n--x--\r\n"
reply = web.ask("POST", "/upload", body=form, headers={"Content-Type": "multipart/form-data; boundary=x"})
same(json.loads(reply.body), {"name": "a.bin", "size": len(data)})
web.get("/fail/418", 418)
web.get("/missing", 404)
web.ask("DELETE", "/", 405)


def visit(_number: int) -> int:
    own = Web(8000)
    return own.get("/").status


with ThreadPoolExecutor(8) as pool:
    same(list(pool.map(visit, range(100))), [200] * 100)
done()
