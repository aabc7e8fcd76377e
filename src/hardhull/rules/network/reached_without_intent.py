"""Container reaches another one that nobody connected it to.

What it checks: TCP connections from every running container to the listening ports of every other one, tried in their
own network namespaces. Meant is what shares a network that somebody made, and what is linked; the default bridge, where
every container is that names no network, says nothing of its containers, and a network with `enable_icc` switched off
says that they shall not.

Why it matters: who takes over one of them reaches all ports of the other, also those that are not published: databases,
caches and admin pages that trust their network.

How to fix: put containers that belong together on a network of their own; `hardhull fix network` does that while they
run, and tries all connections again. Then `"icc": false` in daemon.json closes the default bridge. Where a network with
`enable_icc` off lets them through, look for a rule of the packet filter that accepts before the engine's.

When it is fine: containers that work together on the default bridge of a development machine.

References: https://docs.docker.com/engine/network/drivers/bridge/#differences-between-user-defined-bridges-and-the-default-bridge
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.network import OUTSIDE, OWN
from hardhull.rules.questions import known_first
from hardhull.rules.rule import MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.fact import Items
    from hardhull.facts.network import EngineNetworks, Reached
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

SHOWN = 9


@rule(
    "HH-NET-701",
    "reached-without-intent",
    dimension=NETWORK,
    severity=MEDIUM,
    checklist=[12],
    by_hand="`hardhull fix network` makes networks for those that belong together",
)
def check(networks: EngineNetworks, _policy: Policy) -> Iterator[Finding]:
    """Yields one for each pair of containers, with all ports."""
    pairs: dict[tuple[str, str], list[Field[Reached]]] = {}
    for item in known_first(networks.reach):
        one = item.value
        if one.open and one.way == OWN and not one.intended and one.source != OUTSIDE:
            pairs.setdefault((one.source, one.target), []).append(item)
    for (source, target), items in pairs.items():
        yield _finding(source, target, tuple(items))


def _finding(source: str, target: str, items: Items[Reached]) -> Finding:
    ports = sorted({item.value.inner for item in items})
    shown = ", ".join(map(str, ports[:SHOWN])) + (", ..." if len(ports) > SHOWN else "")
    first, *others = items
    return first.finding(
        f"{source} reaches {target} on {'port' if len(ports) == 1 else 'ports'} {shown}: {first.value.why}",
        label="a connection from it was accepted",
        also=tuple(item.mark(f"port {item.value.inner}") for item in others[:SHOWN]),
        value=f"{source} {target}",
    )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["network"]},
 "network": {
  "GET /networks": [{"Name": "bridge", "Driver": "bridge"}],
  "containers": [
   {"name": "web", "in": "web", "GET /containers/1/json": {"Networks": {"bridge": {"IPAddress": "172.17.0.2"}}}},
   {"name": "db", "in": "db", "GET /containers/2/json": {"Networks": {"bridge": {"IPAddress": "172.17.0.3"}}}}
  ],
  "connections": [
   {"from": "web", "run connect, in /proc/41/ns/net": [
    "172.17.0.3:5432 db:5432 open"  #! HH-NET-701
   ]}
  ]
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["network"]},
 "network": {
  "GET /networks": [{"Name": "bridge", "Driver": "bridge"}, {"Name": "shop", "Driver": "bridge"}],
  "containers": [
   {"name": "web", "in": "web", "GET /containers/1/json": {"Networks": {"shop": {"IPAddress": "172.18.0.2"}}}},
   {"name": "db", "in": "db", "GET /containers/2/json": {"Networks": {"shop": {"IPAddress": "172.18.0.3"}}}}
  ],
  "connections": [
   {"from": "web", "run connect, in /proc/41/ns/net": [
    "172.18.0.3:5432 db:5432 open"
   ]}
  ]
 }
}
""",
    ),
]
