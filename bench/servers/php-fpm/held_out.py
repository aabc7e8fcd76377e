"""What load.py does not ask: HEAD, large forms, cookies that are wrong, several at once, its state as JSON."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from _common.fastcgi import request
from _common.judge import done, holds, same

SCRIPT = "/var/www/html/index.php"
BASE = {"SCRIPT_FILENAME": SCRIPT, "SERVER_NAME": "bench", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "192.0.2.9"}
same(request(9000, {**BASE, "REQUEST_METHOD": "HEAD", "QUERY_STRING": ""})[1], b"")
body = urlencode({"text": "ab" * 200_000}).encode()
form = {
    **BASE,
    "REQUEST_METHOD": "POST",
    "QUERY_STRING": "do=post",
    "CONTENT_TYPE": "application/x-www-form-urlencoded",
    "CONTENT_LENGTH": str(len(body)),
}
same(len(request(9000, form, body)[1]), 400_000)
same(
    request(9000, {**BASE, "REQUEST_METHOD": "GET", "QUERY_STRING": "do=visits", "HTTP_COOKIE": "PHPSESSID=../../etc"})[
        1
    ].endswith(b"1"),
    True,
)
state = {"SCRIPT_FILENAME": "/status", "SCRIPT_NAME": "/status", "REQUEST_METHOD": "GET", "QUERY_STRING": "json&full"}
holds(json.loads(request(9000, state)[1])["pool"], "www")
with ThreadPoolExecutor(8) as pool:
    got = list(
        pool.map(lambda _n: request(9000, {**BASE, "REQUEST_METHOD": "GET", "QUERY_STRING": "do=sqlite"})[1], range(40))
    )
same(got, [b"42"] * 40)
holds(
    request(9000, {**BASE, "REQUEST_METHOD": "GET", "QUERY_STRING": "", "SCRIPT_FILENAME": "/etc/passwd"})[0]["status"],
    "403",
)
done()
