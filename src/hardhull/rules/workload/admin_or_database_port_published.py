"""Database or administration port is published to the network.

What it checks: ports of databases, caches, queues and administration interfaces that are published on other addresses
than localhost: known port numbers of the container, and known administration images with whatever port they publish.

Why it matters: these services trust whoever reaches them, or stand between an attacker and all data with one
password; scanners of the internet find them within hours, and Docker opens the port in front of the host's firewall.

How to fix: remove `ports`: other containers of the network reach the service without it. For your own access bind to
127.0.0.1 and use an SSH tunnel.

When it is fine: networks that only trusted machines are in; bind to the address in that network.

References: https://docs.docker.com/engine/network/packet-filtering-firewalls/
https://docs.docker.com/compose/how-tos/networking/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import to_loopback
from hardhull.rules.ports import inner_service, is_public
from hardhull.rules.questions import known_first, throwaway
from hardhull.rules.rule import CRITICAL, HIGH, MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-004",
    "admin-or-database-port-published",
    dimension=NETWORK,
    severity=HIGH,
    cis=["docker-1.6:5.9", "docker-1.8:5.9"],
    tags=["cis"],
    about=["ports"],
)
def check(workload: Workload, policy: Policy) -> Iterator[Finding]:
    """Yields each such port."""
    if workload.network_mode.get(None) in {"host", "none"}:
        return
    for item in known_first(workload.ports):
        port = item.value
        what = inner_service(workload, port)
        if what is None or not is_public(workload, port) or port.host in policy.allowed_ports:
            continue
        engine = what == "the Docker API"
        yield item.finding(
            f"{workload.subject} publishes {what} to the network (port {port.host or 'chosen by the engine'})",
            label=f"{what}, reachable from every network" if not port.host_ip else f"{what}, on {port.host_ip}",
            value=f"{port.host or ''}:{port.container}/{port.protocol}",
            severity=CRITICAL if engine else MEDIUM if throwaway(workload) or not port.host else None,
            fix=to_loopback(workload, item),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  db:
    image: postgres:17
    ports:
      - "5432:5432"  #! HH-NET-004
""",
        good="""
services:
  db:
    image: postgres:17
    ports:
      - "127.0.0.1:5432:5432"
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d -p 6379:6379 redis:7.4  #! HH-NET-004
""",
        good="""
docker run -d -p 127.0.0.1:6379:6379 redis:7.4
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: db
spec:
  containers:
    - name: db
      image: mysql:8.4
      ports:
        - containerPort: 3306
          hostPort: 3306  #! HH-NET-004
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: db
spec:
  containers:
    - name: db
      image: mysql:8.4
      ports:
        - containerPort: 3306
""",
    ),
]
