"""What a file of commands holds."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from hardhull.model.result import NotChecked

if TYPE_CHECKING:
    from hardhull.facts.pipeline import Pipeline
    from hardhull.facts.workload import Workload
    from hardhull.formats.docker_run.line import RunLine
    from hardhull.model.source import Source
    from hardhull.text.shell.tree import Command, Script


class Started(NamedTuple):
    """A command line that starts a container, where it stands.

    Attributes:
        line: the command line, taken apart.
        command: the command of the shell text that it is.
        around: the commands of the texts around that one (``sh -c "..."``), the outermost first.
    """

    line: RunLine
    command: Command
    around: tuple[Command, ...]


class ScriptRead(NamedTuple):
    """What one file holds.

    Attributes:
        workloads: the containers that it starts, in the order of the file.
        pipelines: its steps; empty where nothing in it has to do with images.
        not_checked: what could not be read.
        started: the command lines that start containers, for writing them; a scan forgets them.
    """

    workloads: list[Workload]
    pipelines: list[Pipeline]
    not_checked: list[NotChecked]
    started: list[Started]

    @classmethod
    def nothing(cls) -> ScriptRead:
        """A file without anything for us."""
        return cls([], [], [], [])


_READERS = {
    "shell": "script.shell",
    "makefile": "script.makefile",
    "workflow": "script.github",
    "gitlab": "script.gitlab",
    "systemd": "systemd",
}
"""What the text around a command line is -> the module that reads it."""


def read_as(syntax: str, source: Source) -> ScriptRead:
    """A file of commands, read again by whoever read it first: for writers, which only have places.

    Args:
        syntax: of the text around the commands, as facts name it.
        source: the file, or what it would be after an edit.
    """
    read: ScriptRead = import_module(f"hardhull.formats.{_READERS[syntax]}").read(source)
    return read


def problems(script: Script) -> list[NotChecked]:
    """The rest of a script that could not be read; a slip that leaves the commands around it readable is none."""
    out = []
    for problem in script.problems:
        if problem.fatal:
            place = script.fragment.place(problem.start, problem.start)
            how = "check the syntax with `bash -n`"
            out.append(NotChecked("failed", str(place), f"{problem.why}; the rest was not read", how))
    return out
