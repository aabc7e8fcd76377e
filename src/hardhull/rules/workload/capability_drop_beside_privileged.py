"""Capabilities are dropped from a privileged container.

What it checks: `cap_drop` (`--cap-drop`, `capabilities.drop`) beside `privileged`.

Why it matters: a privileged container gets every capability, whatever is dropped: the engine does not even look at
the list.

How to fix: remove `privileged` and add what is really needed.

When it is fine: never intended.

References: https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
https://github.com/moby/moby/blob/master/daemon/pkg/oci/caps/utils.go
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import PROVE, back_to_default
from hardhull.rules.questions import is_privileged
from hardhull.rules.rule import HIGH, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-202",
    "capability-drop-beside-privileged",
    dimension=PRIVILEGE,
    severity=HIGH,
    checklist=[8],
    tags=["hollow"],
    about=["privileged"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the list of dropped capabilities."""
    if is_privileged(workload) and workload.cap_drop.value:
        yield workload.cap_drop.finding(
            f"{workload.subject} drops capabilities and keeps them all, because it is privileged",
            label="has no effect",
            also=(workload.privileged.mark("gives every capability"),),
            value="",
            fix=back_to_default(workload.privileged, "run it without --privileged", PROVE, default=False),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    privileged: true
    cap_drop: [ALL]  #! HH-PRV-202
""",
        good="""
services:
  web:
    image: nginx:1.27
    cap_drop: [ALL]
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --privileged --cap-drop=ALL nginx:1.27  #! HH-PRV-202
""",
        good="""
docker run -d --cap-drop=ALL nginx:1.27
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
        privileged: true
        capabilities:
          drop: [ALL]  #! HH-PRV-202
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
        capabilities:
          drop: [ALL]
""",
    ),
]
