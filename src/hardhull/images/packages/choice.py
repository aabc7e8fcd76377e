"""Which reader a file is for, by its path; programs are told by their first bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.images.packages.interest import LARGE, TEXT, Interest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardhull.images.tarwalk import Entry


def _late(module: str, function: str) -> Any:
    """A reader that is imported when its first file comes."""

    def read(path: str, data: bytes) -> Iterable[tuple[str, Any]]:
        from importlib import import_module

        found = getattr(import_module(f"hardhull.images.packages.{module}"), function)
        result: Iterable[tuple[str, Any]] = found(path, data)
        return result

    return read


_OS_RELEASE = Interest(_late("system", "os_release"))
_STATUS = Interest(_late("dpkg", "status"), TEXT)
_PART = Interest(_late("dpkg", "status_part"))
_LIST = Interest(_late("dpkg", "listed"), TEXT)
_SUMS = Interest(_late("dpkg", "sums"), TEXT)
_PYTHON = Interest(_late("python", "metadata"), head=True)
_RECORD = Interest(_late("python", "record"), TEXT)
_NODE = Interest(_late("node", "package_json"))
_LOCK = Interest(_late("node", "hidden_lock"), TEXT)
_JAVA = Interest(_late("marks", "java"), 1 << 16, head=True)
_APK = Interest(_late("apk", "installed"), TEXT)
_RPM = Interest(_late("rpm", "database"), LARGE)
_GEM = Interest(_late("ruby", "gemspec"))
_PHP = Interest(_late("php", "installed"), TEXT)
_DOTNET = Interest(_late("dotnet", "deps"), TEXT)
_JAR = Interest(_late("java", "archive"), LARGE)

RPM_FOLDERS = ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")
EXACT = {
    "etc/os-release": _OS_RELEASE,
    "usr/lib/os-release": _OS_RELEASE,
    "lib/apk/db/installed": _APK,
    "usr/lib/apk/db/installed": _APK,
    "var/lib/dpkg/status": _STATUS,
    **{f"{folder}/{name}": _RPM for folder in RPM_FOLDERS for name in ("rpmdb.sqlite", "Packages.db", "Packages")},
}
DPKG, DPKG_INFO, DPKG_PARTS = "var/lib/dpkg/", "var/lib/dpkg/info/", "var/lib/dpkg/status.d/"
BY_NAME = {
    "METADATA": _PYTHON,
    "PKG-INFO": _PYTHON,
    "RECORD": _RECORD,
    "package.json": _NODE,
    ".package-lock.json": _LOCK,
    "release": _JAVA,
    "installed.json": _PHP,
}
BY_ENDING = {
    "egg-info": _PYTHON,
    "gemspec": _GEM,
    "json": _DOTNET,
    **dict.fromkeys(("jar", "war", "ear", "jpi", "hpi", "par", "sar"), _JAR),
}


def interest(path: str) -> Interest | None:
    """Who reads a file of this path; None for almost all of them."""
    if path.startswith(DPKG):
        return _of_dpkg(path)
    folder, _, name = path.rpartition("/")
    found = BY_NAME.get(name)
    if found is None:
        found = EXACT.get(path) or (BY_ENDING.get(name.rpartition(".")[2].lower()) if "." in name else None)
    return found if found is not None and _lies_right(found, folder, name) else None


def _of_dpkg(path: str) -> Interest | None:
    if path.startswith(DPKG_INFO):
        return _LIST if path.endswith(".list") else None
    if path.startswith(DPKG_PARTS):
        return _SUMS if path.endswith(".md5sums") else _PART
    return EXACT.get(path)


def _lies_right(found: Interest, folder: str, name: str) -> bool:
    """Whether a file of that name means what its name says, in that folder."""
    if found is _NODE:
        return is_node_package(folder)
    if found is _LOCK:
        return folder == "node_modules" or folder.endswith("/node_modules")
    if found is _RECORD:
        return folder.endswith(".dist-info")
    if found is _PYTHON:
        return (name.endswith(".egg-info") or folder.endswith((".dist-info", ".egg-info", "EGG-INFO"))) and not any(
            part in folder for part in CACHES
        )
    if found is _GEM:
        return folder.endswith(("/specifications", "/specifications/default"))
    if found is _DOTNET:
        return name.endswith(".deps.json")
    return found is not _PHP or folder.endswith("/composer")


CACHES = ("/.cache/uv/",)
"""Where installers keep what they may install: nothing imports from there."""


def is_node_package(folder: str) -> bool:
    """Whether ``require`` finds a package in a folder: ``node_modules/NAME``, ``node_modules/@SCOPE/NAME``.

    Folders of that name inside of a package's own files (fixtures of its tests) are none of its dependencies. pnpm and
    npm's linked layout keep packages in ``node_modules/.pnpm/KEY/node_modules``. Debian has ``usr/share/nodejs/NAME``.
    """
    if folder.startswith(DEBIAN_NODE):
        _, _, folder = folder.partition("/nodejs/")
        name, rest = _package(folder.split("/"))
        return bool(name) and (not rest or _nested(rest))
    parts = folder.split("/")
    return "node_modules" in parts and _nested(parts[parts.index("node_modules") :])


DEBIAN_NODE = ("usr/share/nodejs/", "usr/lib/nodejs/")


def _nested(parts: list[str]) -> bool:
    while parts:
        if parts[0] != "node_modules":
            return False
        name, parts = _package(parts[1:])
        if not name or (name.startswith(".") and not parts):
            return False
    return True


def _package(parts: list[str]) -> tuple[str, list[str]]:
    """A package's name at the beginning, and what is left; a store's ``.pnpm/KEY`` counts as one."""
    if parts and (parts[0].startswith("@") or parts[0] in {".pnpm", ".store"}):
        return ("/".join(parts[:2]), parts[2:]) if len(parts) > 1 else ("", [])
    return (parts[0], parts[1:]) if parts else ("", [])


def may_be_program(entry: Entry, head: bytes) -> bool:
    """Whether a file is looked into for what its compiler left: programs, not the libraries beside them."""
    return bool(
        head[:4] == b"\x7fELF"
        and entry.mode & 0o111
        and entry.size > 4096
        and ".so" not in entry.path.rpartition("/")[2]
    )
