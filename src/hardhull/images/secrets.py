"""The reader of secrets: every byte of every file of a layer is searched, deleted ones too.

Where something was found in a file that a package shipped byte for byte so, everybody has it, and it is only counted.
That is asked at the end of the layer, because only then all lists of its packages were seen. The lists are those of
Debian's packages (``md5sums``) and of Python's (``RECORD``). Who can write to the image could write them too: they
lower noise, and are no proof that nothing was planted.
"""

from __future__ import annotations

import csv
import hashlib
import posixpath
import re
from base64 import urlsafe_b64decode
from binascii import Error
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import hardhull.leaks
from hardhull.images.layer import UNUSABLE, Gap, reason, tell
from hardhull.images.owners import variants
from hardhull.images.reader import Row
from hardhull.leaks.batch import SMALL, Batch
from hardhull.leaks.hit import plain
from hardhull.leaks.owned import Digest, Hashing
from hardhull.leaks.scanner import Scanner, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hardhull.images.files import Files
    from hardhull.images.layer import Part
    from hardhull.images.reader import LayerReader, Sink
    from hardhull.images.tarwalk import Entry
    from hardhull.leaks.hit import Report

NAME: Final = "secrets"
SECRETS, UNCHANGED, UNREAD = "secrets", "unchanged", "unread"
"""Kinds of rows: what was found in a file; that it is as its package shipped it; what of it was not read."""
MOST_LIST: Final = 32 << 20
"""Bytes of a package's list of files."""
LISTS: Final = (".md5sums", "/RECORD")
_LIST: Final = re.compile(r"(?:^|/)var/lib/dpkg/(?:info|status\.d)/[^/]+\.md5sums$|\.dist-info/RECORD$")
_COMPILED: Final = re.compile(r"(.*/)?__pycache__/([^/]+)\.cpython-\d+(?:\.opt-\d)?\.pyc")


@cache
def _code() -> str:
    """Changes with the code and the catalogue that look for secrets."""
    folder = Path(hardhull.leaks.__file__).parent
    rows = [f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in sorted(folder.rglob("*.*"))]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


class Secrets:
    """The reader: see :class:`hardhull.images.reader.Reader`.

    Args:
        scanner: made with ``digests``.
    """

    name = NAME

    def __init__(self, scanner: Scanner) -> None:
        self.scanner = scanner
        self.fingerprint = f"{_code()} {scanner.finder.engine.key}"

    def of_layer(self, *, again: bool) -> LayerReader:
        """One for a layer."""
        return _InLayer(self.scanner, again=again)


class _InLayer:
    """Searches the files of one layer.

    The digest of a file is asked for where something was found in it. One that is not held at once is read once more
    for that, where it can be: hashing all of them in passing would cost an eighth of the whole scan.
    """

    def __init__(self, scanner: Scanner, *, again: bool) -> None:
        self._scanner = scanner
        self._lazy = again
        self._sums: dict[str, str] = {}
        """What packages say of their files: path -> digest."""
        self._small = _Small(scanner)

    def open(self, entry: Entry, _head: bytes) -> Sink | str | None:
        """See :class:`hardhull.images.reader.LayerReader`."""
        path = entry.path
        listed = path.endswith(LISTS) and entry.size <= MOST_LIST and _LIST.search(path) is not None
        if entry.size <= SMALL and not listed:
            return self._small.of(path)
        self._small.search()
        stream = Stream(self._scanner, path, size=entry.size, digest=not self._lazy)
        return _Search(stream, path, self._small, self._sums if listed else None)

    def missed(self, _files: Files, part: Part) -> LayerReader | None:
        """Takes out what is as packages shipped it."""
        self._small.search()
        part.rows.extend(self._small.told())
        rows = [row for row in part.rows if row.kind == SECRETS and not row.data["sha256"]]
        if rows:
            return _Digests(rows, lambda: self._settle(part))
        self._settle(part)
        return None

    def _settle(self, part: Part) -> None:
        shipped: dict[str, set[str]] = {}
        for at, row in enumerate(part.rows):
            if row.kind == SECRETS and not self._sums.keys().isdisjoint(variants(row.path)) and self._is_shipped(row):
                shipped[row.path] = {hit[0] for hit in row.data["hits"]}
                part.rows[at] = Row(row.path, UNCHANGED, [row.data["md5"], len(row.data["hits"])])
        for at, row in enumerate(part.rows):
            source = _source_of(row.path) if row.kind == SECRETS else ""
            if source in shipped and {hit[0] for hit in row.data["hits"]} <= shipped[source]:
                part.rows[at] = Row(row.path, UNCHANGED, [row.data["md5"], len(row.data["hits"])])
        for row in [row for row in part.rows if row.kind == UNREAD]:
            part.rows.remove(row)
            tell(part.gaps, Gap(row.path, row.data))

    def _is_shipped(self, row: Row) -> bool:
        digests = {row.data["md5"], row.data["sha256"]}
        return any(self._sums.get(name) in digests for name in variants(row.path))


