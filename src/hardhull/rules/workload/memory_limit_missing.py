"""Container may use all memory of the host.

What it checks: services without a memory limit, and limits above `max-memory` of hardhull.toml. A LimitRange of the
same manifests counts as a limit. Tools that run once are left out.

Why it matters: one leak, or one request that makes the process allocate, takes the memory of everything else on the
host; the kernel then kills processes of its own choice.

How to fix: measure the peak under load, add a reserve, and set `mem_limit`, `deploy.resources.limits.memory`,
`--memory` or `resources.limits.memory`. Set the swap limit to the same value.

When it is fine: a host that runs nothing else.

References: https://docs.docker.com/engine/containers/resource_constraints/
https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.needs import proposed_memory
from hardhull.rules.observed import with_peak
from hardhull.rules.observed_fixes import memory
from hardhull.rules.questions import MIB, throwaway
from hardhull.rules.rule import LIMITS, MEDIUM, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _default_limit(workload: Workload) -> bool:
    """Whether a LimitRange of the namespace gives a limit to containers that have none."""
    cluster = workload.cluster.get(None)
    limits = cluster.default_limits(workload.namespace.get(None)) if cluster is not None else ()
    return any(item.known and item.value.memory for item in limits)


def _fix(workload: Workload, policy: Policy) -> Fix:
    """A limit for memory, and the same for memory and swap together where the syntax has a word for that."""
    return memory(workload, *proposed_memory(workload, policy.max_memory))


@rule(
    "HH-LIM-001",
    "memory-limit-missing",
    dimension=LIMITS,
    severity=MEDIUM,
    checklist=[10],
    cis=["docker-1.6:5.11", "docker-1.8:5.11"],
    tags=["cis"],
    also=["trivy:KSV-0018", "checkov:CKV_K8S_13", "kube-linter:unset-memory-requirements"],
)
def check(workload: Workload, policy: Policy) -> Iterator[Finding]:
    """Yields the limit, or its absence."""
    if throwaway(workload):
        return
    limit = workload.memory.value
    if not limit or limit < 0:
        if not _default_limit(workload):
            finding = workload.memory.finding(
                f"{workload.subject} may use all memory of the host",
                label="no memory limit",
                fix=_fix(workload, policy),
            )
            yield with_peak(workload, finding, "memory_bytes")
    elif policy.max_memory and limit > policy.max_memory:
        yield workload.memory.finding(
            f"{workload.subject} may use {limit // MIB} MiB of memory; allowed here are {policy.max_memory // MIB} MiB",
            label="too large to be a limit",
            fix=_fix(workload, policy),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-LIM-001
    image: nginx:1.27
""",
        good="""
services:
  web:
    image: nginx:1.27
    deploy:
      resources:
        limits:
          memory: 128M
    memswap_limit: 128M
""",
    ),
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    mem_limit: 0  #! HH-LIM-001
""",
        good="""
services:
  web:
    image: nginx:1.27
    mem_limit: 128M
    memswap_limit: 128M
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d nginx:1.27  #! HH-LIM-001
""",
        good="""
docker run -d --memory=128m --memory-swap=128m nginx:1.27
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
    - name: web  #! HH-LIM-001
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
          memory: 128Mi
""",
    ),
]
