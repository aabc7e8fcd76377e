"""Container runs privileged.

What it checks: a container that is started with every privilege the engine can give (`privileged: true`,
`--privileged`).

Why it matters: the process has all capabilities and every device of the host, and seccomp and AppArmor are off.
Whoever takes over the process mounts the host's disk and is root on the host.

How to fix: remove the setting, then grant only what a recorded run needs: single capabilities with `cap_add`, single
devices with `devices`.

When it is fine: short-lived, trusted tools that administer the host itself, on hosts that run nothing else.

References: https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import off_the_host
from hardhull.rules.rule import CRITICAL, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


GRANT = (
    "prove it first: grant only what a recorded run used, single capabilities with cap_add, single devices with devices"
)


@rule(
    "HH-PRV-001",
    "privileged-container",
    dimension=PRIVILEGE,
    severity=CRITICAL,
    checklist=[8],
    cis=["docker-1.6:5.5", "docker-1.8:5.5"],
    tags=["cis", "pss-baseline", "pss-restricted"],
    about=["privileged"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the privileged key."""
    if workload.privileged.value:
        yield workload.privileged.finding(
            f"{workload.subject} has every capability and every device of the host",
            label="all capabilities, all devices, no seccomp, no AppArmor",
            fix=off_the_host(workload, workload.privileged, "run it without --privileged", GRANT, default=False),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    privileged: true  #! HH-PRV-001
""",
        good="""
services:
  web:
    image: nginx:1.27
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --privileged nginx:1.27  #! HH-PRV-001
""",
        good="""
docker run -d nginx:1.27
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
        privileged: true  #! HH-PRV-001
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
""",
    ),
]
