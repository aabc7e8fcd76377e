"""Engine runs experimental features.

What it checks: an engine with `"experimental": true`.

Why it matters: experimental parts change without notice and are less tested; what they open is not part of the
security promises of the engine.

How to fix: remove the setting. What people want it for is mostly stable by now (BuildKit, IPv6, `--platform`).

When it is fine: test machines.

References: https://github.com/docker/cli/blob/master/experimental/README.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, advise, set_value
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-105",
    "experimental-features-on",
    dimension=MONITORING,
    severity=LOW,
    cis=["docker-1.6:2.18", "docker-1.8:2.19"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the switch."""
    if engine.experimental.value:
        yield engine.experimental.finding(
            "the engine runs experimental features", label="experimental", fix=_fix(engine)
        )


def _fix(engine: Engine) -> Fix:
    """Before 27.0 the engine refuses to start with ip6tables and without experimental features."""
    if engine.ip6tables.get(None) is True:
        return advise(
            "switch experimental features off",
            "with engine 27.0 and later remove the key experimental; an older one needs it for ip6tables",
        )
    return set_value(
        engine.experimental,
        False,
        "switch experimental features off",
        risk=NEEDS_PROOF,
        mitigation="look through scripts for what is experimental in this version (docker checkpoint)",
    )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "experimental": true,  #! HH-MON-105
  "live-restore": true
}
""",
        good="""
{
  "live-restore": true
}
""",
    ),
]
