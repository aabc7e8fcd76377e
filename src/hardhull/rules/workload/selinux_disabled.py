"""SELinux separation is switched off for the container.

What it checks: containers that leave the confined SELinux type: `label=disable`, `label=type:spc_t`, or in Kubernetes
any type that the Pod Security Standards do not allow.

Why it matters: on hosts with SELinux (Fedora, RHEL, CoreOS) the type container_t keeps a process that broke out of
its container from reading and writing the host's files. Without it the ordinary file permissions are all that is
left.

How to fix: remove the setting. For bind mounts use the mount options `z` or `Z`, which relabel the folder, instead of
switching the separation off.

When it is fine: sockets of the host cannot be relabelled; a small policy module (udica writes one) is better. On
hosts without SELinux the setting does nothing.

References: https://docs.podman.io/en/latest/markdown/podman-run.1.html
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, drop
from hardhull.rules.questions import is_privileged, known_first
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

UNCONFINED = frozenset({"disable", "type:spc_t", "type:unconfined_t"})
ALLOWED = frozenset({"type:container_t", "type:container_init_t", "type:container_kvm_t", "type:container_engine_t"})
"""The types that the Pod Security Standards allow (baseline)."""


DENIED = "prove it first: what SELinux denies stands in the audit log; label the volumes with :z or :Z"


@rule(
    "HH-PRV-007",
    "selinux-disabled",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    cis=["docker-1.6:5.3", "docker-1.8:5.3"],
    tags=["cis", "pss-baseline", "pss-restricted"],
    also=["semgrep:selinux-separation-disabled"],
    about=["selinux", "privileged"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each option that leaves the confined type."""
    if is_privileged(workload):
        return
    for item in known_first(workload.selinux):
        option = item.value
        other = workload.runtime == "kubernetes" and option.startswith("type:") and option not in ALLOWED
        if option in UNCONFINED or (other and option != "type:"):
            yield item.finding(
                f"{workload.subject} is not confined by SELinux",
                label="leaves the confined type",
                fix=drop(workload.selinux, [item], "let SELinux confine it", risk=NEEDS_PROOF, mitigation=DENIED),
            )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    security_opt:
      - label:disable  #! HH-PRV-007
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
podman run -d --security-opt label=disable nginx:1.27  #! HH-PRV-007
""",
        good="""
podman run -d nginx:1.27
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
        seLinuxOptions:
          type: spc_t  #! HH-PRV-007
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
