"""File of the engine may be changed or read by too many.

What it checks: the permission bits and the access list of the engine's configuration, units, options, certificates,
keys and sockets, bit by bit: 0606 lets everybody write, although the number is smaller than 0644.

Why it matters: whoever may write daemon.json, the unit or the socket is root, and whoever reads the engine's key may
pretend to be the engine.

How to fix: `chmod` to the mode that the finding names; `setfacl -b` takes an access list away.

When it is fine: certificates that are public anyway may be readable by all; that is what 0444 says.

References: https://www.cisecurity.org/benchmark/docker (section 3)
https://man7.org/linux/man-pages/man5/acl.5.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.host_files import PARTS, excess
from hardhull.model.finding import Reading
from hardhull.rules.fix import advise
from hardhull.rules.questions import known_first
from hardhull.rules.rule import CRITICAL, HIGH, LOW, MEDIUM, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding, Severity
    from hardhull.rules.policy import Policy


OTHERS_WRITE, GROUP_WRITES, READ = 0o002, 0o020, 0o044


def _severity(bits: int, *, secret: bool) -> Severity:
    """How much the bits that are too many give away."""
    if bits & OTHERS_WRITE:
        return CRITICAL
    if bits & GROUP_WRITES or (secret and bits & READ):
        return HIGH
    return MEDIUM if bits & ~0o700 else LOW


@rule(
    "HH-PRV-611",
    "engine-file-mode",
    dimension=PRIVILEGE,
    severity=HIGH,
    cis=[f"docker-{version}:{part.mode_cis}" for version in ("1.6", "1.8") for part in PARTS.values()],
    tags=["cis"],
    needs=["files"],
    by_hand="a scan changes no file of the host",
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields each such file, and each entry of an access list that lets somebody write."""
    for item in known_first(host.files):
        file, part = item.value, PARTS[item.value.part]
        bits = excess(file)
        if bits:
            yield item.finding(
                f"{part.title} {file.path} has mode {file.mode:04o}, which is more than {part.mode:04o}",
                label=f"{bits:04o} too many",
                value=f"{file.path} {bits:04o}",
                severity=_severity(bits, secret=part.secret),
                fix=advise(
                    f"set its mode to {file.mode & part.mode:04o}", f"chmod {file.mode & part.mode:04o} {file.path}"
                ),
            ).with_evidence(Reading("benchmark item", part.mode_cis, "CIS Docker Benchmark 1.6 and 1.8"))
        for entry in file.acl:
            if "w" in entry.rpartition(":")[2] or part.secret:
                yield item.finding(
                    f"the access list of {file.path} gives it to {entry}",
                    label="beside its mode",
                    value=f"{file.path} {entry}",
                    fix=advise("take the access list away", f"setfacl -b {file.path}"),
                ).with_evidence(Reading("benchmark item", part.mode_cis, "CIS Docker Benchmark 1.6 and 1.8"))


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "files": {
   "/etc/docker/daemon.json": {"part": "daemon.json", "mode": "0606", "user": "root", "group": "root"}  #! HH-PRV-611
  }
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "files": {
   "/etc/docker/daemon.json": {"part": "daemon.json", "mode": "0604", "user": "root", "group": "root"}
  }
 }
}
""",
    ),
]
