"""Containers that a shell text starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.docker_run.line import PROGRAMS, read_line
from hardhull.formats.docker_run.workload import open_because, workload_of
from hardhull.text.shell.invocations import Wanted, invocations
from hardhull.text.shell.tree import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.formats.docker_run.line import RunLine
    from hardhull.text.shell.invocations import Invocation
    from hardhull.text.shell.scope import Scope

_ENGINE = re.compile(rb"docker|podman|nerdctl|CONTAINER_|OCI_|DOCKER|PODMAN")
_VERB = re.compile(rb"\b(?:run|create)\b")

WANTED = Wanted(
    PROGRAMS, re.compile(r"docker|podman|nerdctl|DOCKER|PODMAN|CONTAINER_?(?:CMD|CLI|ENGINE|RUNTIME|TOOL|BIN)|OCI_")
)


def looks_like(data: bytes) -> bool:
    """Whether a file can hold a command line that starts a container; a false answer is certain."""
    return _ENGINE.search(data) is not None and _VERB.search(data) is not None


class Started(NamedTuple):
    """A command line that starts a container, and where the script has it."""

    line: RunLine
    invocation: Invocation


def started(scope: Scope) -> Iterator[Started]:
    """The command lines of a script that start containers, in the order of the text."""
    for invocation in invocations(scope, WANTED):
        line = read_line(invocation.args)
        if line is None:
            continue
        if invocation.command.after == BROKEN:
            line = open_because(line, "the text behind it cannot be read")
        yield Started(line, invocation)


def workloads(scope: Scope, syntax: str = "docker-run", *, from_docs: bool = False) -> list[Workload]:
    """The containers that a script starts.

    Args:
        scope: the script and its variables.
        syntax: what the text around it is.
        from_docs: whether it stands in documentation.
    """
    return [workload_of(found.line, syntax, from_docs=from_docs) for found in started(scope)]
