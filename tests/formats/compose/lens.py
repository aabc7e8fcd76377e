"""The law of a lens for Compose projects: reading after a write gives the Change applied to what was read."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hardhull.facts.workload import Workload
from hardhull.formats.compose.project import ComposeProject, read_project
from hardhull.formats.writing import write
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.source import Source
from hardhull.text import yamldoc
from hardhull.text.draft import Drafts
from hardhull.text.errors import UnreadableError
from hardhull.text.tree.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hardhull.model.change import Change
    from hardhull.model.field import Field

Tree = dict[str, bytes]
_COUPLED = {
    "network_mode": {"networks", "depends_on"},
    "env_files": {"env"},
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
    """Everything that was read of a service, without places; a default is as good as nothing written."""
    found = {name: _value(name, field) for name, field in workload.fields.items()}
    return defaultdict(lambda: None, {name: value for name, value in found.items() if value != DEFAULTS[name]})


DEFAULTS = {slot.name: slot.default if slot.default != () else None for slot in Workload.slots()}
_UNORDERED = {"env", "labels", "sysctls", "ulimits", "annotations", "log_options", "networks", "depends_on"}


def _value(name: str, field: Field[Any]) -> Any:
    if not field.known:
        return ("unknown", field.why)
    value = field.value
    if isinstance(value, tuple) and value and hasattr(value[0], "known"):
        items = [item.value if item.known else ("unknown", item.why) for item in value]
        return sorted(items, key=repr) if name in _UNORDERED else items
    return value if value != () else None


def wanted(before: dict[str, Any], changes: Sequence[Change], workload: Workload) -> dict[str, Any]:
    """What a service should say once the changes are made."""
    after = defaultdict(lambda: None, before)
    for change in changes:
        name = getattr(change, "field", "")
        if isinstance(change, SetTo):
            after[name] = change.value if change.value != () else None
            continue
        items = list(after[name] or ())
        if isinstance(change, Add):
            implied = name == "networks" and not workload.networks.written
            items += [] if change.item in items and not implied else [change.item]
        elif isinstance(change, (Drop, Swap)):
            old = change.item.value
            new = [] if isinstance(change, Drop) else [change.value]
            items = [one for item in items for one in (new if item == old else [item])]
        after[name] = sorted(items, key=repr) if name in _UNORDERED else sorted(items, key=_is_unknown)
    return after


def _is_unknown(item: Any) -> bool:
    return isinstance(item, tuple) and item[:1] == ("unknown",)


def breaches(
    before: ComposeProject,
    after: ComposeProject,
    made: Sequence[tuple[Workload, Sequence[Change]]],
    drafts: Drafts,
) -> list[str]:
    """Where the law does not hold for changes of some services of a project.

    Args:
        before: as it was read.
        after: read again after the write.
        made: the services with their changes.
        drafts: what was written, with its notes on who else changes.
    """
    told = {subject for note in drafts.notes for subject in note.subjects}
    changes_of = {workload.name: changes for workload, changes in made}
    faults = [f"a new problem: {why}" for why in sorted(_problems(after) - _problems(before))]
    for old in before.workloads:
        changes = changes_of.get(old.name, ())
        fields = {getattr(change, "field", "") for change in changes}
        expected, found = wanted(shown(old), changes, old), shown(named(after, old.name))
        keys = {*expected, *found}
        loose = {"neighbours", "awaited"}.union(*(_COUPLED.get(field, ()) for field in fields))
        if old.subject in told:
            others = (one for workload, made_too in made if workload.name != old.name for one in made_too)
            loose |= (keys - fields) | {getattr(one, "field", "") for one in others}
        if "env" in fields:  # what a file of variables takes from them changes with them
            expected["env"], found["env"] = (
                [one for one in items if getattr(one, "source", "") != "env_file"]
                for items in (expected["env"] or [], found["env"] or [])
            )
        faults += [
            f"{old.subject}: {key} is {found[key]!r} and should be {expected[key]!r}"
            for key in sorted(keys - loose)
            if (expected[key] or DEFAULTS[key]) != (found[key] or DEFAULTS[key])
        ]
    return faults


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
    assert not breaches(project, again, [(workload, changes)], drafts)
    _check_second(again, name, changes)
    return after


def lost_comments(before: Tree, after: Tree) -> Counter[bytes]:
    """The comments that are gone from files that changed."""
    changed = {path: data for path, data in before.items() if after.get(path) != data}
    return comments(changed) - comments({path: after[path] for path in changed})


def comments(tree: Tree) -> Counter[bytes]:
    """The comments of all YAML files that can be read."""
    found: Counter[bytes] = Counter()
    for path, data in tree.items():
        source = Source(path, data)
        with suppress(UnreadableError):
            if path.endswith((".yml", ".yaml")):
                found.update(Layout(source, yamldoc.load(source), json=False).comments(0, len(data)))
    return found


def _problems(project: ComposeProject) -> set[str]:
    return {re.sub(r"\([^()]*:\d+:\d+\)", "", problem.why) for problem in project.problems}


def _check_second(project: ComposeProject, name: str, changes: Sequence[Change]) -> None:
    """Writing what is there already changes nothing."""
    workload = named(project, name)
    drafts = Drafts()
    write(workload, [change for change in changes if isinstance(change, (SetTo, Add))], drafts)
    assert not [edit for draft in drafts for edit in draft.edits()]
