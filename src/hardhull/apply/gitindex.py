"""Whether git tracks our state folder, read from git's index without running git.

To run git in a stranger's tree is to run what its configuration says (``core.fsmonitor``, helpers of a partial clone).
The format: git's ``Documentation/gitformat-index.txt``, versions 2 to 4, SHA-1 and SHA-256, split indexes.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIXED = 40
"""Bytes of an entry before its object name: times, device, inode, mode, owner, size."""
EXTENDED = 0x4000
MAX_INDEX = 512 * 1024 * 1024


def tracked(root: Path, name: str) -> bool:
    """Whether the work tree that ``root`` belongs to tracks ``name`` in it, or anything below.

    Where the index cannot be understood, a mention of the name in its bytes is taken for a yes.
    """
    for folder in (root, *root.parents):
        if os.path.lexists(folder / ".git"):
            wanted = os.fsencode((root / name).relative_to(folder).as_posix())
            return any(_mentions(data, wanted) for data in _indexes(folder / ".git"))
    return False


def _indexes(git: Path) -> Iterator[bytes]:
    """The index, and what a split index shares; of a linked work tree, its own."""
    if git.is_file():
        text = git.read_bytes()[:4096]
        if not text.startswith(b"gitdir:"):
            return
        git = git.parent / os.fsdecode(text.removeprefix(b"gitdir:").strip())
    for path in (git / "index", *sorted(git.glob("sharedindex.*"))):
        if path.is_file() and path.stat().st_size <= MAX_INDEX:
            yield path.read_bytes()


def _mentions(data: bytes, wanted: bytes) -> bool:
    if wanted.rpartition(b"/")[2] not in data and data[4:8] != b"\0\0\0\4":  # version 4 cuts names in pieces
        return False
    for width in (20, 32):
        try:
            names = list(names_of(data, width))
        except (struct.error, ValueError, IndexError):
            continue
        return any(name == wanted or name.startswith(wanted + b"/") for name in names)
    return wanted.rpartition(b"/")[2] in data


def names_of(data: bytes, width: int) -> Iterator[bytes]:
    """The paths of an index.

    Args:
        data: the index.
        width: bytes of an object name: 20 for SHA-1, 32 for SHA-256.

    Raises:
        ValueError: it is no index of this width.
        struct.error: it is cut short.
    """
    magic, version, count = struct.unpack_from(">4sII", data)
    if magic != b"DIRC" or version not in {2, 3, 4}:
        raise ValueError("no index")
    at, name = 12, b""
    for _ in range(count):
        start = at
        at += FIXED + width
        (flags,) = struct.unpack_from(">H", data, at)
        at += 4 if flags & EXTENDED and version > 2 else 2
        if version == 4:
            cut, at = _offset(data, at)
            if cut > len(name):
                raise ValueError("a name that cuts more than there is")
            name = name[: len(name) - cut]
        else:
            name = b""
        end = data.index(b"\0", at)
        name += data[at:end]
        if flags & 0xFFF != min(len(name), 0xFFF):
            raise ValueError("a name of another length than its flags say")
        at = end + 1 if version == 4 else start + (end - start + 8) // 8 * 8
        yield name


def _offset(data: bytes, at: int) -> tuple[int, int]:
    """A number as git writes offsets (seven bits a byte, each step counting one more), and where it ends."""
    byte = data[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at + 1
