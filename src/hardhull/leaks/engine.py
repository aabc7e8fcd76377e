"""All patterns in one Hyperscan database: what may be a secret is found in one pass in C, whatever the number of kinds.

Compiling it takes seconds, so it is kept. Hyperscan trusts what it loads, so a kept one counts only where nobody else
can write: a folder of this user's with mode 0700, a file of this user's in it, and the digest of its bytes in front.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

DIGEST = 64
"""Hex digits in front of a kept database."""
MOST_KEPT = 64 << 20


class NoEngineError(Exception):
    """Hyperscan is not installed here, or does not run on this processor; ``str`` says which."""


class Span(NamedTuple):
    """A possible secret: the number of its pattern, and where the match ends."""

    pattern: int
    end: int


class Engine:
    """Finds where the patterns match.

    Args:
        patterns: regular expressions over bytes.
        cache: the folder that keeps compiled databases; None keeps none.

    Raises:
        NoEngineError: Hyperscan cannot be used here.
    """

    def __init__(self, patterns: Sequence[str], cache: Path | None) -> None:
        try:
            import hyperscan
        except ImportError as error:
            raise NoEngineError(f"the package hyperscan cannot be imported ({error})") from None
        self._hyperscan: Any = hyperscan
        self.compiled = False
        """Whether the database was made now instead of taken from the cache."""
        self.key = key = hashlib.sha256(
            repr((self._hyperscan.__version__, _processor(), list(patterns))).encode()
        ).hexdigest()
        kept = _kept(cache, key) if cache else None
        database = self._load(kept) if kept else None
        if database is None:
            database = self._compile(patterns)
            self.compiled = True
            if cache:
                _keep(cache, key, hyperscan.dumpb(database))
        self._database = database

    def find(self, data: bytes | memoryview) -> list[Span]:
        """Where patterns end in the bytes, in the order of their ends; one may be there more than once."""
        hits = _Hits()
        if data:
            self._database.scan(data, match_event_handler=_take, context=hits)
        return hits.found

    def ends(self, data: bytes) -> list[int]:
        """Where any pattern ends in the bytes, each time that it does."""
        found: list[int] = []
        self._database.scan(data, match_event_handler=_take_end, context=found)
        return found

    def _compile(self, patterns: Sequence[str]) -> Any:
        hs = self._hyperscan
        database = hs.Database(mode=hs.HS_MODE_BLOCK)
        try:
            database.compile(
                expressions=[one.encode() for one in patterns],
                ids=list(range(len(patterns))),
                flags=[0] * len(patterns),
            )
        except hs.error as error:
            raise NoEngineError(f"Hyperscan does not run on this machine ({error})") from None
        return database

    def _load(self, data: bytes) -> Any | None:
        hs = self._hyperscan
        try:
            database = hs.loadb(data, mode=hs.HS_MODE_BLOCK)
            database.scratch = hs.Scratch(database)
        except hs.error:  # made for another processor
            return None
        return database


NEAR = 8
"""Bytes within which ends of one pattern are ends of one secret: a secret of any length gives one for each letter."""


class _Hits:
    """What Hyperscan reports, one end for each secret."""

    def __init__(self) -> None:
        self.found: list[Span] = []
        self.last: dict[int, int] = {}


def _take(index: int, _start: int, end: int, _flags: int, hits: _Hits) -> None:
    if end - hits.last.get(index, -NEAR) >= NEAR:
        hits.last[index] = end
        hits.found.append(Span(index, end))


def _take_end(_index: int, _start: int, end: int, _flags: int, found: list[int]) -> None:
    found.append(end)


def _processor() -> tuple[str, str, str]:
    """What a compiled database depends on: the architecture and what the processor can do."""
    features = ""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
        features = next((line for line in file if line.startswith(("flags", "Features"))), "")
    return platform.machine(), platform.system(), " ".join(sorted(features.split()))


def cache_folder() -> Path | None:
    """Where this user's compiled patterns are kept; None where there is no such place."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if named.startswith("/"):
        return Path(named) / "hardhull" / "patterns"
    try:
        return Path.home() / ".cache" / "hardhull" / "patterns"
    except RuntimeError:
        return None


def _is_ours(facts: os.stat_result, forbidden: int) -> bool:
    return facts.st_uid == os.geteuid() and not stat.S_IMODE(facts.st_mode) & forbidden


def _open_folder(cache: Path) -> int | None:
    """The folder, opened, if only this user can reach into it."""
    try:
        handle = os.open(cache, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    if _is_ours(os.fstat(handle), 0o077):
        return handle
    os.close(handle)
    return None


def _kept(cache: Path, key: str) -> bytes | None:
    """The bytes of a kept database; None where there is none that can be trusted."""
    folder = _open_folder(cache)
    if folder is None:
        return None
    try:
        handle = os.open(f"{key}.hsdb", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return None
    finally:
        os.close(folder)
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode) or not _is_ours(facts, 0o022) or facts.st_size > MOST_KEPT:
            return None
        head, data = file.read(DIGEST), file.read()
    return data if head == hashlib.sha256(data).hexdigest().encode() else None


def _keep(cache: Path, key: str, data: bytes) -> None:
    """Writes a database whole or not at all; that it cannot be kept is no failure."""
    with contextlib.suppress(OSError):
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = _open_folder(cache)
        if folder is None:
            return
        os.close(folder)
        handle, name = tempfile.mkstemp(dir=cache, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(data).hexdigest().encode() + data)
            Path(name).replace(cache / f"{key}.hsdb")
        except OSError:
            Path(name).unlink(missing_ok=True)
