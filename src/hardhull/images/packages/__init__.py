"""Readers of what package managers and compilers leave behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.images.layer import normal
from hardhull.images.packages.choice import interest, may_be_program
from hardhull.images.packages.interest import Whole
from hardhull.images.reader import Row

if TYPE_CHECKING:
    from hardhull.images.files import Files
    from hardhull.images.layer import Part
    from hardhull.images.packages.interest import Interest
    from hardhull.images.reader import LayerReader, Sink
    from hardhull.images.tarwalk import Entry

NAME = "packages"
ELF = b"\x7fELF"
LINKED = "linked"
"""The kind of a row about a hard link to a file that the layer does not have: a lower one may."""
AGAIN = "again"
"""The kind of a row that asks for a file once more."""


class Packages:
    """The reader of packages: see :class:`hardhull.images.reader.Reader`."""

    name = NAME
    fingerprint = ""

    def of_layer(self, *, again: bool) -> LayerReader:  # noqa: ARG002
        """One for a layer."""
        return _InLayer()


class _InLayer:
    """Looks at the files of one layer."""

    def __init__(self) -> None:
        self._read: set[str] = set()

    def open(self, entry: Entry, head: bytes) -> Sink | str | None:
        """See :class:`hardhull.images.reader.LayerReader`."""
        wanted = interest(entry.path)
        if wanted is not None:
            self._read.add(entry.path)
            return whole(entry.path, entry.size, wanted)
        if head[:4] != ELF:
            return None
        return _program(entry, head)

    def missed(self, files: Files, part: Part) -> LayerReader | None:
        """See :class:`hardhull.images.reader.LayerReader`."""
        wanted: dict[str, list[tuple[str, Any]]] = {}
        rows: dict[str, list[Row]] = {}
        for row in part.rows:
            rows.setdefault(row.path, []).append(row)
        for row in [row for row in part.rows if row.kind == AGAIN]:
            wanted.setdefault(row.path, []).append((row.path, row.data))
            part.rows.remove(row)
        links = [(path, normal(link)) for path, link in files.hard_links if interest(path) is not None]
        here = {path for path, kind in files.kinds if kind == "f"} if links else set()
        for path, target in links:
            if target in self._read:
                part.rows.extend(row._replace(path=path) for row in rows.get(target, ()))
            elif target in here:
                wanted.setdefault(target, []).append((path, None))
            else:
                part.rows.append(Row(path, LINKED, target))
        return Again(wanted) if wanted else None


def _program(entry: Entry, head: bytes) -> Sink | None:
    """What looks into a program for what its compiler left, and for its own version."""
    from hardhull.images.packages.marks import Marked, mark_of
    from hardhull.images.packages.programs import Program

    sinks: list[Sink] = [Program(entry.path, entry.size)] if may_be_program(entry, head) else []
    mark = mark_of(entry.path)
    if mark is not None:
        sinks.append(Marked(entry.path, mark))
    return sinks[0] if len(sinks) == 1 else Several(sinks) if sinks else None


class Several:
    """Gives one content to several readers: a file with several names that matter."""

    def __init__(self, sinks: list[Sink]) -> None:
        self._sinks = sinks

    def feed(self, data: bytes) -> bool:
        """See :class:`hardhull.images.reader.Sink`."""
        wanted = [sink.feed(data) for sink in self._sinks]
        return any(wanted)

    def close(self) -> list[Row]:
        """See :class:`hardhull.images.reader.Sink`."""
        return [row for sink in self._sinks for row in sink.close()]


class Again:
    """Sees a layer once more: for files that are read under another name, or from the middle."""

    def __init__(self, wanted: dict[str, list[tuple[str, Any]]]) -> None:
        self._wanted = wanted

    def open(self, entry: Entry, _head: bytes) -> Sink | str | None:
        """See :class:`hardhull.images.reader.LayerReader`."""
        asked = self._wanted.get(entry.path)
        if asked is None:
            return None
        sinks = [self._sink(entry, path, how) for path, how in asked]
        refused = next((one for one in sinks if isinstance(one, str)), None)
        return refused or Several([one for one in sinks if not isinstance(one, str)])

    def _sink(self, entry: Entry, path: str, how: dict[str, int] | None) -> Sink | str:
        if how is not None:
            from hardhull.images.packages.crates import Crates

            return Crates(path, how["offset"], how["size"])
        found = interest(path)
        return "it is read no more" if found is None else whole(path, entry.size, found)

    def missed(self, _files: Files, _part: Part) -> LayerReader | None:
        """See :class:`hardhull.images.reader.LayerReader`."""
        return None


def whole(path: str, size: int, wanted: Interest) -> Sink | str:
    """Takes a file whole, or says why not."""
    if size > wanted.most and not wanted.head:
        return f"with {size} bytes it is larger than what is read of such a file"
    return Whole(path, wanted)
