"""Logs of containers stay on the host.

What it checks: an engine whose log driver keeps logs on the machine only: `json-file` (the default), `local`,
`journald`, or `none`.

Why it matters: whoever takes over the host, or only fills its disk, takes the evidence with it; and logs of a host
that is gone are gone.

How to fix: use a driver that sends (`syslog`, `gelf`, `fluentd`, `awslogs`, `gcplogs`, `splunk`) to a server of
yours, or let an agent on the host collect the files. With `"mode": "non-blocking"` a slow server does not stop the
programs.

When it is fine: hosts where an agent (Fluent Bit, Vector, Promtail, the journal upload) sends the files on; the
configuration of the engine cannot show that.

References: https://docs.docker.com/engine/logging/configure/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Confidence
from hardhull.rules.fix import advise
from hardhull.rules.rule import LOW, MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

LOCAL = frozenset({"json-file", "local", "journald", "none", "etwlogs"})


@rule(
    "HH-MON-102",
    "logs-stay-on-the-host",
    dimension=MONITORING,
    severity=LOW,
    confidence=Confidence.MEDIUM,
    checklist=[14],
    cis=["docker-1.6:2.13", "docker-1.8:2.14"],
    tags=["cis"],
    by_hand="where logs can be sent is not written in the configuration",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the driver."""
    driver = engine.log_driver
    if driver.value not in LOCAL:
        return
    lost = driver.value == "none"
    yield driver.finding(
        "logs of containers are thrown away" if lost else f"logs of containers stay on this host ({driver.value})",
        label="no logs" if lost else "only on this host" if driver.written else "no log-driver, so json-file",
        severity=MEDIUM if lost else None,
        fix=advise(
            "send logs to another machine",
            'have a log server ready, then: "log-driver": "syslog", "log-opts": {"syslog-address":'
            ' "tcp+tls://HOST:6514", "mode": "non-blocking"}; remove options that the driver does not know (max-size,'
            " max-file); or let an agent on the host send the files on",
        ),
    )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "log-driver": "none"  #! HH-MON-102
}
""",
        good="""
{
  "log-driver": "syslog",
  "log-opts": {"syslog-address": "tcp+tls://logs.example.com:6514"}
}
""",
    ),
]
