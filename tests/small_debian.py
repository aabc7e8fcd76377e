"""A root file system with the machine's own apt and dpkg, small enough for tests, and packages made for it.

It needs a Debian or Ubuntu: programs and the libraries that they load are taken from the machine.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAMS = (
    "apt-get", "dpkg", "dpkg-deb", "dpkg-split", "dpkg-query", "dpkg-trigger", "update-alternatives", "tar", "dash", "busybox",
)  # fmt: skip
METHODS = ("file", "copy", "store", "gpgv", "http")
APPLETS = (
    "sh", "rm", "ls", "diff", "cat", "mkdir", "chmod", "sleep", "true", "false", "httpd", "wget", "cp", "mv", "id", "head", "grep",
)  # fmt: skip
OS = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12"\n'
NEEDED = ("apt-get", "dpkg-deb", "ldd", "busybox")


def missing() -> str:
    """Why it cannot be made here; empty where it can."""
    absent = [name for name in NEEDED if not shutil.which(name)]
    return f"not installed: {', '.join(absent)}" if absent else ""


def package(folder: Path, name: str, version: str, files: Mapping[str, str]) -> Path:
    """Builds a package; its files are programs."""
    root = folder / f"{name}-{version}"
    (root / "DEBIAN").mkdir(parents=True)
    control = f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: a <a@example.com>\nDescription: x\n"
    (root / "DEBIAN" / "control").write_text(control)
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(0o755)
    made = folder / f"{name}_{version}_all.deb"
    subprocess.run(
        ["dpkg-deb", "-Znone", "--root-owner-group", "-b", root, made], check=True, stdout=subprocess.DEVNULL
    )
    return made


def root_with(installed: Path, archive: Path | None) -> bytes:
    """A root file system as a tar.

    Args:
        installed: a package that is installed in it.
        archive: a package that its archive has; None for an archive that has gone.
    """
    files: dict[str, bytes] = {"etc/os-release": OS.encode(), "etc/apt/apt.conf.d/00": b'APT::Sandbox::User "root";\n'}
    for program in (*PROGRAMS, *(f"/usr/lib/apt/methods/{name}" for name in METHODS)):
        found = shutil.which(program)
        if found:
            path = Path(found)
            files |= {name.lstrip("/"): Path(name).read_bytes() for name in _libraries(path)}
            files[f"usr/lib/apt/methods/{path.name}" if "methods" in found else f"usr/bin/{path.name}"] = (
                path.read_bytes()
            )
    tables = Path("/usr/share/dpkg")
    files |= {f"usr/share/dpkg/{path.name}": path.read_bytes() for path in tables.glob("*table")}
    control = subprocess.run(["dpkg-deb", "-f", installed], capture_output=True, text=True, check=True).stdout
    status = control.replace("Version:", "Status: install ok installed\nVersion:")
    files["var/lib/dpkg/status"] = status.encode()
    name = installed.name.partition("_")[0]
    listed = subprocess.run(["dpkg-deb", "--fsys-tarfile", installed], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(listed)) as tar:
        paths = [entry.name.lstrip(".") for entry in tar if entry.name not in {".", "./"}]
        tar_files = {entry.name: entry for entry in tar.getmembers() if entry.isfile()}
        files |= {path.removeprefix("./"): _content(tar, entry) for path, entry in tar_files.items()}
    files[f"var/lib/dpkg/info/{name}.list"] = "".join(f"{path}\n" for path in ["/.", *paths]).encode()
    files["var/lib/dpkg/available"] = b""
    files["etc/passwd"] = b"root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\n"
    files["etc/group"] = b"root:x:0:\napp:x:1000:\n"
    files["etc/apt/sources.list"] = b"deb [trusted=yes] file:/repo ./\n"
    if archive is not None:
        files[f"repo/{archive.name}"] = archive.read_bytes()
        files["repo/Packages"] = _index(archive)
    return _tar(files)


def _content(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    found = tar.extractfile(entry)
    assert found is not None
    return found.read()


def _index(archive: Path) -> bytes:
    import hashlib

    control = subprocess.run(["dpkg-deb", "-f", archive], capture_output=True, text=True, check=True).stdout
    data = archive.read_bytes()
    return (
        f"{control}Filename: ./{archive.name}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n".encode()
    )


def _libraries(program: Path) -> list[str]:
    """What a program loads, the loader included."""
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return sorted({found for found in re.findall(r"(/\S+) \(0x", told) if os.path.exists(found)})  # noqa: PTH110


def _tar(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for folder in ("tmp", "var/tmp", "var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/lib/dpkg/updates",
                       "var/lib/dpkg/triggers", "var/log/apt", "etc/apt/preferences.d", "root", "proc", "dev", "usr/share/keyrings",
                       "etc/apt/trusted.gpg.d", "etc/apt/sources.list.d", "etc/dpkg/dpkg.cfg.d", "var/lib/dpkg/alternatives"):  # fmt: skip
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder.endswith("tmp") else 0o755
            tar.addfile(entry)
        merged = [
            name for name in ("lib64", "bin", "sbin", "lib") if not any(path.startswith(f"{name}/") for path in files)
        ]
        for name in merged:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, f"usr/{name}"
            tar.addfile(entry)
        for name in (*(f"usr/bin/{each}" for each in APPLETS), "usr/sbin/ldconfig", "usr/sbin/start-stop-daemon"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, "/usr/bin/busybox"
            tar.addfile(entry)
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755 if name.startswith(("usr/", "lib", "bin", "opt/")) else 0o644
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()
