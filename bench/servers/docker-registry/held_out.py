"""What load.py does not do: a cancelled and a resumed upload, mounting across names, an index, pages of lists, wrong digests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import hashlib
import json

from _common.judge import done, holds, same
from _common.web import Web

web = Web(5000)
RAW = {"Content-Type": "application/octet-stream"}
INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def place(name: str = "held/out") -> str:
    return web.ask("POST", f"/v2/{name}/blobs/uploads/", 202).headers["location"].split("5000", 1)[-1]


cancelled = place()
web.ask("DELETE", cancelled, 204)
web.ask("GET", cancelled, 404)
data = b"h" * 100_000
part = web.ask("PATCH", place(), 202, body=data[:50_000], headers=RAW)
same(part.headers["range"], "0-49999")
at = part.headers["location"].split("5000", 1)[-1]
same(web.ask("GET", at, 204).headers["range"], "0-49999")
web.ask("PUT", f"{at}&digest={digest(data)}", 201, body=data[50_000:], headers=RAW)
web.ask("POST", f"/v2/other/name/blobs/uploads/?mount={digest(data)}&from=held/out", 201)
web.ask("HEAD", f"/v2/other/name/blobs/{digest(data)}")
web.ask("PUT", f"{place()}&digest={digest(b'else')}", 400, body=b"other", headers=RAW)
index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).encode()
web.ask("PUT", "/v2/held/out/manifests/index", 201, body=index, headers={"Content-Type": INDEX})
web.ask("HEAD", f"/v2/held/out/manifests/{digest(index)}", headers={"Accept": INDEX})
holds(web.get("/v2/_catalog?n=1").headers["link"], "next")
web.ask("DELETE", f"/v2/held/out/manifests/{digest(index)}", 202)
web.get("/v2/held/out/blobs/sha256:" + "0" * 64, 404)
done()
