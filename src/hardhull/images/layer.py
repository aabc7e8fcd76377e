"""One layer, read in one pass: its files, what it takes away, and what the readers found."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.images.errors import BrokenLayerError
from hardhull.images.files import Files
from hardhull.images.reader import Row, UnreadableFileError
from hardhull.images.tape import CHUNK
from hardhull.images.tarwalk import walk
from hardhull.leaks.registers import crc32

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardhull.images.reader import LayerReader, Reader, Sink
    from hardhull.images.tape import Tape
    from hardhull.images.tarwalk import Entry

WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
"""OCI image specification, layer.md, Whiteouts. Other names that begin with ``.wh..wh.`` belong to AUFS."""
AUFS = ".wh..wh."
HEAD = 16
MOST_PATH = 4096
MOST_PART = 255
MOST_ROWS = 500_000
"""Of one reader in one layer; an honest layer has some thousands."""
MOST_GAPS = 1000


class Gap(NamedTuple):
    """What could not be read: the path (empty: the layer itself) and the reason as a sentence part."""

    path: str
    why: str


class Part(NamedTuple):
    """What one reader found in a layer."""

    rows: list[Row]
    gaps: list[Gap]


class Layer(NamedTuple):
    """A layer that was read to its end.

    Attributes:
        files: its files, without whiteouts.
        gone: paths that it takes away from the layers below.
        opaque: folders of which nothing of the layers below is left.
        gaps: what could not be read.
        parts: what each reader found, by its name.
    """

    files: Files
    gone: list[str]
    opaque: list[str]
    gaps: list[Gap]
    parts: dict[str, Part]


def read(tape: Tape, readers: Sequence[Reader], reopen: Callable[[], Tape] | None = None) -> Layer:
    """Reads a layer's uncompressed bytes to their end.

    Args:
        tape: the bytes.
        readers: who looks at the files.
        reopen: gives the same bytes once more, for what turned out to matter only at the end; None where they are gone.

    Raises:
        BrokenLayerError: it is damaged or too large.
    """
    found = Layer(Files(), [], [], [], {reader.name: Part([], []) for reader in readers})
    at_work = [(reader.of_layer(again=reopen is not None), found.parts[reader.name]) for reader in readers]
    for entry in walk(tape):
        path = normal(entry.path)
        if path is None:
            why = "its path leads out of the image, or is longer than a path may be"
            tell(found.gaps, Gap(entry.path[:200], why))
            continue
        folder, _, name = path.rpartition("/")
        if name.startswith(WHITEOUT):
            _take_away(found, folder, name)
        elif path:
            known = entry if path == entry.path else entry._replace(path=path)
            found.files.add(known)
            if entry.kind == "f" and entry.size:
                found.files.sum_up(show(known, tape.peek(min(HEAD, entry.size)), at_work, _content(tape, entry)))
    tape.drain()
    _again(found.files, at_work, reopen)
    return found


def _again(files: Files, at_work: Sequence[tuple[LayerReader, Part]], reopen: Callable[[], Tape] | None) -> None:
    missed = [(reader.missed(files, part), part) for reader, part in at_work]
    wanting = [(reader, part) for reader, part in missed if reader is not None]
    if not wanting:
        return
    if reopen is None:
        for _reader, part in wanting:
            why = "some of its files came before it was known that they matter, and a stream comes once"
            tell(part.gaps, Gap("", why))
        return
    tape = reopen()
    for entry in walk(tape):
        path = normal(entry.path)
        if path and entry.kind == "f" and entry.size:
            known = entry._replace(path=path)
            show(known, tape.peek(min(HEAD, entry.size)), wanting, _content(tape, entry))
    tape.drain()


def _content(tape: Tape, entry: Entry) -> Callable[[int], bytes]:
    """What reads a file: a short one in one piece, a long one in those that are at hand."""
    return tape.read if entry.size <= CHUNK else tape.some


def normal(path: str) -> str | None:
    """A path without leading slashes, dots and doubled slashes; None where it is none inside the image."""
    if path[:2] != "./" and "//" not in path and "/." not in path and path[:1] not in "./" and len(path) <= MOST_PART:
        return path.removesuffix("/")
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if ".." in parts or len(path) > MOST_PATH or any(len(part) > MOST_PART for part in parts):
        return None
    return "/".join(parts)


def show(
    entry: Entry, head: bytes, at_work: Sequence[tuple[LayerReader, Part]], content: Callable[[int], bytes]
) -> int:
    """Shows one file to all readers.

    The checksum is made here, of what is read in any case: a sink for it would cost as much as its content.

    Args:
        entry: the file.
        head: its first bytes.
        at_work: the readers, and where their rows go.
        content: reads the next bytes of it: at most so many, and all of a file that is not longer than ``CHUNK``.

    Returns:
        CRC-32 of its content; 0 where no reader wanted all of it.

    Raises:
        BrokenLayerError: the content ends too early.
    """
    wanting: list[tuple[Sink, Part]] = []
    for reader, part in at_work:
        sink = reader.open(entry, head)
        if isinstance(sink, str):
            tell(part.gaps, Gap(entry.path, sink))
        elif sink is not None:
            wanting.append((sink, part))
    if not wanting:
        return 0
    left = entry.size
    data = content(min(left, CHUNK))
    if len(data) == left:
        for sink, part in wanting:  # nearly always: a file in one piece
            _shown(sink, part, entry.path, data)
        return crc32(data)
    taking, check = list(wanting), 0
    while left and taking:
        data = data or content(min(left, CHUNK))
        if not data:
            raise BrokenLayerError(f"the content of {entry.path} ends in the middle")
        left -= len(data)
        check = crc32(data, check)
        taking = [pair for pair in taking if _fed(pair, entry.path, data, wanting)]
        data = b""
    for sink, part in wanting:
        _close(sink, part, entry.path)
    return 0 if left else check


UNUSABLE: Final = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OverflowError, EOFError)
"""What readers of other people's formats raise where those are not as they should be."""


