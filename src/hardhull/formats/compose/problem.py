"""What keeps a Compose project from being read whole, or makes Compose refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hardhull.model.source import Place


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
