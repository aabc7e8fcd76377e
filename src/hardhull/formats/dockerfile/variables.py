"""The variables of a Dockerfile: which are set where, and texts with their variables replaced.

Follows BuildKit (frontend/dockerfile/dockerfile2llb/convert.go, 0.33). Without a build argument the default counts;
what only a builder, a base image or a build argument could tell is not known, and says which of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.parts import EnvVar
from hardhull.facts.recipe_parts import Variable
from hardhull.formats.dockerfile.problems import problem
from hardhull.model.field import Field
from hardhull.model.lazy import lazy
from hardhull.text.dockerfile.lexer import Lexer, LexError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.facts.problem import Problem
    from hardhull.formats.dockerfile.snapshot import Snapshot
    from hardhull.model.source import Place

PREDEFINED = frozenset(
    {
        "BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT",
        "TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE",
    }
)  # fmt: skip
"""ARGs that BuildKit itself gives a value (defaultArgs in platform.go)."""

_PLAIN = lazy(r"[^$'\"\\`\ufeff]*")
_QUOTED = lazy(r"\"([^\"$\\`]*)\"|'([^']*)'")
_ONE = lazy(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})", re.ASCII)
_IDENTIFIER = lazy(r"\w+")


class UnresolvedError(Exception):
    """A text hangs on something that is not known here; the message says what, as a sentence part."""


class Scope:
    """The variables at one point. ``values`` is replaced by a later snapshot, so that instructions can keep it.

    Args:
        values: the variables of this file that are set, by name.
        outside: what else may set variables, as the end of a sentence ("the base image x may set it"); empty: nothing.
        escape: the escape character of the file.
        problems: gets the texts that BuildKit cannot expand and refuses.
        predefined: whether the builder's own ARGs are seen without an ARG instruction, as in FROM.
    """

    __slots__ = ("_problems", "escape", "outside", "predefined", "used", "values")

    def __init__(
        self,
        values: Snapshot,
        outside: str,
        escape: str,
        problems: list[Field[Problem]],
        *,
        predefined: bool = False,
    ) -> None:
        self.values = values
        self.outside = outside
        self.escape = escape
        self._problems = problems
        self.predefined = predefined
        self.used: list[str] = []

    def get(self, name: str) -> str | None:
        """The value of a variable, None where it is not set.

        Raises:
            UnresolvedError: it is not known whether, or to what, it is set.
        """
        found = self.values.find(name)
        if found:
            self.used.append(name)
            if found.value is None:
                raise UnresolvedError(found.why)
            return found.value
        if self.predefined and name in PREDEFINED:
            raise UnresolvedError(f"{name} is chosen when the image is built")
        if self.outside and _IDENTIFIER.fullmatch(name) and not name.isdecimal():
            raise UnresolvedError(f"{name} is not set in this file; {self.outside}")
        return None

    def get_or_unset(self, name: str) -> str | None:
        """Like ``get`` where the text says what to take for a variable that is not set: an ARG without default is not.

        Raises:
            UnresolvedError: it is not known whether, or to what, it is set.
        """
        found = self.values.find(name)
        if found and found.unset:
            self.used.append(name)
            return None
        return self.get(name)

    def expand(self, text: str) -> str:
        """The text with variables, quotes and escapes replaced.

        Raises:
            UnresolvedError: a variable in it is not known.
            LexError: BuildKit refuses it.
        """
        if _PLAIN.fullmatch(text):
            return text
        quoted = _QUOTED.fullmatch(text)
        if quoted:
            return quoted.group(1) or quoted.group(2) or ""
        one = _ONE.fullmatch(text)
        if one:
            return self.get(one.group(1) or one.group(2)) or ""
        return Lexer(text, self.get, escape=self.escape, get_or_unset=self.get_or_unset).read()

    def field(self, name: str, text: str, place: Place) -> Field[str]:
        """The expanded text as a field, not known where it hangs on something that is not."""
        try:
            return Field(name, self.expand(text), place)
        except UnresolvedError as error:
            return Field.unknown(name, place, str(error), written=True)
        except LexError as error:
            return Field.unknown(name, place, self.refused(place, error), written=True)

    def refused(self, place: Place, error: LexError) -> str:
        """Notes that BuildKit refuses the text that stands there; returns why its value is not known.

        The text itself is not quoted: it may be a secret.
        """
        why = f"it cannot be expanded: {error}"
        self._problems.append(problem(place.source, place.span, "value", "", why))
        return why

    def with_variable(self, name: str, variable: Variable) -> None:
        """Sets a variable from here on."""
        self.values = self.values.with_variable(name, variable)


def define(kind: str, name: str, raw: str, scope: Scope, place: Place) -> Variable:
    """The variable that ``name=raw`` sets, expanded in the scope it is written in.

    Args:
        kind: ``arg`` or ``env``.
        name: the variable.
        raw: its value as written, quotes included.
        scope: where it is written.
        place: where it stands.
    """
    scope.used.clear()
    value, why = None, ""
    try:
        value = scope.expand(raw)
    except UnresolvedError as error:
        why = str(error)
    except LexError as error:
        why = scope.refused(place, error)
    source = "variable" if scope.used or (value is None and "$" in raw) else "literal"
    return Variable(value, why, Field(kind, EnvVar(name, value, raw, source), place))


def declare(name: str, given: Mapping[str, str | None], outer: Mapping[str, Variable], place: Place) -> Variable:
    """The variable of an ``ARG name`` without a default.

    Args:
        name: the variable.
        given: build arguments; the value None stands for one that is passed from the environment.
        outer: the ARGs before the first FROM.
        place: where it stands.
    """
    if name in given:
        return give(name, given[name], "", place)
    field = Field("arg", EnvVar(name, None, "", "literal"), place)
    if name in outer:
        return Variable(outer[name].value, outer[name].why, field, outer[name].unset)
    if name in PREDEFINED:
        return Variable(None, f"{name} is chosen when the image is built", field)
    return Variable(None, f"ARG {name} has no default", field, unset=True)


def give(name: str, value: str | None, raw: str, place: Place) -> Variable:
    """The variable that a build argument sets, whatever its default is."""
    why = "" if value is not None else f"the build argument {name} comes from the environment"
    return Variable(value, why, Field("arg", EnvVar(name, value, raw, "variable"), place))
