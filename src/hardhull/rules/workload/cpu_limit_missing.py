"""Container may use all processors of the host.

What it checks: services without a CPU limit. Shares and requests only say who goes first when there is not enough. A
LimitRange of the same manifests counts as a limit. Tools that run once are left out.

Why it matters: a loop, a mining program or a flood of requests takes the processors from everything else on the host.

How to fix: set `cpus`, `deploy.resources.limits.cpus`, `--cpus` or `resources.limits.cpu` to somewhat more than the
measured peak.

When it is fine: latency matters and every neighbour has CPU requests or shares: a limit throttles even when
processors are idle.

References: https://docs.docker.com/engine/containers/resource_constraints/
https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.needs import proposed_cpus
from hardhull.rules.questions import throwaway
from hardhull.rules.rule import LIMITS, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _default_limit(workload: Workload) -> bool:
    """Whether a LimitRange of the namespace gives a limit to containers that have none."""
    cluster = workload.cluster.get(None)
    limits = cluster.default_limits(workload.namespace.get(None)) if cluster is not None else ()
    return any(item.known and item.value.cpu for item in limits)


@rule(
    "HH-LIM-002",
    "cpu-limit-missing",
    dimension=LIMITS,
    severity=LOW,
    checklist=[10],
    cis=["docker-1.6:5.12", "docker-1.8:5.12"],
    tags=["cis"],
    also=["trivy:KSV-0011", "checkov:CKV_K8S_11"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the limit, or its absence."""
    if throwaway(workload) or (workload.cpus.value or 0) > 0 or _default_limit(workload):
        return
    cpus, basis = proposed_cpus(workload)
    yield workload.cpus.finding(
        f"{workload.subject} may use all processors of the host",
        label="no CPU limit",
        fix=set_value(
            workload.cpus,
            cpus,
            f"limit it to {cpus:g} processor{'' if cpus == 1 else 's'}",
            risk=NEEDS_PROOF,
            basis=basis,
            mitigation="load-test it: throttled time stands in cpu.stat of its control group",
        ),
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-LIM-002
    image: nginx:1.27
""",
        good="""
services:
  web:
    image: nginx:1.27
    deploy:
      resources:
        limits:
          cpus: "1"
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --cpu-shares 512 nginx:1.27  #! HH-LIM-002
""",
        good="""
docker run -d --cpu-shares 512 --cpus 1 nginx:1.27
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
    - name: web  #! HH-LIM-002
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
      resources:
        limits:
          cpu: "1"
""",
    ),
]
