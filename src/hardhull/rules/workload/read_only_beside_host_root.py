"""Read-only container can write to the whole host.

What it checks: `read_only` beside a writable mount of the host's `/`.

Why it matters: the container cannot change its own files, but those of the host: programs, accounts, cron jobs.

How to fix: mount only what is needed, read-only.

When it is fine: never intended.

References: https://docs.docker.com/reference/cli/docker/container/run/#read-only
https://docs.docker.com/engine/storage/bind-mounts/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, swap
from hardhull.rules.questions import host_path, known_first
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-205",
    "read-only-beside-host-root",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    tags=["hollow"],
    about=["read_only"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the mount."""
    if not workload.read_only.value:
        return
    for item in known_first(workload.mounts):
        if not item.value.read_only and host_path(item.value) == "/":
            yield item.finding(
                f"{workload.subject} cannot write to its own files, but to every file of the host",
                label="writable",
                also=(workload.read_only.mark("protects only the container itself"),),
                value="/",
                fix=swap(
                    workload.mounts,
                    item,
                    item.value._replace(read_only=True),
                    "mount the host read-only",
                    risk=NEEDS_PROOF,
                    mitigation="prove it first: whatever it changes on the host fails then",
                ),
            )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    read_only: true
    volumes:
      - /:/host  #! HH-PRV-205
""",
        good="""
services:
  web:
    image: nginx:1.27
    read_only: true
    volumes:
      - /:/host:ro
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --read-only -v /:/host nginx:1.27  #! HH-PRV-205
""",
        good="""
docker run -d --read-only -v /:/host:ro nginx:1.27
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
  volumes:
    - name: node
      hostPath:
        path: /  #! HH-PRV-205
  containers:
    - name: web
      image: nginx:1.27
      securityContext:
        readOnlyRootFilesystem: true
      volumeMounts:
        - name: node
          mountPath: /host
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes:
    - name: node
      hostPath:
        path: /
  containers:
    - name: web
      image: nginx:1.27
      securityContext:
        readOnlyRootFilesystem: true
      volumeMounts:
        - name: node
          mountPath: /host
          readOnly: true
""",
    ),
]
