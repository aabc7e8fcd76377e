"""Mounts made in the container appear on the host.

What it checks: bind mounts with the propagation `shared` or `rshared` (Kubernetes: `mountPropagation:
Bidirectional`).

Why it matters: a process with SYS_ADMIN mounts something in the container and it covers the host's folder as well: a
way to replace what the host reads there. It also breaks the host's unmounting.

How to fix: leave it out (`rprivate`), or use `rslave` (`HostToContainer`) where the container has to see mounts that
the host makes later.

When it is fine: storage drivers that mount for other containers (CSI node plugins).

References: https://docs.docker.com/engine/storage/bind-mounts/#configure-bind-propagation
https://kubernetes.io/docs/concepts/storage/volumes/#mount-propagation
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, swap
from hardhull.rules.questions import known_first
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-019",
    "mount-propagation-shared",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    cis=["docker-1.6:5.20", "docker-1.8:5.20"],
    tags=["cis"],
    about=["mounts"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each such mount."""
    for item in known_first(workload.mounts):
        if item.value.propagation in {"shared", "rshared"}:
            yield item.finding(
                f"mounts that {workload.subject} makes in {item.value.target} appear on the host",
                label="propagates to the host",
                value=item.value.target,
                fix=swap(
                    workload.mounts,
                    item,
                    item.value._replace(propagation=""),
                    "keep its mounts to itself",
                    risk=NEEDS_PROOF,
                    mitigation="prove it first: storage drivers and backup agents may need it",
                ),
            )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    volumes:
      - /srv/data:/data:rshared  #! HH-PRV-019
""",
        good="""
services:
  web:
    image: nginx:1.27
    volumes:
      - /srv/data:/data
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d -v /srv/data:/data:shared nginx:1.27  #! HH-PRV-019
""",
        good="""
docker run -d -v /srv/data:/data nginx:1.27
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
    - name: data
      hostPath:
        path: /srv/data  #! HH-PRV-019
  containers:
    - name: web
      image: nginx:1.27
      securityContext:
        privileged: true
      volumeMounts:
        - name: data
          mountPath: /data
          mountPropagation: Bidirectional
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes:
    - name: data
      hostPath:
        path: /srv/data
  containers:
    - name: web
      image: nginx:1.27
      securityContext:
        privileged: true
      volumeMounts:
        - name: data
          mountPath: /data
""",
    ),
]
