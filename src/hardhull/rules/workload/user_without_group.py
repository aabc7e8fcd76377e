"""User is given by number without a group.

What it checks: a numeric user without a group (`user: "1000"`, `--user 1000`, `runAsUser` without `runAsGroup`).

Why it matters: if the image has no account with this number, the engine takes 0 for the group: the process then reads
and writes whatever belongs to the group root.

How to fix: name the group as well: `user: "1000:1000"`, `runAsGroup: 1000`.

When it is fine: images whose files belong to the group root on purpose (made for OpenShift), and images that have an
account with this number.

References: https://docs.docker.com/reference/cli/docker/container/run/#user
https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.recipe import is_root
from hardhull.model.finding import Confidence
from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-009",
    "user-without-group",
    dimension=PRIVILEGE,
    severity=LOW,
    confidence=Confidence.MEDIUM,
    checklist=[7],
    about=["user"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the user."""
    user = workload.user.value
    if user is None or not user.isdigit() or is_root(user):
        return
    yield workload.user.finding(
        f"{workload.subject} runs as user {user} and, unless the image knows that user, in the group root",
        label="no group",
        fix=set_value(
            workload.user,
            f"{user}:{user}",
            "name the group too",
            risk=NEEDS_PROOF,
            mitigation="prove it first: files that only the group root may read are closed to it",
            basis="the group of the same number",
        ),
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    user: "1000"  #! HH-PRV-009
""",
        good="""
services:
  web:
    image: nginx:1.27
    user: "1000:1000"
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --user 1000 nginx:1.27  #! HH-PRV-009
""",
        good="""
docker run -d --user 1000:1000 nginx:1.27
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
      securityContext:
        runAsUser: 1000  #! HH-PRV-009
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
        runAsUser: 1000
        runAsGroup: 1000
""",
    ),
]
