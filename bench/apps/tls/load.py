"""Notes written and read over TLS, through nginx, from the files of a node server."""

import gzip
import http.client
import ssl
import uuid

from _common.judge import HOST, SECONDS, done, port, same, until

context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE


def ask(method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None, link=None):
    own = link or http.client.HTTPSConnection(HOST, port(443), timeout=SECONDS, context=context)
    own.request(method, path, body, headers or {})
    answer = own.getresponse()
    return answer.status, answer.read(), answer.headers


def answers() -> int:
    try:
        return ask("GET", "/none")[0]
    except (OSError, http.client.HTTPException):
        return 0


until(answers, lambda status: status == 404, "the whole chain", seconds=30)
link = http.client.HTTPSConnection(HOST, port(443), timeout=SECONDS, context=context)
for number in range(15):
    path, text = f"/{uuid.uuid4()}", f"note {number}\n".encode() * 500
    same(ask("PUT", path, text, link=link)[0], 201)
    same(ask("GET", path, link=link)[:2], (200, text))
    status, body, headers = ask("GET", path, headers={"Accept-Encoding": "gzip"})
    same((status, headers["Content-Encoding"], gzip.decompress(body)), (200, "gzip", text))
same(ask("GET", "/missing", link=link)[:2], (404, b"no such note\n"))
same(ask("GET", "/static/style.css", link=link)[0], 200)
same(ask("PUT", "/large", b"x" * 1_500_000)[0], 413)
done()
