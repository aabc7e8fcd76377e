"""Container's logs are thrown away.

What it checks: services with the log driver `none`.

Why it matters: after an incident nobody can tell what happened, and `docker logs` shows nothing.

How to fix: use `local` or `journald`, or a driver that sends the lines to another machine.

When it is fine: containers that write their logs elsewhere themselves, and tools whose output nobody needs.

References: https://docs.docker.com/engine/logging/configure/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.hardening import rotation
from hardhull.rules.questions import throwaway
from hardhull.rules.rule import MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-002",
    "log-driver-none",
    dimension=MONITORING,
    severity=MEDIUM,
    checklist=[14],
    about=["log_driver"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the driver."""
    if workload.log_driver.value == "none" and not throwaway(workload):
        yield workload.log_driver.finding(
            f"{workload.subject} leaves no logs", label="nothing is kept", fix=rotation(workload)
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    logging:
      driver: none  #! HH-MON-002
""",
        good="""
services:
  web:
    image: nginx:1.27
    logging:
      driver: json-file
      options:
        max-size: 10m
        max-file: "3"
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --log-driver none nginx:1.27  #! HH-MON-002
""",
        good="""
docker run -d --log-driver json-file --log-opt max-size=10m --log-opt max-file=3 nginx:1.27
""",
    ),
]
