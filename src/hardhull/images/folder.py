"""A folder that is the root of a file system, read as an image of one layer: nothing in it is followed or executed."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from hardhull.images.errors import BrokenLayerError, ImageError
from hardhull.images.files import Files
from hardhull.images.image import Image, LayerPlace, Platform
from hardhull.images.layer import HEAD, MOST_PATH, Gap, Layer, Part, show, tell
from hardhull.images.reading import ReadImage
from hardhull.images.tarwalk import MOST_ENTRIES, Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.images.reader import LayerReader, Reader

KINDS = {
    stat.S_IFREG: "f",
    stat.S_IFDIR: "d",
    stat.S_IFLNK: "l",
    stat.S_IFCHR: "c",
    stat.S_IFBLK: "b",
    stat.S_IFIFO: "p",
}


def read(path: str, readers: Sequence[Reader]) -> ReadImage:
    """Reads a folder.

    Raises:
        ImageError: it is none, or may not be read.
    """
    try:
        root = os.open(path, os.O_RDONLY | os.O_DIRECTORY | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise ImageError(f"it cannot be opened ({error.strerror})", "name a folder that this user may read") from None
    layer = Layer(Files(), [], [], [], {reader.name: Part([], []) for reader in readers})
    at_work = [(reader.of_layer(again=True), layer.parts[reader.name]) for reader in readers]
    try:
        for entry, place in _walk(root, os.fstat(root).st_dev, layer):
            layer.files.add(entry)
            if entry.kind == "f" and entry.size:
                layer.files.sum_up(_show(entry, place, at_work, layer))
        missed = [(reader.missed(layer.files, part), part) for reader, part in at_work]
        again = [(reader, part) for reader, part in missed if reader is not None]
        if again:
            for entry, place in _walk(root, os.fstat(root).st_dev, Layer(Files(), [], [], [], {})):
                if entry.kind == "f" and entry.size:
                    _show(entry, place, again, layer)
    finally:
        os.close(root)
    image = Image(path, "", "", (), Platform(), {}, "", (), (LayerPlace("", "", -1),))
    return ReadImage(image, (layer,), ())


def _walk(root: int, device: int, layer: Layer) -> Iterator[tuple[Entry, tuple[int, str]]]:
    """Every entry with the open folder and the name by which it is reached; sorted, so that two runs are equal."""
    waiting = [(os.dup(root), "")]
    count = 0
    try:
        while waiting:
            folder, above = waiting.pop()
            inner: list[tuple[int, str]] = []
            try:
                with os.scandir(folder) as listed:
                    names = sorted(each.name for each in listed)
                for name in names:
                    path = f"{above}/{name}" if above else name
                    entry = _entry(folder, name, path, layer)
                    if entry is None:
                        continue
                    count += 1
                    if count > MOST_ENTRIES:
                        tell(layer.gaps, Gap("", f"it has more than {MOST_ENTRIES} files"))
                        return
                    yield entry, (folder, name)
                    if entry.kind == "d":
                        inner += _opened(folder, name, path, device, layer)
            except OSError as error:
                tell(layer.gaps, Gap(above, f"it cannot be listed ({error.strerror})"))
            finally:
                os.close(folder)
            waiting += reversed(inner)
    finally:
        for folder, _path in waiting:
            os.close(folder)


def _entry(folder: int, name: str, path: str, layer: Layer) -> Entry | None:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        kind = KINDS.get(stat.S_IFMT(found.st_mode))
        if kind is None:
            return None  # a socket: layers have none
        link = os.readlink(name, dir_fd=folder) if kind == "l" else ""
    except OSError as error:
        tell(layer.gaps, Gap(path, f"it cannot be looked at ({error.strerror})"))
        return None
    size = found.st_size if kind == "f" else 0
    return Entry(path, kind, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid, size, link)


def _opened(folder: int, name: str, path: str, device: int, layer: Layer) -> list[tuple[int, str]]:
    """The folder, opened through the one above: a link that takes its place meanwhile leads nowhere."""
    if len(path) > MOST_PATH:
        tell(layer.gaps, Gap(path[:200], "it lies too deep"))
        return []
    try:
        inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        tell(layer.gaps, Gap(path, f"it cannot be opened ({error.strerror})"))
        return []
    if os.fstat(inner).st_dev != device:
        os.close(inner)
        tell(layer.gaps, Gap(path, "another file system is mounted there"))
        return []
    return [(inner, path)]


def _show(entry: Entry, place: tuple[int, str], at_work: list[tuple[LayerReader, Part]], layer: Layer) -> int:
    """Returns the checksum of the content; 0 where it was not read."""
    try:
        file = os.open(place[1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place[0])
    except OSError as error:
        tell(layer.gaps, Gap(entry.path, f"it cannot be opened ({error.strerror})"))
        return 0
    try:
        head = os.pread(file, HEAD, 0)
        return show(entry, head, at_work, lambda size: os.read(file, size))
    except BrokenLayerError:
        tell(layer.gaps, Gap(entry.path, "it became shorter while it was read"))
    except OSError as error:
        tell(layer.gaps, Gap(entry.path, f"it cannot be read ({error.strerror})"))
    finally:
        os.close(file)
    return 0
