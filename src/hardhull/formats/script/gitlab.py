"""GitLab pipelines: every job's lines are one script; ``extends`` and ``default`` are followed in the same file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.facts.parts import EnvVar
from hardhull.facts.pipeline import Job, Pipeline, Step
from hardhull.formats.script.commands import Given, collect
from hardhull.formats.script.result import ScriptRead
from hardhull.formats.script.rewrite import Rewriter
from hardhull.formats.script.text import looks_like
from hardhull.formats.script.yamltext import Texts, entries_of, items_of, mapping_of, text_of
from hardhull.model.field import Field
from hardhull.model.source import Place, Span
from hardhull.text.nodes import Mapping, Scalar
from hardhull.text.shell.outcome import Mode
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope
from hardhull.text.yamldoc import load

if TYPE_CHECKING:
    from hardhull.model.source import Source
    from hardhull.text.nodes import Node
    from hardhull.text.shell.scope import Value

_NO_JOBS = frozenset(
    (
        *("stages", "variables", "default", "include", "image", "services", "before_script", "after_script", "cache"),
        *("workflow", "spec", "pages:deploy"),
    )
)
_SCHEDULE = re.compile(r"schedules?\b")
_INPUT = re.compile(r"\$\[\[[^\n]{0,200}?\]\]|(?<![\w$])\$\{?\w+\}?")
MAX_PARENTS = 11
"""GitLab's own limit of ``extends``."""

RUNNER = Mode(errexit=True, pipefail=True)
"""GitLab's runner starts bash with ``set -eo pipefail`` (gitlab-runner, shells/bash.go)."""


def read(source: Source) -> ScriptRead:
    """Reads a pipeline.

    Raises:
        UnreadableError: it is no YAML.
    """
    roots = [root for root in load(source) if isinstance(root, Mapping)]
    if not roots:
        return ScriptRead.nothing()
    return _File(source, roots[-1]).read()  # a first document may hold the header ``spec:``


