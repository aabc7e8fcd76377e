"""Host has not been audited for long.

What it checks: the records that audits leave (docker-bench-security, kube-bench, Lynis, OpenSCAP, hardhull's own
schedule) and how old the newest is. More than 35 days is too long for a monthly audit.

Why it matters: a host changes by every package and every hand; what was right once is not looked at again.

How to fix: `hardhull report schedule` writes a timer that audits every week.

When it is fine: where audits are run from elsewhere and kept there.

References: https://www.cisecurity.org/controls/continuous-vulnerability-management
https://github.com/docker/docker-bench-security
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Reading
from hardhull.rules.fix import advise
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


LONGEST = 35
"""Days."""
FIX = advise("audit it on a schedule", "hardhull report schedule systemd --output /etc/systemd/system")


@rule(
    "HH-MON-613",
    "host-audit-overdue",
    dimension=MONITORING,
    severity=LOW,
    checklist=[16],
    by_hand="a schedule is written by `hardhull report schedule`",
    needs=["audits"],
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields the newest record, or that there is none."""
    if host.syntax != "live":
        return
    newest = min(host.audits.value, key=lambda item: item.value[1], default=None)
    if newest is None:
        yield host.audits.finding(
            "no record of any audit of this host was found", label="none", value="none", fix=FIX
        ).with_evidence(Reading("records of audits", "none", "/var/log and /var/lib/hardhull/audits"))
    elif newest.value[1] > LONGEST:
        yield newest.finding(
            f"the last audit of this host is {newest.value[1]} days old", label="too long ago", value="old", fix=FIX
        )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "audits": {
   "/var/log/lynis-report.dat": 90  #! HH-MON-613
  }
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "audits": {
   "/var/log/lynis-report.dat": 3
  }
 }
}
""",
    ),
]
