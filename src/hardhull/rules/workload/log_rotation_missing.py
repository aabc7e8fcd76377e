"""Container's logs grow until the disk is full.

What it checks: services whose logs the engine keeps in files without a size limit: the json-file driver (the default)
without `max-size`, neither here nor in the engine's configuration of the same tree. Tools that run once are left out;
in Kubernetes the kubelet rotates.

Why it matters: whoever can make a service write log lines fills the disk, and with it stops everything else on the
host, the audit log included.

How to fix: set `logging: {driver: local}`, or `max-size` and `max-file` for json-file, or the same once in
daemon.json; send logs to another machine where they have to survive a break-in.

When it is fine: the engine of the real host rotates, and its daemon.json is not in this tree.

References: https://docs.docker.com/engine/logging/configure/
https://docs.docker.com/engine/logging/drivers/json-file/
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
    "HH-MON-001",
    "log-rotation-missing",
    dimension=MONITORING,
    severity=MEDIUM,
    checklist=[14],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields what is written about logs, or its absence."""
    if throwaway(workload):
        return
    bounded = workload.effective_log_rotation
    if not bounded.value:
        driver = workload.effective_log_driver.get("json-file")
        yield bounded.finding(
            f"the logs of {workload.subject} grow without limit ({driver} without max-size)",
            label="no max-size",
            fix=rotation(workload),
        )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-MON-001
    image: nginx:1.27
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
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    logging:
      driver: json-file  #! HH-MON-001
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
docker run -d nginx:1.27  #! HH-MON-001
""",
        good="""
docker run -d --log-driver=json-file --log-opt=max-size=10m --log-opt=max-file=3 nginx:1.27
""",
    ),
]
