"""The law of a lens for Compose projects: reading after a write gives the Change applied to what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.formats.compose.project import ComposeProject, read_project
from hardhull.formats.writing import write
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.source import Source
from hardhull.text.draft import Drafts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change
    from hardhull.model.field import Field

Tree = dict[str, bytes]
_COUPLED = {
    "network_mode": {"networks", "depends_on"},
    "links": {"depends_on"},
    "networks": {"neighbours"},
    "log_driver": {"log_options"},
    "ipc": {"depends_on"},
    "pid": {"depends_on"},
}
"""Fields that the reader derives from another one, by the one that is written."""


def project_of(tree: Tree, files: Sequence[str]) -> ComposeProject:
    """A project of files by their paths."""
    sources = {path: Source(path, data) for path, data in tree.items()}
    return read_project([sources[path] for path in files], sources.get, name="shop")


def named(project: ComposeProject, name: str) -> Workload:
    """A service by its name."""
    return next(workload for workload in project.workloads if workload.name == name)


def shown(workload: Workload) -> dict[str, Any]:
    """Everything that was read of a service, without places."""
    return {slot.name: _value(slot.name, getattr(workload, slot.name)) for slot in type(workload).slots()}


_UNORDERED = {"env", "labels", "sysctls", "ulimits", "annotations", "log_options", "networks", "depends_on"}


def _value(name: str, field: Field[Any]) -> Any:
    if not field.known:
        return ("unknown", field.why)
    value = field.value
    if isinstance(value, tuple) and value and hasattr(value[0], "known"):
        items = [item.value if item.known else ("unknown", item.why) for item in value]
        return sorted(items, key=repr) if name in _UNORDERED else items
    return value if value != () else []


def wanted(before: dict[str, Any], changes: Sequence[Change], workload: Workload) -> dict[str, Any]:
    """What a service should say once the changes are made."""
    after = dict(before)
    for change in changes:
        name = getattr(change, "field", "")
        if isinstance(change, SetTo):
            after[name] = change.value if change.value != () else []
            continue
        items = list(after[name])
        if isinstance(change, Add):
            implied = name == "networks" and not workload.networks.written
            items += [] if change.item in items and not implied else [change.item]
        elif isinstance(change, (Drop, Swap)):
            old = change.item.value
            new = [] if isinstance(change, Drop) else [change.value]
            items = [one for item in items for one in (new if item == old else [item])]
        after[name] = sorted(items, key=repr) if name in _UNORDERED else items
    return after


def changed(tree: Tree, files: Sequence[str], name: str, make: Callable[[Workload], Sequence[Change]]) -> Tree:
    """The tree after changes of one service, with the law checked.

    Raises:
        UnwritableError: they are refused.
    """
    project = project_of(tree, files)
    workload = named(project, name)
    changes = make(workload)
    drafts = Drafts()
    write(workload, changes, drafts)
    after = {**tree, **{draft.source.path: draft.result() for draft in drafts}, **drafts.made}
    again = project_of(after, files)
    told = {subject for note in drafts.notes for subject in note.subjects}
    loose = set[str]().union(*(_COUPLED.get(getattr(change, "field", ""), set()) for change in changes))
    for old in project.workloads:
        new = named(again, old.name)
        expected = wanted(shown(old), changes, old) if old is workload else shown(old)
        found = shown(new)
        ignored = {"neighbours", "awaited"} | (loose if old is workload else set())
        differing = {key: (expected[key], found[key]) for key in found if expected[key] != found[key]}
        differing = {key: pair for key, pair in differing.items() if key not in ignored}
        if old is workload or old.subject not in told:
            assert not differing, (old.subject, differing)
    assert _problems(again) <= _problems(project), _problems(again) - _problems(project)
    _check_second(again, name, changes)
    return after


def _problems(project: ComposeProject) -> set[str]:
    return {problem.why for problem in project.problems}


def _check_second(project: ComposeProject, name: str, changes: Sequence[Change]) -> None:
    """Writing what is there already changes nothing."""
    workload = named(project, name)
    drafts = Drafts()
    write(workload, [change for change in changes if isinstance(change, (SetTo, Add))], drafts)
    assert not [edit for draft in drafts for edit in draft.edits()]
