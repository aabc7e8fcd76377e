"""The commands of a script as steps of a pipeline, and the containers that they start."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from hardhull.facts.parts import EnvVar
from hardhull.facts.pipeline import Run, Step
from hardhull.formats.docker_run.line import PROGRAMS, read_line
from hardhull.formats.docker_run.workload import open_because, workload_of
from hardhull.formats.script.result import Started, problems
from hardhull.model.field import Field
from hardhull.model.result import NotChecked
from hardhull.text.shell.invocations import Wanted, invocations
from hardhull.text.shell.outcome import Ignored, Mode, Outcomes
from hardhull.text.shell.tree import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.formats.script.result import ScriptRead
    from hardhull.text.shell.invocations import Invocation
    from hardhull.text.shell.scope import Scope
    from hardhull.text.shell.tree import Command, Script
    from hardhull.text.shell.values import Arg

WANTED = Wanted(
    PROGRAMS,
    re.compile(
        "docker|podman|nerdctl|DOCKER|PODMAN|CONTAINER_?(?:CMD|CLI|ENGINE|RUNTIME|TOOL|BIN)|OCI_|buildah|skopeo|kaniko"
        "|trivy|grype|syft|snyk|cosign|notation|dockle|hadolint|checkov|crane|kube-bench|helm|curl|wget|systemctl"
    ),
)
"""Commands that have to do with images, the tools around them, downloads, and units that are started."""

MAX_RUNS = 5000
"""Most commands of one script that are kept."""

_SHELLS = frozenset(
    ("sh", "bash", "dash", "ash", "zsh", "ksh", "eval", "source", ".", "python", "python3", "perl", "node")
)
_EXPORTED = re.compile(r"(?:DOCKER|BUILDKIT|COSIGN|TRIVY|GRYPE|NOTATION|SNYK|COMPOSE)_?\w*")


class Given(NamedTuple):
    """What the text around a script says about it.

    Attributes:
        mode: how its shell is started.
        from_docs: whether it stands in documentation.
        within: what that text is, as a pipeline's syntax says it.
    """

    mode: Mode = Mode()
    from_docs: bool = False
    within: str = "shell"


def collect(scope: Scope, step: Step, given: Given, read: ScriptRead) -> None:
    """Adds the commands of a script to a step, and the containers they start and what cannot be read to a result.

    Args:
        scope: the script and its variables.
        step: where its commands belong.
        given: what is known from around it.
        read: the result.
    """
    if not given.from_docs:
        read.not_checked.extend(problems(scope.script))
    outcomes: dict[int, Outcomes] = {}
    last: tuple[Command, Run] | None = None
    for invocation in invocations(scope, WANTED):
        line = read_line(invocation.args)
        if line is not None:
            if invocation.command.after == BROKEN:
                line = open_because(line, "the text behind it cannot be read")
            workload = workload_of(line, from_docs=given.from_docs)
            workload.within = given.within
            read.workloads.append(workload)
            read.started.append(Started(line, invocation.command, invocation.around))
        run = _run(invocation, step)
        run.ignored = partial(_ignored, invocation, outcomes, given.mode)
        command = invocation.command
        if last is not None and command.before in {"|", "|&"} and last[0].after in {"|", "|&"}:
            run.pipe_from, last[1].pipe_to = last[1], run
            if run.program in _SHELLS:
                last[1].executed_by = run.program
        last = (command, run)
        step.runs.append(run)
        if len(step.runs) >= MAX_RUNS:
            why = f"it holds more than {MAX_RUNS:,} commands about images; the rest was not read"
            how = "split it, or leave it out with an exclude pattern"
            read.not_checked.append(NotChecked("failed", str(command.place), why, how))
            break


def _run(invocation: Invocation, step: Step) -> Run:
    command, args = invocation.command, invocation.args
    run = Run(lambda: tuple(map(word_field, args)), tuple([arg.text for arg in args]), command.place, step)
    run.wrappers = invocation.wrappers
    run.env = {name: word_field(value) for name, value in invocation.env}
    run.conditional = command.block.nearest("branch", "chain", "loop", "case") is not None
    run.writes = tuple(
        word_field(invocation.scope.single(redirect.target, command.start, command.block))
        for redirect in command.redirects
        if ">" in redirect.op and redirect.op[-1] != "&"
    )
    if command.block.kind == "substitution":
        run.executed_by = _shell_around(invocation)
    return run


def word_field(arg: Arg) -> Field[str]:
    """A word as a field."""
    if arg.known:
        return Field("word", arg.text, arg.place)
    return Field.unknown("word", arg.place, arg.why, written=True)


def _shell_around(invocation: Invocation) -> str:
    """The shell that runs the output of ``$(...)`` or ``<(...)``, where the command around it is one."""
    command = invocation.command
    block = command.block
    around = [*invocation.around[-1:]]
    commands = command.script.commands
    around += [outer for outer in _before(commands, command) if outer.start < block.start <= outer.end][:1]
    for outer in around:
        for word in outer.words[:4]:
            name = (word.literal or "").rpartition("/")[2]
            if name in _SHELLS:
                return name
    return ""


def _before(commands: list[Command], command: Command) -> Iterator[Command]:
    """The commands that begin a little before this one."""
    index = commands.index(command) if len(commands) < 200 else -1
    for step in range(1, 20):
        if index - step < 0:
            return
        yield commands[index - step]


def _ignored(invocation: Invocation, outcomes: dict[int, Outcomes], mode: Mode) -> Field[str] | None:
    """What makes a failure not count, from the innermost script outwards."""
    commands = [*invocation.around, invocation.command]
    for level in range(len(commands) - 1, -1, -1):
        command = commands[level]
        script = command.script
        known = outcomes.get(id(script))
        if known is None:
            known = outcomes[id(script)] = Outcomes(script, mode if level == 0 else _inner_mode(commands[level - 1]))
        ignored = known.ignored(command)
        if ignored is not None:
            return ignored_field(ignored)
    return None


def _inner_mode(outer: Command) -> Mode:
    """How ``sh -ec "..."`` starts its text."""
    options = [word.raw for word in outer.words if word.raw[:1] == "-" and word.raw[:2] != "--"]
    return Mode(any("e" in option for option in options), any(word.raw == "pipefail" for word in outer.words))


def ignored_field(ignored: Ignored) -> Field[str]:
    """The reason as a field."""
    return Field("ignored", ignored.why, ignored.place)


def exported(scope: Scope) -> Iterator[Field[EnvVar]]:
    """Variables about images and their tools that a script exports."""
    script: Script = scope.script
    for name, assignments in script.assignments.items():
        for assignment in assignments:
            if assignment.value is None or not (assignment.exported or name in script.exported):
                continue
            if _EXPORTED.fullmatch(name):
                value = scope.single(assignment.value, assignment.start, assignment.block)
                place = script.fragment.place(assignment.start, assignment.value.end)
                text = value.text if value.known else None
                variable = EnvVar(name, text, value.written, "literal" if value.known else "variable")
                yield Field("env", variable, place)
