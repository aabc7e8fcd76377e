"""Engine lets processes gain privileges by default.

What it checks: an engine without `"no-new-privileges": true`, the default for containers that do not say it
themselves.

Why it matters: a setuid program in any image gives an attacker who runs as an ordinary user the power of root in the
container. As a default of the engine the setting also covers containers that somebody starts by hand.

How to fix: set `"no-new-privileges": true` and restart the engine. Containers that keep running through the restart
(`live-restore`) keep the old value until they are made again.

When it is fine: hosts with containers that need sudo, su or ping with file capabilities; those can be given
`--security-opt no-new-privileges=false`.

References: https://docs.docker.com/reference/cli/dockerd/
https://docs.kernel.org/userspace-api/no_new_privs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.rule import MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-101",
    "engine-allows-new-privileges",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    checklist=[9],
    cis=["docker-1.6:2.14", "docker-1.8:2.15"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting, or its absence."""
    if not engine.no_new_privileges.value:
        yield engine.no_new_privileges.finding(
            "containers that do not forbid it themselves can gain privileges through setuid programs",
            label="new privileges are allowed" if engine.no_new_privileges.written else "no-new-privileges is not set",
            fix=set_value(
                engine.no_new_privileges,
                True,
                "forbid new privileges by default",
                risk=NEEDS_PROOF,
                mitigation="find containers whose start uses sudo, su or another setuid program, and start those with"
                " --security-opt no-new-privileges=false; make the others anew, they keep the old value",
            ),
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{  #! HH-PRV-101
  "icc": false
}
""",
        good="""
{
  "icc": false,
  "no-new-privileges": true
}
""",
    ),
]
