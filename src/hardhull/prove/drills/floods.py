"""Drills that take much of what the machine has, up to a given amount."""

from __future__ import annotations

from hardhull.model.finding import Dimension
from hardhull.prove.drills.drill import Drill, Measure

PROCESSES = 512
MEMORY_MIB = 256
MARGIN_MIB = 64
"""So much more than its limit of memory is taken, where that is not more than ``MEMORY_MIB``."""
DISK_MIB = 65
"""One more than the engine gives /dev/shm."""
DESCRIPTORS = 16384
_BOUNDED = "the clone has the limits of the world above its own"


def _flood(
    name: str, title: str, tries: str, harmless: str, measures: tuple[Measure, ...], *, alone: bool = False
) -> Drill:
    return Drill(name, title, tries, harmless, Dimension.LIMITS, measures, "", "T1499", alone=alone)


DRILLS = (
    _flood(
        "flood-processes",
        f"starts {PROCESSES} processes",
        f"clone() one more time than its limit, at most {PROCESSES} times: a fork bomb",
        f"the processes end at once, and only keep their numbers until the last has been started; {_BOUNDED}",
        (Measure.LIMITS,),
        alone=True,
    ),
    _flood(
        "flood-memory",
        f"takes {MEMORY_MIB} MiB of memory",
        f"writes to {MARGIN_MIB} MiB more memory than its limit, at most to {MEMORY_MIB} MiB",
        f"the memory is given back at once; the process is the first that the kernel ends; {_BOUNDED}",
        (Measure.LIMITS,),
        alone=True,
    ),
    _flood(
        "flood-disk",
        f"fills {DISK_MIB} MiB of disk",
        f"writes {DISK_MIB} MiB to a file, in each place where it may write until one has the room",
        "the file has no name any more when it is written, and is gone with the process",
        (Measure.READ_ONLY,),
    ),
    _flood(
        "flood-descriptors",
        f"opens {DESCRIPTORS} files",
        f"dup() {DESCRIPTORS} times, after raising its soft limit: the kernel's tables take memory of the machine",
        "they are one file, and closed with the process",
        (Measure.LIMITS,),
    ),
)
