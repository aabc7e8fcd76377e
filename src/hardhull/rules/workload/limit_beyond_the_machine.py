"""Limit is larger than what the machine has.

What it checks: of a running container, the limits that its control group really has, against this machine: memory of
80 % or more of all there is, as many processors as there are, more than a quarter of the processes that the kernel can
number, and CPU shares of eight containers or more.

Why it matters: a limit that the machine reaches first limits nothing: one container still takes all of it, and every
check that only asks whether a limit is set is satisfied.

How to fix: set it from what a recorded run used, with room to spare: `docker update --memory 512m NAME`.

When it is fine: a machine that runs one container only.

References: https://docs.docker.com/engine/containers/resource_constraints/
https://docs.kernel.org/admin-guide/cgroup-v2.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.rule import LIMITS, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-LIM-204",
    "limit-beyond-the-machine",
    dimension=LIMITS,
    severity=LOW,
    checklist=[10],
    cis=[
        "docker-1.6:5.11",
        "docker-1.6:5.12",
        "docker-1.6:5.29",
        "docker-1.8:5.11",
        "docker-1.8:5.12",
        "docker-1.8:5.29",
    ],
    tags=["cis", "hollow"],
    about=["memory", "cpus", "pids", "cpu_shares"],
    by_hand="the right size is not in the numbers of the machine: `hardhull learn` measures it",
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each limit that the machine reaches first."""
    for field, machine, share, what in (
        (workload.memory, workload.machine_memory.value, MEMORY, "of memory"),
        (workload.cpus, workload.machine_cpus.value, PROCESSORS, "processors"),
        (workload.pids, workload.machine_pids.value, PROCESSES, "processes"),
    ):
        limit = field.value
        if limit and machine and limit >= machine * share and machine > 1:
            yield field.finding(
                f"{workload.subject} may have {limit:,} {what}; the machine has {machine:,}",
                label="no limit on this machine",
                value=field.name,
            )
    shares = workload.cpu_shares.value
    if shares and shares >= SHARES:
        yield workload.cpu_shares.finding(
            f"{workload.subject} goes before {shares // 1024} others whenever processors are short",
            label=f"{shares // 1024} times the usual share",
            value="cpu_shares",
        )


MEMORY, PROCESSORS, PROCESSES = 0.8, 1.0, 0.25
SHARES = 8 * 1024
"""Eight times what a container has that nobody gave any."""


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["containers"]},
 "machine": {"/proc/meminfo": {"MemTotal": "24576000 kB"}},
 "containers": [
  {
   "GET /containers/4fa6e0f0c678/json": {
    "Name": "/web",
    "Config": {"Image": "nginx:1.27"},
    "HostConfig": {}
   },
   "kernel": {
    "/proc/812/status": {
     "Name": "nginx",
     "Uid": "1000 1000 1000 1000",
     "CapBnd": "0000000000000000",
     "NoNewPrivs": "1"
    },
    "/sys/fs/cgroup/memory/docker/4fa6e0f0c678/memory.limit_in_bytes": "21474836480"  #! HH-LIM-204
   }
  }
 ]
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["containers"]},
 "machine": {"/proc/meminfo": {"MemTotal": "24576000 kB"}},
 "containers": [
  {
   "GET /containers/4fa6e0f0c678/json": {
    "Name": "/web",
    "Config": {"Image": "nginx:1.27"},
    "HostConfig": {}
   },
   "kernel": {
    "/proc/812/status": {
     "Name": "nginx",
     "Uid": "1000 1000 1000 1000",
     "CapBnd": "0000000000000000",
     "NoNewPrivs": "1"
    },
    "/sys/fs/cgroup/memory/docker/4fa6e0f0c678/memory.limit_in_bytes": "1073741824"
   }
  }
 ]
}
""",
    ),
]
