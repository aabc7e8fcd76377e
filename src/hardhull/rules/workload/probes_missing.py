"""Kubernetes does not check whether the container works.

What it checks: containers that keep running and have neither a liveness nor a readiness probe. Jobs and init
containers are left out.

Why it matters: a process that hangs keeps getting requests, and a new version that does not work replaces the old
one.

How to fix: add a readiness probe that asks the service what it is there for; add a liveness probe where a restart
helps.

When it is fine: containers that serve nobody and end when something is wrong.

References: https://kubernetes.io/docs/concepts/workloads/pods/probes/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.parts import Healthcheck
from hardhull.rules.fix import NEEDS_PROOF, advise, set_value
from hardhull.rules.questions import runs_to_its_end
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


def _fix(workload: Workload) -> Fix:
    """A connection to the first port that it says it has."""
    ports = [port for port in workload.expose.get(()) if port.isdigit()]
    ports += [item.value.container for item in workload.ports.get(()) if item.known and item.value.container.isdigit()]
    if not ports:
        return advise(
            "add a readiness probe", "ask the service itself: an httpGet of a page that needs what it depends on"
        )
    return set_value(
        workload.readiness,
        Healthcheck(("TCP", ports[0])),
        f"ask port {ports[0]} whether it is ready",
        risk=NEEDS_PROOF,
        mitigation="look whether the pod becomes ready; an HTTP request says more than a connection",
        basis="the first port that it lists",
    )


@rule(
    "HH-MON-005",
    "probes-missing",
    dimension=MONITORING,
    severity=LOW,
    also=["checkov:CKV_K8S_8", "checkov:CKV_K8S_9"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the absence of both."""
    if workload.runtime != "kubernetes" or runs_to_its_end(workload):
        return
    if workload.readiness.value is None and workload.healthcheck.value is None:
        yield workload.readiness.finding(
            f"nobody checks whether {workload.subject} works", label="no probe", fix=_fix(workload)
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
    - name: web  #! HH-MON-005
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
      readinessProbe:
        httpGet:
          path: /
          port: 80
""",
    ),
]
