"""Files of a root file system, read by the paths that its programs know them by, and never out of it."""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, Final, Protocol

from hardhull.learn.namespace import follow
from hardhull.learn.static import bounds

if TYPE_CHECKING:
    from pathlib import Path

HEAD: Final = 256
"""Bytes at the beginning of a file by which its kind is told; the kernel reads as many of a script's first line."""
_FOLDER: Final = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC if hasattr(os, "O_PATH") else os.O_RDONLY
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | getattr(os, "O_NOCTTY", 0)


class Files(Protocol):
    """A root file system that is only read."""

    def follow(self, path: str) -> str:
        """The path without links, inside of the root."""

    def read(self, path: str, most: int = bounds.FILE_BYTES) -> bytes | None:
        """The content of a regular file, with links followed; None where there is none, or it has more bytes."""

    def head(self, path: str) -> bytes:
        """The first bytes of a regular file, with links followed; none where there is none."""

    def exists(self, path: str) -> bool:
        """Whether there is a regular file, with links followed."""

    def names(self, folder: str) -> list[str]:
        """Names in a folder, sorted; none where there is no folder."""


class Folder:
    """The files below a folder: an unpacked root, or ``/proc/PID/root`` of a running container.

    Args:
        root: what ``/`` means.
    """

    def __init__(self, root: Path | str) -> None:
        self._root = str(root)

    def follow(self, path: str) -> str:
        """The path without links, inside of the root."""
        return follow(self._root, path)

    def read(self, path: str, most: int = bounds.FILE_BYTES) -> bytes | None:
        """The content of a regular file; None where there is none, or it is larger than ``most``."""
        with ExitStack() as open_files:
            try:
                handle = self._open(self.follow(path), _FILE, open_files)
                about = os.fstat(handle)
                if not stat.S_ISREG(about.st_mode) or about.st_size > most:
                    return None
                with os.fdopen(os.dup(handle), "rb") as file:
                    data = file.read(most + 1)
            except (OSError, ValueError):
                return None
        return data if len(data) <= most else None

    def head(self, path: str) -> bytes:
        """The first bytes of a regular file; none where there is none."""
        with ExitStack() as open_files:
            try:
                handle = self._open(self.follow(path), _FILE, open_files)
                return os.read(handle, HEAD) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
            except (OSError, ValueError):
                return b""

    def exists(self, path: str) -> bool:
        """Whether there is a regular file, with links followed."""
        with ExitStack() as open_files:
            try:
                return stat.S_ISREG(os.fstat(self._open(self.follow(path), _FILE, open_files)).st_mode)
            except (OSError, ValueError):
                return False

    def names(self, folder: str) -> list[str]:
        """Names in a folder, sorted; none where there is no folder."""
        with ExitStack() as open_files:
            try:
                handle = self._open(self.follow(folder), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, open_files)
                with os.scandir(handle) as entries:
                    return sorted(entry.name for entry in islice(entries, bounds.NAMES))
            except (OSError, ValueError):
                return []

    def _open(self, path: str, flags: int, open_files: ExitStack) -> int:
        """Opens a path that has no links, name by name: one that became a link meanwhile is refused."""
        *folders, name = path.strip("/").split("/")
        handle = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        open_files.callback(os.close, handle)
        for folder in folders:
            handle = os.open(folder, _FOLDER, dir_fd=handle)
            open_files.callback(os.close, handle)
        handle = os.open(name or ".", flags, dir_fd=handle)
        open_files.callback(os.close, handle)
        return handle
