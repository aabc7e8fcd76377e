"""Which commands of a script are worth a look: those that hold a wanted text, or a variable that does."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from hardhull.model.lazy import lazy

if TYPE_CHECKING:
    import re

    from hardhull.text.shell.scope import Scope, Value
    from hardhull.text.shell.tree import Assignment, Command

_USE = lazy(r"\$\{?([A-Za-z_][A-Za-z0-9_]*+)")
_PASSES = 3
"""How far variables that hold variables are followed."""


class Interest:
    """Answers for the commands of one script.

    Args:
        scope: the script and its variables. Where these come from outside and the caller knows which of them matter,
            ``scope.search`` finds the commands.
        text: what is wanted.
    """

    __slots__ = ("_all", "_marks")

    def __init__(self, scope: Scope, text: re.Pattern[str]) -> None:
        self._all = scope.outer is not None
        self._marks: list[int] = []
        if not self._all:
            self._find(scope, text)

    def _find(self, scope: Scope, text: re.Pattern[str]) -> None:
        script = scope.script
        search = scope.search or text
        marks = [found.start() for found in search.finditer(script.text)]
        names: set[str] = set()
        if scope.search is None:
            given = scope.given.items()
            names = {name for name, value in given if not isinstance(value, str) and _holds(value, text)}
        uses = list(_USE.finditer(script.text)) if script.assignments or names else []
        for _ in range(_PASSES):
            more = {name for name, found in script.assignments.items() if _assigned(found, marks)} | names
            self._marks = marks
            found = [use.start() for use in uses if use[1] in more]
            if not found:
                return
            marks = sorted({*marks, *found})
            if len(marks) == len(self._marks):
                return
        self._marks = marks

    def has(self, command: Command) -> bool:
        """Whether a command may have to do with what is wanted."""
        if self._all or self._between(command.start, command.end):
            return True
        return any(redirect.body is not None and self._between(*redirect.body) for redirect in command.redirects)

    def _between(self, start: int, end: int) -> bool:
        return _marked(self._marks, start, end)


def _marked(marks: list[int], start: int, end: int) -> bool:
    index = bisect_left(marks, start)
    return index < len(marks) and marks[index] < end


def _assigned(assignments: list[Assignment], marks: list[int]) -> bool:
    return any(_marked(marks, word.start, word.end) for one in assignments for word in one.words)


def _holds(value: Value, text: re.Pattern[str]) -> bool:
    return any(text.search(arg.text) for arg in value.args)
