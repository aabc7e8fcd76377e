"""Health check cannot fail.

What it checks: checks and probes whose command succeeds whatever happens: `true`, `exit 0`, `echo`, or a command
followed by `|| true`, `|| exit 0`, `; exit 0`, `|| echo ...`.

Why it matters: the container is shown as healthy for ever, so nobody restarts it, and rolling updates and
`depends_on` go on with a service that is dead.

How to fix: let the command's own exit code count: `curl -fsS http://localhost:8080/health || exit 1`.

When it is fine: a placeholder that switches off the image's own check; `disable: true` says that honestly.

References: https://docs.docker.com/reference/dockerfile/#healthcheck
https://kubernetes.io/docs/concepts/workloads/pods/probes/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, advise, set_value
from hardhull.rules.health import why_never_fails
from hardhull.rules.rule import MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.parts import Healthcheck
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


_HIDES = re.compile(r"\s*\|\|\s*(?:true|:|exit\s+0|exit)\s*;?\s*$")


def _fix(field: Field[Healthcheck | None], own: Healthcheck | None) -> Fix:
    """``|| true`` at the end becomes ``|| exit 1``."""
    last = own.test[-1] if own is not None and own.test else ""
    if own is None or not _HIDES.search(last):
        return advise("write a check that can fail", "ask the service itself: a request, or its own ping")
    test = (*own.test[:-1], _HIDES.sub(" || exit 1", last))
    return set_value(
        field,
        own._replace(test=test),
        "let the check fail",
        risk=NEEDS_PROOF,
        mitigation="look whether it stays healthy: what was hidden shows now",
    )


def _judge(workload: Workload, field: Field[Healthcheck | None], what: str) -> Iterator[Finding]:
    own = field.value
    why = why_never_fails(own) if own is not None and not own.disabled else None
    if why:
        yield field.finding(
            f"the {what} of {workload.subject} cannot fail: {why}", label=why, value=why, fix=_fix(field, own)
        )


@rule(
    "HH-MON-051",
    "healthcheck-cannot-fail",
    dimension=MONITORING,
    severity=MEDIUM,
    tags=["hollow"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each check that cannot fail."""
    kubernetes = workload.runtime == "kubernetes"
    yield from _judge(workload, workload.healthcheck, "liveness probe" if kubernetes else "health check")
    if kubernetes:
        yield from _judge(workload, workload.readiness, "readiness probe")
        yield from _judge(workload, workload.startup, "startup probe")


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    healthcheck:  #! HH-MON-051
      test: curl -f http://localhost/ || true
""",
        good="""
services:
  web:
    image: nginx:1.27
    healthcheck:
      test: curl -f http://localhost/ || exit 1
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --health-cmd 'curl http://localhost/; exit 0' nginx:1.27  #! HH-MON-051
""",
        good="""
docker run -d --health-cmd 'curl -f http://localhost/' nginx:1.27
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
    - name: web
      image: nginx:1.27
      livenessProbe:  #! HH-MON-051
        exec:
          command: ["sh", "-c", "test -f /tmp/ready || echo not ready"]
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
      livenessProbe:
        exec:
          command: ["sh", "-c", "test -f /tmp/ready"]
""",
    ),
]
