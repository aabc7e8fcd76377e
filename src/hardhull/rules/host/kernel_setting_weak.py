"""Kernel does not keep containers as far apart as it could.

What it checks: settings of the running kernel in /proc/sys: address randomisation, hidden kernel addresses, its log,
loading of programs by everybody, tracing, links in shared folders, routing to 127.0.0.1.

Why it matters: all containers share the kernel. A process that reads its addresses and log finds the way out sooner,
and with `route_localnet` the network reaches services that listen on the host's loopback only.

How to fix: a file in /etc/sysctl.d with the values that the findings name, then `sysctl --system`.

When it is fine: `perf_event_paranoid` and `ptrace_scope` on machines of developers; `route_localnet` where kube-proxy
needs it.

References: https://docs.kernel.org/admin-guide/sysctl/kernel.html
https://kspp.github.io/Recommended_Settings
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.sysctls import WANTED
from hardhull.rules.fix import advise
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-613",
    "kernel-setting-weak",
    dimension=PRIVILEGE,
    severity=LOW,
    needs=["sysctls"],
    by_hand="a scan changes nothing of the host",
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields each setting."""
    for item in known_first(host.sysctls):
        name, value = item.value
        wanted = WANTED.get(name)
        if wanted is not None and value not in wanted.values:
            yield item.finding(
                f"{wanted.why} ({name} is {value})",
                label=f"should be {wanted.values[0]}",
                value=f"{name}={value}",
                fix=advise(
                    f"set {name} to {wanted.values[0]}",
                    f"{name} = {wanted.values[0]} in /etc/sysctl.d/90-hardhull.conf",
                ),
            )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "sysctls": {
   "/proc/sys/kernel/dmesg_restrict": "0"  #! HH-PRV-613
  }
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "sysctls": {
   "/proc/sys/kernel/dmesg_restrict": "1"
  }
 }
}
""",
    ),
]
