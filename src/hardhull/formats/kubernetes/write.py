"""Writes Changes of Kubernetes workloads and clusters into their manifests, YAML or JSON.

A value is changed where it stands. A new one goes to the container, unless only its pod has such a key: then it
changes all containers of the pod, and says so. A default is written by removing the key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.workload import Workload
from hardhull.formats.kubernetes.editing import Editing
from hardhull.formats.kubernetes.write_cluster import write_cluster
from hardhull.formats.kubernetes.write_lists import LISTS
from hardhull.formats.kubernetes.write_probes import PROBES
from hardhull.formats.kubernetes.write_resources import RESOURCES
from hardhull.formats.kubernetes.write_security import SECURITY_VALUES
from hardhull.formats.kubernetes.write_simple import SIMPLE
from hardhull.formats.wish import wish_of
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.model.field import Inexpressible
from hardhull.text.draft import UnwritableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from hardhull.facts.fact import Fact
    from hardhull.model.change import Change
    from hardhull.model.field import Field
    from hardhull.text.draft import Drafts

_VALUES: dict[str, Callable[[Editing, Any], None]] = {**SIMPLE, **SECURITY_VALUES, **RESOURCES, **PROBES}
"""Field with one value -> what sets it."""


def write(fact: Fact, change: Change, drafts: Drafts) -> None:
    """Writes one Change.

    Raises:
        UnwritableError: it cannot be written without a guess; with a text to paste where there is one.
    """
    if not isinstance(fact, Workload):
        write_cluster(change, drafts)
        return
    if not isinstance(change, SetTo | Add | Drop | Swap):
        raise UnwritableError("a manifest has no instructions")
    if isinstance(change, SetTo) and change.value is None and isinstance(getattr(fact, change.field), Inexpressible):
        return  # what cannot be said there is not there
    field = _field(fact, change)
    if isinstance(change, SetTo):
        if field.known and field.value == change.value:
            return
        setter = _VALUES.get(change.field)
        if setter is None:
            raise UnwritableError(f"hardhull cannot set {change.field} in a manifest")
        setter(_editing(fact, change, drafts), change.value)
        return
    writer = LISTS.get(change.field)
    if writer is None:
        raise UnwritableError(f"hardhull cannot change the items of {change.field} in a manifest")
    if isinstance(change, Add) and any(item.known and item.value == change.item for item in field.value):
        return
    if isinstance(change, Swap) and change.item.known and change.item.value == change.value:
        return
    writer(_editing(fact, change, drafts), change)


def _editing(fact: Workload, change: Change, drafts: Drafts) -> Editing:
    wish = wish_of(change)
    drafts.ask(fact.place, wish)
    return Editing(fact, drafts, wish)


def _field(fact: Workload, change: SetTo | Add | Drop | Swap) -> Field[Any]:
    """The field, if it can be changed at all."""
    name = change.field
    if fact.from_docs:
        raise UnwritableError("documentation is left to its authors")
    found: Field[Any] = getattr(fact, name)
    takes = isinstance(change, Drop) or (isinstance(change, SetTo) and change.value is None)
    if name in fact.cannot and not (takes and found.known):  # what an API server refuses there may go
        kind = fact.subject.partition(" of ")[0].rpartition(" ")[0]
        raise UnwritableError(f"Kubernetes has no key for {name} at this {kind}")
    if not found.known:
        raise UnwritableError(found.why or "it cannot be known what stands there")
    return found
