"""Container lifts a limit of the kernel altogether.

What it checks: ulimits that are unlimited, or so large that they are: open files above 1,048,576, processes above
100,000, core files of any size. A large `memlock` is left out, because databases need it.

Why it matters: open files and processes are shared by all containers of a user. Core files hold the memory of the
process, keys and passwords included, and fill the disk.

How to fix: set what the service needs, for example `nofile: 65536` and `core: 0`.

When it is fine: the documentation of the image asks for just this number.

References: https://docs.docker.com/reference/cli/docker/container/run/#ulimit
https://man7.org/linux/man-pages/man2/getrlimit.2.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, swap
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LIMITS, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.parts import Ulimit
    from hardhull.facts.workload import Workload
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

LARGEST = {"nofile": 1_048_576, "nproc": 100_000, "core": 4 * 1024**3}
"""What still limits something, by name. The kernel's own ceiling for open files is 1,048,576."""


BOUND = {"nofile": 65_536, "nproc": 4_096, "core": 0}
"""What an ordinary server gets by with; systemd's own default for services is 524,288 open files, 1,024 soft."""


def _fix(workload: Workload, item: Field[Ulimit]) -> Fix:
    limit = item.value
    hard = BOUND[limit.name]
    soft = min(limit.soft, hard) if limit.soft >= 0 else hard
    return swap(
        workload.ulimits,
        item,
        limit._replace(soft=soft, hard=hard),
        f"limit {limit.name} to {hard}",
        risk=NEEDS_PROOF,
        mitigation="load-test it: past the limit opening files or starting processes fails",
        basis="a value of ours",
    )


@rule(
    "HH-LIM-006",
    "ulimit-unlimited",
    dimension=LIMITS,
    severity=LOW,
    cis=["docker-1.6:5.19", "docker-1.8:5.19"],
    tags=["cis"],
    about=["ulimits"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each such limit."""
    for item in known_first(workload.ulimits):
        limit = item.value
        largest = LARGEST.get(limit.name)
        if largest is not None and (limit.hard < 0 or limit.hard > largest):
            what = "unlimited" if limit.hard < 0 else f"{limit.hard:,}"
            yield item.finding(
                f"{workload.subject} sets the limit {limit.name} to {what}",
                label="limits nothing",
                value=limit.name,
                fix=_fix(workload, item),
            )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    ulimits:
      core: -1  #! HH-LIM-006
""",
        good="""
services:
  web:
    image: nginx:1.27
    ulimits:
      core: 0
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --ulimit nproc=-1 nginx:1.27  #! HH-LIM-006
""",
        good="""
docker run -d --ulimit nproc=4096 nginx:1.27
""",
    ),
]
