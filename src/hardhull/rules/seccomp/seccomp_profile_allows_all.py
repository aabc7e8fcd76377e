"""Seccomp profile stops nothing that the default profile stops.

What it checks: profiles whose result, call by call, forbids nothing of what Docker's own profile forbids.

Why it matters: a container that names such a profile is counted as filtered by whoever reads its definition, and is
in truth unconfined.

How to fix: begin with the engine's default profile and allow only the calls that are missing. Remove the option to get
the default back.

When it is fine: a profile that only logs, while one records what an application needs.

References: https://docs.docker.com/engine/security/seccomp/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.rule import HIGH, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.seccomp import SeccompProfile
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-401",
    "seccomp-profile-allows-all",
    dimension=PRIVILEGE,
    severity=HIGH,
    cis=["docker-1.6:5.22", "docker-1.8:5.22"],
    tags=["cis", "hollow"],
    by_hand="which calls the container needs has to be recorded first",
)
def check(profile: SeccompProfile, _policy: Policy) -> Iterator[Finding]:
    """Yields the default action."""
    if profile.allows_all:
        yield profile.default_action.finding(
            f"{profile.subject} stops nothing that Docker's default profile stops",
            label="the filter lets everything through",
            fix=advise(
                "begin with the engine's default profile",
                "take the option seccomp=... away from containers that name this profile: the engine's own one"
                " holds then. If they need more, copy the default profile of the engine's version and allow the calls"
                " that are missing one by one",
            ),
        )


EXAMPLES = [
    Example(
        "seccomp",
        bad="""
{
  "defaultAction": "SCMP_ACT_ALLOW",  #! HH-PRV-401
  "syscalls": []
}
""",
        good="""
{
  "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [
    {"names": ["mount", "umount2", "ptrace", "bpf", "kexec_load", "init_module"], "action": "SCMP_ACT_ERRNO"}
  ]
}
""",
    ),
]
