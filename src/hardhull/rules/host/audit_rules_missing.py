"""Kernel records nothing of what happens to the engine.

What it checks: whether the kernel of a living host has any audit rule about Docker or containerd, as `auditctl -l`
lists them. Files in /etc/audit/rules.d that nobody loaded do not count.

Why it matters: who changed daemon.json, replaced runc or talked to the engine's socket is then to be seen nowhere.

How to fix: rules for the engine's programs, folders, units and sockets in /etc/audit/rules.d/docker.rules, then
`augenrules --load`.

When it is fine: where another monitor with the same view of the kernel runs (Falco, Tetragon).

References: https://man7.org/linux/man-pages/man8/auditctl.8.html
https://man7.org/linux/man-pages/man7/audit.rules.7.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.host import AUDITED
from hardhull.rules.fix import advise
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


RULES = "\n".join(f"-w {item.paths[0]} -p wa -k docker" for item in AUDITED)


@rule(
    "HH-MON-610",
    "audit-rules-missing",
    dimension=MONITORING,
    severity=LOW,
    checklist=[16],
    cis=[f"docker-{version}:{item.cis}" for version in ("1.6", "1.8") for item in AUDITED],
    tags=["cis"],
    by_hand="rules are loaded by root on the host",
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields the empty list."""
    if host.syntax != "live":
        return
    watched = [item.value for item in host.audit_rules.value if item.known]
    if not any("docker" in rule.path or "containerd" in rule.path for rule in watched):
        yield host.audit_rules.finding(
            "the kernel has no audit rule about the engine",
            label=f"{len(watched)} rules, none about Docker" if watched else "no rules",
            value="none",
            fix=advise("load rules about the engine", RULES),
        )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "audit": {
   "run auditctl -l": []  #! HH-MON-610
  }
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "audit": {
   "run auditctl -l": ["-w /etc/docker -p wa -k docker"]
  }
 }
}
""",
    ),
]
