"""All drills, in the order in which they are made."""

from __future__ import annotations

from hardhull.prove.drills import files, floods, kernel, mounts, network, processes, users

DRILLS = (
    *mounts.DRILLS,
    *processes.DRILLS,
    *kernel.DRILLS,
    *files.DRILLS,
    *users.DRILLS,
    *network.DRILLS,
    *floods.DRILLS,
)
BY_NAME = {each.name: each for each in DRILLS}
