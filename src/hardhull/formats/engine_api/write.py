"""Writes Changes of a Workload into the body of ``POST /containers/create`` that it was read from.

The law: reading the new body gives the workload with the change and everything else as it was. The output of ``docker
inspect`` is a report and nobody's source: it is left alone, with the command that changes the container.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from hardhull.facts.workload import Workload
from hardhull.formats.docker_run.write import options_for
from hardhull.formats.engine_api import spell
from hardhull.formats.engine_api.body import Body
from hardhull.formats.engine_api.parse import NANO
from hardhull.formats.engine_api.reader import containers, place_of
from hardhull.formats.engine_api.write_lists import add, drop, swap
from hardhull.formats.engine_api.write_security import SECURITY, set_security
from hardhull.formats.jsonread import fold, int_of
from hardhull.model.change import Add, Drop, SetTo, Swap
from hardhull.text.draft import UnwritableError
from hardhull.text.nodes import Mapping
from hardhull.text.tree.draft import TreeDraft

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.facts.fact import Fact
    from hardhull.model.change import Change
    from hardhull.text.draft import Drafts

UPDATED = frozenset({"cpu_shares", "cpus", "memory", "memory_reservation", "memory_swap", "pids", "restart"})
"""What ``docker update`` changes while the container runs."""

HOST = "HostConfig"


def write(fact: Fact, change: Change, drafts: Drafts) -> None:
    """Writes one Change.

    Raises:
        UnwritableError: it cannot be written without a guess.
    """
    assert isinstance(fact, Workload)  # noqa: S101  the syntax says so
    if not isinstance(change, SetTo | Add | Drop | Swap):
        raise UnwritableError("a create body has no instructions")
    if change.field in fact.cannot:
        raise UnwritableError(f"the Engine API has no words for {change.field}")
    tree = drafts.keep(fact.place.source, TreeDraft, TreeDraft.of_json)
    node = next(
        (one for one in containers(tree.layout.roots[0]) if place_of(one, fact.place.source) == fact.place), None
    )
    if node is None:
        raise UnwritableError("the container does not stand in this file by itself")
    if isinstance(fold(node, "Config"), Mapping):
        _refuse_report(fact, change)
    body = Body(tree, node)
    if isinstance(change, SetTo):
        _set(body, fact, change)
    elif isinstance(change, Add):
        add(body, fact, change.field, change.item)
    elif isinstance(change, Drop):
        drop(body, fact, change.field, change.item)
    else:
        swap(body, fact, change.field, change.item, change.value)


def _refuse_report(workload: Workload, change: SetTo | Add | Drop | Swap) -> None:
    """Says how the container itself is changed.

    Raises:
        UnwritableError: always.
    """
    why = "the file shows what the engine has; nothing is made from it"
    options = options_for(workload, change)
    if change.field in UPDATED and options:
        raise UnwritableError(
            f"{why}. This can be changed while the container runs",
            f"{workload.runtime} update {options} {shlex.quote(workload.name)}",
        )
    raise UnwritableError(f"{why}. Make the container anew, with other options", options)


def _set(body: Body, workload: Workload, change: SetTo) -> None:
    field, value = change.field, change.value
    is_default = value == getattr(Workload, field).default
    if field == "image" and is_default:
        raise UnwritableError("a container needs an image")
    if field in spell.SCALARS:
        path, plain = spell.SCALARS[field]
        if is_default:
            body.remove(path)
        else:
            body.set(path, plain(value))
    elif field in _OWN:
        _OWN[field](body, workload, None if is_default else value)
    elif field in SECURITY:
        set_security(body, workload, field, None if is_default else value)
    else:
        what = json.dumps(value) if isinstance(value, str | int) else ""
        raise UnwritableError(f"the Engine API has no words for {field} {what}".rstrip())


def _parts(path: tuple[str, ...], plain: Callable[[Any], dict[str, Any]]) -> Callable[[Body, Workload, Any], None]:
    """A field that is an object there, of which only the parts that differ are written."""

    def write_parts(body: Body, _workload: Workload, value: Any) -> None:
        if value is None:
            body.remove(path)
        else:
            body.merge(path, plain(value))

    return write_parts


def _cpus(body: Body, _workload: Workload, value: float | None) -> None:
    """``NanoCpus``; a quota and its period would contradict it."""
    for key in ("CpuQuota", "CpuPeriod"):
        if int_of(body.get((HOST, key))):
            body.remove((HOST, key))
    if value is None:
        body.remove((HOST, "NanoCpus"))
    else:
        body.set((HOST, "NanoCpus"), round(value * NANO))


def _network_mode(body: Body, workload: Workload, value: str | None) -> None:
    if workload.networks.get(()) and value is not None:
        raise UnwritableError("the container is on networks, which a network mode excludes")
    if value is not None:
        body.set((HOST, "NetworkMode"), value)
    elif workload.network_mode.get(None) is not None:
        body.remove((HOST, "NetworkMode"))


def _expose(body: Body, workload: Workload, value: tuple[str, ...] | None) -> None:
    for port in workload.expose.get(()):
        if port not in (value or ()):
            body.remove(("ExposedPorts", port))
    for port in value or ():
        body.set(("ExposedPorts", port), {})


_OWN: dict[str, Callable[[Body, Workload, Any], None]] = {
    "cpus": _cpus,
    "expose": _expose,
    "healthcheck": _parts(("Healthcheck",), spell.healthcheck),
    "network_mode": _network_mode,
    "restart": _parts((HOST, "RestartPolicy"), spell.restart),
}
