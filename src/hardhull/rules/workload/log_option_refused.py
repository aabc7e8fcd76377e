"""Log option stops the container from starting.

What it checks: log options that the driver does not know, such as `max-size` with `syslog`, and values that it
refuses. Podman, and drivers that are plugins, are left out.

Why it matters: the engine refuses to create the container ("unknown log opt"), so the rotation that was meant is
never there; without the option the receiver has to rotate.

How to fix: remove the option, or use the driver that has it (`local`, `json-file`).

When it is fine: never: it does not start.

References: https://docs.docker.com/engine/logging/drivers/syslog/
https://docs.docker.com/engine/logging/configure/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.log_drivers import breaks_starts, refused_option
from hardhull.facts.log_values import conflicts
from hardhull.rules.fix import SAFE, drop
from hardhull.rules.questions import known_first
from hardhull.rules.rule import MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-052",
    "log-option-refused",
    dimension=MONITORING,
    severity=MEDIUM,
    checklist=[14],
    tags=["hollow"],
    about=["log_options"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each option that is refused."""
    if workload.runtime == "podman":
        return
    items = known_first(workload.log_options)
    if not items:
        return
    driver = workload.effective_log_driver.value
    values = dict(item.value for item in items if item.known)
    whole = all(item.known and item.value[1] is not None for item in items)
    broken = {**breaks_starts(driver, values), **(conflicts(driver, values) if whole else {})}
    for item in items:
        option, value = item.value
        why = refused_option(driver, option, value) or broken.get(option, "")
        if why:
            yield item.finding(
                f"{workload.subject} cannot start: {why}",
                label=f"refused by {driver}",
                value=option,
                fix=drop(workload.log_options, [item], f"take {option} out: it starts only then", risk=SAFE),
            )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    logging:
      driver: syslog
      options:
        max-size: 10m  #! HH-MON-052
""",
        good="""
services:
  web:
    image: nginx:1.27
    logging:
      driver: syslog
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --log-driver journald --log-opt max-size=10m nginx:1.27  #! HH-MON-052
""",
        good="""
docker run -d --log-driver journald nginx:1.27
""",
    ),
]
