"""Root filesystem of a privileged container is read-only.

What it checks: `read_only` beside `privileged`.

Why it matters: a privileged process makes the filesystem writable again with one command (`mount -o remount,rw /`),
or writes to the host's disk directly.

How to fix: remove `privileged`; then the setting holds.

When it is fine: as a guard against accidents, not against an attacker.

References: https://docs.docker.com/reference/cli/docker/container/run/#privileged
https://man7.org/linux/man-pages/man8/mount.8.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import PROVE, back_to_default
from hardhull.rules.questions import is_privileged
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-206",
    "read-only-beside-privileged",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    tags=["hollow"],
    about=["read_only"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    if workload.read_only.value and is_privileged(workload):
        yield workload.read_only.finding(
            f"{workload.subject} can make its read-only filesystem writable, because it is privileged",
            label="undone by one mount command",
            fix=back_to_default(workload.privileged, "run it without --privileged", PROVE, default=False),
            also=(workload.privileged.mark("may mount"),),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    privileged: true
    read_only: true  #! HH-PRV-206
""",
        good="""
services:
  web:
    image: nginx:1.27
    read_only: true
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --privileged --read-only nginx:1.27  #! HH-PRV-206
""",
        good="""
docker run -d --read-only nginx:1.27
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
        readOnlyRootFilesystem: true  #! HH-PRV-206
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
        readOnlyRootFilesystem: true
""",
    ),
]
