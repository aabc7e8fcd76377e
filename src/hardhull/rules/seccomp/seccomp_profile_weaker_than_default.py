"""Seccomp profile allows what the default profile stops.

What it checks: profiles that let through dangerous calls which Docker's default profile (29.7) stops for a container
with the default capabilities; calls that the profile ties to a capability do not count.

Why it matters: a profile of its own reads as extra care. One that is older than the engine, or began as a list of
what to forbid, opens what the default closes: kernel keyrings, io_uring, user namespaces, mounts.

How to fix: begin with the default profile of the engine that is used, and add the calls that are missing one by one.

When it is fine: containers that need a named call, for example io_uring for a database, on a kernel that is kept up
to date.

References: https://docs.docker.com/engine/security/seccomp/
https://github.com/moby/profiles/blob/main/seccomp/default.json
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.seccomp import dangerous, is_off
from hardhull.facts.syscalls import DANGEROUS
from hardhull.rules.fix import NEEDS_PROOF, change
from hardhull.rules.rule import LOW, MEDIUM, PRIVILEGE, Example, rule
from hardhull.rules.seccomp_changes import stopping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.seccomp import SeccompProfile
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-403",
    "seccomp-profile-weaker-than-default",
    dimension=PRIVILEGE,
    severity=LOW,
)
def check(profile: SeccompProfile, _policy: Policy) -> Iterator[Finding]:
    """Yields the default action, with the calls."""
    if profile.allows_all or is_off(profile):
        return
    open_ = dangerous(profile)
    if open_:
        some = ", ".join(open_[:6]) + (f" and {len(open_) - 6} more" if len(open_) > 6 else "")
        yield profile.default_action.finding(
            f"{profile.subject} allows what Docker's default profile stops: {some}",
            label=f"{open_[0]} {DANGEROUS[open_[0]]}",
            value=",".join(open_),
            severity=MEDIUM if len(open_) > 6 else None,
            fix=change(
                f"stop {some}",
                *stopping(profile, open_),
                risk=NEEDS_PROOF,
                mitigation="record a run first, and leave those out that the program makes",
                basis="Docker's default profile (29.7) for a container with the default capabilities",
            ),
        )


EXAMPLES = [
    Example(
        "seccomp",
        bad="""
{
  "defaultAction": "SCMP_ACT_ERRNO",  #! HH-PRV-403
  "syscalls": [
    {"names": ["read", "write", "bpf", "openat", "close", "keyctl", "execve"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}
  ]
}
""",
        good="""
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "syscalls": [
    {"names": ["read", "write", "openat", "close", "execve"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}
  ]
}
""",
    ),
]
