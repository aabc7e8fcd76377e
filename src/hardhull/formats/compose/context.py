"""What a service is read in: its project's folder, variables, definitions and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.compose.environment import Environment
    from hardhull.formats.compose.problem import Problems
    from hardhull.formats.compose.resources import Resources
    from hardhull.model.field import Field
    from hardhull.model.source import Source


class Context(NamedTuple):
    """The project around a service.

    Attributes:
        folder: of the project, seen from the root (``""`` for the root itself).
        environment: the values of its variables.
        resources: what it defines beside services.
        problems: takes what Compose refuses and what is missing.
        read: gives a file of the scanned tree by its path seen from the root.
        profiles: the active ones.
    """

    folder: str
    environment: Environment
    resources: Resources
    problems: Problems
    read: Callable[[str], Source | None]
    profiles: frozenset[str] = frozenset()

    def is_active(self, profiles: Field[tuple[str, ...]]) -> bool:
        """Whether a service with these profiles is started without being asked for by name."""
        wanted = profiles.get(())
        return not wanted or "*" in self.profiles or not self.profiles.isdisjoint(wanted)
