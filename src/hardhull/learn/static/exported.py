"""The root file system of a container as its engine exports it: a tar stream, of which only what matters is kept.

    with Exported(client.containers.get(name).export()) as files:
        analyse(files, ["/usr/sbin/nginx"])

The stream is read once, however large it is. Programs and libraries go to a temporary file, configuration that says
what is loaded stays in memory, of all other files only that they exist.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections import defaultdict
from typing import IO, TYPE_CHECKING, Final, NamedTuple, Self

from hardhull.learn.errors import RecordingError
from hardhull.learn.static import bounds
from hardhull.learn.static.files import HEAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

_CONFIGURATION: Final = ("/etc/", "/usr/lib/pam.d/", "/usr/lib/ssl/", "/lib/pam.d/")
"""Folders whose small files are kept whole."""
_SMALL: Final = 1 << 20
_MOST_LINKS: Final = 40
"""As in the kernel (MAXSYMLINKS)."""
_PIECE: Final = 1 << 20


class _Kept(NamedTuple):
    """A regular file: its first bytes, its size, and where its content is in the temporary file; None if not kept."""

    head: bytes
    size: int
    at: int | None


class Exported:
    """A root file system from a tar stream.

    Args:
        stream: its bytes, in pieces.

    Raises:
        RecordingError: it is no tar stream, ends early, or holds more than is kept of any image.
    """

    def __init__(self, stream: Iterable[bytes]) -> None:
        self._content: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  as long as the files are asked for
        self._files: dict[str, _Kept] = {}
        self._links: dict[str, str] = {}
        self._folders: defaultdict[str, set[str]] = defaultdict(set)
        self._size = 0
        try:
            with tarfile.open(fileobj=_Pieces(stream), mode="r|") as archive:
                self._take(archive)
        except (tarfile.TarError, EOFError, ValueError) as error:
            self.close()
            why = f"the exported file system cannot be read: {error}"
            raise RecordingError("the image's programs were not analysed", why, "export it again") from None
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _t: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Removes what was kept."""
        self._content.close()

    def _take(self, archive: tarfile.TarFile) -> None:
        for count, entry in enumerate(archive):
            archive.members = []  # type: ignore[attr-defined]  # it would keep every entry
            if count >= bounds.ENTRIES:
                raise ValueError(f"it has more than {bounds.ENTRIES} entries")
            path = _placed(entry.name)
            if path == "/":
                continue
            folder, _, name = path.rpartition("/")
            if len(self._folders[folder or "/"]) < bounds.NAMES:
                self._folders[folder or "/"].add(name)
            if entry.issym():
                self._links[path] = entry.linkname
            elif entry.islnk() and _placed(entry.linkname) in self._files:
                self._files[path] = self._files[_placed(entry.linkname)]
            elif entry.isreg():
                self._files[path] = self._keep(path, entry.size, archive.extractfile(entry) or io.BytesIO())

    def _keep(self, path: str, size: int, content: IO[bytes]) -> _Kept:
        head = content.read(HEAD)
        wanted = head.startswith(b"\x7fELF") or (path.startswith(_CONFIGURATION) and size <= _SMALL)
        if not wanted or size > bounds.FILE_BYTES:
            return _Kept(head if head.startswith(b"#!") else b"", size, None)
        if self._size + size > bounds.KEPT_BYTES:
            raise ValueError(f"its programs and libraries have more than {bounds.KEPT_BYTES >> 20} MB")
        at = self._size
        self._content.seek(at)
        self._size += self._content.write(head)
        while piece := content.read(_PIECE):
            self._size += self._content.write(piece)
        return _Kept(head, self._size - at, at)

    def follow(self, path: str) -> str:
        """The path without links, inside of the root; what is not there stays as it is."""
        wanted, done, links = path.split("/")[::-1], list[str](), 0
        while wanted:
            name = wanted.pop()
            if name in {"", "."}:
                continue
            if name == "..":
                done[-1:] = []
                continue
            target = self._links.get("/" + "/".join([*done, name])) if links < _MOST_LINKS else None
            if target is None:
                done.append(name)
                continue
            links += 1
            if target.startswith("/"):
                done.clear()
            wanted += target.split("/")[::-1]
        return "/" + "/".join(done)

    def read(self, path: str, most: int = bounds.FILE_BYTES) -> bytes | None:
        """The content of a regular file that was kept; None for others, or where it has more bytes."""
        found = self._files.get(self.follow(path))
        if found is None or found.at is None or found.size > most:
            return None
        self._content.seek(found.at)
        return self._content.read(found.size)

    def head(self, path: str) -> bytes:
        """The first bytes of a regular file, of a program or a script; none of others."""
        found = self._files.get(self.follow(path))
        return found.head if found else b""

    def exists(self, path: str) -> bool:
        """Whether there is a regular file, with links followed."""
        return self.follow(path) in self._files

    def names(self, folder: str) -> list[str]:
        """Names in a folder, sorted; none where there is no folder."""
        return sorted(self._folders.get(self.follow(folder), ()))


def _placed(name: str) -> str:
    """The path of an entry, from the root."""
    return "/" + "/".join(part for part in name.split("/") if part not in {"", ".", ".."})


class _Pieces(io.RawIOBase):
    """A stream of pieces as a file; a piece may have any size."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer at the end."""
        wanted = size if size >= 0 else 1 << 62
        parts, have = [self._left], len(self._left)
        while have < wanted:
            piece = next(self._pieces, None)
            if piece is None:
                break
            parts.append(piece)
            have += len(piece)
        data = b"".join(parts)
        self._left = data[wanted:]
        return data[:wanted]
