"""Default limit that stops every container from starting.

What it checks: entries of `default-ulimits` whose soft limit is above the hard one, whose inner `Name` is missing or
no limit of Linux, or whose limit for files is too small for any program.

Why it matters: the engine accepts them and starts; then every container fails, also those that are restarted after an
update.

How to fix: write `Soft` not above `Hard`, and the name inside as well: `"nofile": {"Name": "nofile", "Soft": 1024,
"Hard": 4096}`.

When it is fine: never.

References: https://docs.docker.com/reference/cli/dockerd/#default-ulimits
https://github.com/moby/moby/blob/v28.5.2/daemon/oci_linux.go
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hardhull.facts.parts import Ulimit
from hardhull.rules.each import each
from hardhull.rules.fix import SAFE, drop, swap
from hardhull.rules.rule import HIGH, LIMITS, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

NAMES = frozenset(
    {
        "as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss",
        "rtprio", "rttime", "sigpending", "stack",
    }
)  # fmt: skip
"""Limits that runc knows (``libcontainer/configs/validate`` and ``specconv``)."""

FEWEST_FILES = 3
"""Standard input, output and error."""


@rule(
    "HH-LIM-102",
    "default-ulimit-breaks-starts",
    dimension=LIMITS,
    severity=HIGH,
    tags=["hollow"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields every limit that cannot be set."""
    yield from each(engine.default_ulimits.value, partial(_judge, engine))


def _judge(engine: Engine, item: Field[Ulimit]) -> Iterator[Finding]:
    limit = item.value
    if not limit.name:
        why = "the limit has no Name inside"
    elif limit.name.lower() not in NAMES:
        why = f"{limit.name} is no limit of Linux"
    elif limit.hard != -1 and (limit.soft == -1 or limit.soft > limit.hard):
        soft = "unlimited" if limit.soft == -1 else str(limit.soft)
        why = f"the soft limit {soft} is above the hard limit {limit.hard}"
    elif limit.name.lower() == "nofile" and 0 <= limit.soft < FEWEST_FILES:
        why = f"{limit.soft} open files are too few for any program"
    else:
        return
    yield item.finding(
        f"no container starts: {why}", label="accepted, and breaks every start", value=why, fix=_fix(engine, item)
    )


def _fix(engine: Engine, item: Field[Ulimit]) -> Fix:
    """As long as the limit is there nothing starts, so that nothing can break."""
    limit = item.value
    if limit.name.lower() not in NAMES and limit.key.lower() not in NAMES:
        return drop(engine.default_ulimits, [item], f"take the limit {limit.key or limit.name} out", risk=SAFE)
    name = limit.name if limit.name.lower() in NAMES else limit.key.lower()
    soft, hard = limit.soft, limit.hard
    if hard != -1 and soft == -1:
        soft = hard
    elif hard != -1:
        soft, hard = sorted((soft, hard))
    if name.lower() == "nofile" and 0 <= soft < FEWEST_FILES:
        soft, hard = 1024, hard if hard == -1 else max(hard, 4096)
    right = Ulimit(name, soft, hard, limit.key if limit.key != name else "")
    basis = "the two numbers and the key as written, in the form that the engine wants"
    return swap(engine.default_ulimits, item, right, f"write the limit {name} as it can be set", risk=SAFE, basis=basis)


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "default-ulimits": {
    "nofile": {"Name": "nofile", "Soft": 4096, "Hard": 1024}  #! HH-LIM-102
  }
}
""",
        good="""
{
  "default-ulimits": {
    "nofile": {"Name": "nofile", "Soft": 1024, "Hard": 4096}
  }
}
""",
    ),
    Example(
        "daemon.json",
        bad="""
{
  "default-ulimits": {
    "nproc": {"Soft": 512, "Hard": 1024}  #! HH-LIM-102
  }
}
""",
        good="""
{
  "default-ulimits": {
    "nproc": {"Soft": 512, "Hard": 1024, "Name": "nproc"}
  }
}
""",
    ),
]
