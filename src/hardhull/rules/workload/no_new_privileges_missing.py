"""Processes in the container can gain privileges.

What it checks: a container without `no-new-privileges` (Kubernetes: `allowPrivilegeEscalation: false`), neither its
own nor the engine's default. An explicit `no-new-privileges:false` has a rule of its own.

Why it matters: a setuid program in the image (su, sudo, mount, ping on old bases) gives an attacker who runs as an
ordinary user the power of root in the container, with all its capabilities. With the setting,
setuid bits do nothing.

How to fix: add `security_opt: ["no-new-privileges:true"]`, `--security-opt no-new-privileges` or
`allowPrivilegeEscalation: false`. Entrypoints that switch the user with gosu or su-exec still work, because they
begin as root; sudo and su do not.

When it is fine: containers whose work is to raise privileges (sudo in development containers, setuid helpers).
Kubernetes does not allow it beside `privileged` or SYS_ADMIN, where nothing is reported.

References: https://docs.docker.com/reference/cli/docker/container/run/#security-opt
https://docs.kernel.org/userspace-api/no_new_privs.html
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.capabilities import ALL, normal
from hardhull.rules.hardening import no_new_privileges
from hardhull.rules.questions import is_privileged, throwaway
from hardhull.rules.rule import LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

POWERFUL = frozenset({"SYS_ADMIN", ALL})


@rule(
    "HH-PRV-004",
    "no-new-privileges-missing",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    checklist=[9],
    cis=["docker-1.6:5.26", "docker-1.8:5.26"],
    tags=["cis", "pss-restricted"],
    also=["trivy:KSV-0001", "checkov:CKV_K8S_20", "semgrep:no-new-privileges"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting, or its absence."""
    if workload.effective_no_new_privileges.value or is_privileged(workload):
        return
    own = workload.no_new_privileges
    if workload.runtime != "kubernetes":
        if own.value is False:
            return
    elif any(item.known and normal(item.value) in POWERFUL for item in workload.cap_add.value):
        return
    yield own.finding(
        f"processes of {workload.subject} can gain privileges through setuid programs",
        label="no-new-privileges is not set" if own.value is None else "privileges can be gained",
        severity=LOW if throwaway(workload) else None,
        fix=no_new_privileges(),
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-PRV-004
    image: nginx:1.27
""",
        good="""
services:
  web:
    image: nginx:1.27
    security_opt:
      - no-new-privileges:true
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d nginx:1.27  #! HH-PRV-004
""",
        good="""
docker run -d --security-opt=no-new-privileges nginx:1.27
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
    - name: web  #! HH-PRV-004
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
        allowPrivilegeEscalation: false
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
        allowPrivilegeEscalation: true  #! HH-PRV-004
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
        allowPrivilegeEscalation: false
""",
    ),
]
