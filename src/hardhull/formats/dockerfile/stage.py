"""The instructions of one stage, taken one after the other: what each sees, and what holds at the end.

Follows BuildKit (frontend/dockerfile/dockerfile2llb/convert.go, 0.33): ARGs are inherited by the stages that go on from
this one, ENTRYPOINT forgets an inherited CMD, ONBUILD runs first in the stages that go on from this one.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, ClassVar

from hardhull.facts.recipe_parts import Command, Copy, Define, Instruction, Run, Variable
from hardhull.formats.dockerfile.problems import problem, problems_of
from hardhull.formats.dockerfile.steps import fill_copy, fill_run
from hardhull.formats.dockerfile.variables import Scope, declare, define, give
from hardhull.model.field import Field
from hardhull.model.lazy import lazy
from hardhull.model.source import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hardhull.facts.parts import EnvVar
    from hardhull.facts.problem import Problem
    from hardhull.facts.recipe import Stage
    from hardhull.facts.recipe_parts import CopyFrom
    from hardhull.text.dockerfile import Pair, Statement

_WINDOWS_PATH = lazy(r"[A-Za-z]:|\\")
_MAKES = {"RUN": Run, "COPY": Copy, "ADD": Copy, "ARG": Define, "ENV": Define}


class StageReader:
    """Reads the statements of one stage into it.

    Args:
        stage: gets the fields and instructions.
        scope: the variables at its beginning.
        outer: the ARGs before the first FROM.
        given: build arguments.
        origin: what the name in a ``--from`` stands for.
        problems: gets what BuildKit refuses.
    """

    def __init__(
        self,
        stage: Stage,
        scope: Scope,
        outer: Mapping[str, Variable],
        given: Mapping[str, str | None],
        origin: Callable[[str, Place], CopyFrom],
        problems: list[Field[Problem]],
    ) -> None:
        self.stage = stage
        self.scope = scope
        self.triggers: list[Statement] = []
        self.instructions: list[Instruction] = []
        self._outer = outer
        self._given = given
        self._origin = origin
        self._problems = problems
        self._source = stage.place.source
        self._has_command = False
        self._fields: dict[str, Field[Any]] = stage.fields
        self._user: Field[str] = stage.user
        self._workdir: Field[str | None] = stage.workdir
        self._shell: tuple[str, ...] | None = stage.shell.get(None)
        self._env: dict[str, Field[EnvVar]] = {}
        self._labels: dict[str, Field[tuple[str, str]]] = {}
        self._unknown_labels: list[Field[tuple[str, str]]] = []
        self._more_of: dict[str, list[Field[str]]] = {}

    def read(self, statement: Statement, *, triggered: bool = False) -> None:
        """Takes the next statement."""
        found = problems_of(statement)
        if found:
            self._problems += found
        keyword = statement.keyword
        instruction = self._instruction(statement)
        instruction.triggered = triggered
        self.instructions.append(instruction)
        reader = self._READERS.get(keyword)
        if reader:
            reader(self, statement, instruction)
        elif keyword == "ONBUILD" and statement.inner:
            self._onbuild(statement, statement.inner)

    def finish(self) -> None:
        """Puts what was collected into the stage."""
        stage = self.stage
        stage.hold(tuple(self.instructions))
        if self._env:
            inherited = {item.value.name: item for item in stage.env.get(())}
            self._set("env", tuple((inherited | self._env).values()), self._place_of("ENV"))
        if self._labels or self._unknown_labels:
            known = {item.value[0]: item for item in stage.labels.get(()) if item.known} | self._labels
            unknown = [item for item in stage.labels.get(()) if not item.known] + self._unknown_labels
            self._set("labels", (*known.values(), *unknown), self._place_of("LABEL"))
        for keyword, name in (("EXPOSE", "expose"), ("VOLUME", "volumes"), ("ONBUILD", "onbuild")):
            items = self._more_of.get(keyword)
            if items:
                before = self._fields[name].value if name in self._fields else ()
                self._set(name, (*before, *items), self._place_of(keyword))

    def _place_of(self, keyword: str) -> Place:
        """The last instruction of a kind."""
        return next(each.head for each in reversed(self.instructions) if each.keyword == keyword and not each.onbuild)

    def _set(self, name: str, value: Any, place: Place) -> None:
        self._fields[name] = Field(name, value, place, origin=self._here)

    @property
    def _here(self) -> str:
        return f"stage {self.stage.name or self.stage.index}"

    def _instruction(self, statement: Statement) -> Instruction:
        make = _MAKES.get(statement.keyword, Instruction)
        made = make(statement.keyword, self._source, statement.span, statement.keyword_span, statement.line)
        made.user, made.workdir, made.shell, made.env = self._user, self._workdir, self._shell, self.scope.values
        return made

    def _onbuild(self, statement: Statement, inner: Statement) -> None:
        """Keeps the instruction for the builds on top of this stage; it changes nothing here."""
        self.triggers.append(inner)
        waiting = self._instruction(inner)
        waiting.onbuild = True
        if isinstance(waiting, Run):
            fill_run(waiting, inner, self.scope, self._origin)
        elif isinstance(waiting, Copy):
            fill_copy(waiting, inner, self.scope, self._origin)
        elif isinstance(waiting, Define):
            waiting.variables = ()
        else:
            self._arguments(inner, waiting)
        self.instructions.append(waiting)
        item = Field("onbuild", statement.text[slice(*statement.args)], Place(self._source, inner.span))
        self._more_of.setdefault("ONBUILD", []).append(item)

    def _arguments(self, statement: Statement, instruction: Instruction) -> None:
        source, name = self._source, statement.keyword.lower()
        instruction.exec_form = statement.exec_form
        instruction.arguments = tuple([Field(name, word.text, Place(source, word.span)) for word in statement.words])

    def _expanded(self, statement: Statement, instruction: Instruction) -> None:
        source, field, name = self._source, self.scope.field, statement.keyword.lower()
        instruction.exec_form = statement.exec_form
        instruction.arguments = tuple([field(name, word.text, Place(source, word.span)) for word in statement.words])

    def _run(self, statement: Statement, run: Instruction) -> None:
        assert isinstance(run, Run)  # noqa: S101  held by _MAKES
        self._problems += fill_run(run, statement, self.scope, self._origin)

    def _copy(self, statement: Statement, copy: Instruction) -> None:
        assert isinstance(copy, Copy)  # noqa: S101  held by _MAKES
        fill_copy(copy, statement, self.scope, self._origin)

    def _arg(self, statement: Statement, instruction: Instruction) -> None:
        items = []
        for pair in statement.pairs:
            name, place = pair.key.text, Place(self._source, pair.key.span)
            if name in self._given:
                variable = give(name, self._given[name], pair.value.text if pair.value else "", place)
            elif pair.value:
                variable = define("arg", name, pair.value.text, self.scope, place)
            else:
                variable = declare(name, self._given, self._outer, place)
            items.append(variable.defined)
            before = self.scope.values.find(name)
            if before and not (pair.value or name in self._given or name in self._outer):
                continue  # nobody gives it a value, so the one it has stays
            if before and before.defined.name == "env" and before.value != variable.value:
                why = f"ENV and ARG both set {name}, and builders differ in which of them counts"
                variable = Variable(None, why, variable.defined)
            self.scope.with_variable(name, variable)
        assert isinstance(instruction, Define)  # noqa: S101  held by _MAKES
        instruction.variables = tuple(items)

    def _env_line(self, statement: Statement, instruction: Instruction) -> None:
        # All values of one line see the variables as they are before it.
        variables = [self._pair(pair) for pair in statement.pairs]
        for variable in variables:
            name = variable.defined.value.name
            self.scope.with_variable(name, variable)
            self._env[name] = variable.defined
        assert isinstance(instruction, Define)  # noqa: S101  held by _MAKES
        instruction.variables = tuple([variable.defined for variable in variables])

    def _pair(self, pair: Pair) -> Variable:
        name = self.scope.field("env", pair.key.text, Place(self._source, pair.key.span)).get(pair.key.text)
        span = pair.value.span if pair.value else pair.key.span
        return define("env", name, pair.value.text if pair.value else "", self.scope, Place(self._source, span))

    def _label(self, statement: Statement, _instruction: Instruction) -> None:
        for pair in statement.pairs:
            place = Place(self._source, pair.value.span if pair.value else pair.key.span)
            key = self.scope.field("label", pair.key.text, place)
            value = self.scope.field("label", pair.value.text if pair.value else "", place)
            if key.known and value.known:
                self._labels[key.value] = Field("label", (key.value, value.value), place)
            else:
                self._unknown_labels.append(Field.unknown("label", place, key.why or value.why or "", written=True))

    def _user_line(self, statement: Statement, instruction: Instruction) -> None:
        self._expanded(statement, instruction)
        if not instruction.arguments:
            return
        user = instruction.arguments[0]
        if user.known:
            self._user = Field("user", user.value or "root", user.place, origin=f"USER in {self._here}")
        else:
            self._user = Field.unknown("user", user.place, user.why or "", written=True)
        self._fields["user"] = self._user

    def _workdir_line(self, statement: Statement, instruction: Instruction) -> None:
        self._expanded(statement, instruction)
        if not instruction.arguments:
            return
        path = instruction.arguments[0]
        if not path.known:
            self._workdir = Field.unknown("workdir", path.place, path.why or "", written=True)
        else:
            self._workdir = self._joined(path)
        self._fields["workdir"] = self._workdir

    def _joined(self, path: Field[str]) -> Field[str | None]:
        """The directory that a WORKDIR leads to from the one before it."""
        text, before = path.value, self._workdir
        if _WINDOWS_PATH.match(text):
            return Field("workdir", text, path.place)
        if text.startswith("/"):
            return Field("workdir", posixpath.normpath("/" + text.lstrip("/")), path.place)
        if not before.known or before.value is None:
            why = before.why or "it is relative to the base image's working directory, which is not known"
            return Field.unknown("workdir", path.place, why, written=True)
        return Field("workdir", posixpath.normpath(posixpath.join(before.value, text)), path.place)

    def _start(self, statement: Statement, instruction: Instruction) -> None:
        """CMD and ENTRYPOINT."""
        self._arguments(statement, instruction)
        name = "command" if statement.keyword == "CMD" else "entrypoint"
        words = tuple([word.text for word in statement.words])
        value = Command(words, not statement.exec_form and bool(words), statement.command)
        span = statement.range(*statement.args) if words else statement.keyword_span
        self._set(name, value, Place(self._source, span))
        if name == "command":
            self._has_command = True
        elif not self._has_command:
            self._fields.pop("command", None)

    def _healthcheck(self, statement: Statement, instruction: Instruction) -> None:
        from hardhull.formats.dockerfile.health import read_healthcheck

        self._arguments(statement, instruction)
        read = read_healthcheck(statement)
        if isinstance(read, str):
            self._problems.append(problem(self._source, statement.keyword_span, "value", "HEALTHCHECK", read))
        elif read:
            self._set("healthcheck", read, Place(self._source, statement.range(*statement.args)))

    def _more(self, statement: Statement, instruction: Instruction) -> None:
        """EXPOSE and VOLUME: each adds to what is there."""
        self._expanded(statement, instruction)
        self._more_of.setdefault(statement.keyword, []).extend(instruction.arguments)

    def _stop_signal(self, statement: Statement, instruction: Instruction) -> None:
        self._expanded(statement, instruction)
        if instruction.arguments:
            signal = instruction.arguments[0]
            signal.name = "stop_signal"
            self._fields["stop_signal"] = signal

    def _shell_line(self, statement: Statement, instruction: Instruction) -> None:
        self._arguments(statement, instruction)
        if statement.exec_form and statement.words:
            self._shell = tuple([word.text for word in statement.words])
            self._set("shell", self._shell, Place(self._source, statement.range(*statement.args)))

    _READERS: ClassVar[dict[str, Callable[[StageReader, Statement, Instruction], None]]] = {
        "ADD": _copy,
        "ARG": _arg,
        "CMD": _start,
        "COPY": _copy,
        "ENTRYPOINT": _start,
        "ENV": _env_line,
        "EXPOSE": _more,
        "HEALTHCHECK": _healthcheck,
        "LABEL": _label,
        "MAINTAINER": _arguments,
        "RUN": _run,
        "SHELL": _shell_line,
        "STOPSIGNAL": _stop_signal,
        "USER": _user_line,
        "VOLUME": _more,
        "WORKDIR": _workdir_line,
    }
