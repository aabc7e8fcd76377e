"""Container opts out of user namespaces.

What it checks: containers that ask for the host's user namespace (`userns_mode: host`, `--userns=host`, `hostUsers:
true`).

Why it matters: where the engine maps users (userns-remap), root in the container is nobody on the host, which makes
most break-outs worthless. This container is the exception: its root is the host's.

How to fix: remove it. If files of a volume then have the wrong owner, change the owner.

When it is fine: containers that must be privileged on an engine with userns-remap; engines without it, where it
changes nothing.

References: https://docs.docker.com/engine/security/userns-remap/
https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import back_to_default
from hardhull.rules.questions import is_minor_of_its_pod
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


MITIGATION = "prove it first: files of the host belong to other users then"


@rule(
    "HH-PRV-015",
    "host-user-namespace",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    cis=["docker-1.6:5.31", "docker-1.8:5.31"],
    tags=["cis"],
    about=["userns"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    own = "private" if workload.runtime == "kubernetes" else None  # where nothing written shares the host's
    if workload.userns.value == "host" and not is_minor_of_its_pod(workload):
        yield workload.userns.finding(
            f"root in {workload.subject} is root on the host even where the engine maps users",
            label="the host's user namespace",
            fix=back_to_default(workload.userns, "map its users to others of the host", MITIGATION, default=own),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    userns_mode: host  #! HH-PRV-015
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
docker run -d --userns=host nginx:1.27  #! HH-PRV-015
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
  hostUsers: true  #! HH-PRV-015
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
  hostUsers: false
  containers:
    - name: web
      image: nginx:1.27
""",
    ),
]
