"""Container reaches another network through a port published on the host.

What it checks: TCP connections from every running container to published ports of containers with which it shares no
network (or on a network that keeps its containers apart), at its own gateway and at the host's addresses, tried in its
own network namespace. Ports 80 and 443 of the host are meant for everybody, except for containers that are on internal
networks only.

Why it matters: networks keep containers apart, and a published port leads around that: the host takes the connection at
the gateway's address and passes it on. From an internal network, which should have no way out, this is one.

How to fix: publish on the one address that needs it (`127.0.0.1:8080:80`), which no container reaches. Or keep
containers out by a rule: `iptables -I INPUT -i br-+ -p tcp --dport 8080 -j DROP` with the userland proxy,
`iptables -I DOCKER-USER` without.

When it is fine: ports that are meant for everybody, such as a web server's.

References: https://docs.docker.com/engine/network/packet-filtering-firewalls/
https://docs.docker.com/engine/network/port-publishing/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.network import PUBLISHED
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.network import EngineNetworks, Reached
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

SHOWN = 9


@rule(
    "HH-NET-702",
    "published-port-through-gateway",
    dimension=NETWORK,
    severity=MEDIUM,
    checklist=[12],
    by_hand="which containers need the port only a person knows",
)
def check(networks: EngineNetworks, _policy: Policy) -> Iterator[Finding]:
    """Yields one for each container and published port that it should not reach."""
    ways: dict[tuple[str, str, int, bool], list[Field[Reached]]] = {}
    for item in known_first(networks.reach):
        one = item.value
        if one.open and one.way == PUBLISHED and not one.intended:
            ways.setdefault((one.target, one.source, one.inner, one.shut), []).append(item)
    for (target, source, inner, shut), items in ways.items():
        first, *others = items
        out = ", although it is on internal networks only" if shut else ""
        yield first.finding(
            f"{source} reaches port {inner} of {target} at {first.value.shown}{out}: {first.value.why}",
            label="a connection from it was accepted",
            also=tuple(item.mark(f"at {item.value.shown}") for item in others[:SHOWN]),
            value=f"{source} {target} {inner}",
            severity=MEDIUM if shut else LOW,
        )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["network"]},
 "network": {
  "GET /networks": [{"Name": "back", "Driver": "bridge", "Internal": true}, {"Name": "shop", "Driver": "bridge"}],
  "containers": [
   {"name": "job", "in": "job", "GET /containers/1/json": {"Networks": {"back": {"IPAddress": "172.19.0.2"}}}},
   {"name": "db", "in": "db", "GET /containers/2/json": {"Networks": {"shop": {"IPAddress": "172.18.0.3"}}}}
  ],
  "connections": [
   {"from": "job", "run connect, in /proc/41/ns/net": [
    "172.18.0.3:5432 db:5432 no way",
    "172.19.0.1:15432 db:5432 open"  #! HH-NET-702
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
  "GET /networks": [{"Name": "back", "Driver": "bridge", "Internal": true}, {"Name": "shop", "Driver": "bridge"}],
  "containers": [
   {"name": "job", "in": "job", "GET /containers/1/json": {"Networks": {"back": {"IPAddress": "172.19.0.2"}}}},
   {"name": "db", "in": "db", "GET /containers/2/json": {"Networks": {"shop": {"IPAddress": "172.18.0.3"}}}}
  ],
  "connections": [
   {"from": "job", "run connect, in /proc/41/ns/net": [
    "172.18.0.3:5432 db:5432 no way",
    "172.19.0.1:15432 db:5432 refused"
   ]}
  ]
 }
}
""",
    ),
]
