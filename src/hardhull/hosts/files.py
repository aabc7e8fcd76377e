"""Files and folders: what they are, whose they are, and who else may touch them."""

from __future__ import annotations

import os
import stat
from functools import cache
from typing import Any

ACCESS_LIST = "system.posix_acl_access"
KINDS = (
    (stat.S_ISDIR, "folder"), (stat.S_ISREG, "file"), (stat.S_ISSOCK, "socket"), (stat.S_ISLNK, "link"),
)  # fmt: skip


def described(path: str) -> dict[str, Any] | None:
    """A file behind its links: kind, mode in octal digits, owner and group; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116  no object for each of hundreds of files
    except OSError:
        return None
    kind = next((name for test, name in KINDS if test(found.st_mode)), "other")
    out: dict[str, Any] = {
        "kind": kind,
        "mode": f"{stat.S_IMODE(found.st_mode):04o}",
        "owner": user_name(found.st_uid),
        "group": group_name(found.st_gid),
    }
    try:
        os.getxattr(path, ACCESS_LIST)
        out["access_list"] = True
    except OSError:
        pass
    return out


@cache
def user_name(uid: int) -> str:
    """The name of a user; its number where it has none."""
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


@cache
def group_name(gid: int) -> str:
    """Likewise of a group."""
    import grp

    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
