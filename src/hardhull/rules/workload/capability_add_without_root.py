"""Capability is added for a user who cannot use it.

What it checks: added capabilities in a container that runs as another user than root and forbids new privileges.
Podman, which gives added capabilities to such users, is left out.

Why it matters: a process of an ordinary user begins without capabilities, and would get them only from a program with
file capabilities, which no-new-privileges prevents. The line does nothing, and looks like a need that is really
there.

How to fix: remove it. Ports below 1024 need no capability on Docker 20.10 and later; in Kubernetes set the sysctl
`net.ipv4.ip_unprivileged_port_start`.

When it is fine: a start-up script that is run as root by other means.

References: https://man7.org/linux/man-pages/man7/capabilities.7.html
https://docs.kernel.org/userspace-api/no_new_privs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.capabilities import normal
from hardhull.facts.recipe import is_root
from hardhull.rules.questions import is_privileged, known_first
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-209",
    "capability-add-without-root",
    dimension=PRIVILEGE,
    severity=LOW,
    checklist=[8],
    tags=["hollow"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the first added capability."""
    if workload.runtime == "podman" or is_privileged(workload):
        return
    items = known_first(workload.cap_add)
    user = workload.effective_user.get("")
    if not items or not user or is_root(user) or not workload.effective_no_new_privileges.value:
        return
    names = ", ".join(normal(item.value) for item in items)
    yield items[0].finding(
        f"{workload.subject} adds {names}, but runs as {user} without new privileges",
        label="reaches nobody",
        value=names,
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    user: "101:101"
    security_opt: ["no-new-privileges:true"]
    cap_drop: [ALL]
    cap_add:
      - NET_BIND_SERVICE  #! HH-PRV-209
""",
        good="""
services:
  web:
    image: nginx:1.27
    user: "101:101"
    security_opt: ["no-new-privileges:true"]
    cap_drop: [ALL]
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --user 101:101 --security-opt no-new-privileges --cap-drop=ALL --cap-add=CHOWN nginx:1.27  #! HH-PRV-209
""",
        good="""
docker run -d --user 101:101 --security-opt no-new-privileges --cap-drop=ALL nginx:1.27
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
        runAsUser: 101
        allowPrivilegeEscalation: false
        capabilities:
          drop: [ALL]
          add:
            - NET_BIND_SERVICE  #! HH-PRV-209
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
        runAsUser: 101
        allowPrivilegeEscalation: false
        capabilities:
          drop: [ALL]
""",
    ),
]
