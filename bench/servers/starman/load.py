"""Forms, digests, uploads, temporary files, a shell, compression, and errors, on many connections."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import gzip
import hashlib
from concurrent.futures import ThreadPoolExecutor

from _common.judge import done, same
from _common.web import Web

web = Web(5000)
for _ in range(50):
    web.get("/", exactly=b"hello from starman")
web.get("/reverse?text=abc", exactly=b"cba")
data = b"d" * 300_000
kind = {"Content-Type": "application/octet-stream"}
web.ask("POST", "/digest", body=data, headers=kind, exactly=hashlib.sha256(data).hexdigest().encode())
form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + data + b"\r\n--x--\r\n"
web.ask("POST", "/upload", body=form, headers={"Content-Type": "multipart/form-data; boundary=x"}, exactly=b"300000")
web.get("/file", exactly=b"1000")
web.get("/shell", exactly=b"from the shell\n")
packed = Web(5000).ask("GET", "/reverse?text=" + "z" * 2000, headers={"Accept-Encoding": "gzip"})
same(gzip.decompress(packed.body), b"z" * 2000)
web.fresh()
web.get("/missing", 404, exactly=b"no such page")
with ThreadPoolExecutor(4) as pool:
    same([reply.status for reply in pool.map(lambda _n: Web(5000).get("/"), range(40))], [200] * 40)
done()
