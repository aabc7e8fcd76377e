"""Layers and an image sent through the proxy with a password, listed and fetched again; no password is refused."""

import hashlib
import json
from base64 import b64encode
from urllib.parse import urlsplit

from _common.judge import done, same
from _common.web import Web
from asking import peek, until

until(lambda: peek(80, "/v2/")[0], lambda status: status == 401, "a registry that asks for a password", seconds=30)
web = Web(80)
KIND = "application/vnd.docker.distribution.manifest.v2+json"
AUTH = {"Authorization": "Basic " + b64encode(b"ada:lovelace").decode()}
BYTES = {**AUTH, "Content-Type": "application/octet-stream"}


def push(data: bytes) -> dict[str, object]:
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    begun = web.ask("POST", "/v2/team/app/blobs/uploads/", 202, headers=AUTH).headers["location"]
    place = urlsplit(begun)
    web.ask("PUT", f"{place.path}?{place.query}&digest={digest}", 201, body=data, headers=BYTES)
    return {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": len(data), "digest": digest}


web.ask("GET", "/v2/", 200, headers=AUTH)
config = {
    **push(b'{"architecture": "amd64", "os": "linux"}'),
    "mediaType": "application/vnd.docker.container.image.v1+json",
}
layers = [push(bytes([number]) * 200_000) for number in range(4)]
manifest = json.dumps({"schemaVersion": 2, "mediaType": KIND, "config": config, "layers": layers}).encode()
for tag in ("v1", "v2"):
    web.ask("PUT", f"/v2/team/app/manifests/{tag}", 201, body=manifest, headers={**AUTH, "Content-Type": KIND})
same(json.loads(web.ask("GET", "/v2/team/app/tags/list", headers=AUTH).body)["tags"], ["v1", "v2"])
for _ in range(5):
    for number, layer in enumerate(layers):
        path = f"/v2/team/app/blobs/{layer['digest']}"
        same(web.ask("HEAD", path, headers=AUTH).headers["content-length"], "200000")
        web.ask("GET", path, headers=AUTH, exactly=bytes([number]) * 200_000)
web.ask("GET", "/v2/team/app/manifests/v1", headers={**AUTH, "Accept": KIND}, exactly=manifest)
web.ask("GET", "/v2/team/app/manifests/v9", 404, headers=AUTH)
wrong = {"Authorization": "Basic " + b64encode(b"ada:wrong").decode()}
web.ask("GET", "/v2/_catalog", 401, headers=wrong)
web.ask("GET", "/v2/_catalog", 401)
done()
