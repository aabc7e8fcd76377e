"""The values of variables that a Compose project has in its own files: ``.env`` and nothing of the process."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from hardhull.formats.compose.dotenv import DotenvError, Variable, read_variables
from hardhull.formats.compose.problem import Problem, Problems
from hardhull.formats.compose.variables import Value
from hardhull.model.source import BOM, Place, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hardhull.model.source import Source

MAX_BYTES = 1_000_000
"""Largest file of variables that is read."""


class Environment:
    """Variables by name; those of an outer project go before those of an included one's files.

    Attributes:
        values: the known ones; a text of None where a value hangs on another variable.
        why: why a variable that is not among them may have a value all the same (a file that cannot be read).
    """

    def __init__(self, values: dict[str, Value], why: str | None = None) -> None:
        self.values = values
        self.why = why

    def lookup(self, name: str) -> Value | None:
        """The value of a variable, None where it has none."""
        found = self.values.get(name)
        if found is None and self.why is not None:
            return Value(None, self.why, "variable")
        return found

    def with_files(self, sources: list[Source], problems: Problems) -> Environment:
        """This environment with the variables of files behind it.

        Args:
            sources: the files, a later one goes before an earlier one.
            problems: takes what Compose refuses in them.
        """
        found: dict[str, Variable] = {}
        why = self.why
        for source in sources:
            try:
                found = variables_of(source, self.lookup if self.why is None else self.values.get, found)
            except DotenvError as error:
                problems.append(refused(source, error))
                why = f"{source.path} cannot be read: {error}"
        mine = {name: variable.value for name, variable in found.items() if not _empty(variable)}
        return Environment({**mine, **self.values}, why)


def _empty(variable: Variable) -> bool:
    return variable.inherited and variable.value.text is None


def variables_of(
    source: Source, outer: Callable[[str], Value | None], known: Mapping[str, Variable], *, raw: bool = False
) -> dict[str, Variable]:
    """The variables of a file, laid over those known before.

    Args:
        source: the file.
        outer: values that go before those of the file when one variable uses another.
        known: from earlier files.
        raw: whether the file has the format ``raw``: no quotes, no variables.

    Raises:
        DotenvError: Compose refuses the file, or it is too large.
    """
    if len(source.data) > MAX_BYTES:
        msg = f"the file has more than {MAX_BYTES:,} bytes, the limit"
        raise DotenvError(msg, MAX_BYTES)
    return _raw(source, outer, known) if raw else read_variables(source, outer, known)


def _raw(source: Source, outer: Callable[[str], Value | None], known: Mapping[str, Variable]) -> dict[str, Variable]:
    found = dict(known)
    at = len(BOM) if source.data.startswith(BOM) else 0
    for line in source.data[at:].split(b"\n"):
        start, at = at, at + len(line) + 1
        text = line.decode("utf-8", "replace").removesuffix("\r").lstrip()
        name, equals, value = text.partition("=")
        if not text or text.startswith("#") or not name:
            continue
        span = Span(start + len(line) - len(line.lstrip()), start + len(line.rstrip(b"\r")))
        if equals:
            found[name] = Variable(Value(value), value, span)
        else:
            why = f"the variable {name} has no value in .env"
            found[name] = Variable(outer(name) or Value(None, why, "variable"), "", span, inherited=True)
    return found


def refused(source: Source, error: DotenvError) -> Problem:
    """What is wrong with a file of variables."""
    place = Place(source, Span(error.offset, min(error.offset + 1, len(source.data))))
    return Problem(place, f"{error}, which Compose refuses", "correct the line")


def project_variables(
    folder: str, name: str | None, read: Callable[[str], Source | None], problems: Problems
) -> Environment:
    """The environment of a project: its ``.env``, and its own name.

    Args:
        folder: the project's folder, seen from the root.
        name: the project's name, if it is known.
        read: gives a file of the tree.
        problems: takes what Compose refuses.
    """
    source = read(posixpath.join(folder, ".env"))
    own = {"COMPOSE_PROJECT_NAME": Value(name)} if name else {}
    environment = Environment({}).with_files([source] if source else [], problems)
    return Environment({**own, **environment.values}, environment.why)
