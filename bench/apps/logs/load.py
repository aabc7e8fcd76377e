"""Messages said by the application over UDP and TCP, and read back from the files of the receiver."""

import uuid

from _common.judge import done, same, until
from _common.web import Web
from asking import peek


def name() -> str:
    return "n" + uuid.uuid4().hex[:12]


until(lambda: peek(8000, "/read/none")[0], lambda status: status == 404, "the viewer", seconds=30)
web = Web(8000)
for kind in ("udp", "tcp"):
    one = name()
    web.ask("POST", f"/say/{kind}/{one}", 202, body="first")
    until(lambda one=one: peek(8000, f"/read/{one}")[0], lambda status: status == 200, f"a file by {kind}")
    for number in range(40):
        web.ask("POST", f"/say/{kind}/{one}", 202, body=f"message {number}")
    path = f"/read/{one}"
    until(lambda path=path: len(peek(8000, path)[1].splitlines()), lambda lines: lines >= 41, f"41 lines by {kind}")
    same(sorted(web.get(path).text.split("\n")[1:-1]), sorted(f"{one}: message {number}" for number in range(40)))
done()
