"""Images for tests, written byte by byte as the tools write them: layers, ``docker save`` archives, OCI layouts."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

LINK, HARD, FOLDER = tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE
WHITEOUT = b""
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    "+gzip": lambda data: gzip.compress(data, 1, mtime=0),
    "+zstd": lambda data: zstandard.ZstdCompressor(1).compress(data),
}


def layer(*files: tuple[str, Any], mode: int = 0o644) -> bytes:
    """A layer: content, or (kind, target) of a link, folder or device."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.mode = mode
            if isinstance(content, tuple):
                entry.type, entry.linkname = content
                tar.addfile(entry)
            else:
                data = content.encode() if isinstance(content, str) else content
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def modes(*files: tuple[str, int, int, int, bytes]) -> bytes:
    """A layer of files with modes, owners and groups; a folder where the name ends with a slash."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, mode, uid, gid, data in files:
            entry = tarfile.TarInfo(name.rstrip("/"))
            entry.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            entry.mode, entry.uid, entry.gid, entry.size = mode, uid, gid, len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def of_folder(root: Path) -> bytes:
    """A folder as a layer."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.add(root, arcname=".")
    return out.getvalue()


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def config(layers: Sequence[bytes], **more: Any) -> dict[str, Any]:
    made = {
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [*map(digest, layers)]},
    }
    return {**made, **more}


def archive(entries: Iterable[tuple[str, bytes | str]]) -> bytes:
    """A tar; a text is the target of a symbolic link."""
    return layer(*((name, data if isinstance(data, bytes) else (LINK, data)) for name, data in entries))


def saved(layers: Sequence[bytes], name: str = "team/app:1", described: Mapping[str, Any] | None = None) -> bytes:
    """What ``docker save`` wrote before engine 25: a layer that comes again is a link to its first place."""
    text = json.dumps(described or config(layers)).encode()
    entries: list[tuple[str, bytes | str]] = []
    first: dict[bytes, str] = {}
    paths = []
    for at, data in enumerate(layers):
        path = f"{at:064x}/layer.tar"
        paths.append(path)
        entries += [(f"{at:064x}/VERSION", b"1.0"), (f"{at:064x}/json", b"{}")]
        entries.append((path, f"../{first[data]}" if data in first else data))
        first.setdefault(data, path)
    own = hashlib.sha256(text).hexdigest() + ".json"
    manifest = [{"Config": own, "RepoTags": [name], "Layers": paths}]
    return archive([*entries, (own, text), ("manifest.json", json.dumps(manifest).encode()), ("repositories", b"{}")])


class Layout:
    """An OCI layout in memory."""

    def __init__(self) -> None:
        self.parts: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
        self.rows: list[dict[str, Any]] = []

    def keep(self, data: bytes, media: str) -> dict[str, Any]:
        self.parts["blobs/sha256/" + digest(data).removeprefix("sha256:")] = data
        return {"mediaType": media, "digest": digest(data), "size": len(data)}

    def document(self, value: Any, media: str) -> dict[str, Any]:
        return self.keep(json.dumps(value).encode(), f"application/vnd.oci.image.{media}.v1+json")

    def image(self, layers: Sequence[bytes], packed: str = "", **more: Any) -> dict[str, Any]:
        """Keeps an image; its descriptor."""
        rows = [self.keep(PACKED[packed](data), f"application/vnd.oci.image.layer.v1.tar{packed}") for data in layers]
        manifest = {"schemaVersion": 2, "config": self.document(config(layers, **more), "config"), "layers": rows}
        return self.document(manifest, "manifest")

    def add(self, row: Mapping[str, Any], **more: Any) -> None:
        """Names an image in the index: ``tag``, ``platform``."""
        notes = {"org.opencontainers.image.ref.name": more["tag"]} if "tag" in more else {}
        extra = {"platform": more["platform"]} if "platform" in more else {}
        self.rows.append({**row, "annotations": notes, **extra})

    def files(self) -> dict[str, bytes]:
        index = {"schemaVersion": 2, "manifests": self.rows}
        return {**self.parts, "index.json": json.dumps(index).encode()}

    def write(self, folder: Path) -> Path:
        for name, data in self.files().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder

    def tar(self, rows: Sequence[tuple[str, bytes]] = ()) -> bytes:
        return archive([*self.files().items(), *rows])


def saved_since_25(layers: Sequence[bytes], name: str = "team/app:1") -> bytes:
    """What ``docker save`` writes since engine 25: an OCI layout, and a manifest.json that leads into it."""
    layout = Layout()
    layout.add(layout.image(layers), tag="1")
    blobs = [f"blobs/sha256/{digest(data).removeprefix('sha256:')}" for data in layers]
    own = "blobs/sha256/" + digest(json.dumps(config(layers)).encode()).removeprefix("sha256:")
    manifest = [{"Config": own, "RepoTags": [name], "Layers": blobs}]
    return layout.tar([("manifest.json", json.dumps(manifest).encode())])


def two_platforms(one: Sequence[bytes], two: Sequence[bytes], packed: str = "") -> Layout:
    """One name for two machines, with an attestation beside them, as BuildKit pushes it."""
    layout = Layout()
    rows = []
    for layers, machine in ((one, "amd64"), (two, "arm64")):
        row = layout.image(layers, packed, architecture=machine)
        rows.append({**row, "platform": {"os": "linux", "architecture": machine}})
    proof = {**layout.image([layer(("attestation", "x"))]), "platform": {"os": "unknown", "architecture": "unknown"}}
    rows.append({**proof, "annotations": {"vnd.docker.reference.type": "attestation-manifest"}})
    layout.add(layout.document({"schemaVersion": 2, "manifests": rows}, "index"), tag="1")
    return layout
