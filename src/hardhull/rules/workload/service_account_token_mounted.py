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

from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _account_decides(workload: Workload) -> bool:
    """Whether the ServiceAccount mounts no token, or has roles and so is there to use one."""
    cluster = workload.cluster.get(None)
    if cluster is None:
        return False
    namespace, name = workload.namespace.get(None), workload.service_account.get(None)
    account = cluster.service_account(namespace, name)
    if account is not None and account.known:
        mounts = account.value.automount
        if mounts is not None and not mounts.value:
            return True
    return bool(name) and bool(cluster.bindings_of(namespace, name))


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
    if workload.role.get("app") != "app" or (workload.automount_token.value is None and _account_decides(workload)):
        return
    yield workload.automount_token.finding(
        f"{workload.subject} carries a token for the Kubernetes API", label="the token is mounted"
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
  automountServiceAccountToken: false
  containers:
    - name: web
      image: nginx:1.27
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
