"""Finding the files to read: fast, inside the named folders only, and nothing left out without a word."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.result import NotChecked
from hardhull.model.source import Source
from hardhull.scan.gitignore import Ignores
from hardhull.scan.kinds import kinds_of, wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from hardhull.facts.fact import Fact
    from hardhull.rules.policy import Policy

MAX_FILE = 32 * 1024 * 1024
"""Bytes. The largest real file of these kinds seen is a 4 MB generated manifest."""
MAX_SNIFFED = 4 * 1024 * 1024
"""Bytes above which a file is not opened only to see whether it could be ours (data sets in JSON)."""
MAX_DEPTH = 64
SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", ".hardhull", "node_modules", ".venv", "__pycache__", ".tox"})
"""Version control, our own state, and installed copies of other people's code."""


HIDDEN = "left out by .gitignore or `exclude`"


class Candidate(NamedTuple):
    """One file and the readers it is for."""

    source: Source
    kinds: tuple[str, ...]


class Discovery(NamedTuple):
    """What was found under the targets.

    Attributes:
        root: the folder that all paths are relative to.
        files: in order of their paths.
        not_checked: what was seen and left out, with the reason.
        facts: what was read while the files were looked for: those with secrets.
        noted: files beside the candidates whose ignore comments count.
    """

    root: Path
    files: list[Candidate]
    not_checked: list[NotChecked]
    facts: tuple[Fact, ...] = ()
    noted: tuple[Source, ...] = ()


AddContents: TypeAlias = "Callable[[Discovery, Policy], Discovery]"
"""Adds what built images hold to what was discovered: their facts, and what could not be checked of them."""


class NoSuchTargetError(Exception):
    """A named target does not exist or cannot be opened; the message says which and why."""


def common_folder(targets: Sequence[Path]) -> Path:
    """The folder that holds all targets; the current one where there are none."""
    folders = [path if path.is_dir() else path.parent for path in (target.resolve() for target in targets)]
    return Path(os.path.commonpath(folders)) if folders else Path.cwd()


def find_root(targets: Sequence[Path]) -> Path:
    """The git work tree that holds the targets, else their common folder."""
    common = common_folder(targets)
    for folder in (common, *common.parents):
        if (folder / ".git").exists():
            return folder
    return common


def discover(targets: Sequence[str], exclude: Sequence[str] = (), root: Path | None = None) -> Discovery:
    """Reads every file under the targets that some reader is for.

    Args:
        targets: files and folders.
        exclude: glob patterns (as in .gitignore) of paths that the team does not want scanned.
        root: what paths are relative to; found from the targets by default.

    Raises:
        NoSuchTargetError: a target does not exist.
    """
    paths = [Path(target) for target in targets]
    for path in paths:
        if not path.exists():
            raise NoSuchTargetError(str(path))
    base = (root or find_root(paths)).resolve()
    walk = Walk(base, exclude)
    for path in paths:
        absolute = path.resolve()
        if absolute.is_dir():
            walk.folder(absolute)
        else:
            walk.named(absolute)
    walk.finish()
    return Discovery(base, sorted(walk.files.values(), key=lambda found: found.source.path), walk.not_checked)


