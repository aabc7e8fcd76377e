"""From what was proven of a workload to the changes that write it, and whether a change was proven."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hardhull.facts.digest import apply, canonical, covers, holds, key_of, stated
from hardhull.facts.normal import normal, revived
from hardhull.facts.proof import Proven
from hardhull.model.change import Add, Drop, Make, Risk, SetTo, Swap
from hardhull.rules.observed import own_network
from hardhull.rules.observed_calls import seccomp_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hardhull.facts.digest import State
    from hardhull.facts.proof import Proof
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Change, Fix

TAKES: Final = {
    "cap_drop": frozenset({"cap_add", "user", "group"}),
    "cap_add": frozenset({"cap_add", "user", "group"}),
    "privileged": frozenset({"cap_add", "devices", "device_cgroup_rules", "user", "group", "mounts"}),
    "user": frozenset({"group", "group_add", "mounts", "cap_add", "sysctls"}),
    "group": frozenset({"user", "group_add", "mounts"}),
    "read_only": frozenset({"mounts", "user"}),
    "mounts": frozenset({"user"}),
    "no_new_privileges": frozenset({"user", "cap_add"}),
    "seccomp": frozenset({"no_new_privileges", "user", "group", "cap_drop", "cap_add", "init"}),
    "network_mode": frozenset({"networks", "ports"}),
    "memory": frozenset({"memory_swap"}),
    "memory_swap": frozenset({"memory"}),
}
"""What of a proof has to hold as well for a restriction of a field to be the proven one.

A program that may do with less as user 33 was not shown to do so as root; without its writable folders it was not shown
to run on a read-only filesystem.
"""
TOGETHER: Final = frozenset({*TAKES, "devices", "device_cgroup_rules", "group_add", "sysctls", "init", "apparmor"}) - {
    "network_mode", "memory", "memory_swap",
}  # fmt: skip
"""Fields whose restrictions are written together, because they lean on each other."""


class Standing(NamedTuple):
    """A proof that speaks about a workload as it is written now.

    Attributes:
        workload: the workload.
        proof: of it.
        state: what is stated of the workload.
    """

    workload: Workload
    proof: Proof
    state: State

    @property
    def missing(self) -> list[Proven]:
        """What of the proven configuration is not written; not what holds on the engine of the proof only."""
        here = own_network(self.workload)
        left = [item for item in self.proof.proven if not holds(self.state, item)]
        stays = {item.field for item in left if not (item.portable or here)}
        return [item for item in left if item.field not in stays and not TAKES.get(item.field, frozenset()) & stays]

    @property
    def basis(self) -> str:
        """Where a proposed value comes from."""
        proof = self.proof
        where = f" on {proof.engine}" if proof.engine else ""
        return f"proof {proof.ident}: {proof.passed} of {proof.checks} checks passed in {proof.runs} runs{where}"


def standing(workload: Workload) -> Standing | None:
    """The proof of a workload; None where there is none, or it is of another state of it.

    Raises:
        NotKnownError: something is kept, but of which workload it is nobody can tell.
    """
    proof = workload.proof.value
    if proof is None or not covers(proof, workload):
        return None
    return Standing(workload, proof, stated(workload))


def changes_for(workload: Workload, items: Sequence[Proven]) -> list[Change]:
    """The Changes that write proven items.

    Raises:
        ValueError: an item is none that its field can have.
    """
    return [change for item in items for change in _changes(workload, item)]


def _changes(workload: Workload, item: Proven) -> Iterator[Change]:
    slot = workload.fields.get(item.field)
    if item.field == "seccomp" and isinstance(item.item, dict):
        yield from seccomp_changes(workload, item.item.get("profile"), str(item.item.get("path", "")))
    elif not _is_list(workload, item.field):
        yield SetTo(item.field, revived(item.field, item.item))
    else:
        same = key_of(item.field, item.item)
        known = [each for each in (slot.get(()) if slot is not None else ()) if each.known]
        there = next((each for each in known if key_of(item.field, normal(each.value)) == same), None)
        if item.absent:
            yield from (Drop(item.field, each) for each in known if normal(each.value) == item.item)
        elif there is not None:
            yield Swap(item.field, there, revived(item.field, item.item))
        else:
            yield Add(item.field, revived(item.field, item.item))


def _is_list(workload: Workload, field: str) -> bool:
    default = next((slot.default for slot in workload.slots() if slot.name == field), None)
    return default == ()


def weighed(held: Standing, fix: Fix) -> Fix:
    """The fix as it is, or with the risk ``PROVEN`` where the proof shows exactly what it does."""
    if fix.risk is not Risk.NEEDS_PROOF or not fix.changes or not _is_proven(held, fix.changes):
        return fix
    return fix._replace(risk=Risk.PROVEN, mitigation="", basis=held.basis)


def _is_proven(held: Standing, changes: Sequence[Change]) -> bool:
    """Whether every change is a part of what was proven, and all that it leans on is there then."""
    made = {posixpath.basename(change.path): change.content for change in changes if isinstance(change, Make)}
    wanted: list[Proven] = []
    for change in changes:
        item = _as_item(change, made)
        if item is None:
            return False
        wanted += item
    here = own_network(held.workload)
    if not wanted or not all(any(_same(one, each, here) for each in held.proof.proven) for one in wanted):
        return False
    after = _copy(held.state)
    apply(after, wanted)
    touched = {item.field for item in wanted}
    leans_on = frozenset[str]().union(*(TAKES.get(field, frozenset()) for field in touched))
    return all(holds(after, item) for item in held.proof.proven if item.field in leans_on and not item.absent)


def _as_item(change: Change, made: dict[str, Any]) -> list[Proven] | None:
    """What a change makes true; None for one of which no proof can speak."""
    if isinstance(change, Make):
        return []
    if isinstance(change, SetTo):
        if change.field == "seccomp" and made:
            content = made.get(posixpath.basename(str(change.value)))
            return None if content is None else [Proven("seccomp", {"profile": content})]
        return [Proven(change.field, normal(change.value))]
    if isinstance(change, Add):
        return [Proven(change.field, normal(change.item))]
    if isinstance(change, Swap):
        return [Proven(change.field, normal(change.value))]
    if isinstance(change, Drop) and change.item.known:
        return [Proven(change.field, normal(change.item.value), absent=True)]
    return None


def _same(one: Proven, proven: Proven, here: bool) -> bool:
    """Whether a wanted item is a proven one; dropping single capabilities is part of dropping all."""
    if one.field != proven.field or not (proven.portable or here):
        return False
    if one.field == "cap_drop" and one.absent and proven.item == "ALL":
        return True
    return one.absent == proven.absent and canonical(one.field, one.item) == canonical(proven.field, proven.item)


def _copy(state: State) -> State:
    return {key: dict(value) if isinstance(value, dict) else value for key, value in state.items()}
