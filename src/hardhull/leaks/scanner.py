"""The scanner: a name and bytes in, hits out; in bounded memory, and no byte passed over without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.leaks.archives import MOST_DEPTH, Budget, Member, kind_of, members
from hardhull.leaks.encoded import narrow, wide_encoding
from hardhull.leaks.finder import MOST_CANDIDATES, Finder, is_binary
from hardhull.leaks.hit import Candidate, Gap, Hit, Report
from hardhull.leaks.owned import Hashing, digest_of
from hardhull.leaks.show import Shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from hardhull.leaks.owned import Digest, Ownership

WHOLE: Final = 32 << 20
"""Bytes of a file that are held at once; larger ones are read in blocks, and archives so large are not unpacked."""
BLOCK: Final = 8 << 20
OVERLAP: Final = 64 << 10
"""Bytes at the end of a block that the next one reads again: more than the longest private key."""
CONTEXT: Final = 8 << 10
"""Bytes in front of those, for what stands before a secret."""


class Scanner:
    """Scans files, one after another.

    Args:
        cache: the folder that keeps compiled patterns; None keeps none.
        ownership: who knows which files are as their packages shipped them; None where nobody does.

    Raises:
        NoEngineError: Hyperscan cannot be used here.
    """

    def __init__(self, cache: Path | None = None, ownership: Ownership | None = None) -> None:
        self.finder = Finder(cache)
        self.ownership = ownership

    def scan(self, path: str, chunks: Iterable[bytes]) -> Report:
        """What a file holds.

        Args:
            path: its name, with ``/`` as separator.
            chunks: its bytes, in pieces of any size.
        """
        parts: list[bytes] = []
        size = 0
        pieces = iter(chunks)
        for piece in pieces:
            parts.append(piece)
            size += len(piece)
            if size > WHOLE:
                return self._large(path, b"".join(parts), pieces)
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        return self.scan_bytes(path, data) if data else Report()

    def scan_bytes(self, path: str, data: bytes) -> Report:
        """The same for bytes that are at hand."""
        hits: list[Hit] = []
        gaps: list[Gap] = []
        self._file(path, data, (), Budget(), hits, gaps)
        return self._owned(path, hits, gaps, lambda: digest_of(data))

    def _owned(self, path: str, hits: list[Hit], gaps: list[Gap], digest: object) -> Report:
        if hits and self.ownership is not None and callable(digest):
            made: Digest = digest()
            if self.ownership.owned_unchanged(path, made):
                return Report((), tuple(gaps), len(hits))
        return Report(tuple(hits), tuple(gaps))

    def _file(
        self, path: str, data: bytes, inside: tuple[str, ...], budget: Budget, hits: list[Hit], gaps: list[Gap]
    ) -> None:
        """One file, or a member of an archive in it."""
        name = inside[-1] if inside else path
        wide = wide_encoding(data[:256])
        if wide:
            text = narrow(data, wide)
            hits += self._hits(name, text, self.finder.candidates(name, text), (*inside, wide.upper()), gaps)
        archive = kind_of(data[:512])
        if archive:
            self._archive(path, data, archive, inside, budget, hits, gaps)
        hits += self._hits(name, data, self.finder.candidates(name, data), inside, gaps)

    def _archive(
        self,
        path: str,
        data: bytes,
        kind: str,
        inside: tuple[str, ...],
        budget: Budget,
        hits: list[Hit],
        gaps: list[Gap],
    ) -> None:
        where = "!".join((path, *inside))
        if len(inside) >= MOST_DEPTH:
            gaps.append(Gap(where, f"archives are nested deeper than {MOST_DEPTH}"))
            return
        for member in members(data, kind, budget):
            if isinstance(member, Member):
                name = member.name or _unpacked_name(inside[-1] if inside else path)
                self._file(path, member.data, (*inside, name), budget, hits, gaps)
            else:
                gaps.append(Gap(f"{where}!{member.name}" if member.name else where, member.why))

    def _hits(
        self, name: str, data: bytes, found: list[Candidate], inside: tuple[str, ...], gaps: list[Gap]
    ) -> Iterator[Hit]:
        if not found:
            return
        if len(found) >= MOST_CANDIDATES:
            gaps.append(Gap("!".join((name, *inside)), f"it holds more than {MOST_CANDIDATES:,} possible secrets"))
        yield from Shown(data, found, inside).hits()

    def _large(self, path: str, data: bytes, pieces: Iterator[bytes]) -> Report:
        """A file that is not held at once."""
        hashing = Hashing() if self.ownership is not None else None
        hits: list[Hit] = []
        gaps: list[Gap] = []
        if kind_of(data[:512]):
            why = f"an archive of more than {WHOLE >> 20} MiB inside of a file is not unpacked"
            gaps.append(Gap(path, why))
        lines, last = 1, False
        text = not is_binary(data)
        if hashing:
            hashing.update(data)
        fresh = 0  # offset in data of the first byte whose candidates were not taken
        while True:
            limit = len(data) if last else len(data) - OVERLAP
            for begin in range(0, max(limit, 1), BLOCK):
                stop = min(begin + BLOCK, limit)
                low = max(0, begin - CONTEXT)
                block = data[low : min(len(data), stop + OVERLAP)]
                found = [
                    one
                    for one in self.finder.candidates(path, block)
                    if max(begin, fresh) <= one.start + low < stop
                    or (last and stop == limit and one.start + low >= stop)
                ]
                before = lines + data.count(b"\n", 0, low) if found else lines
                hits += [hit._replace(line=hit.line + before - 1) for hit in self._hits(path, block, found, (), gaps)]
            if last:
                break
            keep = max(0, limit - CONTEXT)
            lines += data.count(b"\n", 0, keep) if text else 0
            fresh = limit - keep
            more, last = _next(pieces)
            if hashing:
                hashing.update(more)
            data = data[keep:] + more
        return self._owned(path, hits, gaps, lambda: hashing.digest if hashing else None)


def _next(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """The next block, and whether it is the last one."""
    parts: list[bytes] = []
    size = 0
    for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size >= BLOCK:
            return b"".join(parts), False
    return b"".join(parts), True


def _unpacked_name(name: str) -> str:
    """The name of what one compressed file holds."""
    base = name.rpartition("/")[2]
    for suffix in (".gz", ".bz2", ".xz", ".zst"):
        if base.endswith(suffix):
            return base.removesuffix(suffix)
    return f"{base.removesuffix('.tgz')}.tar" if base.endswith(".tgz") else base
