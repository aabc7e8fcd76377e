"""Engine gets no more security fixes.

What it checks: the version of the running engine: lines that ended on a known day, and lines before the newest one, for
which Docker publishes no packages any more.

Why it matters: the engine is root. What is found in it, in containerd or in runc stays open.

How to fix: upgrade. What changes on the way: 23.0 builds with BuildKit; 24.0 has no aufs, 25.0 no devicemapper and old
manifests; 27.0 filters IPv6 too; 28.0 closes ports that are not published, also on the host's own network; 29.0 needs
API 1.44 and uses containerd's image store for new installations. Try the configuration on a second engine first.

When it is fine: distributions and Mirantis mend older lines themselves; then look for their notices.

References: https://docs.docker.com/engine/release-notes/
https://endoflife.date/docker-engine
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.rule import HIGH, LOW, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy


@rule(
    "HH-MON-109",
    "engine-out-of-support",
    dimension=MONITORING,
    severity=HIGH,
    cis=["docker-1.6:1.2.2", "docker-1.8:1.2.2"],
    tags=["cis"],
    by_hand="an upgrade changes more than one setting",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the version."""
    version = engine.version.value
    line = line_of(version) if version and engine.version.origin == "GET /version" else None
    if line is None or line >= NEWEST:
        return
    shown = ".".join(str(part).zfill(2) if at and line[0] < SEMANTIC else str(part) for at, part in enumerate(line))
    ended = next((day for last, day in ENDED if line <= last), None)
    after = next((f"{major}.{minor}" for (major, minor), _ in FOLLOWED if (major, minor) > line), "29.0")
    refused = "; ".join(item.value.why for item in engine.after_upgrade.value if item.known)
    more = f"; before an upgrade: {refused}" if refused else ""
    if ended:
        yield engine.version.finding(
            f"engine {version} gets no security fixes: its line {shown} ended on or before {ended}{more}", label="ended"
        )
    else:
        yield engine.version.finding(
            f"engine {version} is followed by {after}: Docker publishes no packages of its line any more{more}",
            label="an older line",
            severity=LOW,
        )


def line_of(version: str) -> tuple[int, int] | None:
    """Major and minor number; None for what is no version."""
    parts = version.split(".")
    if len(parts) < 2 or not parts[0].isdigit() or not parts[1].isdigit():
        return None
    return int(parts[0]), int(parts[1])


SEMANTIC = 23
"""From here on versions are numbers of releases, before they were years and months."""
NEWEST = (29, 0)
"""Released 2025-11-10; its minor releases follow each other without lines of their own."""
ENDED = (((18, 9), "2019-08-22"), ((19, 3), "2021-01-08"), ((20, 10), "2023-12-10"))
"""endoflife.date (MIT licence); earlier lines ended earlier."""
FOLLOWED = (
    ((24, 0), "2023-05-16"), ((25, 0), "2024-01-19"), ((26, 0), "2024-03-20"), ((26, 1), "2024-04-22"),
    ((27, 0), "2024-06-24"), ((28, 0), "2025-02-19"), ((29, 0), "2025-11-10"),
)  # fmt: skip
"""Releases by day (tags of docker/cli)."""


EXAMPLES = [
    Example(
        "live",
        bad="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["engine"]},
 "engine": {
  "GET /version": {
   "Version": "20.10.24+dfsg1"  #! HH-MON-109
  },
  "GET /info": {"Debug": false}
 }
}
""",
        good="""
{
 "schema": "hardhull-facts/1",
 "collected": {"targets": ["engine"]},
 "engine": {
  "GET /version": {
   "Version": "29.10.1"
  },
  "GET /info": {"Debug": false}
 }
}
""",
    ),
]
