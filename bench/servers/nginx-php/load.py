"""A PHP application behind nginx: sessions, a database, uploads, errors, on kept and fresh connections."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import hashlib
from urllib.parse import urlencode

from _common.judge import done, same
from _common.web import Web

web = Web(80)
for _ in range(50):
    web.get("/", exactly=b"hello from php")
reply = web.get("/?do=visits", exactly=b"1")
cookie = {"Cookie": reply.headers["set-cookie"].split(";")[0]}
web.ask("GET", "/?do=visits", headers=cookie, exactly=b"2")
web.get("/?do=sqlite", exactly=b"42")
kind = {"Content-Type": "application/x-www-form-urlencoded"}
web.ask("POST", "/?do=post", headers=kind, body=urlencode({"text": "abc"}), exactly=b"cba")
data = b"u" * 100_000
form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + data + b"\r\n--x--\r\n"
kind = {"Content-Type": "multipart/form-data; boundary=x"}
web.ask("POST", "/?do=upload", headers=kind, body=form, exactly=hashlib.md5(data).hexdigest().encode())
web.get("/?do=fail", 500)
web.get("/fpm-status", has="accepted conn")
for _ in range(20):
    web.fresh()
    web.get("/?do=zip", exactly=b"100000")
same(web.ask("HEAD", "/").body, b"")
done()