def _source_of(path: str) -> str:
    """The Python file that a compiled one was made from; it holds the same literals."""
    found = _COMPILED.fullmatch(path)
    return f"{found[1] or ''}{found[2]}.py" if found else ""


class _Small:
    """Takes small files, one after another, and searches many at once; what is found comes with a later file."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._batch = Batch(scanner.finder.engine)
        self._path = ""
        self._data = b""
        self._found: list[Row] = []

    def of(self, path: str) -> _Small:
        """The next file."""
        self._path, self._data = path, b""
        return self

    def feed(self, data: bytes) -> bool:
        """See :class:`hardhull.images.reader.Sink`."""
        self._data = self._data + data if self._data else data
        return True

    def close(self) -> list[Row]:
        """See :class:`hardhull.images.reader.Sink`."""
        if not self._batch.add(self._path, self._data):
            return []
        self.search()
        return self.told()

    def search(self) -> None:
        """Searches those that wait."""
        for path, data in self._batch.taken():
            try:
                self._found += _rows(path, self._scanner.scan_bytes(path, data))
            except UNUSABLE as error:
                self._found.append(Row(path, UNREAD, reason(error)))

    def told(self) -> list[Row]:
        """What was found, once."""
        rows, self._found = self._found, []
        return rows


class _Search:
    """Searches one file, and keeps it where it is a package's list."""

    def __init__(self, stream: Stream, path: str, small: _Small, sums: dict[str, str] | None) -> None:
        self._path = path
        self._small = small
        self._stream = stream
        self._sums = sums
        self._kept: list[bytes] = []

    def feed(self, data: bytes) -> bool:
        """See :class:`hardhull.images.reader.Sink`."""
        self._stream.feed(data)
        if self._sums is not None:
            self._kept.append(data)
        return True

    def close(self) -> list[Row]:
        """See :class:`hardhull.images.reader.Sink`."""
        if self._sums is not None:
            self._sums.update(_listed(self._path, b"".join(self._kept)))
        return [*self._small.told(), *_rows(self._path, self._stream.close())]


class _Digests:
    """Reads files once more for their digests, the last of which calls for the verdict."""

    def __init__(self, rows: list[Row], done: Callable[[], object]) -> None:
        self._rows = {row.path: row for row in rows}
        self._done = done

    def open(self, entry: Entry, _head: bytes) -> Sink | str | None:
        """See :class:`hardhull.images.reader.LayerReader`."""
        row = self._rows.pop(entry.path, None)
        return _Hashed(row, None if self._rows else self._done) if row else None

    def missed(self, _files: Files, _part: Part) -> LayerReader | None:
        """Nothing."""
        return None


class _Hashed:
    """The digest of one file."""

    def __init__(self, row: Row, done: Callable[[], object] | None) -> None:
        self._row = row
        self._done = done
        self._hashing = Hashing()

    def feed(self, data: bytes) -> bool:
        """See :class:`hardhull.images.reader.Sink`."""
        self._hashing.update(data)
        return True

    def close(self) -> list[Row]:
        """See :class:`hardhull.images.reader.Sink`."""
        self._row.data.update(self._hashing.digest._asdict())
        if self._done:
            self._done()
        return []


def _rows(path: str, report: Report) -> Iterator[Row]:
    if report.hits:
        hits = [plain(hit) for hit in report.hits]
        digest = report.digest or Digest("", "")  # see `_Digests`
        yield Row(path, SECRETS, {"hits": hits, **digest._asdict()})
    for gap in report.gaps:
        yield Row(gap.where, UNREAD, f"{gap.why}: secrets in it are not seen")


def _listed(path: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Paths and digests of a list of files."""
    text = data.decode("utf-8", "surrogateescape")
    if path.endswith("RECORD"):
        above = posixpath.dirname(posixpath.dirname(path))
        for row in csv.reader(text.splitlines()):
            if len(row) > 1 and row[1].startswith("sha256="):
                try:
                    digest = urlsafe_b64decode(row[1][7:] + "=").hex()
                except (Error, ValueError):
                    continue
                yield posixpath.normpath(posixpath.join(above, row[0])), digest
        return
    for line in text.splitlines():
        digest, _, name = line.partition(" ")
        yield name.strip().removeprefix("./").lstrip("/"), digest
