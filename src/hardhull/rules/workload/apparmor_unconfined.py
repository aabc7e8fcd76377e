"""AppArmor is switched off for the container.

What it checks: containers that leave the AppArmor profile which the engine gives to all (`apparmor=unconfined`,
`appArmorProfile: {type: Unconfined}`).

Why it matters: on hosts with AppArmor (Debian, Ubuntu, SUSE) the default profile forbids mounting and writing to most
of /proc and /sys even for root in the container. Together with SYS_ADMIN its absence means that the container can
mount the host's file systems.

How to fix: remove the setting; write a profile of your own if the default one is too narrow.

When it is fine: FUSE mounts and container builds need more than the default profile allows; a profile that allows
just that is better. On hosts without AppArmor the setting does nothing.

References: https://docs.docker.com/engine/security/apparmor/
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.capabilities import ALL, normal
from hardhull.rules.hardening import back_to_default
from hardhull.rules.questions import is_privileged
from hardhull.rules.rule import HIGH, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


DENIED = "prove it first: what the profile denies stands in the kernel's log (`dmesg`, apparmor=DENIED)"


@rule(
    "HH-PRV-006",
    "apparmor-unconfined",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    cis=["docker-1.6:5.2", "docker-1.8:5.2"],
    tags=["cis", "pss-baseline", "pss-restricted"],
    about=["apparmor", "privileged"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    if is_privileged(workload) or workload.apparmor.value != "unconfined":
        return
    mounts = any(item.known and normal(item.value) in {"SYS_ADMIN", ALL} for item in workload.cap_add.get(()))
    yield workload.apparmor.finding(
        f"{workload.subject} runs without an AppArmor profile" + (" and may mount file systems" if mounts else ""),
        label="AppArmor is off",
        severity=HIGH if mounts else None,
        fix=back_to_default(workload.apparmor, "let the default AppArmor profile apply", DENIED),
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    security_opt:
      - apparmor:unconfined  #! HH-PRV-006
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
docker run -d --security-opt apparmor=unconfined nginx:1.27  #! HH-PRV-006
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
        appArmorProfile:
          type: Unconfined  #! HH-PRV-006
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
