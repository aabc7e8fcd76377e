"""Makefiles: every recipe line is a script of its own, make's variables are known as far as they are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.pipeline import Job, Pipeline, Step
from hardhull.formats.script.commands import WANTED, Given, collect
from hardhull.formats.script.makevars import Definition, MakeVariables, closing, shell_text, variable_name
from hardhull.formats.script.result import ScriptRead
from hardhull.formats.script.text import fragment_of, looks_like
from hardhull.model.field import Field
from hardhull.model.source import Place, Span
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope

if TYPE_CHECKING:
    from hardhull.model.fragment import Fragment
    from hardhull.model.source import Source

_ASSIGN = re.compile(r"(?:(?:export|override|private)[ \t]++)*+([\w.-]++)[ \t]*+(\?=|\+=|!=|:{0,3}=)[ \t]*")
_TARGET = re.compile(r"([^\s#:=][^#:=\n]{0,400}?)[ \t]{0,40}::?(?!=)")
_CONDITION = re.compile(r"[ ]*(ifeq|ifneq|ifdef|ifndef)\b")
_INCLUDE = re.compile(r"[ ]*-?s?include[ \t]+(\S+)")
_ENDEF = re.compile(r"^[ \t]*endef\b[^\n]*", re.MULTILINE)
_SHELL_CALL = re.compile(r"\$[({]shell[ \t]")


def read(source: Source) -> ScriptRead:
    """Reads a Makefile.

    Raises:
        UnreadableError: too large, UTF-16, or binary.
    """
    if not looks_like(source.data):
        return ScriptRead.nothing()
    return _Makefile(source).read()


class _Makefile:
    """One Makefile while it is read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.fragment: Fragment = fragment_of(source)
        self.text = self.fragment.text
        self.definitions: dict[str, list[Definition]] = {}
        self.recipes: list[tuple[str, Place, int, int]] = []
        self.included = ""
        self.found = ScriptRead.nothing()

    def read(self) -> ScriptRead:
        self._lines()
        variables = MakeVariables(self.fragment, self.definitions, self.included)
        names = variables.mentioning(WANTED.text)
        wanted = WANTED.text
        if names:
            shaped = "|".join(map(re.escape, sorted(names)))
            wanted = re.compile(rf"{wanted.pattern}|\$[({{](?:{shaped})\b")
        name = self.source.path.rpartition("/")[2]
        span = self.source.line_span(1)
        pipeline = Pipeline(name, "makefile", Place(self.source, Span(span.start, span.end)))
        jobs: dict[str, Job] = {}
        for target, place, start, end in self.recipes:
            if wanted.search(self.text, start, end):
                job = jobs.get(target)
                if job is None:
                    job = jobs[target] = Job(target, place)
                    job.steps.append(Step(job, target, place))
                self._recipe(job.steps[0], variables, wanted, start, end)
        for found in self.definitions.values():
            for one in found:
                if wanted.search(self.text, one.start, one.end):
                    self._while_reading(jobs, variables, wanted, one)
        pipeline.jobs = [job for job in jobs.values() if job.steps[0].runs]
        if pipeline.jobs:
            self.found.pipelines.append(pipeline)
        return self.found

    # -- lines

    def _lines(self) -> None:
        """Finds definitions and recipe lines."""
        text = self.text
        at, end = 0, len(text)
        target, place = "", self.fragment.place(0, 0)
        conditions = 0
        while at < end:
            stop = self._logical_end(at)
            line = text[at:stop]
            if line[:1] == "\t":
                if target:
                    self.recipes.append((target, place, at + 1, stop))
            elif not line.strip() or line.lstrip(" ")[:1] == "#":
                pass
            elif _CONDITION.match(line):
                conditions += 1
            elif line.strip().startswith("endif"):
                conditions = max(0, conditions - 1)
            elif line.startswith(("define ", "override define ")):
                stop = self._define_lines(line.partition("define ")[2].strip(" \t=:?"), at, stop)
            elif found := _INCLUDE.match(line):
                self.included = found[1]
            elif found := _ASSIGN.match(line.lstrip(" ")):
                indent = len(line) - len(line.lstrip(" "))
                self._define(found, at + indent, stop, "it is set in a conditional" if conditions else "")
            elif found := _TARGET.match(line):
                target, place = self._target(found, at, stop)
            at = stop + 1

    def _logical_end(self, at: int) -> int:
        """The end of a line with its continuations, without the newline."""
        text = self.text
        while True:
            stop = text.find("\n", at)
            if stop == -1:
                return len(text)
            before = stop - 1 if text[stop - 1] != "\r" else stop - 2
            if before < 0 or text[before] != "\\":
                return stop
            at = stop + 1

    def _define_lines(self, name: str, at: int, stop: int) -> int:
        """The lines of ``define``, which recipes paste; returns where ``endef`` ends."""
        place = self.fragment.place(at, stop)
        end = _ENDEF.search(self.text, stop)
        limit = end.start() if end else len(self.text)
        at = stop + 1
        while at < limit:
            stop = min(self._logical_end(at), limit)
            self.recipes.append((f"define {name}", place, at, stop))
            at = stop + 1
        return end.end() if end else len(self.text)

    def _define(self, found: re.Match[str], at: int, stop: int, doubt: str) -> None:
        start = at + found.end()
        value = self.text[start:stop]
        comment = re.search(r"(?:^|[ \t])#", value)
        if comment is not None:
            stop = start + comment.start()
        name = variable_name(found[1])
        self.definitions.setdefault(name, []).append(Definition(found[2], start, max(start, stop), doubt))

    def _target(self, found: re.Match[str], at: int, stop: int) -> tuple[str, Place]:
        name = found[1].strip()
        place = self.fragment.place(at + found.start(1), at + found.end(1))
        rest = at + found.end()
        own = _ASSIGN.match(self.text[rest:stop].lstrip(" \t"))
        if own is not None:
            indent = len(self.text[rest:stop]) - len(self.text[rest:stop].lstrip(" \t"))
            self._define(own, rest + indent, stop, f"it is set for the target {name} alone")
        else:
            semicolon = self.text.find(";", rest, stop)
            if semicolon != -1:
                self.recipes.append((name, place, semicolon + 1, stop))
        return name, place

    # -- recipes

    def _recipe(self, step: Step, variables: MakeVariables, wanted: re.Pattern[str], start: int, end: int) -> None:
        text = self.text
        dash = -1
        while start < end and text[start] in "@-+ \t":
            if text[start] == "-":
                dash = start
            start += 1
        first = len(step.runs)
        self._script(step, variables, wanted, start, end)
        if dash != -1:
            ignored = Field("ignored", "`-` in front of the line ignores it", self.fragment.place(dash, dash + 1))
            for run in step.runs[first:]:
                run.ignored = ignored
        self._shell_calls(step, variables, wanted, start, end)

    def _while_reading(
        self, jobs: dict[str, Job], variables: MakeVariables, wanted: re.Pattern[str], one: Definition
    ) -> None:
        """``X := $(shell docker run ...)`` runs whenever the Makefile is read."""
        job = jobs.get("")
        if job is None:
            job = jobs[""] = Job("", self.fragment.place(one.start, one.end))
            job.steps.append(Step(job, "while the Makefile is read", job.place))
        self._shell_calls(job.steps[0], variables, wanted, one.start, one.end)

    def _shell_calls(self, step: Step, variables: MakeVariables, wanted: re.Pattern[str], start: int, end: int) -> None:
        for call in _SHELL_CALL.finditer(self.text, start, end):
            close = closing(self.text, call.start() + 1, end) - 1
            if close > call.end() and wanted.search(self.text, call.end(), close):
                self._script(step, variables, wanted, call.end(), close)

    def _script(self, step: Step, variables: MakeVariables, wanted: re.Pattern[str], start: int, end: int) -> None:
        script = read_script(shell_text(self.fragment, start, end))
        scope = Scope(script, given=variables, search=wanted)
        collect(scope, step, Given(within="makefile"), self.found)
