"""File of the engine belongs to somebody else.

What it checks: owner and group of the engine's configuration, units, options, certificates, keys and sockets, as the
file system has them, and whether a folder on the way to them belongs to somebody else than root or may be changed by
others.

Why it matters: whoever owns the file may change it, whatever its mode says, and whoever may change the folder may put
another file in its place. What stands in it decides what root does.

How to fix: `chown root:root` (the engine's socket: `root:docker`), and likewise for the folder.

When it is fine: a rootless engine, whose files belong to its user.

References: https://www.cisecurity.org/benchmark/docker (section 3)
https://docs.docker.com/engine/security/#docker-daemon-attack-surface
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.host_files import PARTS, misowned
from hardhull.model.finding import Reading
from hardhull.rules.fix import advise
from hardhull.rules.questions import known_first
from hardhull.rules.rule import HIGH, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-610",
    "engine-file-owner",
    dimension=PRIVILEGE,
    severity=HIGH,
    cis=[f"docker-{version}:{part.owner_cis}" for version in ("1.6", "1.8") for part in PARTS.values()],
    tags=["cis"],
    needs=["files"],
    by_hand="a scan changes no file of the host",
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields each such file."""
    for item in known_first(host.files):
        file, part = item.value, PARTS[item.value.part]
        owner = misowned(file)
        right = f"root:{part.group}"
        if owner:
            yield item.finding(
                f"{part.title} {file.path} belongs to {owner}",
                label=f"should be {right}",
                value=f"{file.path} {owner}",
                fix=advise(f"give it to {right}", f"chown {right} {file.path}"),
            ).with_evidence(Reading("benchmark item", part.owner_cis, "CIS Docker Benchmark 1.6 and 1.8"))
        if file.above:
            yield item.finding(
                f"others than root may change {file.above}, and so put another file in the place of {file.path}",
                label=f"through {file.above}",
                value=f"{file.path} below {file.above}",
                fix=advise(
                    f"give {file.above} to root alone", f"chown root:root {file.above}; chmod go-w {file.above}"
                ),
            ).with_evidence(Reading("benchmark item", part.owner_cis, "CIS Docker Benchmark 1.6 and 1.8"))


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "files": {
   "/etc/docker/daemon.json": {"part": "daemon.json", "mode": "0644", "user": "app", "group": "root"}  #! HH-PRV-610
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
   "/etc/docker/daemon.json": {"part": "daemon.json", "mode": "0644", "user": "root", "group": "root"}
  }
 }
}
""",
    ),
]
