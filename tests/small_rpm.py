"""A root file system with the machine's own dnf or zypper and rpm (Debian packages all), and packages made for it.

It needs a Debian or Ubuntu with ``dnf``, ``zypper``, ``rpm`` and ``createrepo-c``.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import NamedTuple

import small_debian


class Manager(NamedTuple):
    """A package manager as Debian has it.

    Attributes:
        name: its program.
        packages: which hold its files; ``{0}`` is the Python of the distribution.
        system: os-release of a system that has it.
        repositories: the folder where repositories are told.
    """

    name: str
    packages: tuple[str, ...]
    system: str
    repositories: str


DNF = Manager(
    "dnf",
    ("dnf", "dnf-data", "python3-dnf", "python3-hawkey", "python3-libdnf", "python3-libcomps", "python3-rpm", "python3-gpg",
     "libdnf2-common", "rpm", "rpm-common", "python3-minimal", "{0}-minimal", "lib{0}-minimal", "lib{0}-stdlib"),
    'ID="almalinux"\nVERSION_ID="9.4"\nPRETTY_NAME="AlmaLinux 9.4"\n',
    "etc/yum.repos.d",
)  # fmt: skip
ZYPPER = Manager(
    "zypper",
    ("zypper", "zypper-common", "libsolv-tools", "rpm", "rpm-common"),
    'ID="opensuse-leap"\nVERSION_ID="15.6"\nPRETTY_NAME="openSUSE Leap 15.6"\n',
    "etc/zypp/repos.d",
)
NEEDED = ("dnf", "zypper", "rpm", "rpmbuild", "createrepo_c", "busybox", "ldd", "dpkg-query")
UNUSED = re.compile(r"/(?:__pycache__|doc|man|locale|bash-completion|lintian|test)(?:/|$)")
REPOSITORY = "[hh]\nname=hh\nbaseurl=file:///repo\nenabled=1\ngpgcheck=0\n"
SPEC = """\
Name: {name}
Version: {version}
Release: 1.el9
Summary: x
License: MIT
BuildArch: noarch
AutoReqProv: no
%description
%install
mkdir -p %{{buildroot}}/opt
cat > %{{buildroot}}/opt/{name} <<'END'
{program}END
chmod 755 %{{buildroot}}/opt/{name}
%files
/opt/{name}
"""
APPLETS = ("sh", "sleep", "rm", "true", "cat", "id")


def missing() -> str:
    """Why it cannot be made here; empty where it can."""
    absent = [name for name in NEEDED if not shutil.which(name)]
    return f"not installed: {', '.join(absent)}" if absent else ""


def package(folder: Path, name: str, version: str, program: str) -> Path:
    """Builds a package of one program."""
    place = folder / f"{name}-{version}"
    place.mkdir(parents=True)
    (place / "a.spec").write_text(SPEC.format(name=name, version=version, program=program))
    words = ["rpmbuild", "-bb", "--define", f"_topdir {place}", str(place / "a.spec")]
    subprocess.run(words, check=True, capture_output=True)
    (made,) = place.rglob("*.rpm")
    return made


def root(folder: Path, manager: Manager, installed: Path, available: Path) -> bytes:
    """A root file system as a tar.

    Args:
        folder: an empty one.
        manager: which it has.
        installed: a package that is installed in it.
        available: a package that its repository has.
    """
    repository, system = folder / "repo", folder / "system"
    for place in (repository, system):
        place.mkdir()
    shutil.copy(available, repository)
    subprocess.run(["createrepo_c", "-q", repository], check=True, capture_output=True)
    rpm = ["rpm", "--root", str(system), "--dbpath", "/var/lib/rpm", "--nodeps", "-i", str(installed)]
    subprocess.run(rpm, check=True, capture_output=True)
    python = Path("/usr/bin/python3").resolve().name
    packages = [name.format(python) for name in manager.packages]
    listed = subprocess.run(["dpkg-query", "-L", *packages], capture_output=True, text=True, check=False).stdout
    paths = {Path(line) for line in listed.splitlines() if line.startswith("/") and not UNUSED.search(line)}
    files = {path for path in paths if path.parts[2:] and (path.is_file() or path.is_symlink())} | {
        Path(shutil.which(manager.name) or "").resolve()
    }
    programs = {path.resolve() for path in files if path.suffix == ".so" or ".so." in path.name or "bin" in path.parts}
    libraries = {Path(name) for one in programs for name in small_debian._libraries(one)}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        taken = {_merged(path): path for path in files} | {_merged(path): path.resolve() for path in libraries}
        for name, path in sorted(taken.items()):
            tar.add(path, name, recursive=False)
        tar.add(Path(shutil.which("busybox") or "").resolve(), "usr/bin/busybox")
        tar.add(repository, "repo")
        tar.add(system / "var", "var")
        tar.add(system / "opt", "opt")
        texts = {
            "etc/os-release": manager.system, f"{manager.repositories}/hh.repo": REPOSITORY,
            "etc/rpm/macros": "%_dbpath /var/lib/rpm\n",  # Debian's rpm has it in a home
            "etc/passwd": "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\n",
        }  # fmt: skip
        for name, text in texts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
        merged = ("bin", "sbin", "lib", "lib64")
        links = {**{f"usr/bin/{one}": "busybox" for one in APPLETS}, **{name: f"usr/{name}" for name in merged}}
        for name, target in links.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
        for name in ("tmp", "root", "var/tmp", "var/log", "var/cache/dnf"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777
            tar.addfile(entry)
    return out.getvalue()


def _merged(path: Path) -> str:
    """Where a file is on a system whose programs and libraries all are below ``/usr``."""
    return f"usr{path}" if path.parts[1] in {"bin", "sbin", "lib", "lib64"} else str(path).lstrip("/")
