"""A whole Compose project: what ``docker compose`` would load, as Workloads."""

from __future__ import annotations

import posixpath
import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from hardhull.formats.compose import known
from hardhull.formats.compose.context import Context
from hardhull.formats.compose.environment import Environment, project_variables
from hardhull.formats.compose.layers import link_users
from hardhull.formats.compose.load import SECTIONS, Loader, Setting
from hardhull.formats.compose.problem import Problem, Problems, TooMuchError
from hardhull.formats.compose.resources import Resources, read_resources
from hardhull.formats.compose.service import read_service
from hardhull.formats.compose.tree import Table, Text
from hardhull.formats.compose.variables import TemplateError, Value, substitute
from hardhull.model.source import Place, Span
from hardhull.text.nodes import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardhull.facts.workload import Workload
    from hardhull.formats.compose.load import Parsed
    from hardhull.model.source import Source


class ComposeProject(NamedTuple):
    """What was read.

    Attributes:
        name: of the project; empty where it hangs on the name of the scanned folder.
        workloads: its services and jobs, those of inactive profiles too.
        resources: its networks, volumes, secrets and configs.
        problems: what Compose refuses, and what is missing.
        files: paths of all files that belong to it, the given ones first.
    """

    name: str
    workloads: tuple[Workload, ...]
    resources: Resources
    problems: tuple[Problem, ...]
    files: tuple[str, ...]


def read_project(
    files: Sequence[Source],
    read: Callable[[str], Source | None],
    *,
    folder: str | None = None,
    name: str = "",
    profiles: frozenset[str] = frozenset(),
    parsed: Parsed | None = None,
) -> ComposeProject:
    """Read a project.

    Args:
        files: the main file, then what is laid over it. Their paths are relative to the root of the scanned tree.
        read: gives a file of that tree by its path, None where it is not there (or would lead out of the tree).
        folder: the project's folder, relative to the root; by default that of the main file.
        name: the project's name where the files do not say it; by default that of the folder.
        profiles: active ones beside those of ``COMPOSE_PROFILES`` in ``.env``.
        parsed: takes and gives the documents of files, where several projects of one tree are read.

    Returns:
        All that could be read. A file that cannot be read at all is a problem, never an exception.
    """
    problems = Problems()
    loader = Loader(read, problems, parsed)
    where = posixpath.dirname(files[0].path) if folder is None else folder
    variables = project_variables(where, None, read, problems)
    written = _name(loader, files, variables) or name or posixpath.basename(where)
    own = variables.values.get("COMPOSE_PROJECT_NAME") or Value(_plain_name(written) or None, _NO_NAME)
    environment = Environment({**variables.values, "COMPOSE_PROJECT_NAME": own}, variables.why)
    start = Place(files[0], Span(0, 0))
    try:
        model = loader.model(list(files), Setting(where, environment))
    except TooMuchError as error:
        model = None
        problems.append(Problem(start, str(error), _SPLIT))
    active = environment.lookup("COMPOSE_PROFILES")
    wanted = {part.strip() for part in (active.text or "").split(",")} if active is not None else set()
    empty = Resources({}, {}, {}, {})
    if model is None:
        if not problems:
            problems.refuse(start, "the file is empty", "write services:")
        return ComposeProject(own.text or "", (), empty, tuple(problems), tuple(loader.files))
    resources = read_resources(model, problems)
    context = Context(where, environment, resources, problems, read, profiles | wanted)
    workloads = _workloads(model, context)
    return ComposeProject(own.text or "", workloads, resources, tuple(problems), tuple(loader.files))


def _check_references(model: Table, workloads: list[Workload], context: Context) -> None:
    """Services that wait for one that is not there, and containers with the same name."""
    names = {name for key in ("services", "jobs") if (table := model.table(key)) for name in table.pairs}
    containers: set[str] = set()
    for workload in workloads:
        for field in workload.depends_on.get(()):
            if field.known and field.value.service not in names:
                why = f"there is no service {field.value.service} in this project"
                context.problems.refuse(field.place, why, "correct the name, or scan all files of the project")
        container = workload.container_name.get(None)
        if container is not None and container in containers:
            why = f"there is another container {container} in this project"
            context.problems.refuse(workload.container_name.place, why, "give each container its own name")
        containers |= {container} if container else set()


_SPLIT = "split the project"
_NO_NAME = "the name of the project is that of its folder, which is not known"


def _workloads(model: Table, context: Context) -> tuple[Workload, ...]:
    found: list[Workload] = []
    for section, kind in (("services", "service"), ("jobs", "job")):
        table = model.table(section)
        for name, pair in table.pairs.items() if table else ():
            if isinstance(pair.value, Table) and pair.value.get("provider") is not None:
                why = f"the {kind} {name} is run by a provider and is no container"
                context.problems.missing(pair.place, why, "look at what the provider starts")
                continue
            try:
                workload = read_service(name, pair, context, kind=kind)
            except TooMuchError as error:
                context.problems.append(Problem(pair.place, f"{error}; nothing from here on is read", _SPLIT))
                return tuple(found)
            if workload is not None:
                found.append(workload)
    link_users(found)
    _check_references(model, found, context)
    for name, pair in model.pairs.items():
        if isinstance(pair.value, Text) and pair.value.null and not known.is_extension(name):
            context.problems.refuse(pair, f"{name} has no value", "take it out")
        elif name in SECTIONS and not isinstance(pair.value, Table):
            context.problems.refuse(pair, f"{name} is no mapping", "write a mapping")
        if name not in known.TOP and not known.is_extension(name):
            context.problems.refuse(pair, f"there is no key {name} here")
    return tuple(found)


def _name(loader: Loader, files: Sequence[Source], variables: Environment) -> str:
    """The last ``name:`` in the files."""
    found = ""
    for source in files:
        for root in loader.documents(source):
            name = root.get("name") if isinstance(root, Mapping) else None
            if isinstance(name, Scalar):
                with suppress(TemplateError):  # the loader complains about it
                    found = substitute(name.text, variables.lookup).text or found
    return found


def _plain_name(text: str) -> str:
    """A project's name as Compose normalises it."""
    return re.sub(r"[^a-z0-9_-]", "", text.lower()).lstrip("_-")
