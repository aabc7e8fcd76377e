"""Seccomp profile under which no container starts.

What it checks: profiles that forbid system calls which the runtime itself needs between setting the filter and running
the program. Some are needed only by runc 1.3.3 and later (November 2025).

Why it matters: short lists of "the calls my program makes" look like the hardest profile of all. The container fails at
once with "operation not permitted", and the usual remedy is to switch seccomp off.

How to fix: add the calls that are named, or begin with the engine's default profile and take calls away. A recorded run
shows which ones are used.

When it is fine: never; it does nothing but fail.

References: https://docs.docker.com/engine/security/seccomp/
https://github.com/opencontainers/runc/blob/main/libcontainer/standard_init_linux.go
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.seccomp import is_off, missing_to_start, missing_to_start_now
from hardhull.rules.fix import SAFE, change
from hardhull.rules.rule import HIGH, MEDIUM, PRIVILEGE, Example, rule
from hardhull.rules.seccomp_changes import letting_through

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.seccomp import SeccompProfile
    from hardhull.model.change import Fix
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


RECORDED = "hardhull/seccomp/"
"""Filters that are made from recordings allow what the runtime calls that was there."""


@rule(
    "HH-PRV-402",
    "seccomp-profile-cannot-start",
    dimension=PRIVILEGE,
    severity=HIGH,
    tags=["hollow"],
)
def check(profile: SeccompProfile, _policy: Policy) -> Iterator[Finding]:
    """Yields the default action, with the calls that are missing."""
    if is_off(profile):
        return
    missing = missing_to_start(profile, no_new_privileges=True)
    if missing:
        some = ", ".join(missing[:6]) + (f" and {len(missing) - 6} more" if len(missing) > 6 else "")
        yield profile.default_action.finding(
            f"no container starts with {profile.subject}: it stops {some}",
            label="stops calls that the runtime itself makes",
            value=",".join(missing),
            fix=_fix(profile),
        )
    elif (now := missing_to_start_now(profile)) and not profile.place.source.path.startswith(RECORDED):
        yield profile.default_action.finding(
            f"no container starts with {profile.subject} on runc 1.3.3 and later: it stops {' and '.join(now)}",
            label="stops calls that the runtime itself makes since November 2025",
            value=",".join(now),
            severity=MEDIUM,
            fix=_fix(profile),
        )


def _fix(profile: SeccompProfile) -> Fix:
    """Nothing starts with the profile, so that nothing can break."""
    needed = {*missing_to_start(profile, no_new_privileges=False), *missing_to_start_now(profile)}
    return change(
        f"allow the {len(needed)} calls that the runtime makes before the program starts",
        *letting_through(profile, needed),
        risk=SAFE,
        basis="starts that were measured with runc 1.1.5 to 1.5.2; what the program needs a recorded run shows",
    )


EXAMPLES = [
    Example(
        "seccomp",
        bad="""
{
  "defaultAction": "SCMP_ACT_ERRNO",  #! HH-PRV-402
  "syscalls": [
    {
      "names": [
        "read", "write", "exit", "exit_group", "rt_sigreturn", "capget", "capset", "chdir", "close", "fstat", "openat",
        "getcwd", "getppid", "newfstatat", "prctl", "setgid", "setgroups", "setuid", "statx"
      ],
      "action": "SCMP_ACT_ALLOW"
    }
  ]
}
""",
        good="""
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "syscalls": [
    {
      "names": [
        "read", "write", "exit", "exit_group", "rt_sigreturn", "capget", "capset", "chdir", "close", "fstat", "openat",
        "getcwd", "getppid", "newfstatat", "prctl", "setgid", "setgroups", "setuid", "statx",
        "execve",
        "fstatfs",
        "getdents64"
      ],
      "action": "SCMP_ACT_ALLOW"
    }
  ]
}
""",
    ),
]