class _File:
    """One file while it is read."""

    def __init__(self, source: Source, root: Mapping) -> None:
        self.source = source
        self.root = root
        self.texts = Texts(source, _INPUT, "a variable of the pipeline is only known when it runs")
        self.default = mapping_of(root.get("default"))
        self.found = ScriptRead.nothing()

    def read(self) -> ScriptRead:
        root, source = self.root, self.source
        name = source.path.rpartition("/")[2]
        span = source.line_span(source.position(root.start).line)
        pipeline = Pipeline(name, "gitlab", Place(source, span))
        self._environment(pipeline)
        self._included(pipeline)
        for job_name, entry in entries_of(root):
            node = entry.value
            if job_name in _NO_JOBS or job_name.startswith(".") or not isinstance(node, Mapping):
                continue
            levels = self._levels(node)
            if any(level.get("script") is not None for level in levels):
                pipeline.jobs.append(self._job(job_name, self.texts.place(entry.key), levels))
        self._triggers(pipeline)
        if pipeline.jobs:
            self.found.pipelines.append(pipeline)
        return self.found

    def _environment(self, pipeline: Pipeline) -> None:
        found = []
        for name, field in self.texts.fields(self.root.get("variables")).items():
            entry = mapping_of(self.root.get("variables"))
            key = entry.entry(name) if entry is not None else None
            place = Place(self.source, Span(key.key.start, key.value.end)) if key is not None else field.place
            raw = field.place.text
            variable = EnvVar(
                name, field.get("") if field.known else None, raw, "literal" if field.known else "variable"
            )
            found.append(Field("env", variable, place))
        if found:
            pipeline.env = Field("env", tuple(found), found[0].place)

    def _included(self, pipeline: Pipeline) -> None:
        found = []
        for item in items_of(self.root.get("include")):
            if isinstance(item, Scalar):
                found.append(self.texts.field("included", item))
            elif isinstance(item, Mapping):
                named = (item.get(word) for word in ("local", "file", "template", "component", "remote", "project"))
                found += [self.texts.field("included", word) for word in named if isinstance(word, Scalar)][:1]
        if found:
            pipeline.included = Field("included", tuple(found), found[0].place)

    def _triggers(self, pipeline: Pipeline) -> None:
        """``schedule`` where a rule asks for it; GitLab keeps the times outside of the file."""
        for job in pipeline.jobs:
            if job.condition is not None and _SCHEDULE.search(job.condition.get("")):
                item = Field("triggers", "schedule", job.condition.place)
                pipeline.triggers = Field("triggers", (item,), item.place)
                return

    def _levels(self, node: Mapping) -> list[Mapping]:
        """The job, then what it extends, the nearest first."""
        levels: list[Mapping] = []
        waiting = [node]
        while waiting and len(levels) < MAX_PARENTS:
            level = waiting.pop(0)
            levels.append(level)
            names = [text_of(item) for item in items_of(level.get("extends"))]
            parents = [self.root.get(name) for name in reversed(names)]
            waiting = [parent for parent in parents if isinstance(parent, Mapping) and parent not in levels] + waiting
        return levels

    def _find(self, levels: list[Mapping], name: str) -> Node | None:
        """A key of the job, of what it extends, of ``default``, or of the whole file."""
        holders = [*levels, *([self.default] if self.default is not None else []), self.root]
        return next((found for holder in holders if (found := holder.get(name)) is not None), None)

    def _job(self, name: str, place: Place, levels: list[Mapping]) -> Job:
        job = Job(name, place)
        for level in reversed(levels):
            job.env.update(self.texts.fields(level.get("variables")))
        image = self._find(levels, "image")
        if isinstance(image, Mapping):
            image = image.get("name")
        job.image = self.texts.field("image", image) if isinstance(image, Scalar) else None
        for item in items_of(self._find(levels, "services")):
            service = item.get("name") if isinstance(item, Mapping) else item
            if isinstance(service, Scalar):
                job.services.append(self.texts.field("image", service))
        job.ignored = self._allowed(levels)
        job.condition = self._condition(levels)
        variables = self.texts.variables(self.root.get("variables"))
        for level in reversed(levels):
            variables.update(self.texts.variables(level.get("variables")))
        before, script = (
            self._find(levels, "before_script"),
            next((found for level in levels if (found := level.get("script")) is not None), None),
        )
        self._step(job, "script", [*items_of(before), *items_of(script)], variables)
        after = self._find(levels, "after_script")
        if after is not None:
            self._step(job, "after_script", items_of(after), variables)
            job.steps[-1].ignored = Field("ignored", "after_script never fails a job", self.texts.place(after))
        return job

    def _allowed(self, levels: list[Mapping]) -> Field[str] | None:
        for level in levels:
            entry = level.entry("allow_failure")
            if entry is not None:
                if isinstance(entry.value, Scalar) and entry.value.text.lower() != "true":
                    return None
                place = Place(self.source, Span(entry.key.start, entry.value.end))
                return Field("ignored", "`allow_failure` lets the pipeline go on", place)
        manual = next((found for level in levels if (found := level.get("when")) is not None), None)
        if text_of(manual) == "manual" and manual is not None:
            return Field("ignored", "a manual job may be left out", self.texts.place(manual))
        return None

    def _condition(self, levels: list[Mapping]) -> Field[str] | None:
        for name in ("rules", "only", "when"):
            node = next((found for level in levels if (found := level.get(name)) is not None), None)
            if node is not None:
                place = self.texts.place(node)
                return Field("condition", place.text, place)
        return None

    def _step(self, job: Job, name: str, lines: list[Node], variables: dict[str, Value | str]) -> None:
        scalars = [line for line in lines if isinstance(line, Scalar)]
        place = self.texts.place(scalars[0]) if scalars else job.place
        step = Step(job, name, place)
        job.steps.append(step)
        if not any(looks_like(line.text.encode()) for line in scalars):
            return
        out = Rewriter(self.source)
        for line in scalars:
            outer = line.fragment(self.source)
            out.copy(outer, 0, len(outer.text))
            out.put("\n", outer.offset(len(outer.text)))
        script = read_script(out.fragment())
        collect(Scope(script, given=variables), step, Given(RUNNER, within="gitlab"), self.found)
