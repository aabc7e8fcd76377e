"""A root file system with the Python of these tests (pip in a venv) and the machine's node and npm, and their indexes."""

from __future__ import annotations

import ensurepip
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from base64 import b64encode
from pathlib import Path

import small_debian

LEFT_OUT = frozenset({"test", "tests", "__pycache__", "site-packages", "dist-packages", "idlelib", "lib2to3", "ensurepip", "tkinter"})  # fmt: skip
VENV = "opt/venv"
APPLETS = ("sh", "sleep", "env", "rm", "mkdir", "cat")


def missing() -> str:
    """Why it cannot be made here; empty where it can."""
    absent = [name for name in ("node", "npm", "busybox", "ldd") if not shutil.which(name)]
    if absent:
        return f"not installed: {', '.join(absent)}"
    return "" if (_npm() / "node_modules").is_dir() else "npm is spread over many folders here"


def _npm() -> Path:
    return Path(shutil.which("npm") or "").resolve().parent.parent


def wheel(folder: Path, name: str, version: str, code: str) -> Path:
    """A wheel of one module."""
    info = f"{name}-{version}.dist-info"
    content = {
        f"{name}.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    content[f"{info}/RECORD"] = "".join(f"{key},,\n" for key in [*content, f"{info}/RECORD"])
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as opened:
        for key, text in content.items():
            opened.writestr(key, text)
    return path


def package(name: str, version: str, code: str) -> bytes:
    """A package of npm."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        manifest = json.dumps({"name": name, "version": version, "main": "index.js"})
        for path, text in (("package/package.json", manifest), ("package/index.js", code)):
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()


def index(folder: Path, address: str, wheels: list[Path], packages: dict[tuple[str, str], str]) -> None:
    """Static files that pip and npm take for an index and a registry.

    Args:
        folder: that is served.
        address: where.
        wheels: what pip finds.
        packages: name and version of what npm finds, with its code.
    """
    for path in wheels:
        place = folder / "simple" / path.name.partition("-")[0].replace("_", "-")
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
        names = sorted(one.name for one in place.glob("*.whl"))
        (place / "index.html").write_text("".join(f'<a href="{name}">{name}</a>' for name in names))
    told: dict[str, dict[str, object]] = {}
    for (name, version), code in packages.items():
        data = package(name, version, code)
        (folder / f"{name}-{version}.tgz").write_bytes(data)
        integrity = f"sha512-{b64encode(hashlib.sha512(data).digest()).decode()}"
        dist = {"tarball": f"{address}/{name}-{version}.tgz", "integrity": integrity}
        told.setdefault(name, {})[version] = {"name": name, "version": version, "dist": dist}
    for name, versions in told.items():
        tags = {"latest": list(versions)[-1]}
        (folder / name).write_text(json.dumps({"name": name, "dist-tags": tags, "versions": versions}))


def root(folder: Path, installed: Path, packages: dict[str, bytes]) -> bytes:
    """A root file system as a tar.

    Args:
        folder: an empty one.
        installed: a wheel that is installed in the venv at ``/opt/venv``.
        packages: further files.
    """
    venv = folder / VENV
    bundled = next(iter(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl")), None)  # Debian's has none
    without = ["--without-pip"] if bundled else []
    subprocess.run([sys.executable, "-m", "venv", *without, venv], check=True, capture_output=True)
    called = [f"{bundled}/pip"] if bundled else ["-m", "pip"]
    wheels = [str(one) for one in (bundled, installed) if one]
    pip = [*called, "--isolated", "install", "-q", "--no-index", "--no-compile", *wheels]
    subprocess.run([str(venv / "bin" / "python"), *pip], check=True, capture_output=True)
    (stdlib, python) = Path(sysconfig.get_path("stdlib")), (venv / "bin" / "python").resolve()
    node, busybox = (Path(shutil.which(name) or "").resolve() for name in ("node", "busybox"))
    programs = [python, node, *stdlib.glob("lib-dynload/*.so")]
    libraries = {name for one in programs for name in small_debian._libraries(one)}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path in sorted({Path(name) for name in libraries} | {python}):
            tar.add(path.resolve(), str(path))
        tar.add(stdlib, str(stdlib), filter=_wanted)
        tar.add(venv, VENV, filter=_wanted_in_venv)
        tar.add(node, "usr/bin/node")
        tar.add(_npm(), "usr/lib/node_modules/npm", filter=_wanted_in_venv)
        tar.add(busybox, "bin/busybox")
        links = {
            "usr/bin/npm": "../lib/node_modules/npm/bin/npm-cli.js",
            **{f"bin/{one}": "busybox" for one in APPLETS},
        }
        links["usr/bin/env"] = "/bin/busybox"
        for name, target in links.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
        for name, data in {
            **packages,
            "etc/passwd": b"root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\n",
        }.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            tar.addfile(entry, io.BytesIO(data))
        for name in ("tmp", "root"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777
            tar.addfile(entry)
    return out.getvalue()


def _wanted(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = Path(entry.name).name
    return None if name in LEFT_OUT or re.match(r"config-\d|.*\.(?:a|pyc)$", name) else entry


def _wanted_in_venv(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if Path(entry.name).name in {"__pycache__", "docs", "man"} else entry
