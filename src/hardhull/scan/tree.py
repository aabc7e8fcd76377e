"""The files of a scan, and the way to those that they name: always inside the root, never through a link."""

from __future__ import annotations

import os
import posixpath
import stat
from functools import cached_property
from typing import TYPE_CHECKING

from hardhull.model.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hardhull.scan.discover import Candidate

MAX_NAMED = 4 * 1024 * 1024
"""Bytes of a file that another one names (an env file, an included compose file)."""


class Tree:
    """The files of a scan by path.

    Attributes:
        root: the folder they stand in; None for standard input and for texts that were never in a folder.
        candidates: what discovery found, in the order of their paths.
        named: files that others name, as they were read, by path; None for what is not there. Trees of one folder whose
            candidates differ may share them.
    """

    def __init__(
        self, root: Path | None, candidates: Iterable[Candidate], named: dict[str, Source | None] | None = None
    ) -> None:
        self.root = None if root is None else root.resolve()
        self.candidates = list(candidates)
        self._given = {one.source.path: one.source for one in self.candidates}
        self.named = {} if named is None else named

    def of_kind(self, kind: str) -> list[Source]:
        """The files that a kind of reader is for."""
        return [one.source for one in self.candidates if kind in one.kinds]

    def read(self, path: str) -> Source | None:
        """The file at a path relative to the root; None where it is absent, outside, a link or too large."""
        shown = posixpath.normpath(path)
        if shown in self._given:
            return self._given[shown]
        if shown not in self.named:
            self.named[shown] = self._load(shown)
        return self.named[shown]

    def exists(self, path: str) -> bool:
        """Whether a file stands at a path, without reading it."""
        shown = posixpath.normpath(path)
        if shown in self._given or self.named.get(shown) is not None:
            return True
        inside = self._inside(shown)
        return inside is not None and os.path.isfile(inside)  # noqa: PTH113  says no where a name is too long

    def has(self, path: str) -> bool:
        """Whether anything stands at a path: a file, a folder, or what was read without a folder."""
        shown = posixpath.normpath(path)
        if shown in self._given or self.named.get(shown) is not None or shown in self._folders:
            return True
        inside = self._inside(shown)
        return inside is not None and os.path.exists(inside)  # noqa: PTH110  likewise

    @cached_property
    def _folders(self) -> set[str]:
        """The folders that the candidates stand in, and those above."""
        found = set()
        for path in self._given:
            folder = posixpath.dirname(path)
            while folder and folder not in found:
                found.add(folder)
                folder = posixpath.dirname(folder)
        return found

    def names(self, folder: str) -> list[str]:
        """What stands in a folder, in no order; nothing where there is no such folder."""
        shown = posixpath.normpath(folder)
        inside = self._inside(shown)
        if inside is None or not os.path.isdir(inside):  # noqa: PTH112  likewise
            start = "" if shown == "." else f"{shown}/"
            return list({name[len(start) :].partition("/")[0] for name in self._given if name.startswith(start)})
        try:
            return [entry.name for entry in inside.iterdir()]
        except OSError:
            return []

    def _inside(self, shown: str) -> Path | None:
        """The real path, if it is inside the root and no part of it is a link that leads out."""
        if self.root is None or shown.startswith(("../", "/")) or "\0" in shown:
            return None
        try:
            real = (self.root / shown).resolve()
        except (OSError, RuntimeError, ValueError):
            return None
        return real if real.is_relative_to(self.root) else None

    def _load(self, shown: str) -> Source | None:
        inside = self._inside(shown)
        if inside is None:
            return None
        try:
            handle = os.open(inside, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except (OSError, ValueError):
            return None
        try:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_NAMED:
                return None
            with os.fdopen(os.dup(handle), "rb") as file:
                return Source(shown, file.read())
        except OSError:
            return None
        finally:
            os.close(handle)
