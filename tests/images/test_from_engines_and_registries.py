"""Images of a real engine and of real registries give what their archives give."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from docker_registry import Between
from hardhull.images import registry
from hardhull.images.cache import Cache
from hardhull.images.errors import ImageError
from hardhull.images.inventory import inventory
from hardhull.images.oci import Wanted
from hardhull.images.packages import Packages
from hardhull.images.passing import Passing
from hardhull.images.reading import ReadImage, read
from hardhull.images.targets import parsed, read_target
from hardhull.supply.registry import transport
from hardhull.supply.registry.transport import Transport
from made_images import PACKED, config, digest, layer

if TYPE_CHECKING:
    from pathlib import Path

    from docker_engine import Engine
    from docker_registry import Authority, Registry, TokenServer

pytest_plugins = ("docker_engine", "docker_registry")

NOISE = random.Random(7).randbytes(300_000)  # noqa: S311  nobody has to guess it
BASE = layer(("etc/os-release", "ID=debian\nVERSION_ID=12\n"), ("noise", NOISE))
MINE = layer(("app/node_modules/express/package.json", '{"name": "express", "version": "4.21.1"}'))
MANIFEST, INDEX = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"


def names(image: ReadImage) -> set[str]:
    assert not image.broken
    return {f"{one.name} {one.version}" for one in inventory(image).packages}


def push(to: Registry, repository: str, layers: list[bytes], packed: str = "+gzip") -> dict[str, Any]:
    blobs = [to.blob(repository, PACKED[packed](data)) for data in layers]
    described = to.blob(repository, json.dumps(config(layers)).encode())
    described["mediaType"] = "application/vnd.oci.image.config.v1+json"
    rows = [{**blob, "mediaType": f"application/vnd.oci.image.layer.v1.tar{packed}"} for blob in blobs]
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described, "layers": rows}
    return to.manifest(repository, manifest, "1")


@pytest.mark.engine
def test_an_engine(docker_engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{docker_engine.socket}")
    docker_engine.import_root("hh/base:1", BASE)
    dockerfile = b"FROM hh/base:1\nCOPY package.json /app/node_modules/express/package.json\nUSER 7\n"
    docker_engine.build(dockerfile, "hh/app:1", files={"package.json": b'{"name": "express", "version": "4.21.1"}'})
    target = parsed("image:hh/app:1")
    assert target is not None
    cache = Cache(tmp_path / "cache")
    image = read_target(target, [Packages()], cache)
    told = docker_engine.image("hh/app:1")
    assert image.image.id == told["Id"]
    assert [place.digest for place in image.image.layers] == told["RootFS"]["Layers"]
    assert image.image.config["User"] == "7"
    assert names(image) == {"express 4.21.1"}
    assert [image.image.history[place.step].made_by[:14] for place in image.image.layers][1:] == ["/bin/sh -c #(n"]
    with monkeypatch.context() as patched:
        patched.delattr(Passing, "_read")  # nothing is sent again
        warm = read_target(target, [Packages()], cache)
    assert (names(warm), warm.image.layers) == (names(image), image.image.layers)
    nobody = parsed("image:hh/nobody:1")
    assert nobody is not None
    with pytest.raises(ImageError, match="has no image of that name"):
        read_target(nobody, [Packages()], cache)


def test_no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    target = parsed("image:hh/app:1")
    assert target is not None
    with pytest.raises(ImageError, match="cannot be asked"):
        read_target(target, [Packages()], Cache(None))


@pytest.mark.parametrize("packed", ["", "+gzip", "+zstd"])
def test_a_registry_gives_layers_in_pieces(
    open_registry: Registry, monkeypatch: pytest.MonkeyPatch, packed: str
) -> None:
    monkeypatch.setattr(registry, "PIECE", 50_000)
    told = push(open_registry, "shop/pieces", [BASE, MINE], packed)
    target = parsed(f"registry:{open_registry.host}/shop/pieces:1")
    assert target is not None
    image = read_target(target, [Packages()], Cache(None))
    assert names(image) == {"express 4.21.1"}
    assert image.image.digest == told["digest"]
    assert [place.digest for place in image.image.layers] == [digest(BASE), digest(MINE)]


@pytest.mark.parametrize(
    ("ignores", "cuts", "chunked"),
    [(False, 3, False), (False, 3, True), (True, 0, False), (True, 0, True), (True, 3, False), (True, 3, True)],
)
def test_registries_that_ignore_ranges_and_connections_that_break(
    open_registry: Registry, monkeypatch: pytest.MonkeyPatch, ignores: bool, cuts: int, chunked: bool
) -> None:
    """Whatever stands between gives the same image: pieces are asked for again, and wholes from their beginning."""
    monkeypatch.setattr(registry, "PIECE", 50_000)
    monkeypatch.setattr(transport, "BACKOFF", 0.001)
    push(open_registry, "shop/between", [BASE, MINE])
    long = 200_000 if ignores else 50_000
    with Between(open_registry, ignores=ignores, cuts=cuts, long=long, chunked=chunked) as between:
        target = parsed(f"registry:{between.host}/shop/between:1")
        assert target is not None
        image = read_target(target, [Packages()], Cache(None))
    assert names(image) == {"express 4.21.1"}
    assert [place.digest for place in image.image.layers] == [digest(BASE), digest(MINE)]
    assert between.cuts == 0, "every cut was made"
    whole = [path for path, wanted in between.asked if "/blobs/" in path and not wanted]
    assert len(whole) == (max(cuts, 1) if ignores else 0), "a cut one was asked for again, from its beginning"


def test_a_connection_that_always_breaks_is_told(open_registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "PIECE", 50_000)
    monkeypatch.setattr(transport, "BACKOFF", 0.001)
    push(open_registry, "shop/between", [BASE, MINE])
    with Between(open_registry, ignores=True, cuts=99, long=200_000) as between:
        target = parsed(f"registry:{between.host}/shop/between:1")
        assert target is not None
        image = read_target(target, [Packages()], Cache(None))
    ((_place, why),) = image.broken
    assert "stops in the middle" in why
    assert "it ignores Range" in why
    assert len(between.asked) < 12


def test_an_index_in_a_registry(open_registry: Registry) -> None:
    repository = "shop/index"
    rows = []
    for layers, machine in (([BASE], "amd64"), ([MINE], "arm64")):
        row = push(open_registry, repository, layers)
        rows.append({**row, "platform": {"os": "linux", "architecture": machine}})
    open_registry.manifest(repository, {"schemaVersion": 2, "mediaType": INDEX, "manifests": rows}, "both")
    target = parsed(f"registry:{open_registry.host}/{repository}:both?platform=linux/arm64")
    assert target is not None
    assert names(read_target(target, [Packages()], Cache(None))) == {"express 4.21.1"}
    missing = parsed(f"registry:{open_registry.host}/{repository}:none")
    assert missing is not None
    with pytest.raises(ImageError, match="under none"):
        read_target(missing, [Packages()], Cache(None))


def test_a_door_with_tokens_and_a_private_authority(
    token_registry: Registry, token_server: TokenServer, authority: Authority, tmp_path: Path
) -> None:
    push(token_registry, "shop/web", [BASE, MINE])
    folder = tmp_path / "certs.d" / token_registry.host
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_bytes(authority.ca.read_bytes())
    one = registry.Registry(f"{token_registry.host}/shop/web:1", Transport([tmp_path / "certs.d"]))
    try:
        image = read(one.opened(Wanted()), [Packages()], Cache(None))
    finally:
        one.close()
    assert names(image) == {"express 4.21.1"}
    assert [query["scope"] for _method, query, _authorization in token_server.asked] == [["repository:shop/web:pull"]]


def test_a_registry_that_lies_about_a_layer(open_registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    push(open_registry, "shop/lies", [BASE, MINE])
    ask = Transport.ask

    def other(self: Transport, method: str, url: str, *rest: Any, **more: Any) -> Any:
        reply = ask(self, method, url, *rest, **more)
        blob = "/blobs/" in url and len(reply.body) > 100_000
        return reply._replace(body=reply.body[:-1] + b"!") if blob else reply

    monkeypatch.setattr(Transport, "ask", other)
    target = parsed(f"registry:{open_registry.host}/shop/lies:1")
    assert target is not None
    image = read_target(target, [Packages()], Cache(None))
    assert [place.digest for place, _why in image.broken] == [digest(BASE)]
