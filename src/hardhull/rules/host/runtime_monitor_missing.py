"""Nothing watches what processes do.

What it checks: whether a runtime monitor lives on the host: Falco, Tetragon, Tracee, auditd, osquery, Wazuh and
others, by the kernel's own list of processes. A unit that is enabled and dead does not count, and neither does a
zombie.

Why it matters: an attacker who is in is seen by what he runs and where he connects to, or not at all.

How to fix: install one and see that it runs; on kernels without modules take one that uses eBPF.

When it is fine: where another machine watches this one (a hypervisor's agent).

References: https://falco.org/docs/
https://tetragon.io/docs/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Reading
from hardhull.rules.fix import advise
from hardhull.rules.rule import MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-611",
    "runtime-monitor-missing",
    dimension=MONITORING,
    severity=MEDIUM,
    checklist=[15],
    by_hand="which monitor fits, its owner decides",
    needs=["monitors"],
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields the empty list."""
    if host.syntax == "live" and not host.monitors.value:
        yield host.monitors.finding(
            "no runtime monitor lives on this host",
            label="none among the processes",
            value="none",
            fix=advise(
                "run a monitor", "apt-get install auditd, or Falco with its eBPF driver; then scan the host again"
            ),
        ).with_evidence(Reading("names of all processes", "no monitor among them", "/proc/*/comm"))


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "monitors": {}  #! HH-MON-611
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "monitors": {"/proc/812/comm": "falco"}
 }
}
""",
    ),
]
