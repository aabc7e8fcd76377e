"""Container leaves its place in the control groups.

What it checks: containers in the host's cgroup namespace (`cgroup: host`, `--cgroupns=host`) and containers under a
parent group of their own (`cgroup_parent`, `--cgroup-parent`).

Why it matters: in the host's namespace the process sees the groups, and so the names and numbers, of everything that
runs. Under another parent the limits and the accounting that the engine or the slice of the service set do not apply.

How to fix: remove both unless a scheduler of yours relies on them.

When it is fine: systemd in containers on old hosts, monitors of resource usage, batch systems that set limits by
parent group.

References: https://docs.docker.com/reference/cli/docker/container/run/#cgroup-parent
https://man7.org/linux/man-pages/man7/cgroup_namespaces.7.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.hardening import back_to_default
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


MITIGATION = "prove it first: what measures or limits the host's control groups no longer can"


@rule(
    "HH-PRV-016",
    "host-cgroup",
    dimension=PRIVILEGE,
    severity=LOW,
    cis=["docker-1.6:5.25", "docker-1.8:5.25"],
    tags=["cis"],
    about=["cgroupns", "cgroup_parent"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each of the two settings."""
    if workload.cgroupns.value == "host":
        yield workload.cgroupns.finding(
            f"{workload.subject} sees the control groups of the whole host",
            label="the host's cgroup namespace",
            fix=set_value(
                workload.cgroupns,
                "private",
                "give it a view of its own control groups only",
                risk=NEEDS_PROOF,
                mitigation=MITIGATION,
            ),
        )
    if workload.cgroup_parent.value:
        yield workload.cgroup_parent.finding(
            f"{workload.subject} runs under a control group of its own choice",
            label="not the engine's group",
            fix=back_to_default(workload.cgroup_parent, "put it under the engine's control group", MITIGATION),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    cgroup: host  #! HH-PRV-016
""",
        good="""
services:
  web:
    image: nginx:1.27
    cgroup: private
""",
    ),
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    cgroup_parent: batch.slice  #! HH-PRV-016
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
docker run -d --cgroupns=host nginx:1.27  #! HH-PRV-016
""",
        good="""
docker run -d --cgroupns=private nginx:1.27
""",
    ),
]
