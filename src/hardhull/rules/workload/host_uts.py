"""Container shares the host's name.

What it checks: containers in the host's UTS namespace (`uts: host`, `--uts=host`).

Why it matters: with SYS_ADMIN the process renames the host, which confuses logs, certificates and cluster membership;
without it the setting only tells the host's name.

How to fix: remove it; set `hostname` if the application wants a certain name.

When it is fine: tools that have to know or change the host's name.

References: https://docs.docker.com/reference/cli/docker/container/run/#uts
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.capabilities import ALL, normal
from hardhull.rules.hardening import back_to_default
from hardhull.rules.rule import LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-014",
    "host-uts",
    dimension=PRIVILEGE,
    severity=LOW,
    cis=["docker-1.6:5.21", "docker-1.8:5.21"],
    tags=["cis"],
    about=["uts"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    if workload.uts.value != "host":
        return
    renames = any(item.known and normal(item.value) in {"SYS_ADMIN", ALL} for item in workload.cap_add.get(()))
    yield workload.uts.finding(
        f"{workload.subject} {'can rename the host' if renames else 'shares the host name'}",
        label="the host's UTS namespace",
        severity=MEDIUM if renames else None,
        fix=back_to_default(
            workload.uts, "give it a host name of its own", "prove it first: it sees another host name"
        ),
    )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    uts: host  #! HH-PRV-014
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
docker run -d --uts=host nginx:1.27  #! HH-PRV-014
""",
        good="""
docker run -d nginx:1.27
""",
    ),
]
