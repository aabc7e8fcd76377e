"""Log options that the engine refuses.

What it checks: options in `log-opts` that the chosen log driver does not know or take (`max-size` with `syslog`),
options that it needs and that are missing, and values that pass the check and then stop every container from
starting.

Why it matters: with an option that the driver does not know, the engine does not start at its next restart; until
then nobody notices. With a size such as `10q` it starts, and no container does.

How to fix: keep only options of the driver that is used. `max-size`, `max-file` and `compress` belong to `json-file`
and `local`; a remote driver keeps no files. `dockerd --validate` (23.0 and later) does not find the second kind:
start a container to be sure.

When it is fine: never.

References: https://docs.docker.com/engine/logging/configure/
https://docs.docker.com/engine/logging/drivers/syslog/
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hardhull.facts.log_drivers import NEEDED, breaks_starts, refused_option
from hardhull.rules.each import each
from hardhull.rules.rule import HIGH, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-103",
    "engine-log-options-refused",
    dimension=MONITORING,
    severity=HIGH,
    checklist=[14],
    tags=["hollow"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields every option."""
    driver = engine.log_driver.value
    yield from each(engine.log_opts.value, partial(_refused, driver))
    yield from _missing(engine, driver)


def _refused(driver: str, item: Field[tuple[str, str]]) -> Iterator[Finding]:
    option, value = item.value
    why = refused_option(driver, option, value)
    if why:
        yield item.finding(f"the engine does not start: {why}", label="refused", value=option)


def _missing(engine: Engine, driver: str) -> Iterator[Finding]:
    if driver == "none":
        return
    options = {item.value[0]: item for item in engine.log_opts.value}
    needed = NEEDED.get(driver)
    if needed and options and needed not in options:
        yield engine.log_opts.finding(
            f"the engine does not start: the {driver} driver needs {needed}", label=f"no {needed}", value=needed
        )
    mode = options["mode"].value[1] if "mode" in options else ""
    if "max-buffer-size" in options and mode != "non-blocking":
        yield options["max-buffer-size"].finding(
            "the engine does not start: max-buffer-size needs the mode non-blocking", label="refused", value="mode"
        )
    broken = breaks_starts(driver, {name: item.value[1] for name, item in options.items()})
    for name, why in broken.items():
        yield options[name].finding(f"no container starts: {why}", label="accepted, and breaks every start", value=name)


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "log-driver": "syslog",
  "log-opts": {
    "syslog-address": "udp://logs.example.com:514",
    "max-size": "10m"  #! HH-MON-103
  }
}
""",
        good="""
{
  "log-driver": "syslog",
  "log-opts": {
    "syslog-address": "udp://logs.example.com:514"
  }
}
""",
    ),
    Example(
        "daemon.json",
        bad="""
{
  "log-driver": "json-file",
  "log-opts": {
    "max-size": "10q",  #! HH-MON-103
    "max-file": "3"
  }
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
{
  "log-driver": "awslogs",
  "log-opts": {  #! HH-MON-103
    "awslogs-region": "eu-west-1"
  }
}
""",
        good="""
{
  "log-driver": "awslogs",
  "log-opts": {
    "awslogs-region": "eu-west-1",
    "awslogs-group": "shop"
  }
}
""",
    ),
]
