"""The program that makes the attempts, and how it gets into a container: on a volume, with files that attempts need."""

from __future__ import annotations

import io
import struct
import tarfile
from pathlib import Path

from hardhull.run.hostpaths import ROOT

INSIDE = "/.hardhull-drills"
"""Where the volume is mounted; ``drill.h`` says the same."""
OTHER_USER = 54321
"""An account that no image has; likewise."""
_FILES = Path(__file__).parent
_NET_RAW = 13
_CAPABILITY = struct.pack("<5I", 0x0200_0001, 1 << _NET_RAW, 0, 0, 0)
"""``struct vfs_cap_data`` of version 2, effective, with CAP_NET_RAW permitted (linux/capability.h)."""


def program(architecture: str) -> bytes | None:
    """The helper for an architecture as the kernel calls it (``x86_64``); None where there is none."""
    path = _FILES / f"helper-{architecture}"
    return path.read_bytes() if architecture.isidentifier() and path.is_file() else None


def archive(data: bytes) -> bytes:
    """The volume's content: the helper, two more of it with rights, a file of somebody else's, an empty folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as files:
        for name in ("", "/room"):
            folder = tarfile.TarInfo(ROOT + name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            files.addfile(folder)
        for name, mode in (("helper", 0o755), ("setuid", 0o4755), ("capable", 0o755)):
            entry = tarfile.TarInfo(f"{ROOT}/{name}")
            entry.size, entry.mode = len(data), mode
            if name == "capable":
                entry.pax_headers = {"SCHILY.xattr.security.capability": _CAPABILITY.decode("latin-1")}
            files.addfile(entry, io.BytesIO(data))
        others = tarfile.TarInfo(f"{ROOT}/others")
        others.mode, others.uid, others.gid = 0o600, OTHER_USER, OTHER_USER
        files.addfile(others)
    return out.getvalue()
