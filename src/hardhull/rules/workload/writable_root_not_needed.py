"""Container may write everywhere, and recorded runs wrote to a few folders only.

What it checks: where runs of the workload were recorded: its root filesystem can be written to, although the runs
wrote nothing there, or only to folders that can be named.

Why it matters: whoever takes over the process replaces its programs and scripts, and stays until the container is
removed. With a read-only filesystem that fails.

How to fix: make it read-only. What is fleeting (`/tmp`, `/run`, `/var/cache` ...) gets memory, another folder a volume,
which begins with what the image has there.

When it is fine: an application that updates itself, or writes elsewhere in what the recorded runs did not do.

References: https://docs.docker.com/reference/cli/docker/container/run/#read-only
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.kept_examples import recorded
from hardhull.rules.observed import folders_of, learned, names, written
from hardhull.rules.observed_fixes import read_only
from hardhull.rules.questions import is_privileged
from hardhull.rules.rule import LOW, PRIVILEGE, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.workload import Workload
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-PRV-503",
    "writable-root-not-needed",
    dimension=PRIVILEGE,
    severity=LOW,
    needs=["profile"],
)
def check(workload: Workload, _policy: Policy) -> Iterator[Finding]:
    """Yields the setting, or its absence."""
    found = learned(workload)
    if found is None or not found.sees("files") or workload.read_only.value or is_privileged(workload):
        return
    folders = folders_of(written(found, workload))
    what = f"only {names(folders)} of it {'was' if len(folders) == 1 else 'were'}" if folders else "nothing of it was"
    yield workload.read_only.finding(
        f"{workload.subject} can write to its whole root filesystem; {what} written to {found.runs}",
        label="the root filesystem is writable",
        confidence=found.confidence,
        fix=read_only(workload, found),
    ).with_evidence(found.saw("folders written outside of mounts", folders))


EXAMPLES = [
    Example(
        "compose",
        bad="""
services:
  web:  #! HH-PRV-503
    image: shop:1
    volumes:
      - data:/data
volumes:
  data:
"""
        + recorded("compose.yaml", files=("/data/db", "/run/web.pid", "/opt/shop/log/a.log")),
        good="""
services:
  web:
    image: shop:1
    volumes:
      - data:/data
      - /opt/shop/log
    read_only: true
    tmpfs:
      - /run
volumes:
  data:
"""
        + recorded("compose.yaml", files=("/data/db", "/run/web.pid", "/opt/shop/log/a.log")),
    ),
    Example(
        "docker-run",
        bad="""
docker run -d --name web shop:1  #! HH-PRV-503
"""
        + recorded("run.sh", "docker run web"),
        good="""
docker run -d --name web --read-only shop:1
"""
        + recorded("run.sh", "docker run web"),
    ),
]
