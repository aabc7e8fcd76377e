"""Setting stands where nobody reads it.

What it checks: settings that whoever starts the container ignores: Compose's `resources` outside of `deploy`,
Kubernetes' container settings in the pod's securityContext (and the other way round), old annotations, options of
`docker run` behind the image name, where they are arguments of the command.

Why it matters: the file says that the container is limited or locked down, and it is not.

How to fix: move it to where it counts; the finding says where that is.

When it is fine: never intended.

References: https://docs.docker.com/reference/compose-file/deploy/#resources
https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.questions import known_first
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-200",
    "setting-without-effect",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    tags=["hollow"],
    about=["hollow"],
    by_hand="which place was meant for the setting, only its author knows",
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each such setting."""
    for item in known_first(workload.hollow):
        yield item.finding(f"{workload.subject} is not what it seems: {item.value}", label="has no effect")


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    resources:  #! HH-PRV-200
      limits:
        memory: 256M
""",
        good="""
services:
  web:
    image: nginx:1.27
    deploy:
      resources:
        limits:
          memory: 256M
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d nginx:1.27 --read-only  #! HH-PRV-200
""",
        good="""
docker run -d --read-only nginx:1.27
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
  securityContext:
    readOnlyRootFilesystem: true  #! HH-PRV-200
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
  containers:
    - name: web
      image: nginx:1.27
      securityContext:
        readOnlyRootFilesystem: true
""",
    ),
]
