"""What keeps a Compose project from being read whole, or makes Compose refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.source import Place

if TYPE_CHECKING:
    from hardhull.formats.compose.tree import Located

MAX_WORK = 150_000
"""Most values that merging and reading one project may make; the largest of 1,000 real ones makes 7,900."""


class Problem(NamedTuple):
    """One thing that is wrong or missing.

    Attributes:
        place: where.
        why: a sentence part ("the key image is written twice, which Compose refuses").
        do: what to do about it.
        refused: whether Compose does not load the project because of it. Else something outside of the tree is
            missing (a file, a remote include), and what hangs on it is unknown.
    """

    place: Place
    why: str
    do: str
    refused: bool = True


class TooMuchError(Exception):
    """A project that stands for more than :data:`MAX_WORK` values, by services that extend a large one and the like."""

    def __init__(self) -> None:
        super().__init__(f"the project stands for more than {MAX_WORK:,} values, the limit")


class Problems(list[Problem]):
    """The problems of a project, and how much work it has made so far.

    Attributes:
        work: values made by merging and reading.
    """

    __slots__ = ("work",)

    def __init__(self) -> None:
        super().__init__()
        self.work = 0

    def refuse(self, at: Located | Place, why: str, do: str = "correct it") -> str:
        """Note what Compose refuses; gives the reason back as it stands in a field."""
        why = f"{why}, which Compose refuses"
        self.append(Problem(at if isinstance(at, Place) else at.place, why, do))
        return why

    def missing(self, place: Place, why: str, do: str = "scan the whole project") -> None:
        """Note what is not in the scanned tree."""
        self.append(Problem(place, why, do, refused=False))

    def spend(self, values: int) -> None:
        """Count work.

        Raises:
            TooMuchError: it is more than any real project makes.
        """
        self.work += values
        if self.work > MAX_WORK:
            raise TooMuchError
