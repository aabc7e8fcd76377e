"""Blobs sent in one and in parts, an image made of them, listed, fetched, removed; refusals."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import hashlib
import json

from _common.judge import done, same
from _common.web import Web

web = Web(5000)
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def push(data: bytes, parts: int = 1) -> dict[str, object]:
    place = web.ask("POST", "/v2/bench/app/blobs/uploads/", 202).headers["location"].split("5000", 1)[-1]
    size = -(-len(data) // parts)
    for at in range(0, len(data), size) if parts > 1 else ():
        place = (
            web.ask(
                "PATCH", place, 202, body=data[at : at + size], headers={"Content-Type": "application/octet-stream"}
            )
            .headers["location"]
            .split("5000", 1)[-1]
        )
    rest = b"" if parts > 1 else data
    web.ask(
        "PUT", f"{place}&digest={digest(data)}", 201, body=rest, headers={"Content-Type": "application/octet-stream"}
    )
    return {"mediaType": "application/octet-stream", "size": len(data), "digest": digest(data)}


web.get("/v2/")
config = {
    **push(b'{"architecture": "amd64", "os": "linux"}'),
    "mediaType": "application/vnd.docker.container.image.v1+json",
}
layers = [
    {
        **push(bytes([number]) * 300_000, 3 if number else 1),
        "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
    }
    for number in range(4)
]
manifest = json.dumps({"schemaVersion": 2, "mediaType": DOCKER, "config": config, "layers": layers}).encode()
for tag in ("one", "two"):
    same(
        web.ask("PUT", f"/v2/bench/app/manifests/{tag}", 201, body=manifest, headers={"Content-Type": DOCKER}).headers[
            "docker-content-digest"
        ],
        digest(manifest),
    )
web.ask("GET", "/v2/bench/app/manifests/one", headers={"Accept": DOCKER}, exactly=manifest)
same(json.loads(web.get("/v2/_catalog").body), {"repositories": ["bench/app"]})
same(sorted(json.loads(web.get("/v2/bench/app/tags/list").body)["tags"]), ["one", "two"])
web.get(f"/v2/bench/app/blobs/{layers[1]['digest']}", exactly=b"\x01" * 300_000)
web.ask("HEAD", f"/v2/bench/app/blobs/{layers[2]['digest']}")
web.ask("GET", f"/v2/bench/app/blobs/{layers[3]['digest']}", 206, headers={"Range": "bytes=0-9"}, exactly=b"\x03" * 10)
web.ask("DELETE", f"/v2/bench/app/manifests/{digest(manifest)}", 202)
web.ask("GET", "/v2/bench/app/manifests/one", 404, headers={"Accept": DOCKER})
for layer in layers:
    web.ask("DELETE", f"/v2/bench/app/blobs/{layer['digest']}", 202)
web.get("/v2/missing/tags/list", 404)
web.ask("PUT", "/v2/bench/app/manifests/bad", 400, body=b"{broken", headers={"Content-Type": DOCKER})
web.ask("PUT", "/v2/BAD/manifests/x", 404, body=b"{}")
done()
