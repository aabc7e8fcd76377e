"""Port is published on all addresses of the host.

What it checks: published ports without an address, or with 0.0.0.0 or `::`. Ports 80 and 443 of the host, which are
meant for everybody, ports listed in `allowed-ports` of hardhull.toml, and an engine whose `ip` setting binds them
elsewhere are left out. Database, administration and SSH ports have rules of their own.

Why it matters: Docker opens published ports in front of the host's own firewall rules (ufw, firewalld): what looks
closed is reachable from every network that the host is in.

How to fix: bind to the address that needs it: `127.0.0.1:8080:80` behind a reverse proxy on the same host. Containers
of one network reach each other without published ports.

When it is fine: services that are meant to be reached from everywhere; list their ports in hardhull.toml.

References: https://docs.docker.com/engine/network/packet-filtering-firewalls/#docker-and-ufw
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import back_to_default, to_loopback
from hardhull.rules.ports import is_public, reported_elsewhere
from hardhull.rules.questions import known_first, throwaway
from hardhull.rules.rule import LOW, MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

WEB = frozenset({"80", "443"})


@rule(
    "HH-NET-003",
    "port-on-all-interfaces",
    dimension=NETWORK,
    severity=MEDIUM,
    cis=["docker-1.6:5.14", "docker-1.8:5.14"],
    tags=["cis"],
    also=["dclint:no-unbound-port-interfaces"],
    about=["ports", "publish_all"],
)
def check(workload: Workload, policy: Policy) -> Iterator[Finding]:
    """Yields each such port, and the option that publishes all."""
    if workload.runtime == "kubernetes" or workload.network_mode.get(None) in {"host", "none"}:
        return
    for item in known_first(workload.ports):
        port = item.value
        if not is_public(workload, port) or port.host in WEB or reported_elsewhere(workload, port):
            continue
        if port.host in policy.allowed_ports or (port.host or port.container) in policy.allowed_ports:
            continue
        shown = f"port {port.host}" if port.host else f"a port for {port.container}"
        yield item.finding(
            f"{workload.subject} publishes {shown} on all addresses of the host",
            label="reachable from every network",
            value=f"{port.host or ''}:{port.container}/{port.protocol}",
            severity=LOW if throwaway(workload) or not port.host else None,
            fix=to_loopback(workload, item),
        )
    if workload.publish_all.get(False):
        yield workload.publish_all.finding(
            f"{workload.subject} publishes every port of its image on all addresses of the host",
            label="every exposed port",
            severity=LOW,
            fix=back_to_default(
                workload.publish_all,
                "publish no port that nobody named",
                "publish the ports that are needed by name, on 127.0.0.1 where that is enough",
                default=False,
            ),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    ports:
      - "8080:80"  #! HH-NET-003
      - "80:80"
""",
        good="""
services:
  web:
    image: nginx:1.27
    ports:
      - "127.0.0.1:8080:80"
      - "80:80"
""",
    ),
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    ports:
      - target: 80  #! HH-NET-003
        published: "8080"
""",
        good="""
services:
  web:
    image: nginx:1.27
    ports:
      - target: 80
        published: "8080"
        host_ip: 127.0.0.1
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d -p 8080:80 nginx:1.27  #! HH-NET-003
""",
        good="""
docker run -d -p 127.0.0.1:8080:80 nginx:1.27
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d -P nginx:1.27  #! HH-NET-003
""",
        good="""
docker run -d nginx:1.27
""",
    ),
]
