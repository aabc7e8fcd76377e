"""What was read of layers, kept for the next scan under digests that were verified.

One file for each layer and reader, written whole and then renamed: concurrent runs see all of it or none, and two that
write the same write the same bytes. A cache that is not this user's alone, or a damaged file in it, is not used.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hardhull import __version__
from hardhull.images.files import Files
from hardhull.images.layer import Gap, Layer, of_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.images.reader import Reader

MOST_BYTES = 512 << 20
"""Of the whole cache; the files that were not used for longest go first."""
MOST_FILE = 256 << 20
"""Of one file, uncompressed."""


def default_folder() -> Path:
    """``$XDG_CACHE_HOME/hardhull/layers``, else ``~/.cache/hardhull/layers``."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named.startswith("/") else Path.home() / ".cache"
    return base / "hardhull" / "layers"


@cache
def fingerprint() -> str:
    """Changes with the code that reads images: what another version has read may not be what this one would."""
    rows = [__version__]
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        found = path.stat()
        rows.append(f"{path.name} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


class Cache:
    """A folder of readings. One that cannot be used keeps nothing and knows nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder if folder is not None and _ours(folder) else None
        self._wrote = False

    def layer(self, digest: str, readers: Sequence[Reader]) -> Layer | None:
        """A layer that all these readers have read before; None where one has not."""
        base = self._get(digest, "files", "")
        if base is None:
            return None
        parts = {reader.name: self._get(digest, reader.name, reader.fingerprint) for reader in readers}
        if any(part is None for part in parts.values()):
            return None
        try:
            files = Files.of(base["files"])
            gaps = [Gap(*gap) for gap in base["gaps"]]
            return Layer(files, base["gone"], base["opaque"], gaps, {name: of_plain(parts[name]) for name in parts})
        except (ValueError, TypeError, KeyError, OverflowError, AttributeError):
            return None

    def keep(self, digest: str, layer: Layer, readers: Sequence[Reader]) -> None:
        """Keeps a layer under a digest that was verified."""
        base = {"files": layer.files.plain(), "gone": layer.gone, "opaque": layer.opaque, "gaps": layer.gaps}
        self._put(digest, "files", "", base)
        for reader in readers:
            part = layer.parts[reader.name]
            self._put(digest, reader.name, reader.fingerprint, {"rows": part.rows, "gaps": part.gaps})

    def verified(self, identity: str) -> str:
        """The digest that an unchanged file was seen to have; empty where it was not seen."""
        found = self._get(identity, "digest", "") if identity else None
        return str(found) if isinstance(found, str) else ""

    def saw(self, identity: str, digest: str) -> None:
        """An unchanged file has this digest: it was computed from its bytes."""
        if identity:
            self._put(identity, "digest", "", digest)

    def document(self, digest: str) -> bytes | None:
        """A document that was kept under its digest; whoever asks checks it."""
        found = self._get(digest, "document", "")
        return found.encode() if isinstance(found, str) else None

    def keep_document(self, digest: str, text: bytes) -> None:
        """Keeps the configuration of an image."""
        try:
            self._put(digest, "document", "", text.decode())
        except UnicodeDecodeError:
            return  # it is no JSON then either

    def derived(self, key: str, name: str) -> Any:
        """What was computed from layers alone, JSON values; None where it was not kept."""
        return self._get(key, name, "")

    def keep_derived(self, key: str, name: str, value: Any) -> None:
        """Keeps what follows from layers alone, under a key that names all of them by their digests."""
        self._put(key, name, "", value)

    def close(self) -> None:
        """Lets the cache not grow for ever."""
        if self._folder is None or not self._wrote:
            return
        rows = []
        for entry in os.scandir(self._folder):
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            rows.append((found.st_mtime_ns, found.st_size, entry.path))
        total = sum(size for _time, size, _path in rows)
        for _time, size, path in sorted(rows):
            if total <= MOST_BYTES:
                break
            total -= size
            Path(path).unlink(missing_ok=True)

    def _path(self, key: str, name: str, print_: str) -> Path | None:
        if self._folder is None:
            return None
        text = f"{key}\0{name}\0{print_}\0{fingerprint()}"
        return self._folder / hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def _get(self, key: str, name: str, print_: str) -> Any:
        path = self._path(key, name, print_)
        if path is None:
            return None
        try:
            data = path.read_bytes()
            engine = zlib.decompressobj()
            text = engine.decompress(data, MOST_FILE)
            if not engine.eof:
                return None
            found = json.loads(text)
            os.utime(path)
        except (OSError, ValueError, zlib.error, RecursionError):
            return None
        return found

    def _put(self, key: str, name: str, print_: str, value: Any) -> None:
        path = self._path(key, name, print_)
        if path is None:
            return
        from isal import isal_zlib

        data = json.dumps(value, separators=(",", ":")).encode()
        if len(data) > MOST_FILE:
            return
        try:
            handle, made = tempfile.mkstemp(prefix=".", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(isal_zlib.compress(data, 1))
                Path(made).replace(path)
            except BaseException:
                Path(made).unlink(missing_ok=True)
                raise
            self._wrote = True
        except OSError:
            self._folder = None  # a full or read-only disk: scanning goes on without


def _ours(folder: Path) -> bool:
    """Makes the folder where it is missing; whether it is this user's alone."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = os.lstat(folder)
    except (OSError, RuntimeError):
        return False
    mine = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return stat.S_ISDIR(found.st_mode) and mine and not found.st_mode & 0o022


def identity(path: Path, began: float, part: str = "") -> str:
    """Names a file as it is now: device, inode, size and both times; empty where it may still be changing.

    Args:
        path: the file.
        began: when the scan began, seconds; a file that was written in the two seconds before could be written again
            within the same tick of its clock.
        part: what is meant of it.
    """
    found = path.stat()
    if max(found.st_mtime, found.st_ctime) > began - 2:
        return ""
    numbers = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return "\0".join((*map(str, numbers), part))
