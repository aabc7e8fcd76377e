"""The changelogs of many source packages, out of as few packages as have them, fetched in as few runs of apt."""

from __future__ import annotations

import subprocess
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from hardhull.advisories.changelog import changelog_of, fixes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from hardhull.advisories.apt import Apt, Listed

MAX_DEB: Final = 64 << 20
"""Bytes; larger ones are not fetched for their changelog."""
MAX_RUN: Final = 128 << 20
"""Bytes that one run of apt fetches: what lies on the disk at a time, and what is lost where it is cut off."""
TRIES: Final = 4
"""Packages of one source that are looked into: many have their documents in another's folder."""


class Source(NamedTuple):
    """A source package of the image that has a later version: the packages that carry its changelog, smallest first."""

    name: str
    version: str
    packages: tuple[Listed, ...]


class Progress(NamedTuple):
    """How far reading is: ``done`` of ``all`` changelogs, ``size`` bytes are fetched now."""

    done: int
    all: int
    size: int


class Kept(Protocol):
    """Remembers what a changelog says: that of a version never changes."""

    def get(self, source: Source) -> dict[str, str] | None:
        """The CVEs with their versions; None where it is not known."""

    def put(self, source: Source, fixes: dict[str, str]) -> None:
        """Keeps them."""


class Nothing:
    """Remembers nothing."""

    def get(self, _source: Source) -> None:
        """Never known."""

    def put(self, source: Source, fixes: dict[str, str]) -> None:
        """Not kept."""


class _Search:
    """What is still to be looked into for one source, and why it was in vain so far."""

    def __init__(self, source: Source) -> None:
        self.source = source
        small = [one for one in source.packages if one.size <= MAX_DEB]
        self._next = deque(small)
        self._left = TRIES
        self.why = "" if small else f"its smallest package has {source.packages[0].size >> 20} MB"

    def next(self) -> Listed | None:
        """The package to look into; None where there is none any more."""
        self._left -= 1
        return self._next.popleft() if self._next and self._left >= 0 else None

    def look(self, one: Listed, file: Path | str) -> dict[str, str] | None:
        """What the changelog of a package says; None where it has none."""
        if isinstance(file, str):
            self.why = f"{one.name} could not be fetched ({file})"
            return None
        try:
            found = changelog_of(file)
        except (OSError, ValueError, EOFError, subprocess.SubprocessError) as error:
            self.why = f"{one.name} cannot be read ({error})"
            return None
        if found.text:
            return fixes_of(found.text, self.source.name)
        self.why = "none of its packages has a changelog"
        for other in [each for each in self._next if each.name == found.elsewhere]:
            self._next.remove(other)
            self._next.appendleft(other)
        return None


def read_all(
    sources: Sequence[Source], apt: Apt, folder: Path, kept: Kept, told: Callable[[Progress], None]
) -> Iterator[tuple[Source, dict[str, str] | str]]:
    """The CVEs that each source fixed, with the first version that did; or why its changelog could not be read.

    Args:
        sources: each once.
        apt: fetches.
        folder: an empty one for packages; it is empty afterwards.
        kept: asked before anything is fetched, and told of each changelog as soon as it was read.
        told: gets how far it is, before each run of apt.
    """
    searches = deque[_Search]()
    for source in sources:
        known = kept.get(source)
        if known is None:
            searches.append(_Search(source))
        else:
            yield source, known
    while searches:
        asked, failed = _batch(searches)
        yield from ((one.source, one.why) for one in failed)
        if not asked:
            return
        size = sum(one.size for one in asked)
        told(Progress(len(sources) - len(searches) - len(asked), len(sources), size))
        files = apt.fetch(tuple(asked), folder)
        for one, search in asked.items():
            found = search.look(one, files[one])
            if found is None:
                searches.append(search)
            else:
                kept.put(search.source, found)
                yield search.source, found
        for path in folder.iterdir():
            path.unlink()


def _batch(searches: deque[_Search]) -> tuple[Mapping[Listed, _Search], list[_Search]]:
    """What one run of apt fetches, taken from the searches; and those that are at their end."""
    asked: dict[Listed, _Search] = {}
    failed: list[_Search] = []
    size = 0
    while searches and size < MAX_RUN:
        search = searches.popleft()
        one = search.next()
        if one is None:
            failed.append(search)
        else:
            asked[one] = search
            size += one.size
    return asked, failed
