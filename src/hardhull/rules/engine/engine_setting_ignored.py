"""Setting that the engine ignores.

What it checks: keys written twice (the engine takes the last one and says nothing), names of options instead of keys
(`insecure-registry`, which the engine lets pass and does not use), proxies outside of `proxies`, and settings inside
an object that is none.

Why it matters: the file says one thing and the engine does another: a hardening that is read in review does not hold.

How to fix: remove the ignored text, or write it in the form that the engine uses.

When it is fine: never.

References: https://docs.docker.com/reference/cli/dockerd/
https://docs.docker.com/engine/daemon/proxy/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import SAFE, Drop, advise, change
from hardhull.rules.rule import MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.facts.problem import Problem
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


PROXIES = frozenset({"http-proxy", "https-proxy", "no-proxy"})


@rule(
    "HH-MON-191",
    "engine-setting-ignored",
    dimension=MONITORING,
    severity=MEDIUM,
    tags=["hollow"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields everything that has no effect."""
    for problem in engine.problems.value:
        if not problem.value.stops:
            yield problem.finding(
                problem.value.why,
                label="no effect as written",
                value=f"{problem.value.kind} {problem.value.key}",
                fix=_fix(problem),
            )


def _fix(item: Field[Problem]) -> Fix:
    """What has no effect goes: the engine does the same afterwards, and the file says so."""
    kind, key = item.value.kind, item.value.key
    if kind == "flag-name" and key in PROXIES:
        return advise(f"write {key} where it counts", f'put it inside "proxies": {{"{key}": ...}}, or remove it')
    which = "the entries above, which the engine ignores" if kind == "twice" else "it, since it has no effect"
    return change(f"{key}: remove {which}", Drop("problems", item), risk=SAFE)


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "icc": false,
  "live-restore": true,
  "icc": true  #! HH-MON-191
}
""",
        good="""
{
  "live-restore": true,
  "icc": true
}
""",
    ),
    Example(
        "daemon.json",
        bad="""
{
  "http-proxy": "http://proxy.example.com:3128"  #! HH-MON-191
}
""",
        good="""
{
  "proxies": {
    "http-proxy": "http://proxy.example.com:3128"
  }
}
""",
    ),
]
