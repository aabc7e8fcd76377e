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

import re
from typing import TYPE_CHECKING

from hardhull.facts.host import RENAMED
from hardhull.rules.fix import SAFE, Fix, advise, swap
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.facts.problem import Problem
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


WILD = re.compile(r"/[^/]*[*?].*")
"""The end of a path from its first component with a wildcard on."""


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
                fix=swap(
                    host.audit_rules, item, item.value._replace(path=now), f"watch {now}, its name today", risk=SAFE
                ),
            )
    for problem in host.problems.value:
        if problem.value.kind == "value" and not problem.value.stops:
            fix = _folder(host, problem)
            yield problem.finding(problem.value.why, label="never matches", value=problem.value.key, fix=fix)


def _folder(host: Host, problem: Field[Problem]) -> Fix:
    """A watch on the folder instead of a wildcard in it: of this line, the same path may stand in others too."""
    path = problem.value.key
    item = next((item for item in host.audit_rules.value if item.place == problem.place), None)
    folder = WILD.sub("", path)
    if item is None or ".." in path or not folder:
        return advise("name the file itself", "write one rule for each file, without wildcards and ..")
    return swap(host.audit_rules, item, item.value._replace(path=folder), f"watch the folder {folder}", risk=SAFE)


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
