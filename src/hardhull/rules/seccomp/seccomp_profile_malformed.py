"""Seccomp profile with words that mean nothing.

What it checks: actions and operators that do not exist, `architectures` beside `archMap`, `name` beside `names`,
wrong types (no container starts with such a profile), and names of system calls that Linux does not have (they are
ignored without a word).

Why it matters: a mistyped call that should be stopped is not stopped, one that should be allowed is not allowed; and
a profile that cannot be loaded is usually answered by switching seccomp off.

How to fix: correct the word. Names are those of the kernel: `pread64`, not `pread`; `newfstatat`, not `fstatat`.

When it is fine: calls of a kernel that is newer than the table of hardhull (numbers up to 471).

References: https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.rule import HIGH, LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.seccomp import SeccompProfile
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-404",
    "seccomp-profile-malformed",
    dimension=PRIVILEGE,
    severity=MEDIUM,
    tags=["hollow"],
)
def check(profile: SeccompProfile, _policy: Policy) -> Iterator[Finding]:
    """Yields every such word."""
    for problem in profile.problems.value:
        yield problem.finding(
            f"{profile.subject}: {problem.value.why}",
            label="stops every start" if problem.value.stops else "ignored",
            value=f"{problem.value.kind} {problem.value.key}",
            severity=HIGH if problem.value.stops else LOW,
        )


EXAMPLES = [
    Example(
        "seccomp",
        bad="""
{
  "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [
    {"names": ["mount", "kexec"], "action": "SCMP_ACT_ERRNO"},  #! HH-PRV-404
    {"names": ["bpf"], "action": "SCMP_ACT_DENY"}  #! HH-PRV-404
  ]
}
""",
        good="""
{
  "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [
    {"names": ["mount", "kexec_load"], "action": "SCMP_ACT_ERRNO"},
    {"names": ["bpf"], "action": "SCMP_ACT_ERRNO"}
  ]
}
""",
    ),
]
