"""The scanner: a name and bytes in, hits out; in bounded memory, and no byte passed over without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.leaks.archives import MOST_DEPTH, Budget, Member, kind_of, members
from hardhull.leaks.encoded import narrow, wide_encoding
from hardhull.leaks.finder import HEAD, MOST_CANDIDATES, Finder, is_binary
from hardhull.leaks.hit import Candidate, Gap, Hit, Report
from hardhull.leaks.keys import may_be_key
from hardhull.leaks.known_files import may_hold_known
from hardhull.leaks.owned import Hashing, digest_of
from hardhull.leaks.show import Shown

if TYPE_CHECKING:
    from collections.abc import Iterable
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
        digests: whether a report names the digest of a file with hits, for whoever asks about owners later.

    Raises:
        NoEngineError: Hyperscan cannot be used here.
    """

    def __init__(self, cache: Path | None = None, ownership: Ownership | None = None, *, digests: bool = False) -> None:
        self.finder = Finder(cache)
        self.ownership = ownership
        self.digests = digests or ownership is not None

    def scan(self, path: str, chunks: Iterable[bytes]) -> Report:
        """What a file holds.

        Args:
            path: its name, with ``/`` as separator.
            chunks: its bytes, in pieces of any size.
        """
        stream = Stream(self, path)
        for piece in chunks:
            stream.feed(piece)
        return stream.close()

    def scan_bytes(self, path: str, data: bytes) -> Report:
        """The same for bytes that are at hand."""
        found = _Found(self.finder)
        found.file(path, data, (), Budget())
        return self.report(path, found, digest_of(data) if found.hits and self.digests else None)

    def report(self, path: str, found: _Found, digest: Digest | None) -> Report:
        """What was found, without what is as its package shipped it."""
        if self.finder.exhausted:
            self.finder.exhausted = False
            found.gaps.append(Gap(path, "it holds more places that could be secrets than are looked at"))
        if digest is not None and self.ownership is not None and self.ownership.owned_unchanged(path, digest):
            return Report((), tuple(found.gaps), len(found.hits), digest)
        return Report(tuple(found.hits), tuple(found.gaps), 0, digest)


def is_simple(path: str, data: bytes) -> bool:
    """Whether nothing but the patterns can find something in a file: it has no name and no beginning that tell more."""
    head = data[:512]
    return not (may_hold_known(path, data) or may_be_key(head) or kind_of(head) or wide_encoding(head[:256]))


