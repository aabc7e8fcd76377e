"""Container sees the parts of /proc and /sys that are masked otherwise.

What it checks: `systempaths=unconfined`, and `procMount: Unmasked` in Kubernetes.

Why it matters: the engine hides and write-protects paths such as /proc/kcore, /proc/sys, /proc/sysrq-trigger and
/sys/firmware, because they read the host's memory or change its kernel. Root in the container reaches them now.

How to fix: remove the setting.

When it is fine: nested containers inside a user namespace.

References: https://docs.docker.com/reference/cli/docker/container/run/#security-opt
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import back_to_default
from hardhull.rules.rule import HIGH, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


MITIGATION = "prove it first: nested containers need a runtime that masks itself (rootless BuildKit, sysbox)"


@rule(
    "HH-PRV-021",
    "unmasked-paths",
    dimension=PRIVILEGE,
    severity=HIGH,
    tags=["pss-baseline", "pss-restricted"],
    also=["trivy:KSV-0027", "kube-linter:unsafe-proc-mount"],
    about=["unmasked_paths"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    if workload.unmasked_paths.value:
        yield workload.unmasked_paths.finding(
            f"{workload.subject} reaches the kernel settings in /proc and /sys that are hidden from containers",
            label="nothing is masked",
            fix=back_to_default(workload.unmasked_paths, "mask the kernel's settings", MITIGATION, default=False),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    security_opt:
      - systempaths=unconfined  #! HH-PRV-021
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
docker run -d --security-opt systempaths=unconfined nginx:1.27  #! HH-PRV-021
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
  hostUsers: false
  containers:
    - name: web
      image: nginx:1.27
      securityContext:
        procMount: Unmasked  #! HH-PRV-021
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostUsers: false
  containers:
    - name: web
      image: nginx:1.27
""",
    ),
]
