"""Pages over FastCGI: sessions, a database, uploads, a shell, errors, and its state."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import hashlib
from urllib.parse import urlencode

from _common.fastcgi import request
from _common.judge import done, holds, same

SCRIPT = "/var/www/html/index.php"


def ask(query: str, body: bytes = b"", **more: str) -> tuple[dict[str, str], bytes]:
    method = "POST" if body else "GET"
    fields = {
        "SCRIPT_FILENAME": SCRIPT,
        "REQUEST_METHOD": method,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        **more,
    }
    return request(9000, fields, body)


for _ in range(50):
    same(ask("do=hello")[1], b"hello from php")
headers, text = ask("do=visits")
same(text, b"1")
cookie = headers["set-cookie"].split(";")[0]
same(ask("do=visits", HTTP_COOKIE=cookie)[1], b"2")
same(ask("do=sqlite")[1], b"42")
same(ask("do=post", urlencode({"text": "abc"}).encode(), CONTENT_TYPE="application/x-www-form-urlencoded")[1], b"cba")
data = b"u" * 100_000
form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + data + b"\r\n--x--\r\n"
same(ask("do=upload", form, CONTENT_TYPE="multipart/form-data; boundary=x")[1], hashlib.md5(data).hexdigest().encode())
same(ask("do=shell")[1], b"from the shell")
same(ask("do=mb")[1], "GRÜSSE".encode())
same(ask("do=zip")[1], b"100000")
holds(ask("do=fail")[0]["status"], "500")
holds(request(9000, {"SCRIPT_FILENAME": "/var/www/html/missing.php", "REQUEST_METHOD": "GET"})[0]["status"], "404")
status = request(9000, {"SCRIPT_FILENAME": "/status", "SCRIPT_NAME": "/status", "REQUEST_METHOD": "GET"})[1]
holds(status, b"process manager:")
done()
