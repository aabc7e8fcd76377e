"""All candidates in one stretch of bytes: patterns, known files, encodings; and which of them count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.leaks.catalogue import catalogue
from hardhull.leaks.confirm import Confirmer
from hardhull.leaks.encoded import Needle, decode, needles
from hardhull.leaks.engine import Engine, Span
from hardhull.leaks.hit import Candidate, Certainty
from hardhull.leaks.keys import key_file, may_be_key
from hardhull.leaks.known_files import MOST, may_be_known, read_known
from hardhull.leaks.weigh import is_configuration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from hardhull.leaks.catalogue import Kind

HEAD: Final = 8192
"""Bytes among which a NUL tells that a file is no text."""
MOST_ENCODINGS: Final = 2
MOST_CANDIDATES: Final = 2000
"""In one stretch; more are made on purpose."""
BASE64: Final = "base64"


def is_binary(data: bytes) -> bool:
    """Whether it is no text."""
    return data.find(b"\0", 0, HEAD) >= 0


class Finder:
    """Finds candidates; made once, for any number of files.

    Args:
        cache: the folder that keeps the compiled patterns; None keeps none.

    Raises:
        NoEngineError: Hyperscan cannot be used here.
    """

    def __init__(self, cache: Path | None) -> None:
        kinds = [kind for kind in catalogue() if not kind.part]
        self._needles = needles(word for kind in kinds for word in kind.begins)
        self._looked_for: list[Kind | Needle] = [*kinds, *self._needles]
        patterns = [
            *(kind.sought or kind.pattern for kind in kinds),
            *(_literal(needle.text) for needle in self._needles),
        ]
        self.engine = _engine(tuple(patterns), cache)
        self.exhausted = False
        """Whether there were more places than are looked at, since somebody set it to False."""

    def candidates(self, path: str, held: bytes | memoryview, depth: int = 0) -> list[Candidate]:
        """What counts in the bytes, in their order, without overlaps.

        Args:
            path: the file's name; it says which format to expect, never what to leave out.
            held: the bytes; nearly always there is nothing in them, and then they are not copied.
            depth: how many encodings they were behind.
        """
        spans = self.engine.find(held)
        if not spans and not may_be_known(path) and not may_be_key(bytes(held[:8])):
            return []
        data = bytes(held)
        binary = is_binary(data)
        found = list(self._matched(path, data, spans, depth, binary=binary))
        if not depth:
            store = key_file(data)
            if store is not None:
                found.append(store)
        if not binary and len(data) <= MOST:
            found += read_known(path, data)
        return _apart(found)

    def _matched(self, path: str, data: bytes, spans: list[Span], depth: int, *, binary: bool) -> Iterator[Candidate]:
        if not spans:
            return
        confirmer = Confirmer(data, settings=is_configuration(path))
        confirmed = list(self._confirmed(data, spans, confirmer, path, depth, binary=binary))
        self.exhausted = self.exhausted or confirmer.left <= 0
        del confirmer.refuted[MOST_CANDIDATES:]
        for one in confirmed:
            if one.certainty is not Certainty.NAME or not any(
                one.start < end and start < one.end for start, end in confirmer.refuted
            ):
                yield one

    def _confirmed(
        self, data: bytes, spans: list[Span], confirmer: Confirmer, path: str, depth: int, *, binary: bool
    ) -> Iterator[Candidate]:
        decoded = 0
        for index, end in spans:
            what = self._looked_for[index]
            if isinstance(what, Needle):
                if depth < MOST_ENCODINGS and end > decoded:
                    run = decode(data, end, what)
                    if run is not None:
                        decoded = max(decoded, run.end)
                        for inner in self.candidates(path, run.data, depth + 1):
                            yield inner._replace(start=run.start, end=run.end, inside=(BASE64, *inner.inside))
            elif not (binary and what.context):
                yield from confirmer.at(what, end)


_ENGINES: Final[dict[tuple[str, ...], Engine]] = {}


def _engine(patterns: tuple[str, ...], cache: Path | None) -> Engine:
    """One for a process: it is the same wherever it is kept."""
    if patterns not in _ENGINES:
        _ENGINES[patterns] = Engine(patterns, cache)
    return _ENGINES[patterns]


def _literal(text: str) -> str:
    return text.replace("+", r"\+")


def _apart(found: Iterable[Candidate]) -> list[Candidate]:
    """The candidates without those that overlap a better one: what is surer, then what a reader of the format says."""
    ranked = sorted(found, key=lambda one: (-one.certainty, one.inside != (), one.start, one.start - one.end))
    kept: list[Candidate] = []
    taken: list[tuple[int, int]] = []
    for one in ranked[:MOST_CANDIDATES]:
        if not any(one.start < end and start < one.end for start, end in taken):
            taken.append((one.start, one.end))
            kept.append(one)
    return sorted(kept, key=lambda one: (one.start, one.end))


__all__ = ["BASE64", "Certainty", "Finder", "is_binary"]
