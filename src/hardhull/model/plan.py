"""What ``hardhull fix`` would do: plain data that is shown, written as a patch, or applied through the journal."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hardhull.model.edit import Edit
    from hardhull.model.result import FixInfo, Found, Result


class Status(Enum):
    """What becomes of a finding; the value is the name in outputs."""

    PLANNED = "planned"
    LEFT = "left"
    """It could be made, but was not asked for: its risk is above the limit."""
    REFUSED = "refused"
    """It cannot be written without a guess, or did not do what it should; ``why`` says the reason."""
    BY_HAND = "by-hand"
    """Only a person can make it."""


class Planned(NamedTuple):
    """One finding and what becomes of it.

    Attributes:
        found: the finding.
        fix: the way that was chosen, with its diff where it is planned.
        status: see there.
        why: the reason where it is not planned.
        snippet: what a person can paste instead; may be empty.
        notes: what else it changes.
    """

    found: Found
    fix: FixInfo
    status: Status
    why: str = ""
    snippet: str = ""
    notes: tuple[str, ...] = ()


class FileEdit(NamedTuple):
    """A file before and after.

    Attributes:
        path: relative to the root.
        before: None for a new file.
        after: the bytes that it gets.
        edits: what turns one into the other, in order.
    """

    path: str
    before: bytes | None
    after: bytes
    edits: tuple[Edit, ...]


class Rollout(NamedTuple):
    """How a change of files becomes a change of what runs.

    Attributes:
        command: to run after the files were written.
        back: to run after ``hardhull undo``.
        why: what it interrupts, as a sentence part.
    """

    command: str
    back: str
    why: str


class Plan(NamedTuple):
    """All that a fix would do.

    Attributes:
        before: the scan of the files as they are.
        after: the scan of the files as they would be.
        fixes: what becomes of every finding that has a way to go away, worst first.
        files: what is written, by path.
        rollout: commands that bring the files to what runs.
        patched: manifests that patches are laid over: what these repair, a scan of the files still finds.
    """

    before: Result
    after: Result
    fixes: tuple[Planned, ...]
    files: tuple[FileEdit, ...]
    rollout: tuple[Rollout, ...]
    patched: frozenset[str] = frozenset()

    def of(self, status: Status) -> list[Planned]:
        """The fixes with a status, worst finding first."""
        return [each for each in self.fixes if each.status is status]
