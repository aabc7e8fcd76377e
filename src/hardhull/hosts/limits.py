"""What was shown of limits on this machine, as ``hardhull prove engine`` keeps it: read back where it still holds."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any, Final

SCHEMA: Final = "hardhull-limits/1"
NAME: Final = "limits.json"
STATE: Final = "HARDHULL_HOST_STATE"
"""The variable that names another folder than :data:`FOLDER` for what is kept of this machine."""
FOLDER: Final = "/var/lib/hardhull"
MAX_BYTES: Final = 1 << 18


def place() -> Path:
    """Where it is kept."""
    return Path(os.environ.get(STATE) or FOLDER) / NAME


def ground(version: str) -> dict[str, str]:
    """What it depends on: the kernel, and the engine's version."""
    return {"kernel": platform.release(), "engine": version}


def kept(version: str) -> dict[str, Any]:
    """The path of what is kept, with its content; nothing where it is of another kernel or engine, or of a stranger.

    Args:
        version: of the engine.
    """
    path = place()
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_uid not in {0, os.geteuid()} or status.st_mode & 0o022 or status.st_size > MAX_BYTES:
                return {}
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        return {}
    mine = {name: found.get(name) for name in ("kernel", "engine")}
    return {str(path): found} if mine == ground(version) else {}
