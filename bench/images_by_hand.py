"""Root file systems for base images that are made here, and a BuildKit of its own for what the classic builder lacks."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tarfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docker_engine import Engine


PASSWD = b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/x\nnonroot:x:65532:65532::/:/x\n"
SECRET_FILES = {".npmrc", ".netrc"}
GROUP = b"root:x:0:\nnobody:x:65534:\nnonroot:x:65532:\n"


def debian(root: Path) -> bytes:
    """A folder as a tar."""
    return subprocess.run(
        ["tar", "-C", str(root), "-c", "--exclude=./proc/*", "."], check=True, capture_output=True
    ).stdout


def programs(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    """Files and users, and nothing else."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        whole = {"etc/passwd": PASSWD, "etc/group": GROUP, **files}
        for name, data in whole.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755 if name.startswith("bin") else 0o644
            archive.addfile(entry, io.BytesIO(data))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
        folder = tarfile.TarInfo("tmp")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o1777
        archive.addfile(folder)
    return out.getvalue()


def busybox(path: Path) -> bytes:
    """busybox and its commands, as Alpine and the busybox image have them."""
    names = subprocess.run([str(path), "--list"], check=True, capture_output=True, text=True).stdout.split()
    links = {f"bin/{name}": "busybox" for name in names if name != "busybox"}
    return programs({"bin/busybox": path.read_bytes()}, links)


class Buildkit:
    """A buildkitd in a folder that goes away."""

    def __init__(self, folder: Path, place: Path) -> None:
        self._folder, self._place = folder, place
        self._address = f"unix://{place}/bk.sock"
        self._bases: dict[str, str] = {}

    def __enter__(self) -> Self:
        command = [
            str(self._folder / "buildkitd"), "--addr", self._address, "--root", f"{self._place}/bk",
            "--oci-worker-snapshotter=native", "--oci-worker-net=host", "--allow-insecure-entitlement=network.host",
        ]  # fmt: skip
        with Path(self._place, "bk.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        while not Path(self._place, "bk.sock").exists():
            time.sleep(0.1)
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait()

    def take(self, engine: Engine, name: str) -> None:
        """Makes an image of the engine a base: ``docker save`` in the layout that BuildKit reads."""
        layout = Path(self._place, f"layout-{len(self._bases)}")
        (layout / "blobs" / "sha256").mkdir(parents=True)
        with tarfile.open(fileobj=io.BytesIO(engine.call("GET", f"/images/{name}/get"))) as saved:
            manifest = json.load(saved.extractfile("manifest.json"))[0]  # type: ignore[arg-type]
            config = saved.extractfile(manifest["Config"]).read()  # type: ignore[union-attr]
            layers = [saved.extractfile(each).read() for each in manifest["Layers"]]  # type: ignore[union-attr]

        def blob(kind: str, data: bytes) -> dict[str, object]:
            digest = hashlib.sha256(data).hexdigest()
            (layout / "blobs" / "sha256" / digest).write_bytes(data)
            return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

        whole = {
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": blob("config.v1+json", config), "layers": [blob("layer.v1.tar", data) for data in layers],
        }  # fmt: skip
        top = blob("manifest.v1+json", json.dumps(whole).encode())
        (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [top]}))
        (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        self._bases[name] = f"{layout}@{top['digest']}"

    def build(self, dockerfile: bytes, files: Mapping[str, bytes], tag: str) -> bytes:
        """The image as ``docker load`` takes it. The syntax directive is left out: it would ask a registry."""
        context = Path(self._place, "context")
        context.mkdir(exist_ok=True)
        lines = [line for line in dockerfile.decode().splitlines(keepends=True) if not line.startswith("# syntax=")]
        (context / "Dockerfile").write_text("".join(lines))
        for name, data in files.items():
            (context / name).write_bytes(data)
        command = [
            str(self._folder / "buildctl"), "--addr", self._address, "build", "--frontend", "dockerfile.v0",
            "--local", f"context={context}", "--local", f"dockerfile={context}", "--allow", "network.host",
            "--output", f"type=docker,name={tag}", "--opt", "build-arg:API_TOKEN=t0k3n", "--no-cache",
            "--secret", "id=API_TOKEN,env=API_TOKEN", "--secret", "id=DB_PASSWORD,env=DB_PASSWORD",
        ]  # fmt: skip
        for name in SECRET_FILES & {*files}:  # as the fix says: docker build --secret id=npmrc,src=.npmrc
            command += ["--secret", f"id={name.removeprefix('.')},src={context / name}"]
        for number, (name, where) in enumerate(self._bases.items()):
            path, _at, digest = where.partition("@")
            command += [
                "--oci-layout",
                f"base{number}={path}",
                "--opt",
                f"context:{name}=oci-layout://base{number}@{digest}",
            ]
        env = {**os.environ, "API_TOKEN": "t0k3n", "DB_PASSWORD": "vK3nq8Zr0pLw"}
        done = subprocess.run(command, capture_output=True, env=env, check=False)
        assert not done.returncode, done.stderr.decode()[-800:]
        return done.stdout
