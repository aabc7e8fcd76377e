"""What an image has at a path, asked of the engine: a container of it that is never started is looked into."""

from __future__ import annotations

import io
import posixpath
import stat
import tarfile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any

    from hardhull.run.world import World

MOST_ENTRIES = 20_000
"""In a folder with more of them something lasting is taken to be."""
CAPABLE = "SCHILY.xattr.security.capability"
"""Where an archive of the engine says which capabilities a program has (capabilities(7), file capabilities)."""
SMALL = 1 << 20
"""Bytes of a file that are read: a list of accounts is far smaller."""


class Account(NamedTuple):
    """One line of ``/etc/passwd``: name, user and group number, home."""

    name: str
    uid: int
    gid: int
    home: str


class Entry(NamedTuple):
    """What is at a path.

    Attributes:
        folder: whether it is a folder; else a file, link or device.
        uid: its owner; likewise ``gid`` and ``mode``.
        empty: whether nothing is in it.
        link: where it leads, for a link.
        gains: whether who runs it gains privileges: it is root's and setuid or setgid, or has capabilities.
    """

    folder: bool
    uid: int
    gid: int
    mode: int
    empty: bool
    link: str = ""
    gains: bool = False


class ImageFiles:
    """The files of an image as they are before anything runs.

    Args:
        world: where a container of the image may be made; it is gone with the world.
        image: its id.
        lasting: paths of files that a workload wrote and left behind when it ended.
        executed: paths of programs that it ran.
    """

    def __init__(self, world: World, image: str, lasting: Collection[str] = (), executed: Collection[str] = ()) -> None:
        self.lasting, self.executed = lasting, executed
        self._world = world
        host = {"NetworkMode": "none"}
        body = {"Image": image, "Entrypoint": ["/"], "Labels": world.labels("image"), "HostConfig": host}
        made = world.client.create_container_from_config(body)  # type: ignore[no-untyped-call]
        self._ident = str(made["Id"])
        self._entries: dict[str, Entry | None] = {}

    def entry(self, path: str) -> Entry | None:
        """What is at an absolute path; None for nothing."""
        if path not in self._entries:
            self._entries[path] = self._read(path)
        return self._entries[path]

    def _read(self, path: str) -> Entry | None:
        """Its head, and whether anything follows it; no more of the archive is read."""
        stream = self._stream(path)
        if stream is None:
            return None
        with tarfile.open(fileobj=_Stream(stream), mode="r|") as archive:
            head = archive.next()
            if head is None:
                return None
            following = archive.next() if head.isdir() else None
            mode = head.mode & 0o7777
            return Entry(head.isdir(), head.uid, head.gid, mode, following is None, head.linkname, _gains(head))

    def text(self, path: str) -> str:
        """A small file; empty where there is none."""
        stream = self._stream(path)
        if stream is None:
            return ""
        with tarfile.open(fileobj=_Stream(stream), mode="r|") as archive:
            head = archive.next()
            file = archive.extractfile(head) if head is not None and head.isfile() else None
            return file.read(SMALL).decode("utf-8", "replace") if file is not None else ""

    def accounts(self) -> list[Account]:
        """The accounts of the image; lines that are none are passed over."""
        rows = (line.split(":") for line in self.text("/etc/passwd").splitlines())
        return [
            Account(row[0], int(row[2]), int(row[3]), row[5])
            for row in rows
            if len(row) >= 7 and row[2].isdigit() and row[3].isdigit()
        ]

    def _stream(self, path: str) -> Iterable[bytes] | None:
        return _archive(self._world, self._ident, path)


def _gains(head: tarfile.TarInfo) -> bool:
    owned = (head.mode & stat.S_ISUID and not head.uid) or (head.mode & stat.S_ISGID and not head.gid)
    return head.isfile() and (bool(owned) or CAPABLE in head.pax_headers)


def lasting(world: World, key: str, folders: Iterable[str], written: Collection[str]) -> frozenset[str]:
    """Which of the files that a container wrote are still there; asked of the container, when it has ended.

    Args:
        world: where it ran.
        key: which.
        folders: where they are looked for.
        written: their paths.
    """
    found: set[str] = set()
    for folder in folders:
        stream = _archive(world, world.ids[key], folder)
        above = posixpath.dirname(folder)
        with tarfile.open(fileobj=_Stream(stream or ()), mode="r|", ignore_zeros=True) as archive:
            for number, entry in enumerate(archive):
                path = posixpath.join(above, entry.name.rstrip("/"))
                if number > MOST_ENTRIES or (entry.isfile() and path in written):
                    found.add(path)
                if number > MOST_ENTRIES:
                    break
    return frozenset(found)


def _archive(world: World, container: str, path: str) -> Iterable[bytes] | None:
    """The tar archive of a path in a container; None for nothing there."""
    from docker.errors import NotFound

    try:
        found: tuple[Any, Any] = world.client.get_archive(container, path)
    except NotFound:
        return None
    stream: Iterable[bytes] = found[0]
    return stream


class _Stream(io.RawIOBase):
    """Chunks as a file to read from."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._left = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes; 0 at the end."""
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = chunk
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size
