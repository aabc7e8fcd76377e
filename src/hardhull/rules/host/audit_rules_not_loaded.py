"""Audit rules that are never loaded.

What it checks: lines that auditctl does not take (it then stops, and loads none of the lines below), rules below `-e
2`, rules that a later `-D` deletes, `-a never,task`, which takes all processes out, and `-e 0`, which switches auditing
off.

Why it matters: the file looks complete, and the kernel has only a part of the rules, or none.

How to fix: correct the line that is named; text behind a rule is no comment. Try it with `auditctl -R FILE` and look
at `auditctl -l`.

When it is fine: never.

References: https://man7.org/linux/man-pages/man8/auditctl.8.html
https://man7.org/linux/man-pages/man8/augenrules.8.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.host import silences
from hardhull.rules.fix import SAFE, Fix, Rewrite, SetTo, advise, change
from hardhull.rules.rule import MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.facts.problem import Problem
    from hardhull.model.field import Field
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-204",
    "audit-rules-not-loaded",
    dimension=MONITORING,
    severity=MEDIUM,
    checklist=[16],
    tags=["hollow"],
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields every line that spoils it."""
    if host.audit_enabled.value == 0:
        yield host.audit_enabled.finding("auditing is switched off: no rule has an effect", label="off", fix=ON)
    for item in host.audit_rules.value:
        if item.known and silences(item.value):
            yield item.finding(
                "no call of any process is recorded: this rule takes all of them out", label="all of them", fix=ALL
            )
    for problem in host.problems.value:
        if problem.value.stops or problem.value.kind == "order":
            value = f"{problem.value.kind} {problem.value.key}"
            yield problem.finding(problem.value.why, label="not as meant", value=value, fix=_fix(problem))


def _fix(problem: Field[Problem]) -> Fix:
    """A comment behind a rule becomes a line of its own; for the rest somebody has to know what was meant."""
    rule, mark, comment = problem.place.text.partition(" #")
    if problem.value.kind != "value" or not mark:
        return advise("correct the line", "auditctl -R FILE names the line that it does not take; -e 2 stands last")
    text = f"#{comment}\n{rule.rstrip()}"
    return change("put the comment on a line of its own", Rewrite(problem.place, text), risk=SAFE)


ALL = advise("take the rule away", "auditctl -d never,task, and the line in /etc/audit/rules.d")
ON = change("switch auditing on", SetTo("audit_enabled", 1), risk=SAFE)


EXAMPLES = [
    Example(
        "auditd",
        bad="""
-a never,task  #! HH-MON-204
-w /etc/docker -p wa -k docker
""",
        good="""
-w /etc/docker -p wa -k docker
""",
    ),
    Example(
        "auditd",
        bad="""
-w /etc/docker -p wa -k docker # the configuration  #! HH-MON-204
-w /usr/bin/dockerd -p wa -k docker
""",
        good="""
# the configuration
-w /etc/docker -p wa -k docker
-w /usr/bin/dockerd -p wa -k docker
""",
    ),
    Example(
        "auditd",
        bad="""
-w /etc/docker -p wa -k docker
-e 0  #! HH-MON-204
""",
        good="""
-w /etc/docker -p wa -k docker
-e 1
""",
    ),
]
