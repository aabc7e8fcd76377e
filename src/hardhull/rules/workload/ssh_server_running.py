"""SSH server runs in a container.

What it checks: the processes of a running container, as the kernel lists them, for sshd and dropbear.

Why it matters: it is a second way in, with keys, passwords and updates of its own, that no orchestration knows of.

How to fix: leave it out of the image; `docker exec` does the same, under the engine's access control.

When it is fine: images whose purpose is SSH (a bastion, SFTP, a Git server).

References: https://docs.docker.com/engine/security/
https://www.cisecurity.org/benchmark/docker
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.ports import speaks_ssh
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-008",
    "ssh-server-running",
    dimension=NETWORK,
    severity=MEDIUM,
    cis=["docker-1.6:5.7", "docker-1.8:5.7"],
    tags=["cis"],
    about=["ssh_servers"],
    by_hand="the image has to be built without it",
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each such process."""
    for item in known_first(workload.ssh_servers):
        yield item.finding(
            f"{workload.subject} lets people in by SSH ({item.value})",
            label="an SSH server",
            value=item.value,
            severity=LOW if workload.image.known and speaks_ssh(workload) else None,
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
    "/proc/840/comm": "sshd"  #! HH-NET-008
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
