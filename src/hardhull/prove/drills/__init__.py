"""Drills: bounded, harmless attempts to break out or to misuse, made in a disposable clone of a container.

A small static program (``helper/``, in C, for x86-64 and aarch64) makes them; it is put on a read-only volume, so that
images without a shell, and without any file at all, can be drilled. A drill counts where it succeeds in a clone that is
given all that the engine can grant; then it is tried before and after hardening.
"""

from hardhull.prove.drills.compare import NOT_APPLICABLE, Compared, compare
from hardhull.prove.drills.drill import Drill, Measure
from hardhull.prove.drills.outcome import BLOCKED, SUCCEEDED, UNAVAILABLE, DrillOutcome
from hardhull.prove.drills.perform import drill, permissive
from hardhull.prove.drills.table import DRILLS

__all__ = [
    "BLOCKED",
    "DRILLS",
    "NOT_APPLICABLE",
    "SUCCEEDED",
    "UNAVAILABLE",
    "Compared",
    "Drill",
    "DrillOutcome",
    "Measure",
    "compare",
    "drill",
    "permissive",
]
