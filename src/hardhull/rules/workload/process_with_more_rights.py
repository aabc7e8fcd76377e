"""Process in a container has more rights than the container.

What it checks: every process of a running container against its first one: root's rights, more capabilities, no
system call filter, setuid programs that count.

Why it matters: `docker exec --privileged`, `docker exec --user root` and `nsenter` start processes that the container's
own hardening does not bind. They share its files and network: what takes them over has their rights.

How to fix: end the process; give rights to the container itself if the application needs them, and allow `exec` only
to those who must (an authorization plugin, or API access by a proxy). Audit rules show who does it.

When it is fine: while somebody debugs. A program that gains root by a setuid file of its image is found as well: then
no-new-privileges is the fix.

References: https://docs.docker.com/reference/cli/docker/container/exec/
https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.questions import known_first
from hardhull.rules.rule import HIGH, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-211",
    "process-with-more-rights",
    dimension=PRIVILEGE,
    severity=HIGH,
    cis=["docker-1.6:5.23", "docker-1.6:5.24", "docker-1.8:5.23", "docker-1.8:5.24"],
    tags=["cis"],
    about=["escalated"],
    by_hand="whether the process may be ended, only its owner knows",
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each such process."""
    for item in known_first(workload.escalated):
        yield item.finding(
            f"in {workload.subject} a process goes beyond it: {item.value}",
            label="more than the container has",
            value=item.value,
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
    "/proc/812/uid_map": "0 0 4294967295",
    "/proc/901/status": {
     "Name": "sh",
     "Uid": "0 0 0 0",
     "CapBnd": "000001ffffffffff",  #! HH-PRV-211
     "NoNewPrivs": "1"
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
    },
    "/proc/812/uid_map": "0 0 4294967295",
    "/proc/901/status": {
     "Name": "sh",
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
