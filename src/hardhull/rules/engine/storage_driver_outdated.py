"""Storage driver is removed or not made for use.

What it checks: the storage drivers `aufs`, `overlay`, `devicemapper` and `vfs`.

Why it matters: `aufs` and `overlay` are gone since engine 24.0 and `devicemapper` since 25.0: an update leaves the
engine unable to start. `vfs` copies every layer in full, is slow, and fills the disk.

How to fix: use `overlay2`, which is the default, or the containerd store. The images and containers of the old driver
have to be saved and loaded again.

When it is fine: `vfs` in a container that runs an engine for tests.

References: https://docs.docker.com/engine/storage/drivers/select-storage-driver/
https://docs.docker.com/engine/deprecated/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.rules.fix import advise
from hardhull.rules.rule import LOW, MEDIUM, MONITORING, Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardhull.facts.engine import Engine
    from hardhull.model.finding import Finding
    from hardhull.rules.policy import Policy

REMOVED = {"aufs": "24.0", "overlay": "24.0", "devicemapper": "25.0"}
"""Storage drivers by the version that no longer has them (moby, ``daemon/graphdriver``)."""


@rule(
    "HH-MON-108",
    "storage-driver-outdated",
    dimension=MONITORING,
    severity=LOW,
    cis=["docker-1.6:2.6", "docker-1.8:2.6", "docker-1.8:2.7"],
    tags=["cis"],
    by_hand="images and containers of the old driver are hidden afterwards, so they have to be moved",
)
def check(engine: Engine, _policy: Policy) -> Iterator[Finding]:
    """Yields the driver."""
    since = REMOVED.get(engine.storage_driver.value)
    fix = advise(
        "move to overlay2",
        "save images (docker save), commit or empty containers and back up volumes; stop the engine; remove the key"
        " storage-driver, so that the engine chooses overlay2; start it and load the images (docker load). What the old"
        " driver has stays on the disk until its folder is deleted",
    )
    if since:
        yield engine.storage_driver.finding(
            f"engine {since} and later do not start with the storage driver {engine.storage_driver.value}",
            label=f"removed in {since}",
            severity=MEDIUM,
            fix=fix,
        )
    elif engine.storage_driver.value == "vfs":
        yield engine.storage_driver.finding(
            "the storage driver vfs copies every layer in full", label="for tests only", fix=fix
        )


EXAMPLES = [
    Example(
        "daemon.json",
        bad="""
{
  "storage-driver": "devicemapper"  #! HH-MON-108
}
""",
        good="""
{
  "storage-driver": "overlay2"
}
""",
    ),
]
