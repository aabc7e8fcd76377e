"""Capability is added that the container has anyway.

What it checks: added capabilities of the default set (NET_BIND_SERVICE, CHOWN and the like) where ALL is not dropped.
Podman is left out where the user is not root: it makes added capabilities ambient there, so the process really gets
them.

Why it matters: the line reads as if the container had only this capability. It has all 14 of the default set.

How to fix: drop ALL, then the line means what it says.

When it is fine: never needed.

References: https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.capabilities import ALL, normal
from hardhull.facts.recipe import is_root
from hardhull.rules.hardening import drop_all
from hardhull.rules.questions import is_privileged, known_first, sure_capabilities
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-204",
    "capability-add-without-effect",
    dimension=PRIVILEGE,
    severity=LOW,
    checklist=[8],
    tags=["hollow"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the first such capability, with the names of all."""
    if is_privileged(workload) or (workload.runtime == "podman" and not is_root(workload.effective_user.value)):
        return
    dropped = {normal(item.value) for item in workload.cap_drop.value}
    if ALL in dropped:
        return
    had = sure_capabilities(workload) - dropped
    idle = [(normal(item.value), item) for item in known_first(workload.cap_add) if normal(item.value) in had]
    if idle:
        names = ", ".join(name for name, _ in idle)
        yield idle[0][1].finding(
            f"{workload.subject} adds {names}, which it has anyway: ALL is not dropped",
            label="adds nothing",
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
    cap_add:
      - NET_BIND_SERVICE  #! HH-PRV-204
""",
        good="""
services:
  web:
    image: nginx:1.27
    cap_add:
      - NET_BIND_SERVICE
      - CHOWN
      - SETGID
      - SETUID
    cap_drop:
      - ALL
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --cap-add=NET_BIND_SERVICE nginx:1.27  #! HH-PRV-204
""",
        good="""
docker run -d --cap-add=NET_BIND_SERVICE --cap-drop=ALL --cap-add=CHOWN --cap-add=SETGID --cap-add=SETUID nginx:1.27
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
          add:
            - CHOWN  #! HH-PRV-204
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
          add:
            - CHOWN
            - NET_BIND_SERVICE
            - SETGID
            - SETUID
          drop:
            - ALL
""",
    ),
]
