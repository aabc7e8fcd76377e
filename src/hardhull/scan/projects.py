"""Which compose files belong together: a project is what Compose itself would load.

In the order of their claim: the files that a script names with ``-f``, those of ``COMPOSE_FILE`` in a folder's
``.env``, a folder's default file with its override. Every other file is a project of its own, unless another project
already includes or extends it, or it only adds to services that it does not define: then it is laid over its folder's
default file, as people do with ``-f compose.yaml -f compose.prod.yaml``.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from hardhull.facts.pipeline import Pipeline
from hardhull.formats.compose.layers import Layers, link_users
from hardhull.formats.compose.project import read_project
from hardhull.model.field import Field
from hardhull.model.result import NotChecked
from hardhull.scan.neighbours import find_ambiguous, find_awaited, find_neighbours

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.facts.fact import Fact
    from hardhull.facts.pipeline import Run
    from hardhull.facts.workload import Workload
    from hardhull.formats.compose.load import Parsed
    from hardhull.formats.compose.problem import Problem
    from hardhull.formats.compose.project import ComposeProject
    from hardhull.scan.record import Afresh
    from hardhull.scan.tree import Tree

DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
)  # fmt: skip
"""As Compose's own loader looks for them (compose-go, cli.DefaultFileNames and DefaultOverrideFileNames)."""
COMPOSE_FILE = re.compile(rb"^[ \t]*(?:export[ \t]+)?COMPOSE_FILE[ \t]*=[ \t]*[\"']?([^\"'\r\n#]+)", re.MULTILINE)


class Projects:
    """The compose projects of a tree.

    Attributes:
        workloads: of all projects.
        not_checked: what Compose refuses, and what is missing.
    """

    def __init__(self, tree: Tree, facts: Sequence[Fact], record: Afresh) -> None:
        self._tree = tree
        self._record = record
        self._files = {source.path: source for source in tree.of_kind("compose")}
        self._taken: set[str] = set()
        self._said: set[tuple[str, str]] = set()
        self._parsed: Parsed = {}
        self.workloads: list[Workload] = []
        self.not_checked: list[NotChecked] = []
        self._pipelines = [fact for fact in facts if isinstance(fact, Pipeline) and not fact.from_docs]

    def read(self) -> None:
        """Reads all of them."""
        for group in dict.fromkeys((*self._named_by_scripts(), *self._named_by_env(), *self._defaults())):
            self._keep(self._project(group))
        for path in sorted(self._files):
            if path not in self._taken:
                self._alone(path)
        link_users(self.workloads)

    def _project(self, group: Sequence[str]) -> ComposeProject:
        sources = [self._files.get(path) or self._tree.read(path) for path in group]
        known = tuple(source for source in sources if source is not None)
        project = self._record.read_with(
            (read_project, known), self._tree.read, lambda read: read_project(known, read, parsed=self._parsed)
        )
        self._taken.update(project.files, group)
        return project

    def _keep(self, project: ComposeProject) -> None:
        workloads = list(self._record.own(project.workloads))
        for workload in workloads:
            if isinstance(workload.origin, Layers):
                workload.origin = workload.origin.within(self._tree.read)
        find_neighbours(workloads)
        find_awaited(workloads)
        find_ambiguous(workloads)
        self._name_images(project.name, workloads)
        self.workloads += workloads
        for problem in project.problems:
            self._note(problem, nothing=not project.workloads)

    def _name_images(self, own: str, workloads: Sequence[Workload]) -> None:
        """What Compose calls the images that it builds: ``project-service``, and before 2.0 ``project_service``."""
        root = self._tree.root
        name = own or ("" if root is None else re.sub(r"[^a-z0-9_-]", "", root.name.lower()).lstrip("_-"))
        for workload in workloads if name else ():
            if workload.build.written and not workload.image.written:
                names = (f"{name}-{workload.name}", f"{name}_{workload.name}")
                workload.built_as = Field("built_as", names, workload.place, written=False)

    def _note(self, problem: Problem, *, nothing: bool) -> None:
        where, why = str(problem.place), problem.why
        if (where, why) not in self._said:
            self._said.add((where, why))
            kind = "failed" if problem.refused and nothing else "out-of-scope"
            self.not_checked.append(NotChecked(kind, where, why, problem.do))

    def _alone(self, path: str) -> None:
        """A file that nobody else claims."""
        project = self._project([path])
        partial = [work for work in project.workloads if not work.image.written and not work.build.written]
        base = self._default_of(posixpath.dirname(path))
        if partial and base is not None and base != path:
            self._keep(self._project([base, path]))
        elif partial and len(partial) == len(project.workloads):
            how = "name it together with the file it adds to, in `COMPOSE_FILE` of an .env file or `-f` of a script"
            why = "its services have neither an image nor a build: it only adds to another file"
            self.not_checked.append(NotChecked("out-of-scope", path, why, how))
        else:
            self._keep(project)

    def _default_of(self, folder: str) -> str | None:
        for name in DEFAULTS:
            path = posixpath.join(folder, name)
            if path in self._files:
                return path
        return None

    def _defaults(self) -> Iterator[tuple[str, ...]]:
        """Every folder's default file, with its override."""
        for folder in sorted({posixpath.dirname(path) for path in self._files}):
            base = self._default_of(folder)
            if base is not None and base not in self._taken:
                over = (posixpath.join(folder, name) for name in OVERRIDES)
                yield (base, *([found[0]] if (found := [path for path in over if path in self._files]) else []))

    def _named_by_env(self) -> Iterator[tuple[str, ...]]:
        """``COMPOSE_FILE`` in the ``.env`` of a folder with compose files."""
        for folder in sorted({posixpath.dirname(path) for path in self._files}):
            source = self._tree.read(posixpath.join(folder, ".env"))
            found = COMPOSE_FILE.search(source.data) if source is not None else None
            if found:
                names = found[1].decode("utf-8", "replace").strip().split(":")
                yield from self._existing(folder, names)

    def _named_by_scripts(self) -> Iterator[tuple[str, ...]]:
        """``docker compose -f a -f b`` in scripts, Makefiles and workflows, where all names are known."""
        for pipeline in self._pipelines:
            for run in pipeline.runs:
                names = _files_of(run)
                if len(names) > 1:
                    yield from self._existing(pipeline.folder, names)

    def _existing(self, folder: str, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
        paths = tuple(posixpath.normpath(posixpath.join(folder, name)) for name in names)
        if paths and all(path in self._files for path in paths):
            yield paths


def _files_of(run: Run) -> list[str]:
    """The files that a compose command names with ``-f``; empty where one is not known."""
    if run.program != "docker-compose" and "compose" not in run.verbs[:1]:
        return []
    names = []
    for text, following in zip(run.texts, run.words[1:], strict=False):
        if text in {"-f", "--file"}:
            if not following.known:
                return []
            names.append(following.value)
    return names
