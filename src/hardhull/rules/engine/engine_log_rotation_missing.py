"""Log files of containers grow without bound.

What it checks: an engine whose log driver is `json-file` (the default) without `max-size`.

Why it matters: a container that writes much, or is made to, fills the disk of the host; then every container and the
engine itself fail.

How to fix: set `"log-opts": {"max-size": "10m", "max-file": "3"}` (both values are strings), or use the driver
`local`, which rotates by itself. Containers that exist keep their old settings.

When it is fine: hosts where every container names a log driver of its own, or something else rotates the files with
copytruncate.

References: https://docs.docker.com/engine/logging/drivers/json-file/
https://docs.docker.com/engine/logging/configure/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import SAFE, Add, change
from hardhull.rules.rule import MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


ROTATION = {"max-size": "10m", "max-file": "3"}


@rule(
    "HH-MON-101",
    "engine-log-rotation-missing",
    dimension=MONITORING,
    severity=MEDIUM,
    checklist=[14],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the place where rotation would be set."""
    if engine.log_driver.value != "json-file":
        return
    options = {item.value[0] for item in engine.log_opts.value}
    if "max-size" in options:
        return
    at = engine.log_opts if engine.log_opts.written else engine.log_driver
    yield at.finding(
        "logs of containers grow until the disk is full: json-file has no max-size",
        label="no max-size" if at.written else "no log-driver, so json-file without max-size",
        fix=change(
            "rotate log files of containers: 3 files of 10 MB each, for containers that are made from now on",
            *(Add("log_opts", (name, value)) for name, value in ROTATION.items() if name not in options),
            risk=SAFE,
            basis="enough to look back, and 100 containers fill no more than 3 GB",
        ),
    )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "log-driver": "json-file"  #! HH-MON-101
}
""",
        good="""
{
  "log-driver": "json-file",
  "log-opts": {
    "max-size": "10m",
    "max-file": "3"
  }
}
""",
    ),
    Example(
        "daemon.json",
        bad="""
{  #! HH-MON-101
  "icc": false
}
""",
        good="""
{
  "icc": false,
  "log-opts": {
    "max-size": "10m",
    "max-file": "3"
  }
}
""",
    ),
]
