"""From files to facts: gives every file to the readers it is for. One bad file never hides another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.local_image import nothing
from hardhull.model.result import NotChecked
from hardhull.scan.readers import READERS, TREE_READERS
from hardhull.scan.record import Afresh
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardhull.facts.fact import Fact
    from hardhull.facts.local_image import Lookup
    from hardhull.model.source import Source
    from hardhull.scan.readers import Reader
    from hardhull.scan.tree import Tree


class Reading:
    """What was read so far.

    Attributes:
        tree: the files.
        facts: in the order of the files.
        not_checked: what could not be read, with the reason.
        strict: whether a fault of ours is raised instead of reported; for tests.
        images: where base images are looked up.
        record: what an earlier scan read, and what a later one may take from this one.
    """

    def __init__(
        self, tree: Tree, *, strict: bool = False, images: Lookup = nothing, record: Afresh | None = None
    ) -> None:
        self.tree = tree
        self.record = record or Afresh()
        self.images = images
        self.facts: list[Fact] = []
        self.not_checked: list[NotChecked] = []
        self.strict = strict

    def run(self) -> None:
        """Reads all files of the tree: those that stand alone first, then those that need each other."""
        for candidate in self.tree.candidates:
            for kind in candidate.kinds:
                reader = READERS.get(kind)
                if reader is not None:
                    self._guarded(candidate.source.path, lambda: self._read(reader, candidate.source))  # noqa: B023
        present = {kind for candidate in self.tree.candidates for kind in candidate.kinds}
        for kinds, tree_reader in TREE_READERS:
            if present & kinds:
                self._guarded(", ".join(sorted(kinds)), lambda: tree_reader(self))  # noqa: B023

    def _read(self, reader: Reader, source: Source) -> None:
        """Reads one file."""
        self.take(*self.record.read((reader, source), lambda: reader(source, self.images)))

    def take(self, facts: Iterable[Fact], not_checked: Iterable[NotChecked] = ()) -> None:
        """Takes in what was read."""
        self.facts += self.record.own(facts)
        self.not_checked += not_checked

    def _guarded(self, what: str, read: Callable[[], None]) -> None:
        """Runs a reader; what goes wrong becomes a line of "not checked" instead of the end of the scan."""
        try:
            read()
        except UnreadableError as error:
            where = f"{error.source.path}:{error.line}:{error.column}"
            kind = "out-of-scope" if error.template else "failed"
            self.not_checked.append(NotChecked(kind, where, error.why, error.do))
        except Exception as error:
            if self.strict:
                raise
            why = f"hardhull failed on it ({type(error).__name__}: {str(error)[:200]})"
            self.not_checked.append(NotChecked("failed", what, why, "please report this with the file"))
