"""A file that is exchanged for a moment, and put back also when this program is killed meanwhile."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hardhull.apply.key import state_folder
from hardhull.apply.tree import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EXCHANGE: Final = 2
"""``RENAME_EXCHANGE`` (linux/fs.h)."""
NOTE: Final = "exchanged.json"


@contextmanager
def saying(config: str, more: Mapping[str, Any]) -> Iterator[None]:
    """A file of settings says more for a moment, and is itself again afterwards: the engine reads no other.

    Raises:
        OSError: it cannot be exchanged.
    """
    path = Path(config)
    data = path.read_bytes() if path.exists() else b""
    beside = path.with_name(f".{path.name}.hardhull-reload")
    beside.unlink(missing_ok=True)
    found = json.loads(data) if data.strip() else {}
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(json.dumps({**found, **more}).encode())
    there = bool(data) or path.exists()
    note = state_folder() / NOTE
    note.write_text(json.dumps({"path": config, "beside": str(beside), "digest": digest_of(data), "there": there}))
    try:
        exchange(beside, path) if there else beside.rename(path)
        yield
    finally:
        heal()


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
