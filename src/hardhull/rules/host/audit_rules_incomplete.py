"""Audit rules leave out parts of Docker.

What it checks: audit rules of a folder that mention Docker and leave out some of what the CIS benchmark wants
audited: programs, folders, units and configuration of the engine and of containerd. On a living host: what of that,
and of the engine's sockets, this very host has, and no rule of its kernel records. A rule does not record where one
above it says `never`, or where it is about permissions of a socket.

Why it matters: who changed daemon.json, replaced runc, or gave himself a drop-in for the unit is then not to be seen
in the log.

How to fix: on a living host `hardhull fix host --apply`; in files add a watch for each, for example
`-w /etc/docker -p wa -k docker` and `-w /usr/bin/dockerd -p wa -k docker`.

When it is fine: where the rest stands in files that are not in this tree; the rules for shims and of other
distributions are not asked for.

References: https://man7.org/linux/man-pages/man8/auditctl.8.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.host import AUDITED, AuditRule, missing, recorded
from hardhull.model.finding import Confidence
from hardhull.rules.fix import NEEDS_PROOF, Add, advise, change
from hardhull.rules.rule import LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-202",
    "audit-rules-incomplete",
    dimension=MONITORING,
    severity=LOW,
    confidence=Confidence.MEDIUM,
    checklist=[16],
    cis=[f"docker-{version}:{item.cis}" for version in ("1.6", "1.8") for item in AUDITED],
    tags=["cis"],
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields the first rule, with all that is left out."""
    if host.syntax == "live":
        yield from _living(host)
        return
    rules = [item.value for item in host.audit_rules.value]
    about = [item for item in host.audit_rules.value if "docker" in item.value.path or "containerd" in item.value.path]
    left_out = missing(rules)
    if about and left_out:
        key = about[0].value.key or "docker"
        names = ", ".join(item.name for item in left_out)
        yield about[0].finding(
            f"changes are not recorded of: {names}",
            label=f"{len(left_out)} of {len(AUDITED)} parts of Docker are left out",
            value=",".join(item.cis for item in left_out),
            fix=change(
                f"watch {len(left_out)} more",
                *(Add("audit_rules", AuditRule(item.paths[0], perms="wa", key=key)) for item in left_out),
                risk=NEEDS_PROOF,
                mitigation="leave out what this host does not have: auditctl stops at a folder that is not there",
                basis="the usual paths of Debian and Fedora",
            ),
        )


def _living(host: Host) -> Iterator[Finding]:
    """What of this host its kernel does not record."""
    rules = [item.value for item in host.audit_rules.value if item.known]
    used = [item.value for item in host.in_use.value if item.known]
    left_out = [one for one in used if not recorded(rules, one)]
    if left_out and len(left_out) < len(used):
        names = ", ".join(f"calls of {one.path}" if one.kind == "call" else one.path for one in left_out)
        yield host.audit_rules.finding(
            f"the kernel does not record: {names}",
            label=f"{len(left_out)} of {len(used)} things that this host uses are left out",
            value=",".join(sorted(one.path for one in left_out)),
            fix=advise("record them too", "hardhull fix host --apply"),
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
   "AUDIT_LIST_RULES": ["-a always,exit -F path=/usr/sbin/dockerd -F perm=wxa -k docker",  #! HH-MON-202
                        "-a never,exit -F dir=/etc/docker -F perm=wa"]
  },
  "audited": {
   "/usr/sbin/dockerd": {"kind": "program", "name": "a program"},
   "/etc/docker": {"kind": "folder", "name": "the engine's configuration"}
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
   "AUDIT_LIST_RULES": ["-a always,exit -F path=/usr/sbin/dockerd -F perm=wxa -k docker",
                        "-a always,exit -F dir=/etc/docker -F perm=wa"]
  },
  "audited": {
   "/usr/sbin/dockerd": {"kind": "program", "name": "a program"},
   "/etc/docker": {"kind": "folder", "name": "the engine's configuration"}
  }
 }
}
""",
    ),
    Example(
        "auditd",
        bad="""
-w /etc/docker -p wa -k docker  #! HH-MON-202
-w /usr/bin/dockerd -p wa -k docker
""",
        good="""
-w /etc/docker -p wa -k docker
-w /usr/bin/dockerd -p wa -k docker
-w /run/containerd -p wa -k docker
-w /var/lib/docker -p wa -k docker
-w /usr/lib/systemd/system/docker.service -p wa -k docker
-w /usr/lib/systemd/system/docker.socket -p wa -k docker
-w /etc/default/docker -p wa -k docker
-w /etc/containerd/config.toml -p wa -k docker
-w /usr/bin/containerd -p wa -k docker
-w /usr/bin/runc -p wa -k docker
""",
    ),
]
