"""Projects written in the tests themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.compose.project import ComposeProject, read_project
from hardhull.model.source import Source

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload
    from hardhull.model.field import Field


def read(main: str, *over: str, name: str = "shop", **files: str) -> ComposeProject:
    """A project of ``compose.yml``, ``over1.yml`` ... and other files (``a__b_yml`` is ``a/b.yml``, ``env`` is ``.env``)."""
    tree = {"compose.yml": main, **{f"over{number}.yml": text for number, text in enumerate(over, 1)}}
    for key, text in files.items():
        tree[".env" if key == "env" else key.replace("__", "/").replace("_yml", ".yml").replace("_env", ".env")] = text
    sources = {path: Source(path, text.encode()) for path, text in tree.items()}
    main_files = [sources[path] for path in list(tree)[: 1 + len(over)]]
    return read_project(main_files, sources.get, name=name)


def service(text: str, **files: str) -> Workload:
    """The only service of a project, given by its keys."""
    lines = "".join(f"    {line}\n" for line in text.strip("\n").split("\n"))
    return one(read(f"services:\n  web:\n{lines}", **files))


def one(project: ComposeProject, name: str = "web") -> Workload:
    """A workload by its name."""
    return next(workload for workload in project.workloads if workload.name == name)


def at(field: Field[Any]) -> str:
    """Where a field stands, and what stands there."""
    return f"{field.place} {field.place.text}"


def refused(project: ComposeProject) -> list[str]:
    """What Compose refuses."""
    return [f"{problem.place}: {problem.why}" for problem in project.problems if problem.refused]
