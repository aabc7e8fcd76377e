"""Builds an image of about 1 GB of our own, with the truth about it beside it.

    python bench/images/build.py OUT

Writes OUT/shop.tar (``docker save`` before engine 25), OUT/shop-oci (an OCI layout, gzip) and OUT/truth.json: what dpkg-query, pip, npm
and go say of it. Each step runs in a root of its own on an overlay, and what it changed is a layer, whiteouts and all. It needs root,
debootstrap, Debian's archive, and the registries of Python, npm and Go; it takes some minutes.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

SUITE, ARCHIVE = "bookworm", "http://deb.debian.org/debian"
PIP = "flask==3.0.3 requests==2.32.3 sqlalchemy==2.0.36 pandas==2.2.3 gunicorn==23.0.0 celery==5.4.0 boto3==1.35.60 py==1.11.0 lxml==5.3.0 Pillow==11.0.0 cryptography==43.0.3 pydantic==2.9.2"
NPM = [
    "express@4.21.1",
    "typescript@5.6.3",
    "webpack@5.96.1",
    "jest@29.7.0",
    "eslint@9.14.0",
    "@nestjs/core@10.4.7",
    "lodash@4.17.21",
    "next@14.2.18",
    "react@18.3.1",
    "react-dom@18.3.1",
]
GO = "github.com/google/go-containerregistry/cmd/crane@v0.20.2"
APT = "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends"
STEPS = [
    ("apt-get update", None),
    (f"{APT} ca-certificates curl openssl", None),
    (f"{APT} python3 python3-requests python3-venv python3-pip", None),
    (f"{APT} nodejs npm", None),
    (f"{APT} nginx-light redis-server", None),
    (f"{APT} gcc g++ make git libpq-dev", None),
    ("useradd -m app && mkdir -p /opt/app && chown app /opt/app", None),
    (f"python3 -m venv /opt/venv && /opt/venv/bin/pip install --no-compile {PIP}", "network"),
    (f"cd /opt/app && npm init -y >/dev/null && npm install --ignore-scripts {' '.join(NPM)}", "network"),
    ("dd if=/dev/urandom of=/opt/app/model.bin bs=1M count=150 status=none", None),
    ('mkdir -p /opt/app/src && for i in $(seq 300); do echo "export const v$i = $i;" > /opt/app/src/m$i.js; done', None),
    ("@go", None),
    ("apt-get purge -y libpq-dev && rm -rf /var/lib/apt/lists/*", None),
    ("rm -rf /opt/app/node_modules/lodash && ln -s /opt/app/src /opt/app/node_modules/.src", None),
    ("chown -R app /opt/app/src && chmod 4755 /usr/bin/git", None),
]  # fmt: skip


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    base = out / "base"
    if not base.exists():
        subprocess.run(
            ["debootstrap", "--variant=minbase", SUITE, str(base), ARCHIVE], check=True, stdout=subprocess.DEVNULL
        )
        (base / "etc/apt/sources.list").write_text(
            f"deb {ARCHIVE} {SUITE} main\ndeb http://deb.debian.org/debian-security {SUITE}-security main\n"
        )
        (base / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (base / "usr/sbin/policy-rc.d").chmod(0o755)
    uppers = [base]
    for at, (command, _needs) in enumerate(STEPS, 1):
        print(at, command[:90], flush=True)
        uppers.append(step(out, at, command, uppers))
    truth(out, uppers)
    write(out, [command for command, _needs in STEPS], uppers)


class Root:
    """All layers so far as one folder, what changes in another."""

    def __init__(self, out: Path, lowers: list[Path], upper: Path) -> None:
        self.path, self._work = out / "merged", out / "work"
        for folder in (self.path, self._work, upper):
            folder.mkdir(exist_ok=True)
        lower = ":".join(str(one) for one in reversed(lowers))
        self._options = f"lowerdir={lower},upperdir={upper},workdir={self._work}"

    def __enter__(self) -> Path:
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", self._options, str(self.path)], check=True)
        subprocess.run(["mount", "-t", "proc", "proc", str(self.path / "proc")], check=True)
        subprocess.run(["mount", "--bind", "/dev", str(self.path / "dev")], check=True)
        return self.path

    def __exit__(self, *_error: object) -> None:
        for name in ("dev", "proc", ""):
            subprocess.run(["umount", str(self.path / name)], check=True)
        shutil.rmtree(self._work)


CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
FROM_HOST = ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt", "etc/pip.conf")
KEPT = ("HOME", "PATH")


def step(out: Path, at: int, command: str, lowers: list[Path]) -> Path:
    upper = out / f"layer{at}"
    if (out / f"done{at}").exists():
        return upper
    shutil.rmtree(upper, ignore_errors=True)
    with Root(out, lowers, upper) as root:
        if command == "@go":
            built = out / "gobin"
            subprocess.run(
                ["go", "install", GO], check=True, env={**os.environ, "GOBIN": str(built), "CGO_ENABLED": "0"}
            )
            shutil.copy(built / "crane", root / "usr/local/bin/crane")
        else:
            run(root, command)
    (out / f"done{at}").touch()
    return upper


def run(root: Path, command: str) -> str:
    """Runs a command in the root, with the machine's network and names, which are not part of the image."""
    mounts = []
    for name in ("etc/resolv.conf", "etc/hosts"):
        target = root / name
        if target.exists() and not target.is_symlink():
            subprocess.run(["mount", "--bind", f"/{name}", str(target)], check=True)
            mounts.append(target)
    env = {key: value for key, value in os.environ.items() if not key.startswith(("XDG", "LC_", "LANG", "VIRTUAL"))}
    extra = root / "tmp/certificates.crt"
    shutil.copy(CERTIFICATES, extra)
    for name in (
        "PIP_CERT",
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "CURL_CA_BUNDLE",
        "GIT_SSL_CAINFO",
    ):
        env[name] = "/tmp/certificates.crt"  # noqa: S108  inside the root
    env |= {
        "HOME": "/root",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "PIP_NO_CACHE_DIR": "1",
    }
    env.pop("PIP_FIND_LINKS", None)
    try:
        done = subprocess.run(
            ["chroot", str(root), "sh", "-c", command], env=env, capture_output=True, text=True, check=False
        )
    finally:
        for target in mounts:
            subprocess.run(["umount", str(target)], check=True)
        extra.unlink()
        shutil.rmtree(root / "root/.npm", ignore_errors=True)
    if done.returncode:
        sys.exit(f"{command}: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    return done.stdout


def truth(out: Path, uppers: list[Path]) -> None:
    """What the package managers themselves say of the finished image."""
    scratch = out / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    with Root(out, uppers, scratch) as root:
        found = {
            "deb": sorted(
                line.split()
                for line in run(root, "dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\\n'").splitlines()
                if line.endswith(" installed")
            ),
            "pypi": sorted(
                [one["name"], one["version"]] for one in json.loads(run(root, "/opt/venv/bin/pip list --format json"))
            ),
            "npm": npm(run(root, "cd /opt/app && npm ls --all --json || true")),
            "golang": subprocess.run(
                ["go", "version", "-m", str(root / "usr/local/bin/crane")], capture_output=True, text=True, check=True
            ).stdout,
        }
    (out / "truth.json").write_text(json.dumps(found, indent=1))


def npm(text: str) -> list[list[str]]:
    found: set[tuple[str, str]] = set()
    waiting = [json.loads(text)]
    while waiting:
        for name, row in (waiting.pop().get("dependencies") or {}).items():
            if row.get("version") and not row.get("missing"):
                found.add((name, row["version"]))
            waiting.append(row)
    return [list(one) for one in sorted(found)]


def write(out: Path, commands: list[str], uppers: list[Path]) -> None:
    """Both archives."""
    layers = [layer(out, at, upper) for at, upper in enumerate(uppers)]
    diffs = [f"sha256:{digest(path)}" for path in layers]
    history = [
        {"created": "2026-11-01T00:00:00Z", "created_by": f"/bin/sh -c {command}"}
        for command in ("#(nop) ADD file:base in /", *commands)
    ]
    history.append({"created": "2026-11-01T00:00:00Z", "created_by": "/bin/sh -c #(nop) USER app", "empty_layer": True})
    config = {
        "architecture": "amd64", "os": "linux", "created": "2026-11-01T00:00:00Z", "history": history,
        "config": {"User": "app", "Env": ["PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], "Cmd": ["gunicorn", "app:app"], "WorkingDir": "/opt/app"},
        "rootfs": {"type": "layers", "diff_ids": diffs},
    }  # fmt: skip
    text = json.dumps(config).encode()
    name = hashlib.sha256(text).hexdigest()
    ids = [hashlib.sha256(f"id {one}".encode()).hexdigest() for one in diffs]
    manifest = [{"Config": f"{name}.json", "RepoTags": ["shop:1"], "Layers": [f"{one}/layer.tar" for one in ids]}]
    with tarfile.open(out / "shop.tar", "w") as tar:
        for one, path in sorted(zip(ids, layers, strict=True)):
            tar.add(path, f"{one}/layer.tar")
        for part, data in ((f"{name}.json", text), ("manifest.json", json.dumps(manifest).encode())):
            info = tarfile.TarInfo(part)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    oci(out / "shop-oci", text, layers)


def oci(folder: Path, config: bytes, layers: list[Path]) -> None:
    blobs = folder / "blobs/sha256"
    shutil.rmtree(folder, ignore_errors=True)
    blobs.mkdir(parents=True)

    def keep(data: bytes, media: str) -> dict[str, object]:
        name = hashlib.sha256(data).hexdigest()
        (blobs / name).write_bytes(data)
        return {"mediaType": f"application/vnd.oci.image.{media}", "digest": f"sha256:{name}", "size": len(data)}

    rows = []
    for path in layers:
        packed = path.with_suffix(".gz")
        with packed.open("wb") as file:
            subprocess.run(["gzip", "-6nc", str(path)], stdout=file, check=True)
        rows.append(keep(packed.read_bytes(), "layer.v1.tar+gzip"))
        packed.unlink()
    manifest = {"schemaVersion": 2, "config": keep(config, "config.v1+json"), "layers": rows}
    (folder / "index.json").write_text(
        json.dumps({"schemaVersion": 2, "manifests": [keep(json.dumps(manifest).encode(), "manifest.v1+json")]})
    )
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


def layer(out: Path, at: int, upper: Path) -> Path:
    """A folder of changes as a tar, with whiteouts as layers have them."""
    path = out / f"layer{at}.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for folder, folders, files in os.walk(upper):
            folders.sort()
            inside = Path(folder).relative_to(upper)
            if inside.parts and opaque(folder):
                tar.addfile(tarfile.TarInfo(f"{inside}/.wh..wh..opq"))
            for name in sorted([*folders, *files]):
                real, shown = Path(folder, name), inside / name
                found = real.lstat()
                if stat.S_ISCHR(found.st_mode) and found.st_rdev == 0:
                    tar.addfile(tarfile.TarInfo(str(inside / f".wh.{name}")))
                elif not stat.S_ISSOCK(found.st_mode) and not (at == 0 and shown.parts[0] in {"dev", "proc", "sys"}):
                    tar.add(real, str(shown), recursive=False)
    return path


def opaque(folder: str) -> bool:
    try:
        return os.getxattr(folder, "trusted.overlay.opaque") == b"y"
    except OSError:
        return False


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
