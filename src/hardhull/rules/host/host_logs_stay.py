"""Logs of the host stay on the host.

What it checks: whether a program that sends logs to another machine lives on the host; rsyslog and syslog-ng count
only where their configuration names a target elsewhere.

Why it matters: who has taken the host over deletes its logs first.

How to fix: send them: `*.* @@logs.example.com:6514` in /etc/rsyslog.d, or an agent such as Fluent Bit or Vector.

When it is fine: where every container and the engine use a driver that sends their logs, and the host's own are not
wanted.

References: https://www.rsyslog.com/doc/tutorials/reliable_forwarding.html
https://docs.docker.com/engine/logging/configure/
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


@rule(
    "HH-MON-612",
    "host-logs-stay",
    dimension=MONITORING,
    severity=LOW,
    checklist=[14],
    by_hand="where logs go, their owner decides",
    needs=["shippers"],
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields the empty list."""
    if host.syntax == "live" and not host.shippers.value:
        yield host.shippers.finding(
            "nothing sends the logs of this host elsewhere",
            label="no shipper among the processes",
            value="none",
            fix=advise("send them to another machine", "*.* @@logs.example.com:6514 in /etc/rsyslog.d/90-remote.conf"),
        ).with_evidence(
            Reading(
                "names of all processes, and where rsyslog and syslog-ng send", "nothing goes elsewhere", "/proc/*/comm"
            )
        )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "shippers": {}  #! HH-MON-612
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "shippers": {"/etc/rsyslog.d/90-remote.conf": "rsyslogd: *.* @@logs.example.com:6514"}
 }
}
""",
    ),
]