def _shown(sink: Sink, part: Part, path: str, data: bytes) -> None:
    """All of a file at once."""
    try:
        sink.feed(data)
        rows = sink.close()
    except (UnreadableFileError, *UNUSABLE) as error:
        tell(part.gaps, Gap(path, reason(error)))
        return
    if rows:
        _keep(part, path, rows)


def _fed(pair: tuple[Sink, Part], path: str, data: bytes, wanting: list[tuple[Sink, Part]]) -> bool:
    try:
        return pair[0].feed(data)
    except (UnreadableFileError, *UNUSABLE) as error:
        tell(pair[1].gaps, Gap(path, reason(error)))
        wanting.remove(pair)
        return False


def _close(sink: Sink, part: Part, path: str) -> None:
    try:
        rows = sink.close()
    except (UnreadableFileError, *UNUSABLE) as error:
        tell(part.gaps, Gap(path, reason(error)))
        return
    _keep(part, path, rows)


def _keep(part: Part, path: str, rows: list[Row]) -> None:
    if len(part.rows) + len(rows) > MOST_ROWS:
        tell(part.gaps, Gap(path, f"more than {MOST_ROWS} things were found in its layer"))
        return
    part.rows.extend(rows)


def reason(error: Exception) -> str:
    """Why a file was not read, as a sentence part."""
    known = isinstance(error, UnreadableFileError)
    return str(error) if known else f"it cannot be understood ({type(error).__name__})"


def tell(gaps: list[Gap], gap: Gap) -> None:
    """The rest of very many gaps is said in one."""
    if len(gaps) < MOST_GAPS:
        gaps.append(gap)
    elif len(gaps) == MOST_GAPS:
        gaps.append(Gap("", f"more than {MOST_GAPS} of its files could not be read"))


def _take_away(found: Layer, folder: str, name: str) -> None:
    if name == OPAQUE:
        found.opaque.append(folder)
    elif not name.startswith(AUFS):
        gone = name.removeprefix(WHITEOUT)
        if gone in {"", ".", ".."}:
            tell(found.gaps, Gap(posixpath.join(folder, name), "it takes away what has no name"))
        else:
            found.gone.append(posixpath.join(folder, gone))


def of_plain(plain: Any) -> Part:
    """A part from JSON values.

    Raises:
        TypeError, ValueError: they are none.
    """
    return Part([Row(*row) for row in plain["rows"]], [Gap(*gap) for gap in plain["gaps"]])
