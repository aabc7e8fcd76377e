"""Engine's data lie on the host's root file system.

What it checks: whether the engine's data folder is on another device than `/`. That it is a mount point says nothing:
the engine mounts the folder onto itself.

Why it matters: images, volumes and logs of containers then fill the disk of the host, which stops everything else that
writes.

How to fix: put a file system of its own there, before the engine has data: stop the engine, copy the folder, mount,
start.

When it is fine: machines that run nothing but containers and are thrown away.

References: https://docs.docker.com/engine/daemon/#daemon-data-directory
https://docs.docker.com/engine/storage/drivers/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.rule import LIMITS, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.host import Host
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-LIM-610",
    "engine-data-on-root-partition",
    dimension=LIMITS,
    severity=LOW,
    cis=["docker-1.6:1.1.1", "docker-1.8:1.1.1"],
    tags=["cis"],
    by_hand="moving data needs a disk",
    needs=["data_apart"],
)
def check(host: Host, _policy: Policy) -> Iterator[Finding]:
    """Yields the folder."""
    if host.data_apart.value is False:
        yield host.data_apart.finding(
            "containers can fill the host's own file system",
            label="the same device as /",
            fix=advise("give the engine's data a file system of their own", "stop the engine, copy the folder, mount"),
        )


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "data_root": {"stat /var/lib/docker": "device 254:1", "stat /": "device 254:1", "apart": false}  #! HH-LIM-610
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["host"]},
 "host": {
  "data_root": {"stat /var/lib/docker": "device 254:2", "stat /": "device 254:1", "apart": true}
 }
}
""",
    ),
]
