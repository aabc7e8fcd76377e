"""Limits: a service's own keys, and those of ``deploy``, which win where both are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardhull.facts.parts import BlockLimit
from hardhull.formats.compose import known
from hardhull.formats.compose.pairs import elements
from hardhull.formats.compose.tree import Items, Table, Text
from hardhull.formats.compose.units import BadValueError, decimal, integer, shown, size
from hardhull.model.field import Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardhull.formats.compose.fields import Fields
    from hardhull.formats.compose.tree import Pair, Tree
    from hardhull.text.scalars import Value

LIMIT_KEYS = frozenset(
    {
        "cpu_period", "cpu_quota", "cpus", "deploy", "mem_limit", "mem_reservation", "pids_limit", "restart", "scale",
    }
)  # fmt: skip

_BOTH: tuple[tuple[str, str, str, str, Callable[[Value], Any]], ...] = (
    ("memory", "mem_limit", "limits", "memory", size),
    ("cpus", "cpus", "limits", "cpus", decimal),
    ("pids", "pids_limit", "limits", "pids", integer),
    ("memory_reservation", "mem_reservation", "reservations", "memory", size),
    ("cpu_reservation", "", "reservations", "cpus", decimal),
)
"""Field, own key, part of ``deploy.resources``, key in it, and how it is read."""


def put_limits(fields: Fields) -> None:
    """Everything that ``deploy`` has a word for too."""
    pairs = fields.service.pairs
    if LIMIT_KEYS.isdisjoint(pairs):
        return
    deploy = _deploy(fields)
    resources = _part(fields, deploy, "resources", known.RESOURCES)
    parts = {
        "limits": _part(fields, resources, "limits", known.LIMITS),
        "reservations": _part(fields, resources, "reservations", known.RESERVATIONS),
    }
    for slot, key, part, inner, convert in _BOTH:
        own = _field(fields, slot, pairs.get(key), convert)
        there = parts[part]
        deployed = _field(fields, slot, there.pairs.get(inner) if there else None, convert)
        _put(fields, own, deployed, there)
    if "cpus" not in fields.workload.fields:
        _quota(fields)
    _restart(fields, deploy)
    scale, replicas = pairs.get("scale"), deploy.pairs.get("replicas") if deploy else None
    for pair in (replicas, scale):
        if pair is not None:
            fields.scalar("replicas", pair.value, integer)


def _deploy(fields: Fields) -> Table | None:
    pair = fields.service.pairs.get("deploy")
    return _checked(fields, pair, "deploy", known.DEPLOY) if pair is not None else None


def _part(fields: Fields, table: Table | None, key: str, keys: frozenset[str]) -> Table | None:
    pair = table.pairs.get(key) if table is not None else None
    if pair is None:
        return None
    part = _checked(fields, pair, key, keys)
    if key == "reservations" and part is not None:
        for name in ("devices", "generic_resources"):
            if name in part.pairs:
                fields.unread(f"deploy.resources.reservations.{name}", part.pairs[name])
    return part


def _checked(fields: Fields, pair: Pair, where: str, keys: frozenset[str]) -> Table | None:
    """A mapping; a service's own key that stands in it by mistake does nothing, and is named as such."""
    table = fields.table(pair, keys)
    for name, inner in table.pairs.items() if table is not None else ():
        if name not in keys and name in known.SERVICE:
            fields.hollow(f"{name} stands in {where} and not in the service itself", inner)
    return table


def _field(fields: Fields, slot: str, pair: Pair | None, convert: Callable[[Value], Any]) -> Field[Any] | None:
    return None if pair is None else fields.field(slot, pair.value, convert)


def _put(fields: Fields, own: Field[Any] | None, deployed: Field[Any] | None, part: Table | None) -> None:
    """The limit that counts: that of ``deploy``, unless it is 0. Compose wants both to say the same."""
    if own is not None and part is not None and own.known and own.value:
        other = deployed.get(0) if deployed is not None else 0
        if (deployed is None or deployed.known) and other != own.value:
            fields.refuse(part, f"{own.name} has another value here than in the service's own key ({own.place})")
    winner = own if deployed is None or (deployed.known and not deployed.value and own is not None) else deployed
    if winner is not None:
        fields.workload.fields[winner.name] = winner


def _quota(fields: Fields) -> None:
    """``cpu_quota`` by ``cpu_period`` (by default 100 ms) is a number of CPUs."""
    pairs = fields.service.pairs
    quota = _field(fields, "cpus", pairs.get("cpu_quota"), _microseconds)
    period = _field(fields, "cpus", pairs.get("cpu_period"), _microseconds)
    for field in (quota, period):
        if field is not None and not field.known:
            fields.workload.fields["cpus"] = field
            return
    if quota is not None and quota.value > 0:
        fields.put(
            "cpus", quota.value / (period.value if period is not None and period.value else 100_000), quota.place
        )


def _microseconds(data: Value) -> int:
    return integer(data)


def _restart(fields: Fields, deploy: Table | None) -> None:
    """``restart``, or the policy of ``deploy``, which Docker Compose takes instead of it."""
    own = fields.service.pairs.get("restart")
    policy = deploy.pairs.get("restart_policy") if deploy is not None else None
    if policy is None or not isinstance(policy.value, Table):
        if own is not None:
            fields.string("restart", own.value)
        return
    condition, attempts = policy.value.get("condition"), policy.value.get("max_attempts")
    for part in (condition, attempts):
        if isinstance(part, Text) and part.why is not None:
            fields.unknown("restart", part.place, part.why)
            return
    word = shown(condition.data) if isinstance(condition, Text) else ""
    word = {"": "no", "none": "no", "any": "always"}.get(word, word)
    if word == "on-failure" and isinstance(attempts, Text) and attempts.data is not None:
        word += f":{shown(attempts.data)}"
    fields.put("restart", word, (condition or policy).place)


def block_io(fields: Fields, pair: Pair) -> None:
    """``blkio_config``."""
    table = pair.value
    if not isinstance(table, Table):
        fields.refuse(table, "blkio_config is no mapping")
        return
    found: list[Field[BlockLimit]] = []
    for name, entry in table.pairs.items():
        if name == "weight":
            weight = fields.field("block_io", entry.value, lambda data: BlockLimit("weight", "", integer(data)))
            found += [weight] if weight is not None else []
        elif isinstance(entry.value, Items):
            found += [_device(fields, name.removeprefix("device_"), item) for item in elements(entry.value)]
    fields.put_items("block_io", found, pair.place)


def _device(fields: Fields, what: str, item: Tree) -> Field[BlockLimit]:
    path = item.get("path") if isinstance(item, Table) else None
    rate = item.get("weight" if what == "weight_device" else "rate") if isinstance(item, Table) else None
    if not isinstance(path, Text) or not isinstance(rate, Text):
        return Field.unknown(
            "block_io", item.place, fields.refuse(item, f"{what} has no path or no rate"), written=True
        )
    why = path.why or rate.why
    if why is not None:
        return Field.unknown("block_io", item.place, why, written=True)
    try:
        return Field("block_io", BlockLimit(what, shown(path.data), size(rate.data)), item.place)
    except BadValueError as error:
        return Field.unknown("block_io", item.place, fields.refuse(item, str(error)), written=True)
