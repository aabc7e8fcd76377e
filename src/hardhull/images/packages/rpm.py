"""RPM packages: the database of headers, of which rpm has had three kinds (sqlite, ndb, Berkeley DB).

A header is ``il dl``, ``il`` entries of ``tag type offset count``, and ``dl`` bytes that these point into, all big
endian (rpm's docs/manual/format_header.md; tags in include/rpm/rpmtag.h).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from hardhull.images.packages.interest import package
from hardhull.images.packages.rpm_stores import berkeley, ndb, sqlite
from hardhull.images.reader import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME, VERSION, RELEASE, EPOCH, ARCH, SOURCE = 1000, 1001, 1002, 1003, 1022, 1044
DIRECTORY_INDEXES, BASE_NAMES, DIRECTORIES = 1116, 1117, 1118
TEXT, TEXTS, TRANSLATED, INT32 = 6, 8, 9, 4
MOST_ENTRIES, MOST_TEXTS = 100_000, 2_000_000
PUBLIC_KEY = "gpg-pubkey"
"""Keys stand in the database as if they were packages."""


def database(path: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """The packages of a database, and their files."""
    read = sqlite if path.endswith(".sqlite") else ndb if path.endswith(".db") else berkeley
    for blob in read(data):
        tags = _tags(blob)
        name, version, release = (_text(blob, tags, tag) for tag in (NAME, VERSION, RELEASE))
        if name == PUBLIC_KEY:
            continue
        full = f"{version}-{release}" if release else version
        epoch = _numbers(blob, tags, EPOCH)
        if epoch and epoch[0]:
            full = f"{epoch[0]}:{full}"
        source, source_version = _source(_text(blob, tags, SOURCE))
        if source_version and epoch and epoch[0]:
            source_version = f"{epoch[0]}:{source_version}"
        yield package(
            "rpm",
            name,
            full,
            source=source or name,
            source_version=source_version or full,
            arch=_text(blob, tags, ARCH),
        )
        yield "owned", [name, "\n".join(_files(blob, tags))]


def _tags(blob: bytes) -> dict[int, tuple[int, int, int]]:
    """Type, place and count of each tag.

    Raises:
        UnreadableFileError: the header is damaged.
    """
    try:
        entries, size = struct.unpack_from(">II", blob)
        start = 8 + 16 * entries
        if entries > MOST_ENTRIES or start + size > len(blob):
            raise UnreadableFileError("a header in it is damaged")
        rows = struct.iter_unpack(">IIII", blob[8:start])
        return {tag: (kind, start + offset, count) for tag, kind, offset, count in rows}
    except struct.error:
        raise UnreadableFileError("a header in it is damaged") from None


def _texts(blob: bytes, tags: dict[int, tuple[int, int, int]], tag: int) -> list[str]:
    kind, at, count = tags.get(tag, (0, 0, 0))
    if kind not in {TEXT, TEXTS, TRANSLATED} or not at <= len(blob):
        return []
    if count > MOST_TEXTS:
        raise UnreadableFileError("a header in it is too large")
    count = 1 if kind == TEXT else count
    return [each.decode("utf-8", "surrogateescape") for each in blob[at:].split(b"\0", count)[:count]]


def _text(blob: bytes, tags: dict[int, tuple[int, int, int]], tag: int) -> str:
    found = _texts(blob, tags, tag)
    return found[0] if found else ""


def _numbers(blob: bytes, tags: dict[int, tuple[int, int, int]], tag: int) -> tuple[int, ...]:
    kind, at, count = tags.get(tag, (0, 0, 0))
    if kind != INT32 or at + 4 * count > len(blob):
        return ()
    return struct.unpack_from(f">{count}I", blob, at)


def _files(blob: bytes, tags: dict[int, tuple[int, int, int]]) -> Iterator[str]:
    folders = _texts(blob, tags, DIRECTORIES)
    for name, at in zip(_texts(blob, tags, BASE_NAMES), _numbers(blob, tags, DIRECTORY_INDEXES), strict=False):
        if at < len(folders):
            yield f"{folders[at]}{name}".lstrip("/")


def _source(name: str) -> tuple[str, str]:
    """Name and version of a source package: ``bash-5.1.8-9.el9.src.rpm``."""
    for ending in (".src.rpm", ".nosrc.rpm"):
        if name.endswith(ending):
            parts = name.removesuffix(ending).rsplit("-", 2)
            return (parts[0], f"{parts[1]}-{parts[2]}") if len(parts) == 3 else ("", "")
    return "", ""
