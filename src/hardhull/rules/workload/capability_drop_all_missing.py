"""Container keeps the default capabilities.

What it checks: a container that does not drop all capabilities (`cap_drop: [ALL]`, `--cap-drop=ALL`). It also counts
as done where every default capability is dropped by name. Privileged containers have a rule of their own.

Why it matters: the engine gives 14 capabilities to every container (Podman 11): changing owners, ignoring file
permissions, raw sockets, switching users. Hardly a service needs them, but whoever breaks into the process can use
them all. A process that is not root has them only through setuid programs, so there the finding is low.

How to fix: drop ALL, then add single capabilities that a recorded run needs. Images that start as root and switch to
another user need SETUID, SETGID and often CHOWN; ports below 1024 need NET_BIND_SERVICE with a non-root user only on
old kernels.

When it is fine: never needed for long; a tool that has to administer the container keeps what it names.

References: https://docs.docker.com/engine/security/#linux-kernel-capabilities
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.capabilities import ALL, normal
from hardhull.facts.recipe import is_root
from hardhull.rules.hardening import drop_all
from hardhull.rules.questions import default_capabilities, is_privileged, known_first, throwaway
from hardhull.rules.rule import LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-002",
    "capability-drop-all-missing",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    checklist=[8],
    cis=["docker-1.6:5.4", "docker-1.8:5.4"],
    tags=["cis", "pss-restricted"],
    also=["trivy:KSV-0003", "checkov:CKV_K8S_37"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the list of dropped capabilities, or its absence."""
    if is_privileged(workload):
        return
    dropped: set[str] = set()
    for item in known_first(workload.cap_drop):
        dropped.add(normal(item.value))
        if ALL in dropped:
            return
    kept = default_capabilities(workload) - dropped
    if not kept:
        return
    user = workload.effective_user.get("")
    weaker = throwaway(workload) or (user and not is_root(user))
    yield workload.cap_drop.finding(
        f"{workload.subject} keeps {len(kept)} default capabilities",
        label="ALL is not dropped",
        value="",
        severity=LOW if weaker else None,
        fix=drop_all(workload),
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-PRV-002
    image: nginx:1.27
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
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    cap_drop:  #! HH-PRV-002
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
docker run -d nginx:1.27  #! HH-PRV-002
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
    - name: web  #! HH-PRV-002
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
