"""Containers share a network that nobody chose.

What it checks: `docker run` without a network, which puts the container on the engine's default bridge, and compose
projects with several services of which none names a network. Podman, tools that run once, and projects that define
their default network are left out.

Why it matters: on the default bridge every container reaches every other one, of whatever application, and their
ports are open to each other. In a compose project without networks the web server that was taken over talks to the
database and to every other service directly.

How to fix: give each application a network of its own (`docker network create`, `--network`), and divide a project:
the service that faces the world shares one network with the application, the application another one, `internal:
true`, with the database.

When it is fine: a single container that talks to nobody; projects whose services all need each other.

References: https://docs.docker.com/engine/network/drivers/bridge/#differences-between-user-defined-bridges-and-the-default-bridge
https://docs.docker.com/compose/how-tos/networking/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import own_network
from hardhull.rules.questions import throwaway
from hardhull.rules.rule import LOW, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-002",
    "default-network-only",
    dimension=NETWORK,
    severity=LOW,
    checklist=[12],
    cis=["docker-1.6:5.30", "docker-1.8:5.30"],
    tags=["cis"],
    by_hand="who has to talk to whom is not written down; one network for all would divide nothing",
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the container without a network, or the first service of a project without networks."""
    if workload.runtime != "docker" or throwaway(workload):
        return
    neighbours = workload.neighbours.get(())
    if neighbours:
        if workload.name == neighbours[0]:
            others = f"{len(neighbours) - 1} other service{'s' if len(neighbours) > 2 else ''}"
            yield workload.networks.finding(
                f"{workload.subject} and {others} of its project share one network that nobody chose",
                label="no networks",
                value="default",
                fix=own_network(workload),
            )
    elif (
        workload.syntax != "compose" and not workload.networks.value and workload.network_mode.value in {None, "bridge"}
    ):
        yield workload.network_mode.finding(
            f"{workload.subject} is on the default bridge with every other container that named no network",
            label="no network of its own",
            fix=own_network(workload),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-NET-002
    image: nginx:1.27
  db:
    image: postgres:17
""",
        good="""
services:
  web:
    image: nginx:1.27
    networks: [front]
  db:
    image: postgres:17
    networks: [back]
networks:
  front:
  back:
    internal: true
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d nginx:1.27  #! HH-NET-002
""",
        good="""
docker run -d --network shop nginx:1.27
""",
    ),
]
