"""Option that forbids new privileges is written with false.

What it checks: `no-new-privileges:false` (or `=false`) in the security options. In Kubernetes
`allowPrivilegeEscalation: true` is reported by no-new-privileges-missing.

Why it matters: who reads the file, and some audit scripts that only search for the words, take it for protection. It
is the opposite: it also switches off the engine's own default.

How to fix: write `no-new-privileges:true`.

When it is fine: containers that must raise privileges on an engine whose default forbids it; say so in a comment.

References: https://docs.docker.com/reference/cli/docker/container/run/#security-opt
https://docs.kernel.org/userspace-api/no_new_privs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import no_new_privileges
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-201",
    "no-new-privileges-false",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    checklist=[9],
    cis=["docker-1.6:5.26", "docker-1.8:5.26"],
    tags=["cis", "hollow"],
    about=["no_new_privileges"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the option."""
    if workload.runtime != "kubernetes" and workload.no_new_privileges.value is False:
        yield workload.no_new_privileges.finding(
            f"processes of {workload.subject} can gain privileges: no-new-privileges is set to false",
            label="looks hard, switches the protection off",
            fix=no_new_privileges(),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    security_opt:
      - no-new-privileges:false  #! HH-PRV-201
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
docker run -d --security-opt no-new-privileges=false nginx:1.27  #! HH-PRV-201
""",
        good="""
docker run -d --security-opt no-new-privileges nginx:1.27
""",
    ),
]
