"""Engine filters no system calls by default.

What it checks: an engine whose `seccomp-profile` is `unconfined`, or a profile of this tree that stops nothing.

Why it matters: every container that names no profile may make every system call, among them the about 50 that
break-outs through kernel bugs begin with.

How to fix: remove the setting: the built-in profile then holds. Give single containers that need more a profile of
their own.

When it is fine: never for a whole engine; debuggers can be started with `--security-opt seccomp=unconfined` one by
one.

References: https://docs.docker.com/engine/security/seccomp/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import NEEDS_PROOF, set_value
from hardhull.rules.rule import HIGH, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-103",
    "engine-seccomp-unconfined",
    dimension=PRIVILEGE,
    severity=HIGH,
    cis=["docker-1.6:2.17", "docker-1.8:2.18"],
    tags=["cis"],
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting."""
    named = engine.seccomp_profile
    profile = engine.seccomp.value
    fix = set_value(
        named,
        "builtin",
        "use the engine's own profile",
        risk=NEEDS_PROOF,
        mitigation="start each container once, and give those that need more a profile of their own",
    )
    if named.value == "unconfined":
        yield named.finding(
            "containers may make every system call unless they name a profile", label="no filter", fix=fix
        )
    elif profile is not None and profile.allows_all:
        yield named.finding(
            "containers may make every system call: the engine's profile stops nothing",
            label="the profile stops nothing",
            also=(profile.default_action.mark("lets everything through"),),
            fix=fix,
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "live-restore": true,
  "seccomp-profile": "unconfined"  #! HH-PRV-103
}
""",
        good="""
{
  "live-restore": true
}
""",
    ),
    Example(
        "daemon.json",
        bad="""
--- daemon.json
{
  "seccomp-profile": "/etc/docker/all.json",  #! HH-PRV-103
  "live-restore": true
}
--- all.json
{"defaultAction": "SCMP_ACT_LOG", "syscalls": []}
""",
        good="""
--- daemon.json
{
  "live-restore": true
}
--- all.json
{"defaultAction": "SCMP_ACT_LOG", "syscalls": []}
""",
    ),
]
