"""What .gitignore files (and the team's ``exclude``) hide; pathspec matches, imported only where there are patterns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathspec import GitIgnoreSpec

MAX_IGNORE_FILE = 256 * 1024
"""Bytes; a larger ignore file is not one that people wrote."""


class Ignores:
    """The ignore files on the way from the root to where the walk is.

    Attributes:
        hidden: paths of files and folders that were left out so far (folders end with ``/``).
    """

    def __init__(self, root: Path, exclude: Sequence[str]) -> None:
        self.hidden: set[str] = set()
        self._specs: dict[str, GitIgnoreSpec] = {}
        self._exclude = _spec(list(exclude)) if exclude else None
        self._root = root
        self._seen: set[str] = set()

    def enter(self, path: str, shown: str) -> None:
        """Takes in the ignore file of a folder, and of the folders above it up to the root."""
        folder, at = Path(path), shown
        while at not in self._seen:
            self._seen.add(at)
            self._load(folder, at)
            if at == ".":
                return
            folder, at = folder.parent, (at.rpartition("/")[0] or ".")

    def _load(self, folder: Path, shown: str) -> None:
        try:
            with (folder / ".gitignore").open("rb") as file:
                lines = file.read(MAX_IGNORE_FILE).decode("utf-8", "replace").splitlines()
        except OSError:
            return
        meant = [line for line in lines if line.strip() and not line.startswith("#")]
        if meant:
            self._specs[shown] = _spec(meant)

    def hides(self, path: str, *, folder: bool) -> bool:
        """Whether a path is left out; the deepest ignore file that speaks of it decides, as in git."""
        if not self._specs and self._exclude is None:
            return False
        asked = f"{path}/" if folder else path
        verdict = bool(self._exclude and self._exclude.match_file(asked)) or self._gitignored(asked)
        if verdict:
            self.hidden.add(asked)
        return verdict

    def _gitignored(self, asked: str) -> bool:
        parent = asked.rstrip("/").rpartition("/")[0]
        while True:
            spec = self._specs.get(parent or ".")
            if spec is not None:
                inside = asked[len(parent) + 1 :] if parent else asked
                verdict = spec.check_file(inside).include
                if verdict is not None:
                    return verdict
            if not parent:
                return False
            parent = parent.rpartition("/")[0]


def _spec(lines: list[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)
