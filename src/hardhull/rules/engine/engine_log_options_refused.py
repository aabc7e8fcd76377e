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

from hardhull.facts.log_drivers import FOR_ALL, NEEDED, OPTIONS, breaks_starts, refused_option
from hardhull.facts.log_values import conflicts
from hardhull.rules.each import each
from hardhull.rules.fix import SAFE, advise, drop, swap
from hardhull.rules.rule import HIGH, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


USUAL = {"max-size": "10m", "max-file": "3"}


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
    yield from each(engine.log_opts.value, partial(_refused, engine, driver))
    yield from _missing(engine, driver)


def _refused(engine: Engine, driver: str, item: Field[tuple[str, str]]) -> Iterator[Finding]:
    option, value = item.value
    why = refused_option(driver, option, value)
    if not why:
        return
    fix = _without(engine, item)
    if option in OPTIONS.get(driver, FOR_ALL):
        fix = advise(f"correct {option}", f"{why}: without the option, logs would go elsewhere or look different")
    yield item.finding(f"the engine does not start: {why}", label="refused", value=option, fix=fix)


def _without(engine: Engine, item: Field[tuple[str, str]]) -> Fix:
    """With the option nothing starts, so that nothing can break."""
    return drop(engine.log_opts, [item], f"take the log option {item.value[0]} out", risk=SAFE)


def _repaired(engine: Engine, item: Field[tuple[str, str]]) -> Fix:
    option = item.value[0]
    usual = USUAL.get(option)
    if usual is None or item.value[1] in {"1", usual}:
        return _without(engine, item)
    title = f"write {option} as {usual}"
    return swap(engine.log_opts, item, (option, usual), title, risk=SAFE, basis="a value that is usual and accepted")


def _missing(engine: Engine, driver: str) -> Iterator[Finding]:
    if driver == "none":
        return
    options = {item.value[0]: item for item in engine.log_opts.value}
    needed = NEEDED.get(driver)
    if needed and options and needed not in options:
        yield engine.log_opts.finding(
            f"the engine does not start: the {driver} driver needs {needed}",
            label=f"no {needed}",
            value=needed,
            fix=advise(f"name {needed}", f'add "{needed}" to log-opts; only you know its value'),
        )
    values = {name: item.value[1] for name, item in options.items()}
    for name, why in conflicts(driver, values).items():
        yield options[name].finding(
            f"the engine does not start: {why}",
            label="refused",
            value="mode" if name == "max-buffer-size" else name,
            fix=_without(engine, options[name]),
        )
    broken = breaks_starts(driver, values)
    for name, why in broken.items():
        yield options[name].finding(
            f"no container starts: {why}",
            label="accepted, and breaks every start",
            value=name,
            fix=_repaired(engine, options[name]),
        )


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
