"""A Dockerfile as an ImageRecipe: stages and what each begins with, the stage that is built, effective values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardhull.facts.bases import find
from hardhull.facts.local_image import nothing, unseen
from hardhull.facts.parts import EnvVar
from hardhull.facts.recipe import ImageRecipe, Stage
from hardhull.facts.recipe_parts import Base, CopyFrom, Variable
from hardhull.facts.reference import InvalidReferenceError, parse
from hardhull.formats.dockerfile.base_image import base_user, brought, sets_variables, shipped
from hardhull.formats.dockerfile.problems import problem, problems_of
from hardhull.formats.dockerfile.snapshot import Snapshot
from hardhull.formats.dockerfile.stage import StageReader
from hardhull.formats.dockerfile.variables import PREDEFINED, Scope, UnresolvedError, declare, define, give
from hardhull.model.field import Field
from hardhull.model.lazy import lazy
from hardhull.model.source import Place, Span
from hardhull.text.dockerfile import read as read_document
from hardhull.text.dockerfile.lexer import LexError
from hardhull.text.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardhull.facts.local_image import LocalImage, Lookup
    from hardhull.facts.problem import Problem
    from hardhull.model.source import Source
    from hardhull.text.dockerfile import Document, Statement

MAX_STAGES: Final = 500
"""Most stages of a file; real ones have up to 60."""

_OWN_FIELDS = frozenset({"base", "platform", "onbuild"})
_STAGE_NAME = lazy(r"[a-z][a-z0-9\-_.]*")
_NAME_PART = lazy(r"([^@]*?)((?::[^/@]*)?(?:@.*)?)")
_UNKNOWN = "\ue000"
"""Stands for what is not known while a name is looked at for the part that is."""


def read(
    source: Source,
    target: str | None = None,
    args: Mapping[str, str | None] | None = None,
    images: Lookup = nothing,
) -> ImageRecipe:
    """Reads a Dockerfile into a recipe.

    Args:
        source: the file.
        target: the stage to build, by name or number; the last one by default.
        args: build arguments; the value None stands for one that is passed on from the environment.
        images: where somebody has looked at images (an engine): what it finds goes before the table of well-known
            bases.

    Returns:
        The recipe; what a builder refuses stands in its ``problems``.

    Raises:
        UnreadableError: the file is not text, or larger than the reader's limits.
    """
    return _Reader(read_document(source), args or {}, images).read(target)


class _Reader:
    """Goes through the statements once."""

    def __init__(self, document: Document, args: Mapping[str, str | None], images: Lookup) -> None:
        self._document = document
        self._source = document.source
        self._args = args
        self._images = images
        self._problems: list[Field[Problem]] = [
            problem(self._source, each.span, "value", "", each.why) for each in document.problems
        ]
        self._globals = Scope(Snapshot(), "", document.escape, self._problems, predefined=True)
        self._global_args: list[Field[EnvVar]] = []
        self._stages: list[Stage] = []
        self._names: dict[str, Stage] = {}
        self._readers: dict[int, StageReader] = {}
        self._current: StageReader | None = None
        self._later = {each.words[2].text.lower() for each in document.statements if _is_named(each)}

    def read(self, target: str | None) -> ImageRecipe:
        for statement in self._document.statements:
            if statement.keyword == "FROM":
                self._finish()
                self._from(statement)
            elif self._current:
                self._current.read(statement)
            else:
                self._before(statement)
        self._finish()
        self._readers.clear()  # they know this reader, which would never be freed
        return self._recipe(target)

    def _finish(self) -> None:
        if self._current:
            self._current.finish()
            self._current = None

    def _before(self, statement: Statement) -> None:
        """An instruction before the first FROM: only ARG may stand there."""
        self._problems += problems_of(statement)
        if statement.keyword != "ARG":
            why = f"{statement.keyword or 'a line'} stands before the first FROM, where only ARG may"
            self._problems.append(problem(self._source, statement.keyword_span, "order", statement.keyword, why))
            return
        for pair in statement.pairs:
            name, place = pair.key.text, Place(self._source, pair.key.span)
            raw = pair.value.text if pair.value else ""
            if name in self._args:
                variable = give(name, self._args[name], raw, place)
            elif pair.value:
                variable = define("arg", name, raw, self._globals, place)
            else:
                variable = declare(name, self._args, self._globals.values, place)
            self._global_args.append(variable.defined)
            self._globals.with_variable(name, variable)

    def _from(self, statement: Statement) -> None:
        self._problems += problems_of(statement)
        words = statement.words
        index = len(self._stages)
        if index >= MAX_STAGES:
            why = f"the file has more than {MAX_STAGES} stages"
            raise UnreadableError(self._source, statement.span.start, why, "leave it out with an exclude pattern")
        name = self._stage_name(statement)
        place = Place(self._source, words[0].span if words else statement.keyword_span)
        stage = Stage(name, index, "dockerfile", place)
        self._globals.used.clear()
        stage.base = self._base(stage, words[0].text if words else "", place)
        for flag in statement.flags:
            if flag.name == "platform":
                stage.fields["platform"] = self._globals.field(
                    "platform", flag.value or "", Place(self._source, flag.value_span)
                )
        self._stages.append(stage)
        self._begin(stage)
        if name:
            self._names[name] = stage

    def _stage_name(self, statement: Statement) -> str:
        words = statement.words
        why, span = "", statement.keyword_span
        name = ""
        if len(words) == 3 and words[1].text.lower() == "as":
            name, span = words[2].text.lower(), words[2].span
            if not _STAGE_NAME.fullmatch(name):
                why = f"{words[2].text} is not a valid name for a stage"
            elif name in self._names:
                why = f"the stage name {name} is used twice"
        elif len(words) != 1:
            why = "FROM requires either one or three arguments"
        if why:
            stops = not why.endswith("twice")
            kind = "value" if stops else "twice"
            self._problems.append(problem(self._source, span, kind, name or "FROM", why, stops=stops))
        return name

    def _base(self, stage: Stage, text: str, place: Place) -> Field[Base | None]:
        """What a stage begins with; sets the stage's parent, image and what is known of it."""
        scope = self._globals
        try:
            name = scope.expand(text)
        except UnresolvedError as error:
            self._partly(stage, text, str(error))
            return Field.unknown("base", place, str(error), written=True)
        except LexError as error:
            return Field.unknown("base", place, scope.refused(place, error), written=True)
        variables = tuple(dict.fromkeys(scope.used))
        parent = self._names.get(name.lower())
        if parent:
            stage.parent = parent
            return Field("base", Base(name, None, parent, variables), place)
        if name == "scratch":
            return Field("base", Base(name, None, None, variables), place)
        try:
            stage.image = parse(name)
        except InvalidReferenceError as error:
            why = str(error) if name else "the name of the base image is empty"
            if variables:  # a build argument may make it a valid one
                why = f"with the defaults of its ARGs the name is not valid: {why}"
            self._problems.append(problem(self._source, place.span, "value", text, why, stops=not variables))
            return Field.unknown("base", place, why, written=True)
        stage.known = find(stage.image)
        return Field("base", Base(name, stage.image, None, variables), place)

    def _partly(self, stage: Stage, text: str, why: str) -> None:
        """What is known of a base whose name is not: the image, where only the tag is missing.

        Where it may be a stage, nothing that this stage leaves out is known.
        """
        values = Snapshot(_blanked(self._globals.values, stage.place))
        try:
            name = Scope(values, "", self._document.escape, []).expand(text)
        except (UnresolvedError, LexError):
            name = _UNKNOWN
        if any(_may_be(name.lower().split(_UNKNOWN), other) for other in self._names):
            stage.absent_unknown = why
            return
        match = _NAME_PART.fullmatch(name)
        if not match or _UNKNOWN in match.group(1) or _UNKNOWN not in match.group(2):
            return
        try:
            stage.image = parse(match.group(1))
        except InvalidReferenceError:
            return
        stage.known = find(stage.image, tag_known=False)

    def _begin(self, stage: Stage) -> None:
        """Starts the reading of a stage: what it has from its parent or base image, then the parent's ONBUILDs."""
        parent = stage.parent
        outside = ""
        before = self._readers.get(parent.index) if parent else None
        if parent and before:
            inherited = {name: field for name, field in parent.fields.items() if name not in _OWN_FIELDS}
            stage.fields.update(inherited)
            stage.absent_unknown = parent.absent_unknown
            values, outside = Snapshot(None, before.scope.values), before.scope.outside
        else:
            image = self._looked_up(stage)
            stage.user = self._default_user(stage, image)
            outside = self._outside(stage, image)
            values = Snapshot(shipped(image, stage.place) if image else _shipped_env(stage))
            if image:
                stage.fields.update(brought(image, stage.place))
            elif not outside:
                stage.workdir = Field("workdir", "/", stage.place, written=False)
        scope = Scope(values, outside, self._document.escape, self._problems)
        reader = StageReader(stage, scope, self._globals.values, self._args, self._origin, self._problems)
        self._readers[stage.index] = self._current = reader
        for trigger in before.triggers if before else ():
            reader.read(trigger, triggered=True)

    def _looked_up(self, stage: Stage) -> LocalImage | None:
        """The base image as somebody has seen it; only where its whole name is known."""
        return self._images(stage.image) if stage.image and stage.base.known else None

    def _outside(self, stage: Stage, image: LocalImage | None) -> str:
        """What may set variables besides this file, as the end of a sentence; nothing where all of them are known."""
        if image:
            return sets_variables(image)
        if not stage.base.known:
            return "the base image may set it"
        base = stage.base.value
        return "" if base is None or base.scratch else f"the base image {base.text} may set it"

    def _default_user(self, stage: Stage, seen: LocalImage | None) -> Field[str]:
        base = stage.base
        if base.known and (base.value is None or base.value.scratch):
            return Field("user", "root", stage.place, written=False, origin="an image from scratch has no other user")
        if seen:
            return base_user(seen, stage.place)
        if stage.known:
            origin = f"default user of the base image {stage.known.name} ({stage.known.source})"
            return Field("user", stage.known.user, stage.place, written=False, origin=origin)
        if not base.known:
            return Field.unknown("user", stage.place, base.why or "")
        name = stage.image.familiar if stage.image else ""
        why = f"the default user of the image {name} is not known{unseen(self._images)}"
        return Field.unknown("user", stage.place, why)

    def _origin(self, text: str, place: Place) -> CopyFrom:
        """What a ``--from`` names: an earlier stage by name or number, or an image."""
        current = len(self._stages) - 1
        name = text.lower()
        stage = self._names.get(name)
        if stage is None and text.isdecimal():
            if int(text) < current:
                return CopyFrom(text, self._stages[int(text)])
            self._refuse(place, text, f"there is no stage {text} before this one")
            return CopyFrom(text)
        if stage and stage.index < current:
            return CopyFrom(text, stage)
        if stage or name in self._later:
            why = f"the stage {text} is this one" if stage else f"the stage {text} must stand before this one"
            self._refuse(place, text, why)
            return CopyFrom(text)
        try:
            return CopyFrom(text, None, parse(text))
        except InvalidReferenceError as error:
            self._refuse(place, text, str(error))
            return CopyFrom(text)

    def _refuse(self, place: Place, key: str, why: str) -> None:
        self._problems.append(problem(self._source, place.span, "order", key, why))

    def _recipe(self, target: str | None) -> ImageRecipe:
        final, why = self._target(target)
        place = final.place if final else Place(self._source, Span(0, 0))
        recipe = ImageRecipe("dockerfile", place, tuple(self._stages), final, why)
        recipe.global_args = tuple(self._global_args)
        recipe.problems = tuple(self._problems)
        source = self._source
        recipe.directives = {
            each.name: Field(each.name, each.value, Place(source, each.value_span))
            for each in self._document.directives
        }
        return recipe

    def _target(self, target: str | None) -> tuple[Stage | None, str]:
        if not self._stages:
            if not any(each.value.kind == "order" for each in self._problems) and self._document.statements:
                why = "there is no FROM"
                self._problems.append(problem(self._source, Span(0, 0), "order", "FROM", why))
            return None, "the Dockerfile has no FROM"
        if target is None:
            return self._stages[-1], ""
        found = self._names.get(target.lower())
        if found is None and target.isdecimal() and int(target) < len(self._stages):
            found = self._stages[int(target)]
        return found, f"the Dockerfile has no stage {target}"


def _may_be(parts: list[str], name: str) -> bool:
    """Whether the name is the parts with anything between them."""
    first, *rest = parts
    if not rest:
        return name == first
    *middle, last = rest
    at, end = len(first), len(name) - len(last)
    if at > end or not name.startswith(first) or not name.endswith(last):
        return False
    for part in middle:
        at = name.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def _is_named(statement: Statement) -> bool:
    return statement.keyword == "FROM" and len(statement.words) == 3


def _shipped_env(stage: Stage) -> dict[str, Variable]:
    """The variables that the base image is known to bring."""
    if not stage.known:
        return {}
    return {
        name: Variable(value, "", Field("env", EnvVar(name, value, "", "base"), stage.place, written=False))
        for name, value in stage.known.env
    }


def _blanked(values: Mapping[str, Variable], place: Place) -> dict[str, Variable]:
    """The variables with a mark in place of the values that are not known."""
    blank = Variable(_UNKNOWN, "", Field("arg", EnvVar("", _UNKNOWN), place))
    known = {name: each._replace(value=_UNKNOWN) if each.value is None else each for name, each in values.items()}
    return {**dict.fromkeys(PREDEFINED, blank), **known}
