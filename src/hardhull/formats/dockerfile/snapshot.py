"""The variables at one point of a file, without a copy for every point: a file of 10,000 ENV lines stays small."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from operator import itemgetter
from typing import TYPE_CHECKING

from hardhull.facts.recipe_parts import Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_MOMENT = itemgetter(0)


class Snapshot(Mapping[str, Variable]):
    """A view of a growing history: what was set up to one moment, on top of the variables of a parent stage.

    Args:
        values: what is set from the beginning.
        parent: what the stage goes on from.

    Attributes:
        history: by name, what a variable was set to and when; shared by all snapshots of one stage.
        moment: the last setting that counts.
        parent: the variables below these.
    """

    __slots__ = ("history", "moment", "parent")

    def __init__(self, values: Mapping[str, Variable] | None = None, parent: Snapshot | None = None) -> None:
        self.history: dict[str, list[tuple[int, Variable]]] = {}
        for name, variable in (values or {}).items():
            self.history[name] = [(0, variable)]
        self.moment = 0
        # A stage that sets nothing is left out, so that a long line of stages stays quick to look through.
        self.parent: Snapshot | None = parent if parent is None or parent.history else parent.parent

    def with_variable(self, name: str, variable: Variable) -> Snapshot:
        """The variables with one more set. Only the newest snapshot may grow."""
        later = Snapshot.__new__(Snapshot)
        later.history, later.parent, later.moment = self.history, self.parent, self.moment + 1
        self.history.setdefault(name, []).append((later.moment, variable))
        return later

    def find(self, name: str) -> Variable | None:
        """The variable of that name, None where it is not set."""
        view: Snapshot | None = self
        while view:
            settings = view.history.get(name)
            if settings:
                if settings[-1][0] <= view.moment:
                    return settings[-1][1]
                index = bisect_right(settings, view.moment, key=_BY_MOMENT)
                if index:
                    return settings[index - 1][1]
            view = view.parent
        return None

    def __getitem__(self, name: str) -> Variable:
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        seen: set[str] = set()
        view: Snapshot | None = self
        while view:
            for name, settings in view.history.items():
                if name not in seen and settings[0][0] <= view.moment:
                    seen.add(name)
                    yield name
            view = view.parent

    def __len__(self) -> int:
        return sum(1 for _name in self)

    def __bool__(self) -> bool:
        return True
