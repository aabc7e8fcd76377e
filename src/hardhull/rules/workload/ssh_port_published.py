"""Container publishes an SSH server.

What it checks: published ports that lead to port 22 of the container. Git servers and SFTP servers, which speak SSH
for other reasons, are left out.

Why it matters: a second way to log in, with accounts, keys and updates of its own that nobody looks after, past the
control over who may enter containers.

How to fix: remove it; use `docker exec` or `kubectl exec`, which the engine's access rules and audit cover.

When it is fine: bastion hosts.

References: https://docs.docker.com/reference/cli/docker/container/exec/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, drop
from hardhull.rules.ports import is_public, speaks_ssh
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, MEDIUM, NETWORK, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-NET-005",
    "ssh-port-published",
    dimension=NETWORK,
    severity=MEDIUM,
    cis=["docker-1.6:5.7", "docker-1.8:5.7"],
    tags=["cis"],
    about=["ports"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each such port."""
    if speaks_ssh(workload):
        return
    for item in known_first(workload.ports):
        port = item.value
        if port.container == "22" and port.protocol == "tcp":
            yield item.finding(
                f"{workload.subject} lets people log in by SSH",
                label="an SSH server in a container",
                value=port.host or "",
                severity=None if is_public(workload, port) else LOW,
                fix=drop(
                    workload.ports,
                    [item],
                    "publish no SSH server",
                    risk=NEEDS_PROOF,
                    mitigation="whoever logs in uses `docker exec` or `kubectl exec` instead",
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
      - "2222:22"  #! HH-NET-005
""",
        good="""
services:
  web:
    image: nginx:1.27
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d -p 2222:22 nginx:1.27  #! HH-NET-005
""",
        good="""
docker run -d nginx:1.27
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
      ports:
        - containerPort: 22
          hostPort: 2222  #! HH-NET-005
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
      ports:
        - containerPort: 22
""",
    ),
]