class _Found:
    """Collects what one file holds."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self.hits: list[Hit] = []
        self.gaps: list[Gap] = []

    def file(self, path: str, data: bytes, inside: tuple[str, ...], budget: Budget) -> None:
        """One file, or a member of an archive in it."""
        name = inside[-1] if inside else path
        wide = wide_encoding(data[:256])
        if wide:
            text = narrow(data, wide)
            self.add(name, text, self.finder.candidates(name, text), (*inside, wide.upper()))
        archive = kind_of(data[:512])
        if archive:
            self._archive(path, data, archive, inside, budget)
        self.add(name, data, self.finder.candidates(name, data), inside)

    def _archive(self, path: str, data: bytes, kind: str, inside: tuple[str, ...], budget: Budget) -> None:
        where = "!".join((path, *inside))
        if len(inside) >= MOST_DEPTH:
            self.gaps.append(Gap(where, f"archives are nested deeper than {MOST_DEPTH}"))
            return
        for member in members(data, kind, budget):
            if isinstance(member, Member):
                name = member.name or _unpacked_name(inside[-1] if inside else path)
                self.file(path, member.data, (*inside, name), budget)
            else:
                self.gaps.append(Gap(f"{where}!{member.name}" if member.name else where, member.why))

    def add(self, name: str, data: bytes, found: list[Candidate], inside: tuple[str, ...], above: int = 0) -> None:
        """Candidates of one stretch of bytes, with so many lines above it."""
        if not found:
            return
        if len(found) >= MOST_CANDIDATES:
            why = f"it holds more than {MOST_CANDIDATES:,} possible secrets"
            self.gaps.append(Gap("!".join((name, *inside)), why))
        for hit in Shown(data, found, inside).hits():
            halves = tuple(half._replace(line=half.line + above) for half in hit.halves)
            self.hits.append(hit._replace(line=hit.line + above, halves=halves) if above else hit)


class Stream:
    """One file that comes in pieces.

    Args:
        scanner: whose reports it gives.
        path: the file's name.
        size: its bytes, where that is known: a large file is not held then to see how long it is.
        digest: whether the report has a digest of a file that is not held at once, as the scanner says of others.
    """

    def __init__(self, scanner: Scanner, path: str, *, size: int = 0, digest: bool = True) -> None:
        self._scanner = scanner
        self._path = path
        self._digest = digest and scanner.digests
        self._parts: list[bytes] = []
        self._size = 0
        self._large = self._as_large() if size > WHOLE else None

    def feed(self, data: bytes) -> None:
        """The next bytes."""
        if self._large is not None:
            self._large.take(data)
            return
        self._parts.append(data)
        self._size += len(data)
        if self._size > WHOLE:
            self._large = self._as_large()
            for part in self._parts:
                self._large.take(part)
            self._parts.clear()

    def _as_large(self) -> _Large:
        return _Large(self._scanner, self._path, digest=self._digest)

    def close(self) -> Report:
        """The file is at its end: what it holds."""
        if self._large is not None:
            return self._large.report()
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()  # a file is held once while it is searched
        return self._scanner.scan_bytes(self._path, data) if data else Report()


class _Large:
    """A file that is not held at once: blocks overlap by more than the longest secret."""

    def __init__(self, scanner: Scanner, path: str, *, digest: bool) -> None:
        self._scanner = scanner
        self._path = path
        self._hashing = Hashing() if digest else None
        self._found = _Found(scanner.finder)
        self._held = bytearray(CONTEXT + BLOCK + OVERLAP)
        self._end = 0
        """How many bytes are held."""
        self._fresh = 0
        """Offset of the first byte whose candidates were not taken."""
        self._above = 0
        """Lines in front of the bytes that are held."""
        self._text: bool | None = None
        """Whether it is one of text; None before the first block."""

    def take(self, more: bytes) -> None:
        """The next bytes; what stands near their end waits for those behind it."""
        if self._hashing:
            self._hashing.update(more)
        left = memoryview(more)
        while left:
            piece = left[: len(self._held) - self._end]
            self._held[self._end : self._end + len(piece)] = piece
            self._end += len(piece)
            left = left[len(piece) :]
            if self._end == len(self._held):
                self._block(self._end - OVERLAP)
                self._above += self._held.count(b"\n", 0, BLOCK) if self._text else 0
                self._held[: CONTEXT + OVERLAP] = self._held[BLOCK:]
                self._end, self._fresh = CONTEXT + OVERLAP, CONTEXT

    def _block(self, stop: int) -> None:
        """Looks for what begins in front of an offset."""
        if self._text is None:
            self._begin(bytes(self._held[:HEAD]))
        block = memoryview(self._held)[: self._end]
        found = [one for one in self._scanner.finder.candidates(self._path, block) if self._fresh <= one.start < stop]
        if found:
            self._found.add(self._path, bytes(block), found, (), self._above)

    def _begin(self, head: bytes) -> None:
        self._text = not is_binary(head)
        if kind_of(head[:512]):
            why = f"an archive of more than {WHOLE >> 20} MiB inside of a file is not unpacked"
            self._found.gaps.append(Gap(self._path, why))

    def report(self) -> Report:
        """The file is at its end: what it holds."""
        self._block(self._end)
        digest = self._hashing.digest if self._hashing and self._found.hits else None
        return self._scanner.report(self._path, self._found, digest)


def _unpacked_name(name: str) -> str:
    """The name of what one compressed file holds."""
    base = name.rpartition("/")[2]
    for suffix in (".gz", ".bz2", ".xz", ".zst"):
        if base.endswith(suffix):
            return base.removesuffix(suffix)
    return f"{base.removesuffix('.tgz')}.tar" if base.endswith(".tgz") else base
