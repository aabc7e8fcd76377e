"""Audit rule on a path that no engine has.

What it checks: audit rules on programs that were renamed in 2018 (`docker-containerd`, `docker-runc`), and on paths
with wildcards, which the kernel takes literally.

Why it matters: the rule is loaded without a complaint and never matches. It fills a line of the checklist and records
nothing.

How to fix: name the program that is run today (`/usr/bin/containerd`, `/usr/bin/runc`), and write one rule for each
file instead of a wildcard, or one for the folder.

When it is fine: hosts that still run an engine older than 18.09.

References: https://man7.org/linux/man-pages/man8/auditctl.8.html
https://docs.docker.com/engine/release-notes/18.09/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.host import RENAMED
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-203",
    "audit-watch-on-nothing",
    dimension=MONITORING,
    severity=LOW,
    checklist=[16],
    tags=["hollow"],
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields every rule that never matches."""
    for item in host.audit_rules.value:
        now = RENAMED.get(item.value.path)
        if now:
            yield item.finding(
                f"the rule never matches: {item.value.path} is {now} since engine 18.09",
                label="does not exist",
                value=item.value.path,
            )
    for problem in host.problems.value:
        if problem.value.kind == "value" and not problem.value.stops:
            yield problem.finding(problem.value.why, label="never matches", value=problem.value.key)


EXAMPLES = [
    Example(
        "auditd",
        bad="""
-w /usr/bin/docker-runc -p wa -k docker  #! HH-MON-203
-w /etc/docker/*.json -p wa -k docker  #! HH-MON-203
""",
        good="""
-w /usr/bin/runc -p wa -k docker
-w /etc/docker -p wa -k docker
""",
    ),
]
