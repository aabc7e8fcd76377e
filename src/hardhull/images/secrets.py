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
from hardhull.images.layer import Gap, tell
from hardhull.images.owners import variants
from hardhull.images.reader import Row
from hardhull.leaks.hit import plain
from hardhull.leaks.scanner import Scanner, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    def of_layer(self) -> LayerReader:
        """One for a layer."""
        return _InLayer(self.scanner)


class _InLayer:
    """Searches the files of one layer."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._sums: dict[str, str] = {}
        """What packages say of their files: path -> digest."""

    def open(self, entry: Entry, _head: bytes) -> Sink | str | None:
        """See :class:`hardhull.images.reader.LayerReader`."""
        listed = entry.size <= MOST_LIST and _LIST.search(entry.path) is not None
        return _Search(self._scanner, entry.path, self._sums if listed else None)

    def missed(self, _files: Files, part: Part) -> LayerReader | None:
        """Takes out what is as packages shipped it."""
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
        return None

    def _is_shipped(self, row: Row) -> bool:
        digests = {row.data["md5"], row.data["sha256"]}
        return any(self._sums.get(name) in digests for name in variants(row.path))


def _source_of(path: str) -> str:
    """The Python file that a compiled one was made from; it holds the same literals."""
    found = _COMPILED.fullmatch(path)
    return f"{found[1] or ''}{found[2]}.py" if found else ""


class _Search:
    """Searches one file, and keeps it where it is a package's list."""

    def __init__(self, scanner: Scanner, path: str, sums: dict[str, str] | None) -> None:
        self._path = path
        self._stream = Stream(scanner, path)
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
        return list(_rows(self._path, self._stream.close()))


def _rows(path: str, report: Report) -> Iterator[Row]:
    if report.hits and report.digest:
        data = {"hits": [plain(hit) for hit in report.hits], **report.digest._asdict()}
        yield Row(path, SECRETS, data)
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
