"""Kernel records nothing of what happens to the engine.

What it checks: whether the kernel of a living host has any audit rule about Docker or containerd, asked of the kernel
itself. Files in /etc/audit/rules.d that nobody loaded do not count.

Why it matters: who changed daemon.json, replaced runc or talked to the engine's socket is then to be seen nowhere.

How to fix: `hardhull fix host --apply` loads rules for the sockets, programs, folders and units that this host really
uses, keeps them in /etc/audit/rules.d, and shows for each that it records.

When it is fine: where another monitor with the same view of the kernel runs (Falco, Tetragon).

References: https://man7.org/linux/man-pages/man8/auditctl.8.html
https://man7.org/linux/man-pages/man7/audit.rules.7.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.host import AUDITED, recorded
from hardhull.rules.fix import advise
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


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
    used = [item.value for item in host.in_use.get(()) if item.known]
    about = any("docker" in rule.path or "containerd" in rule.path for rule in watched)
    if not (any(recorded(watched, one) for one in used) if used else about):
        yield host.audit_rules.finding(
            "the kernel has no audit rule about the engine",
            label=f"{len(watched)} rules, none about Docker" if watched else "no rules",
            value="none",
            fix=advise("load rules about the engine", "hardhull fix host --apply"),
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
