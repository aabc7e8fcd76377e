"""The build context of a recipe: the folder that COPY takes files from, and what its ignore file keeps out."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.model.field import Field


SECRET, SETTINGS, HISTORY, INSTALLED = "secret", "settings", "history", "installed"
"""What an entry of a context is: a key or credentials; an ``.env``; version control; packages of this machine."""


class IgnorePattern(NamedTuple):
    """One line of an ignore file.

    Attributes:
        text: cleaned as the builder does it, without ``!``.
        again: whether it lets in again what an earlier line keeps out (``!``).
        matches: whether it matches a path itself; folders above it are not asked.
    """

    text: str
    again: bool
    matches: Callable[[str], bool]

    def __repr__(self) -> str:
        return f"{'!' if self.again else ''}{self.text}"


class IgnoreFile(NamedTuple):
    """A ``.dockerignore``.

    Attributes:
        path: where it stands.
        patterns: its lines, in order.
    """

    path: str
    patterns: tuple[Field[IgnorePattern], ...]

    def excludes(self, path: str) -> bool:
        """Whether a file or folder of the context, given relative to it, does not reach the builder."""
        verdict, _ = self.decide(path)
        return verdict

    def decide(self, path: str) -> tuple[bool, Field[IgnorePattern] | None]:
        """Whether a path is kept out, and the last pattern that had a say; None where no pattern speaks of it.

        Works down from the top folder as the walk over a context does (``MatchesUsingParentResults`` in
        moby/patternmatcher): what matches a folder holds for all below it, and a pattern that could not change the
        verdict on a folder is not remembered for it.
        """
        above: list[bool] = [False] * len(self.patterns)
        out, deciding = False, None
        parts = posixpath.normpath(path).split("/")
        for depth in range(1, len(parts) + 1):
            part, out, deciding = "/".join(parts[:depth]), False, None
            matched: list[bool] = []
            for inherited, field in zip(above, self.patterns, strict=True):
                pattern = field.value
                hit = inherited or (pattern.again == out and pattern.matches(part))
                matched.append(hit)
                if hit:
                    out, deciding = not pattern.again, field
            above = matched
        return out, deciding


class Held(NamedTuple):
    """Something in a build context that should not get into an image.

    Attributes:
        path: relative to the context.
        kind: one of the kinds above.
        because: for what is not in the scanned tree, the reason to expect it there; empty for what is.
    """

    path: str
    kind: str
    because: str = ""


class BuildContext(NamedTuple):
    """Where a recipe's ``COPY`` takes files from.

    Attributes:
        folder: relative to the root; ``.`` is the root itself.
        ignore: the ignore file that counts for this recipe; None where there is none.
        holds: what is in it, or is expected to be, and should stay out.
        guessed: whether nobody says so: it is the folder that the Dockerfile stands in.
    """

    folder: str
    ignore: IgnoreFile | None
    holds: tuple[Held, ...]
    guessed: bool = False

    @property
    def entering(self) -> list[Held]:
        """What no line of the ignore file keeps out."""
        return [one for one in self.holds if self.ignore is None or not self.ignore.excludes(one.path)]
