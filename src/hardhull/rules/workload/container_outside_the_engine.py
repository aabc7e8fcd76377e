"""Container runs that the engine does not know of.

What it checks: processes with a root folder, mounts and process numbers of their own that belong to no container of the
engine that was asked: those of other engines and runtimes (containerd, Podman, CRI-O, LXC, plain runc), and those that
an engine lost when its user namespaces or data folder were changed under live-restore.

Why it matters: what `docker ps` does not list is not updated, not restarted with new settings, not seen by checks that
ask the engine only.

How to fix: find its owner by the control group and the program; stop it, or audit it with its own runtime.

When it is fine: a machine on purpose has several runtimes.

References: https://docs.docker.com/engine/daemon/live-restore/
https://man7.org/linux/man-pages/man7/namespaces.7.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-008",
    "container-outside-the-engine",
    dimension=MONITORING,
    severity=LOW,
    about=["outside"],
    by_hand="whose container it is, the kernel does not know",
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the container."""
    group = workload.outside.value
    if group:
        yield workload.outside.finding(
            f"{workload.subject} is none of the engine's: its control group is {group}",
            label="not in `docker ps`",
            value="",
        )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["containers"]},
 "containers": [
  {
   "name": "4fa6e0f0c678",
   "runtime": "podman",
   "program": "nginx",
   "kernel": {
    "/proc/812/status": {
     "Name": "nginx"
    },
    "/proc/812/cgroup": {
     "memory": "/machine.slice/libpod-4fa6e0f0c678.scope"  #! HH-MON-008
    }
   }
  }
 ]
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["containers"]},
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
    }
   }
  }
 ]
}
""",
    ),
]