class Walk:
    """One discovery: the files so far, and what was left out."""

    def __init__(self, root: Path, exclude: Sequence[str]) -> None:
        self.root = root
        self.files: dict[str, Candidate] = {}
        self.not_checked: list[NotChecked] = []
        self.ignores = Ignores(root, exclude)
        self.links = 0

    def relative(self, path: str) -> str:
        """The path as shown: relative to the root, ``/`` as separator."""
        return os.path.relpath(path, self.root).replace(os.sep, "/")

    def named(self, path: Path) -> None:
        """A file that the person named: it must be readable and known."""
        shown = self.relative(str(path))
        data = self.read(str(path), shown)
        if data is None:
            return
        kinds = kinds_of(shown, data)
        if kinds:
            self.files[shown] = Candidate(Source(shown, data), kinds)
        else:
            how = "name a Dockerfile, compose file, manifest, script, unit, daemon.json, seccomp profile or folder"
            self.not_checked.append(NotChecked("failed", shown, "no reader knows this kind of file", how))

    def folder(self, top: Path) -> None:
        """Everything below a folder."""
        pending = [(str(top), self.relative(str(top)), 0)]
        while pending:
            path, shown, depth = pending.pop()
            self.ignores.enter(path, shown)
            for name, child, is_folder in self.entries(path, shown):
                below = name if shown == "." else f"{shown}/{name}"
                if is_folder:
                    if self.enters(name, below, depth):
                        pending.append((child, below, depth + 1))
                elif self.takes(below) and not self.ignores.hides(below, folder=False):
                    self.file(child, below)

    def entries(self, path: str, shown: str) -> Iterator[tuple[str, str, bool]]:
        """Name, full path and whether it is a folder, of what stands in a folder; links are not followed."""
        try:
            found = sorted(os.scandir(path), key=lambda entry: entry.name)
        except OSError as error:
            self.not_checked.append(
                NotChecked("failed", shown, f"cannot be listed: {error.strerror}", "check its permissions")
            )
            return
        for entry in found:
            if entry.is_symlink():
                self.link(entry, shown)
            elif entry.is_dir(follow_symlinks=False):
                yield entry.name, entry.path, True
            elif entry.is_file(follow_symlinks=False):
                yield entry.name, entry.path, False

    def link(self, entry: os.DirEntry[str], shown: str) -> None:
        """A link to a file of ours is read where it really stands; one that leads out of the root is reported."""
        below = entry.name if shown == "." else f"{shown}/{entry.name}"
        target = os.path.realpath(entry.path)
        inside = target == str(self.root) or target.startswith(f"{self.root}{os.sep}")
        if not inside and wanted(below) and "." in entry.name:
            why = "is a link that leads out of the scanned folder"
            self.not_checked.append(NotChecked("out-of-scope", below, why, "scan the place it leads to"))

    def enters(self, name: str, shown: str, depth: int) -> bool:
        """Whether to go into a folder."""
        if name in SKIPPED_FOLDERS:
            if name == "node_modules" and not self.ignores.hides(shown, folder=True):
                self.not_checked.append(
                    NotChecked(
                        "out-of-scope",
                        shown,
                        "installed packages are not yours to fix",
                        "name the folder as a target to scan it",
                    )
                )
            return False
        return not self.too_deep(shown, depth) and not self.ignores.hides(shown, folder=True)

    def too_deep(self, shown: str, depth: int) -> bool:
        """Whether a folder lies deeper than anybody nests them on purpose; then that is said."""
        if depth >= MAX_DEPTH:
            why = f"folders are nested deeper than {MAX_DEPTH}"
            self.not_checked.append(NotChecked("failed", shown, why, "name the folder as a target"))
        return depth >= MAX_DEPTH

    def takes(self, shown: str) -> bool:
        """Whether a file is looked at, by its name."""
        return wanted(shown)

    def file(self, path: str, shown: str) -> None:
        """Reads a file and keeps it if some reader is for it."""
        if shown in self.files:
            return
        data = self.read(path, shown)
        if data:
            kinds = kinds_of(shown, data)
            if kinds:
                self.files[shown] = Candidate(Source(shown, data), kinds)

    def read(self, path: str, shown: str) -> bytes | None:
        """The bytes of a regular file; None (and a word about it) where it cannot or should not be read."""
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except OSError as error:
            self.not_checked.append(
                NotChecked("failed", shown, f"cannot be opened: {error.strerror}", "check its permissions")
            )
            return None
        try:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                self.not_checked.append(NotChecked("out-of-scope", shown, "is not a regular file", "copy it to a file"))
                return None
            named_by_content = shown.endswith((".json", ".md", ".yaml", ".yml")) or "." not in shown.rpartition("/")[2]
            limit = MAX_SNIFFED if named_by_content else MAX_FILE
            if facts.st_size > limit:
                why = f"has {facts.st_size:,} bytes, more than the limit of {limit:,}"
                self.not_checked.append(
                    NotChecked("failed", shown, why, "split it, or leave it out with `exclude` in hardhull.toml")
                )
                return None
            return _read_all(handle, facts.st_size)
        except OSError as error:
            self.not_checked.append(NotChecked("failed", shown, f"cannot be read: {error.strerror}", "check the disk"))
            return None
        finally:
            os.close(handle)

    def finish(self) -> None:
        """Adds what the ignore files hid, as one line."""
        count = len(self.ignores.hidden)
        if count:
            some = ", ".join(sorted(self.ignores.hidden)[:3])
            more = f" and {count - 3} more" if count > 3 else ""
            self.not_checked.append(
                NotChecked(
                    "out-of-scope",
                    f"{some}{more}",
                    HIDDEN,
                    "name one as a target to scan it",
                )
            )


def _read_all(handle: int, size: int) -> bytes:
    """All bytes of an open file that had ``size`` bytes a moment ago."""
    data = os.read(handle, size + 1)
    while len(data) < size:
        more = os.read(handle, size - len(data) + 1)
        if not more:
            break
        data += more
    return data
