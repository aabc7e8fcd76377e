"""Published port bypasses the rules of INPUT.

What it checks: published TCP ports that a rule of the `nat` table sends to the container before the host's INPUT chain
is asked, on a host whose INPUT chain keeps strangers from this port. A rule of DOCKER-USER for it, or for all, counts,
and so does what `hardhull prove network` tries from another machine.

Why it matters: ufw, firewalld and hand-written rules stand in INPUT; `ufw status` says that the port is closed, and
everybody reaches it.

How to fix: publish on the one address that needs it, or write the rule into DOCKER-USER, which is asked for packets to
containers: `iptables -I DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8080 -j DROP`.

When it is fine: a port that is meant for everybody on a host that opens its ports one by one: open it in INPUT too, so
that the rules say what is true.

References: https://docs.docker.com/engine/network/packet-filtering-firewalls/#docker-and-ufw
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from hardhull.facts.network import PUBLISHED
from hardhull.rules.questions import known_first
from hardhull.rules.reached import tried_outside
from hardhull.rules.rule import HIGH, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.network import EngineNetworks
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-703",
    "published-port-beside-firewall",
    dimension=NETWORK,
    severity=HIGH,
    checklist=[12],
    by_hand="who may reach the port only a person knows",
)
def check(networks: EngineNetworks, _policy: Policy) -> Iterator[Finding]:
    """Yields each port."""
    tried = tried_outside(networks, PUBLISHED)
    for item in known_first(networks.published):
        port = item.value
        proof = tried.get((port.target, port.port))
        if proof is not None and not proof.value.open:
            continue
        if port.denied and port.rewritten and not port.narrowed and not ip_address(port.address).is_loopback:
            yield item.finding(
                f"{port.target} is reached at {port.shown} although INPUT keeps strangers out ({port.denied})",
                label=f"before that: {port.rewritten}",
                also=(proof.mark("tried from another machine"),) if proof is not None else (),
                value=f"{port.target} {port.shown}",
            )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["network"]},
 "network": {
  "GET /networks": [{"Name": "shop", "Driver": "bridge"}],
  "containers": [
   {"name": "web", "in": "web", "/proc/41/net/tcp": ["0.0.0.0:80"], "GET /containers/1/json": {
    "Networks": {"shop": {"IPAddress": "172.18.0.2"}},
    "Ports": {"80/tcp": [
     {"HostIp": "0.0.0.0", "HostPort": "8080"}  #! HH-NET-703
    ]}
   }}
  ],
  "run iptables -S": ["-P INPUT DROP", "-A DOCKER-USER -j RETURN"],
  "run iptables -t nat -S": ["-A DOCKER ! -i br-1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80"]
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["network"]},
 "network": {
  "GET /networks": [{"Name": "shop", "Driver": "bridge"}],
  "containers": [
   {"name": "web", "in": "web", "/proc/41/net/tcp": ["0.0.0.0:80"], "GET /containers/1/json": {
    "Networks": {"shop": {"IPAddress": "172.18.0.2"}},
    "Ports": {"80/tcp": [
     {"HostIp": "0.0.0.0", "HostPort": "8080"}
    ]}
   }}
  ],
  "run iptables -S": ["-P INPUT DROP", "-A DOCKER-USER -i eth0 -j DROP", "-A DOCKER-USER -j RETURN"],
  "run iptables -t nat -S": ["-A DOCKER ! -i br-1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80"]
 }
}
""",
    ),
]
