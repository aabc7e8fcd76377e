"""Container may start any number of processes.

What it checks: services without a limit for processes, or with one above 100,000. Podman limits to 2,048 by itself;
in Kubernetes the kubelet decides. Tools that run once are left out.

Why it matters: process numbers are shared by the whole host: a fork bomb, or a server that leaks threads, leaves none
for anybody, not even for a login to stop it.

How to fix: set `pids_limit`, `deploy.resources.limits.pids` or `--pids-limit`; 100 to 500 is plenty for most
services. Threads count.

When it is fine: builds and batch systems that really start thousands of processes: give them a number.

References: https://docs.docker.com/reference/cli/docker/container/run/#pids-limit
https://docs.kernel.org/admin-guide/cgroup-v2.html#pid
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.needs import proposed_pids
from hardhull.rules.observed import with_peak
from hardhull.rules.questions import throwaway
from hardhull.rules.rule import LIMITS, MEDIUM, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

NO_LIMIT = 100_000
"""Above this a limit is none: the kernel's own default for the whole host is 32,768 (4,194,304 on large machines)."""


def _fix(workload: Workload) -> Fix:
    pids, basis = proposed_pids(workload)
    return set_value(
        workload.pids,
        pids,
        f"limit it to {pids} processes and threads",
        risk=NEEDS_PROOF,
        basis=basis,
        mitigation="load-test it: past the limit `fork` fails with `Resource temporarily unavailable`",
    )


@rule(
    "HH-LIM-003",
    "pids-limit-missing",
    dimension=LIMITS,
    severity=MEDIUM,
    cis=["docker-1.6:5.29", "docker-1.8:5.29"],
    tags=["cis"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the limit, or its absence."""
    if throwaway(workload):
        return
    limit = workload.pids.value
    if limit is None and workload.runtime == "podman" and workload.syntax != "live":
        return
    if limit is None or limit < 1:
        finding = workload.pids.finding(
            f"{workload.subject} may start processes until the host has none left",
            label="no limit for processes",
            fix=_fix(workload),
        )
        yield with_peak(workload, finding, "pids")
    elif limit > NO_LIMIT:
        yield workload.pids.finding(
            f"{workload.subject} may start {limit:,} processes, more than the host can bear",
            label="too large to be a limit",
            fix=_fix(workload),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-LIM-003
    image: nginx:1.27
""",
        good="""
services:
  web:
    image: nginx:1.27
    deploy:
      resources:
        limits:
          pids: 256
""",
    ),
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    pids_limit: 4000000  #! HH-LIM-003
""",
        good="""
services:
  web:
    image: nginx:1.27
    pids_limit: 256
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --pids-limit -1 nginx:1.27  #! HH-LIM-003
""",
        good="""
docker run -d --pids-limit 256 nginx:1.27
""",
    ),
]
