"""Shell scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.pipeline import Job, Pipeline, Step
from hardhull.formats.script.commands import Given, collect, exported
from hardhull.formats.script.result import ScriptRead
from hardhull.formats.script.text import fragment_of, looks_like
from hardhull.model.field import Field
from hardhull.model.source import Place, Span
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope

if TYPE_CHECKING:
    from hardhull.model.source import Source


def read(source: Source, *, syntax: str = "shell") -> ScriptRead:
    """Reads a shell script.

    Args:
        source: the file.
        syntax: the name of its syntax in facts.

    Raises:
        UnreadableError: too large, UTF-16, or binary.
    """
    if not looks_like(source.data):
        return ScriptRead.nothing()
    script = read_script(fragment_of(source))
    scope = Scope(script)
    name = source.path.rpartition("/")[2]
    pipeline = Pipeline(name, syntax, Place(source, Span(*_first_line(source))))
    job = Job("", pipeline.place)
    step = Step(job, name, pipeline.place)
    found = ScriptRead.nothing()
    collect(scope, step, Given(), found)
    variables = tuple(exported(scope))
    if variables:
        pipeline.env = Field("env", variables, variables[0].place)
    job.steps.append(step)
    pipeline.jobs.append(job)
    if step.runs or variables:
        found.pipelines.append(pipeline)
    return found


def _first_line(source: Source) -> tuple[int, int]:
    span = source.line_span(1)
    return span.start, span.end
