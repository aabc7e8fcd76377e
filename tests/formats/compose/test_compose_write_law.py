"""The law of a lens, for every field and every kind of Change, on projects in every style and on the fixtures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from generated import Made, projects
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lens import breaches, lost_comments, named, project_of
from sensible import sensible

from hardhull.formats.writing import write
from hardhull.model.change import Add, SetTo
from hardhull.text.draft import Drafts, UnwritableError

if TYPE_CHECKING:
    from hardhull.facts.workload import Workload
    from hardhull.formats.compose.project import ComposeProject
    from hardhull.model.change import Change

FIXTURES = sorted(
    path for path in (Path(__file__).parent / "fixtures").iterdir() if not path.name.startswith("refused")
)
LAWFUL = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def written_lawfully(made: Made, project: ComposeProject, workload: Workload, name: str, changes: list[Change]) -> None:
    """One change of one service, refused with nothing done, or written as the law has it."""
    drafts = Drafts()
    try:
        write(workload, changes, drafts)
    except UnwritableError:
        assert not [edit for draft in drafts for edit in draft.edits()], name
        return
    after = {**made.tree, **{draft.source.path: draft.result() for draft in drafts}}
    again = project_of(after, made.files)
    assert not breaches(project, again, [(workload, changes)], drafts), name
    assert not lost_comments(made.tree, after), name
    twice = Drafts()
    write(named(again, workload.name), [one for one in changes if isinstance(one, (SetTo, Add))], twice)
    assert not [edit for draft in twice for edit in draft.edits()], name


@LAWFUL
@given(projects(), st.data())
def test_a_change_holds_and_everything_else_stays(made: Made, data: st.DataObject) -> None:
    project = project_of(made.tree, made.files)
    assume(not any(problem.refused for problem in project.problems))
    workload = named(project, "web")
    choices = list(sensible(workload))
    for name, changes in data.draw(st.permutations(choices))[:10]:
        written_lawfully(made, project, workload, name, changes)


def _field(change: Change) -> str:
    return str(getattr(change, "field", ""))


@LAWFUL
@given(projects(), st.data())
def test_changes_meet_in_one_file(made: Made, data: st.DataObject) -> None:
    project = project_of(made.tree, made.files)
    assume(not any(problem.refused for problem in project.problems))
    drafts, done = Drafts(), []
    for workload in project.workloads:
        choices = list(sensible(workload))
        accepted: list[Change] = []
        for _, changes in data.draw(st.permutations(choices))[:6]:
            if {_field(one) for one in changes} & {_field(one) for one in accepted}:
                continue  # what contradicts itself is nobody's wish
            try:
                write(workload, changes, drafts)
            except UnwritableError:
                continue
            accepted += changes
        done.append((workload, accepted))
    after = {**made.tree, **{draft.source.path: draft.result() for draft in drafts}}
    assert not breaches(project, project_of(after, made.files), done, drafts)
    assert not lost_comments(made.tree, after)


@pytest.mark.parametrize("folder", FIXTURES, ids=lambda path: path.name)
def test_the_fixtures(folder: Path) -> None:
    tree: dict[str, bytes] = {
        str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    files: list[str] = [name for name in ("compose.yml", "over.yml") if name in tree]
    project = project_of(tree, files)
    for workload in project.workloads:
        for name, changes in sensible(workload):
            written_lawfully(Made(tree, files), project, workload, name, changes)
