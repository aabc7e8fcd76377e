"""Audit watch on a socket that sees no connection.

What it checks: watches (`-w`, or `-F perm=`) on the socket of an engine, where no rule records `connect`.

Why it matters: a watch on a file records that it is opened, written, run, or given to somebody else. A program that
talks to the engine calls connect() on the socket, which is none of these: with `-w /var/run/docker.sock -p rw` five
of five real API calls were missing from the log. The rule counts as audit and records nothing.

How to fix: record the call: `-a always,exit -F arch=b64 -S connect -F path=/run/docker.sock -k docker` (measured: it
records every client, with program and address). Keep a watch with `-p wa` beside it, if changes of the file itself
matter.

When it is fine: where only a change of the socket file (its owner, its removal) is meant to be seen.

References: https://man7.org/linux/man-pages/man8/auditctl.8.html
https://github.com/torvalds/linux/blob/master/include/asm-generic/audit_write.h
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.host import ENGINE_SOCKETS, SOCKETS, AuditRule, sees_connections, watches_socket
from hardhull.rules.fix import SAFE, swap
from hardhull.rules.rule import MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-201",
    "audit-watch-on-socket",
    dimension=MONITORING,
    severity=MEDIUM,
    checklist=[16],
    tags=["hollow"],
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields every such watch."""
    rules = [item for item in host.audit_rules.value if item.known]
    own = frozenset(item.value.path for item in host.in_use.get(()) if item.known and item.value.kind == "socket")
    if any(sees_connections(item.value, ENGINE_SOCKETS | own) for item in rules):
        return
    for item in rules:
        if watches_socket(item.value, SOCKETS | own):
            yield item.finding(
                f"no call of the engine's API is recorded: a watch on {item.value.path} does not see connect()",
                label="records no connection",
                value=item.value.path,
                fix=swap(
                    host.audit_rules,
                    item,
                    AuditRule(
                        item.value.path, syscalls=("connect",), fields=(("arch", "=", "b64"),), key=item.value.key
                    ),
                    "record the call of connect()",
                    risk=SAFE,
                    basis="measured: every client is recorded, with program and address",
                ),
            )


EXAMPLES = [
    Example(
        "auditd",
        bad="""
-w /var/run/docker.sock -p rw -k docker  #! HH-MON-201
-w /usr/bin/docker -p x -k docker
""",
        good="""
-a always,exit -F arch=b64 -S connect -F path=/var/run/docker.sock -k docker
-w /usr/bin/docker -p x -k docker
""",
    ),
]
