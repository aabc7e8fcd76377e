"""Owner, mode and access list of the files that decide what an engine does."""

from __future__ import annotations

import grp
import os
import pwd
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

UNITS = ("/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
         "/lib/systemd/system")  # fmt: skip
"""Where systemd looks for units, first found first (systemd.unit(5))."""
ACL_ENTRY = 8
ACL_TAGS = {0x02: "user", 0x08: "group"}
"""Named users and groups in ``system.posix_acl_access`` (include/uapi/linux/posix_acl_xattr.h)."""
MOST = 512
INNER = re.compile(r"/(?:metrics\.sock$|libnetwork/|plugins/|buildkit/)")
"""Sockets that dockerd opens for its own parts; none takes the engine's orders."""


def files(settings: dict[str, str], sockets: list[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Every file of the engine that is there.

    Args:
        settings: of the engine, as flags or daemon.json name them: ``config-file``, ``tlscacert``, ``tlscert``,
            ``tlskey``.
        sockets: where engines listen, and the program.

    Returns:
        Path to what its inode says.
    """
    found = {}
    for part, path in _places(settings, sockets):
        entry = _stat(part, path)
        if entry is not None and path not in found:
            found[path] = entry
    return found


def _places(settings: dict[str, str], sockets: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name in ("docker.service", "docker.socket"):
        unit = next((f"{folder}/{name}" for folder in UNITS if Path(f"{folder}/{name}").exists()), None)
        if unit is not None:
            yield name, unit
        for folder in UNITS:
            yield from ((name, str(path)) for path in sorted(Path(f"{folder}/{name}.d").glob("*.conf"))[:MOST])
    configuration = settings.get("config-file", "/etc/docker/daemon.json")
    yield "daemon.json", configuration
    for folder in dict.fromkeys(("/etc/docker", os.path.dirname(configuration))):  # noqa: PTH120  a text
        yield "engine-folder", folder
    certificates = Path("/etc/docker/certs.d")
    if certificates.is_dir():
        for each in sorted(certificates.glob("*/*"))[:MOST]:
            yield "server-key" if each.suffix == ".key" else "registry-certificate", str(each)
    for name, part in (("tlscacert", "ca-certificate"), ("tlscert", "server-certificate"), ("tlskey", "server-key")):
        if settings.get(name):
            yield part, settings[name]
    yield "default-options", "/etc/default/docker"
    yield "sysconfig-options", "/etc/sysconfig/docker"
    for path, program in sockets:
        if program == "containerd":
            if path.endswith("containerd.sock"):
                yield "containerd-socket", path
        elif program == "dockerd" and not INNER.search(path):
            yield "engine-socket", path


def _stat(part: str, path: str) -> dict[str, Any] | None:
    """What the file system says of a file, links followed; None where there is none."""
    try:
        real = os.path.realpath(path)
        found = os.stat(real)  # noqa: PTH116
    except OSError:
        return None
    return {
        "part": part,
        "mode": f"{stat.S_IMODE(found.st_mode):04o}",
        "user": _name(found.st_uid, users=True),
        "group": _name(found.st_gid, users=False),
        "acl": list(_acl(real)),
        "above": _above(real),
    }


def _name(number: int, *, users: bool) -> str:
    try:
        return pwd.getpwuid(number).pw_name if users else grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def _acl(path: str) -> Iterator[str]:
    """Named entries of the access list: the mode shows them only as the group's bits."""
    try:
        data = os.getxattr(path, "system.posix_acl_access")
    except (OSError, AttributeError):
        return
    for at in range(4, len(data) - ACL_ENTRY + 1, ACL_ENTRY):
        tag, bits = int.from_bytes(data[at : at + 2], "little"), int.from_bytes(data[at + 2 : at + 4], "little")
        if tag in ACL_TAGS:
            who = _name(int.from_bytes(data[at + 4 : at + 8], "little"), users=ACL_TAGS[tag] == "user")
            letters = "".join(letter if bits & bit else "-" for letter, bit in (("r", 4), ("w", 2), ("x", 1)))
            yield f"{ACL_TAGS[tag]}:{who}:{letters}"


def _above(path: str) -> str:
    """The first folder on the way to a file that somebody else than root may change, and so put another file there."""
    for folder in reversed(Path(path).parents):
        try:
            found = folder.stat()
        except OSError:
            return ""
        sticky = bool(found.st_mode & stat.S_ISVTX)
        others = found.st_mode & stat.S_IWOTH or (found.st_mode & stat.S_IWGRP and found.st_gid != 0)
        if found.st_uid != 0 or (others and not sticky):
            return str(folder)
    return ""
