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

from hardhull.rules.fix import NEEDS_PROOF, Rewrite, advise, change
from hardhull.rules.rule import HIGH, LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.problem import Problem
    from hardhull.facts.seccomp import SeccompProfile
    from hardhull.model.change import Fix
    from hardhull.model.field import Field
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
            fix=_fix(problem),
        )


def _fix(item: Field[Problem]) -> Fix:
    problem = item.value
    if not problem.instead:
        return advise(f"correct {problem.key}", f"{problem.why}: write the word that was meant")
    return change(
        f"write {problem.instead}",
        Rewrite(item.place, problem.instead),
        risk=NEEDS_PROOF,
        mitigation="start a container with the profile: what was ignored or refused counts then",
    )


EXAMPLES = [
    Example(
        "seccomp",
        bad="""
{
  "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [
    {"names": ["mount", "sys_reboot"], "action": "SCMP_ACT_ERRNO"},  #! HH-PRV-404
    {"names": ["clone"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 131072, "op": "EQ"}]}  #! HH-PRV-404
  ]
}
""",
        good="""
{
  "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [
    {"names": ["mount", "reboot"], "action": "SCMP_ACT_ERRNO"},
    {"names": ["clone"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 131072, "op": "SCMP_CMP_EQ"}]}
  ]
}
""",
    ),
]
