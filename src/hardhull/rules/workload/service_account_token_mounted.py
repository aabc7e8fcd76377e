"""Pod carries a key to the Kubernetes API that it may not need.

What it checks: pods that get a token of their service account mounted: `automountServiceAccountToken` is not false,
neither at the pod nor at a ServiceAccount of the same manifests. Pods whose account is bound to a role in these
manifests use the API and are left out.

Why it matters: whoever takes over the process asks the API server as this account: every account may at least look
around, and often somebody gave `default` more than that.

How to fix: set `automountServiceAccountToken: false` for the pod.

When it is fine: controllers, operators and everything else that talks to the API server.

References: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _uses_the_api(workload: Workload) -> bool:
    """Whether its account is bound to a role, so that it is there to ask the API server."""
    cluster, name = workload.cluster.get(None), workload.service_account.get(None)
    return cluster is not None and bool(name) and bool(cluster.bindings_of(workload.namespace.get(None), name))


def _account_refuses(workload: Workload) -> bool:
    """Whether its account mounts no token into pods that do not say anything."""
    cluster = workload.cluster.get(None)
    if cluster is None:
        return False
    account = cluster.service_account(workload.namespace.get(None), workload.service_account.get(None))
    mounts = account.value.automount if account is not None and account.known else None
    return mounts is not None and not mounts.value


@rule(
    "HH-PRV-022",
    "service-account-token-mounted",
    dimension=PRIVILEGE,
    severity=LOW,
    also=["trivy:KSV-0036", "checkov:CKV_K8S_38"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting, or its absence."""
    if workload.runtime != "kubernetes" or workload.automount_token.value is False:
        return
    if workload.role.get("app") != "app" or _uses_the_api(workload):
        return
    if workload.automount_token.value is None and _account_refuses(workload):
        return
    yield workload.automount_token.finding(
        f"{workload.subject} carries a token for the Kubernetes API",
        label="the token is mounted",
        fix=set_value(
            workload.automount_token,
            False,
            "mount no token",
            risk=NEEDS_PROOF,
            mitigation="prove it first: what asks the Kubernetes API gets `no such file` for the token",
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
    - name: web  #! HH-PRV-022
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
  automountServiceAccountToken: false
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
  automountServiceAccountToken: true  #! HH-PRV-022
  containers:
    - name: web
      image: nginx:1.27
""",
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  automountServiceAccountToken: false
  containers:
    - name: web
      image: nginx:1.27
""",
    ),
]
