"""A file that is exchanged for a moment, and put back also when this program is killed meanwhile."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from hardhull.apply.key import state_folder
from hardhull.apply.tree import digest_of

EXCHANGE: Final = 2
"""``RENAME_EXCHANGE`` (linux/fs.h)."""
NOTE: Final = "exchanged.json"


def heal() -> None:
    """Puts a file back that was exchanged when this program was killed."""
    note = state_folder() / NOTE
    try:
        told = json.loads(note.read_bytes())
    except (OSError, ValueError):
        return
    path, beside = Path(told["path"]), Path(told["beside"])
    with suppress(OSError):
        if told["there"] and beside.exists() and digest_of(beside.read_bytes()) == told["digest"]:
            beside.rename(path)  # it is the file itself, with its times
        elif not told["there"] and not beside.exists():
            path.unlink(missing_ok=True)
        beside.unlink(missing_ok=True)
    note.unlink(missing_ok=True)


def exchange(one: Path, other: Path) -> None:
    """Two files change their names.

    Raises:
        OSError: they cannot.
    """
    import ctypes

    call = ctypes.CDLL(None, use_errno=True).renameat2
    at = -100  # AT_FDCWD
    if call(at, os.fsencode(one), at, os.fsencode(other), EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))
