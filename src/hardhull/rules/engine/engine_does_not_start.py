"""Engine does not start with this configuration.

What it checks: keys that the engine does not know, values of a wrong type (`"max-file": 3` where a string is wanted),
values that it refuses, settings that exclude each other, and settings that stand both in daemon.json and on the
command line of `dockerd`. Read as moby reads them, for the engine versions 17.06 to 29.7.

Why it matters: a running engine does not notice: a reload keeps the old settings and writes one line to the log. At
the next restart, perhaps after an update at night, it does not come up, and no container does.

How to fix: correct what is named, then try it: `dockerd --validate --config-file FILE` (engine 23.0 and later).

When it is fine: settings for an engine that is older or newer than those hardhull knows.

References: https://docs.docker.com/engine/daemon/troubleshoot/
https://docs.docker.com/reference/cli/dockerd/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Confidence
from hardhull.rules.fix import NEEDS_PROOF, Drop, Rewrite, SetTo, advise, change
from hardhull.rules.rule import HIGH, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.facts.problem import Problem
    from hardhull.model.change import Change, Fix
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


TRY = "dockerd --validate --config-file FILE (engine 23.0 and later)"


@rule(
    "HH-MON-190",
    "engine-does-not-start",
    dimension=MONITORING,
    severity=HIGH,
    tags=["hollow"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields everything that stops it."""
    for problem in engine.problems.value:
        if problem.value.stops:
            yield problem.finding(
                f"the engine does not start: {problem.value.why}",
                label=problem.value.kind,
                value=f"{problem.value.kind} {problem.value.key}",
                confidence=None if problem.value.sure else Confidence.MEDIUM,
                fix=_fix(problem),
            )


def _fix(item: Field[Problem]) -> Fix:
    """Settings that never held hold afterwards, so that every repair has to be tried."""
    problem = item.value
    if problem.instead:
        return _change(f"write {problem.instead}", Rewrite(item.place, problem.instead))
    if problem.kind == "removed":
        return _change(f"remove {problem.key}", Drop("problems", item))
    if problem.kind == "exclusive" and problem.key == "icc":
        return _change("let the engine filter packets again", SetTo("iptables", True))
    how = "take it out of the file or off the command line" if problem.kind == "conflict" else "correct it"
    return advise(f"repair {problem.key}", f"{problem.why}: {how}, then try it: {TRY}")


def _change(title: str, wanted: Change) -> Fix:
    return change(title, wanted, risk=NEEDS_PROOF, mitigation=f"try the file before the engine restarts: {TRY}")


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "icc": false,
  "userns-remp": "default"  #! HH-MON-190
}
""",
        good="""
{
  "icc": false,
  "userns-remap": "default"
}
""",
    ),
    Example(
        "daemon.json",
        bad="""
{
  "log-driver": "json-file",
  "log-opts": {
    "max-size": "10m",
    "max-file": 3  #! HH-MON-190
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
  "icc": false,  #! HH-MON-190
  "iptables": false
}
""",
        good="""
{
  "icc": false
}
""",
    ),
]
