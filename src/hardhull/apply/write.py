"""One file: made beside the old one, put in its place, and taken back.

The old file keeps a second name (a hard link) until the whole change is committed. So taking back needs no room on a
full disk, and brings back the very same file with all its times and attributes. Where the file system has no hard links
it is made again from the backup.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from hardhull.apply import disk
from hardhull.apply.metadata import give
from hardhull.apply.refusal import NotDoneError
from hardhull.apply.tree import exists, find

if TYPE_CHECKING:
    from hardhull.apply.metadata import Metadata
    from hardhull.apply.records import FileRecord
    from hardhull.apply.tree import Tree


class Spot(NamedTuple):
    """Where a file is replaced: its folder, open, and the names in it of the file, the new one and the old one."""

    at: int
    name: str
    new: str
    old: str


def stage(spot: Spot, path: str, data: bytes, metadata: Metadata | None, mode: int | None) -> None:
    """Writes the new file beside the place where it is to be.

    Args:
        spot: where.
        path: the name for messages.
        data: its bytes.
        metadata: what it gets; None for a file that was not there, then ``mode`` or the umask decides.
        mode: permission bits.
    """
    fd = disk.create(spot.new, spot.at, 0o600 if metadata else 0o666)
    try:
        disk.write(fd, data)
        if metadata:
            give(fd, path, metadata)
        elif mode is not None:
            disk.chmod(fd, mode)
        disk.sync(fd)
    finally:
        os.close(fd)


def put(spot: Spot, record: FileRecord) -> None:
    """Puts the new file in place, or removes the old one; on the disk when this returns.

    Raises:
        NotDoneError: the old one is not what it was when the plan was made.
    """
    if record.before is None:
        _appear(spot, record.path)
    else:
        kept = disk.link(spot.name, spot.old, spot.at) if exists(spot.name, spot.at) else False
        seen = find(spot.old if kept else spot.name, spot.at, record.path)
        now = os.stat(spot.name, dir_fd=spot.at, follow_symlinks=False) if seen else None
        if seen is None or now is None or (now.st_dev, now.st_ino) != seen.inode or seen.digest != record.before.digest:
            raise changed_since(record.path)
        if record.after is None:
            disk.remove(spot.name, spot.at)
        else:
            disk.move(spot.new, spot.name, spot.at)
    disk.sync_folder(spot.at)


def _appear(spot: Spot, path: str) -> None:
    """A new file takes its name only if nothing has it."""
    if exists(spot.name, spot.at):
        raise changed_since(path)
    try:
        linked = disk.link(spot.new, spot.name, spot.at)
    except FileExistsError:
        raise changed_since(path) from None
    if linked:
        disk.remove(spot.new, spot.at)
    else:
        disk.move(spot.new, spot.name, spot.at)


def check_kept(spot: Spot, record: FileRecord) -> None:
    """Before a commit: nobody wrote into the old file while it was being replaced.

    Raises:
        NotDoneError: somebody did; what they wrote is in the file under its second name.
    """
    kept = find(spot.old, spot.at, record.path)
    if kept is not None and record.before is not None and kept.digest != record.before.digest:
        raise changed_since(record.path)


def restore(spot: Spot, record: FileRecord, data: bytes | None, *, whole: bool) -> None:
    """Puts bytes in place of whatever is there, with the file's old metadata.

    Args:
        spot: where.
        record: the change that is taken back.
        data: the bytes; None to remove the file.
        whole: whether these are the file as it was, times included.
    """
    if data is None:
        disk.remove(spot.name, spot.at)
    else:
        metadata = record.before.metadata if record.before else None
        here = None if whole else find(spot.name, spot.at, record.path)
        if here is not None:
            metadata = here.metadata._replace(times=None)
        clear(spot.new, spot.at)
        stage(spot, record.path, data, metadata, None)
        disk.move(spot.new, spot.name, spot.at)
    disk.sync_folder(spot.at)


def make_folders(tree: Tree, made: tuple[str, ...]) -> None:
    """The folders that a new file needs, outermost first, each on the disk."""
    for path in made:
        *above, name = path.split("/")
        with tree.folder(above) as at:
            disk.make_folder(name, at, 0o777)
            disk.sync_folder(at)


def remove_folders(tree: Tree, paths: tuple[str, ...]) -> None:
    """Removes those of the folders that are empty, in this order."""
    for path in paths:
        *above, name = path.split("/")
        try:
            with tree.folder(above) as at:
                if disk.remove_folder(name, at):
                    disk.sync_folder(at)
        except FileNotFoundError:
            continue


def changed_since(path: str) -> NotDoneError:
    """The file is not what it was when it was read."""
    return NotDoneError(f"{path} was not changed", "it was changed since it was read", "plan again and look at it")


def clear(name: str, at: int) -> None:
    """Removes a temporary name if it is there: on a read-only file system even removing nothing is refused."""
    if exists(name, at):
        disk.remove(name, at)
