"""Pod does not insist on a user other than root.

What it checks: Kubernetes containers without `runAsNonRoot: true`, neither their own nor the pod's. Containers that
certainly start as root are reported by runs-as-root instead.

Why it matters: the user is then whatever the image says, today and after the next update. With the setting the
kubelet refuses to start a container as root.

How to fix: set `runAsNonRoot: true` in the pod's securityContext, together with a numeric `runAsUser` where the image
names its user by name.

When it is fine: images that need root; Windows pods.

References: https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe import is_root
from hardhull.rules.fix import NEEDS_PROOF, SAFE, set_value
from hardhull.rules.rule import LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-010",
    "run-as-non-root-missing",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    checklist=[7],
    tags=["pss-restricted"],
    also=["trivy:KSV-0012", "checkov:CKV_K8S_23", "kube-linter:run-as-non-root"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting, or its absence."""
    if workload.runtime != "kubernetes" or workload.run_as_non_root.value:
        return
    if (workload.platform.get(None) or "").startswith("windows"):
        return
    user = workload.user.get(None)
    known = user or workload.effective_user.get("")
    if known and is_root(known):
        return
    sure = (known or "").partition(":")[0].isdigit()
    yield workload.run_as_non_root.finding(
        f"{workload.subject} may start as root: runAsNonRoot is not set",
        label="runAsNonRoot is not true",
        severity=LOW if user else None,
        fix=set_value(
            workload.run_as_non_root,
            True,
            "refuse to start it as root",
            risk=SAFE if sure else NEEDS_PROOF,
            mitigation=""
            if sure
            else "prove it first: an image that starts as root, or names its user by name, does not start",
        ),
    )


EXAMPLES = [
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
      image: ghcr.io/example/web:2.4.1
      securityContext:
        runAsNonRoot: false  #! HH-PRV-010
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: ghcr.io/example/web:2.4.1
      securityContext:
        runAsNonRoot: true
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
    - name: web  #! HH-PRV-010
      image: nginx:1.27
      securityContext:
        runAsUser: 101
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
        runAsUser: 101
        runAsNonRoot: true
""",
    ),
]
