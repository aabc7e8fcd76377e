"""Disk weight does nothing with the usual schedulers.

What it checks: `blkio_config: weight` and `weight_device`, `--blkio-weight` and `--blkio-weight-device`.

Why it matters: weights are obeyed by the BFQ scheduler only (formerly CFQ). Most distributions use mq-deadline or
none for disks and NVMe, so the line changes nothing.

How to fix: set limits for the device instead (`device_write_bps`, `device_write_iops`), or switch the disk's
scheduler to bfq on the host.

When it is fine: hosts whose disks use BFQ, or cgroup v2 with an io.cost configuration.

References: https://docs.docker.com/reference/compose-file/services/#blkio_config
https://docs.kernel.org/block/bfq-iosched.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.model.finding import Confidence
from hardhull.rules.fix import NEEDS_PROOF, drop
from hardhull.rules.questions import known_first
from hardhull.rules.rule import LIMITS, LOW, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-LIM-202",
    "io-weight-without-effect",
    dimension=LIMITS,
    severity=LOW,
    confidence=Confidence.MEDIUM,
    checklist=[11],
    tags=["hollow"],
    about=["block_io"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields each weight."""
    for item in known_first(workload.block_io):
        if item.value.what.startswith("weight"):
            yield item.finding(
                f"the disk weight of {workload.subject} has no effect unless the disk's scheduler is BFQ",
                label="needs the BFQ scheduler",
                value=item.value.what,
                fix=drop(
                    workload.block_io,
                    [item],
                    "take the weight out",
                    risk=NEEDS_PROOF,
                    mitigation="look at /sys/block/*/queue/scheduler first: with bfq the weight counts",
                ),
            )


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:
    image: nginx:1.27
    blkio_config:
      weight: 300  #! HH-LIM-202
""",
        good="""
services:
  web:
    image: nginx:1.27
""",
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --blkio-weight 300 nginx:1.27  #! HH-LIM-202
""",
        good="""
docker run -d nginx:1.27
""",
    ),
]
