"""systemd units whose commands start containers or handle images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.pipeline import Job, Pipeline, Step
from hardhull.formats.script.commands import Given, collect
from hardhull.formats.script.result import ScriptRead
from hardhull.formats.script.text import fragment_of, looks_like
from hardhull.formats.unitline import UnitVariables, environment, prefix_of, shell_line
from hardhull.model.field import Field
from hardhull.model.source import Place, Span
from hardhull.text.shell.parser import read_script
from hardhull.text.shell.scope import Scope
from hardhull.text.unit import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hardhull.model.source import Source
    from hardhull.text.unit import Entry

_COMMANDS = ("ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost", "ExecCondition")


def read(source: Source, drop_ins: Sequence[Source] = ()) -> ScriptRead:
    """Reads a unit.

    Args:
        source: the unit's file.
        drop_ins: the files of its ``.d`` folder, in the order of their names.

    Raises:
        UnreadableError: too large, UTF-16, or binary.
    """
    if not any(looks_like(one.data) for one in (source, *drop_ins)):
        return ScriptRead.nothing()
    unit = Unit()
    for one in (source, *drop_ins):
        unit.add(fragment_of(one))
    name = source.path.rpartition("/")[2]
    place = unit.sections.get("Service") or unit.sections.get("Timer") or _first_line(source)
    pipeline = Pipeline(name, "systemd", place)
    job = Job("", place)
    given = environment(unit.all("Service", "Environment"))
    files = [entry.text.lstrip("-") for entry in unit.all("Service", "EnvironmentFile")]
    read_so_far = ScriptRead.nothing()
    for entry in unit.all("Service", *_COMMANDS):
        step = Step(job, entry.key, entry.key_place)
        _command(entry, step, given, files, read_so_far)
        if step.runs:
            job.steps.append(step)
    if job.steps:
        pipeline.jobs.append(job)
    times = unit.all("Timer", "OnCalendar")
    if times:
        lines = tuple(Field("schedules", entry.text, entry.place) for entry in times)
        pipeline.schedules = Field("schedules", lines, lines[0].place)
    if pipeline.jobs:
        read_so_far.pipelines.append(pipeline)
    return read_so_far


def _first_line(source: Source) -> Place:
    return Place(source, Span(*source.line_span(1)))


def _command(entry: Entry, step: Step, given: UnitVariables, files: list[str], found: ScriptRead) -> None:
    ignored, start = prefix_of(entry.text)
    source = entry.value.source
    script = read_script(shell_line(entry.value, start, source.path))
    script.sourced[:0] = [(-1, file) for file in files]
    first = len(step.runs)
    collect(Scope(script, given=given), step, Given(within="systemd"), found)
    if ignored:
        place = entry.value.place(0, start)
        for run in step.runs[first:]:
            run.ignored = Field("ignored", "`-` in front of the command ignores it", place)
