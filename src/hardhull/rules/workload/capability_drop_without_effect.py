"""Capability is dropped that the container does not have.

What it checks: dropped capabilities that are not in the default set (NET_ADMIN, SYS_ADMIN and the like), unless ALL
is dropped or added as well. Privileged containers are reported by capability-drop-beside-privileged.

Why it matters: containers never get these unless somebody adds them. The line looks like hardening and takes nothing
away; all 14 default capabilities are still there.

How to fix: drop ALL and add what is needed.

When it is fine: never needed.

References: https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.capabilities import ALL, NAMES, normal
from hardhull.rules.hardening import drop_all
from hardhull.rules.questions import default_capabilities, is_privileged, known_first
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-203",
    "capability-drop-without-effect",
    dimension=PRIVILEGE,
    severity=LOW,
    checklist=[8],
    tags=["hollow"],
    about=["cap_drop", "cap_add", "privileged"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the first such capability, with the names of all."""
    if is_privileged(workload):
        return
    items = known_first(workload.cap_drop)
    added = {normal(item.value) for item in workload.cap_add.value}
    dropped = [(normal(item.value), item) for item in items]
    if ALL in added or any(name == ALL for name, _ in dropped):
        return
    default = default_capabilities(workload)
    idle = [(name, item) for name, item in dropped if name in NAMES and name not in default and name not in added]
    if idle:
        names = ", ".join(name for name, _ in idle)
        yield idle[0][1].finding(
            f"{workload.subject} drops {names}, which it does not have",
            label="takes nothing away",
            value=names,
            fix=drop_all(workload),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    cap_drop:
      - NET_ADMIN  #! HH-PRV-203
      - NET_RAW
""",
        good="""
services:
  web:
    image: nginx:1.27
    cap_drop:
      - ALL
    cap_add:
      - CHOWN
      - SETGID
      - SETUID
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --cap-drop=NET_ADMIN nginx:1.27  #! HH-PRV-203
""",
        good="""
docker run -d --cap-drop=ALL --cap-add=CHOWN --cap-add=SETGID --cap-add=SETUID nginx:1.27
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
        capabilities:
          drop:
            - SYS_ADMIN  #! HH-PRV-203
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
          drop:
            - ALL
          add:
            - CHOWN
            - NET_BIND_SERVICE
            - SETGID
            - SETUID
""",
    ),
]
