"""What was fetched from the repository, sent by nginx."""

import io
import tarfile

from _common.judge import done, same
from _common.web import Web

web = Web(80)
numbers = "".join(f"{number}\n" for number in range(1, 5001)) + "more\n"
for _ in range(20):
    web.get("/numbers.txt", exactly=numbers.encode())
web.get("/log.txt", exactly=b"second\nfirst\n")
with tarfile.open(fileobj=io.BytesIO(web.get("/v1.tar").body)) as archive:
    same(archive.getnames(), ["numbers.txt"])
web.get("/", has="v1.tar")
web.get("/missing", 404)
done()
