"""Limits contradict each other.

What it checks: a reservation (request) above the limit, a swap limit below the memory limit or without one, a memory
limit below the engine's minimum of 6 MiB.

Why it matters: the engine or the API server refuses the container: it does not start, and after the next change it
may be the limit that is taken away.

How to fix: make the reservation smaller than the limit, and the swap limit equal to the memory limit or larger.

When it is fine: never: it is refused.

References: https://docs.docker.com/engine/containers/resource_constraints/
https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import SAFE, set_value
from hardhull.rules.questions import MIB
from hardhull.rules.rule import LIMITS, MEDIUM, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

SMALLEST = 6 * MIB
"""What the Docker engine takes at least (linuxMinMemory in daemon/daemon_unix.go)."""


def _contradictions(workload: Workload) -> Iterator[tuple[Field[int | None], str, int | None]]:
    """The fields that are wrong, why, and what would be right."""
    memory = workload.memory.value or 0
    reserved = workload.memory_reservation.value or 0
    swap = workload.memory_swap.get(None) or 0
    docker = workload.runtime == "docker"
    if 0 < memory < reserved:
        yield workload.memory_reservation, f"it reserves {reserved // MIB} MiB and may use {memory // MIB} MiB", memory
    if 0 < swap < memory:
        yield workload.memory_swap, f"memory and swap together ({swap // MIB} MiB) are less than its memory", memory
    if docker and swap > 0 and not memory:
        yield workload.memory_swap, "a swap limit needs a memory limit", None
    if docker and 0 < memory < SMALLEST:
        yield workload.memory, "the engine takes at least 6 MiB of memory", SMALLEST


@rule(
    "HH-LIM-203",
    "limits-contradict",
    dimension=LIMITS,
    severity=MEDIUM,
    checklist=[10],
    tags=["hollow"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each contradiction."""
    for field, why, right in _contradictions(workload):
        shown = "nothing" if right is None else f"{right // MIB} MiB"
        fix = set_value(field, right, f"set it to {shown}: it starts only then", risk=SAFE)
        yield field.finding(f"{workload.subject} cannot start: {why}", label=why, fix=fix)
    cpus, reserved = workload.cpus.value or 0, workload.cpu_reservation.get(None) or 0
    if workload.runtime == "kubernetes" and 0 < cpus < reserved:
        yield workload.cpu_reservation.finding(
            f"{workload.subject} cannot start: it requests {reserved:g} CPUs and may use {cpus:g}",
            label="more than the limit",
            fix=set_value(workload.cpu_reservation, cpus, f"request {cpus:g} CPUs: it starts only then", risk=SAFE),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    mem_limit: 256m
    mem_reservation: 512m  #! HH-LIM-203
""",
        good="""
services:
  web:
    image: nginx:1.27
    mem_limit: 256m
    mem_reservation: 256m
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --memory 256m --memory-swap 128m nginx:1.27  #! HH-LIM-203
""",
        good="""
docker run -d --memory 256m --memory-swap 256m nginx:1.27
""",
    ),
    Example(
        "kubernetes",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx:1.27
      resources:
        requests:
          memory: 512Mi  #! HH-LIM-203
        limits:
          memory: 256Mi
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx:1.27
      resources:
        requests:
          memory: 256Mi
        limits:
          memory: 256Mi
""",
    ),
]
