"""Container can write to its own root filesystem.

What it checks: services whose root filesystem is not mounted read-only (`read_only: true`, `--read-only`,
`readOnlyRootFilesystem: true`). Tools that run once are left out.

Why it matters: whoever takes over the process stores tools, replaces programs and scripts of the application, and
stays until the container is removed. A read-only filesystem makes that fail, and makes changes visible.

How to fix: make it read-only and give the folders that are really written to a tmpfs or a volume; a recorded run
shows which.

When it is fine: applications that install or update themselves.

References: https://docs.docker.com/reference/cli/docker/container/run/#read-only
https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import read_only_root
from hardhull.rules.questions import throwaway
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-011",
    "writable-root-filesystem",
    dimension=PRIVILEGE,
    severity=LOW,
    cis=["docker-1.6:5.13", "docker-1.8:5.13"],
    tags=["cis"],
    also=["trivy:KSV-0014", "checkov:CKV_K8S_22", "kube-linter:no-read-only-root-fs", "semgrep:writable-filesystem"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting, or its absence."""
    if workload.read_only.value or workload.privileged.get(False) or throwaway(workload):
        return
    if (workload.platform.get(None) or "").startswith("windows"):
        return
    yield workload.read_only.finding(
        f"{workload.subject} can change its own programs and files",
        label="the root filesystem is writable",
        fix=read_only_root(workload),
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-PRV-011
    image: nginx:1.27
""",
        good="""
services:
  web:
    image: nginx:1.27
    read_only: true
    tmpfs:
      - /var/cache/nginx
      - /var/run
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d nginx:1.27  #! HH-PRV-011
""",
        good="""
docker run -d --read-only --tmpfs=/var/cache/nginx --tmpfs=/var/run nginx:1.27
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
    - name: web  #! HH-PRV-011
      image: nginx:1.27
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
      securityContext:
        readOnlyRootFilesystem: true
      volumeMounts:
        - name: var-cache-nginx
          mountPath: /var/cache/nginx
        - name: var-run
          mountPath: /var/run
  volumes:
    - name: var-cache-nginx
      emptyDir: {}
    - name: var-run
      emptyDir: {}
""",
    ),
]
