"""Drills about becoming somebody else."""

from __future__ import annotations

from hardhull.model.finding import Dimension
from hardhull.prove.drills.drill import Drill, Measure

_PROCESS = "it counts for the process of the attempt only"
_OURS = "the program is the helper, which says who it is, and ends"


def _user(
    name: str,
    title: str,
    tries: str,
    harmless: str,
    measures: tuple[Measure, ...],
    capability: str = "",
    technique: str = "",
) -> Drill:
    return Drill(name, title, tries, harmless, Dimension.PRIVILEGE, measures, capability, technique)


DRILLS = (
    _user("become-root", "is root", "setresuid() to 0", _PROCESS, (Measure.USER,)),
    _user(
        "become-other",
        "becomes another account",
        "setresuid() to an account that is not its own, whose files it then has",
        _PROCESS,
        (Measure.CAPABILITIES, Measure.USER),
        "SETUID",
    ),
    _user(
        "join-groups",
        "joins other groups",
        "setgroups() with root's group and another",
        _PROCESS,
        (Measure.CAPABILITIES, Measure.USER),
        "SETGID",
    ),
    _user(
        "setuid-file",
        "becomes root by a setuid program",
        "runs a program of root's with the setuid bit from an account without rights; images have such programs (su, "
        "mount, passwd)",
        _OURS,
        (Measure.NO_NEW_PRIVILEGES, Measure.CAPABILITIES),
        "",
        "T1548.001",
    ),
    _user(
        "file-capability",
        "gets a capability from a program",
        "runs a program with the file capability NET_RAW from an account without rights; images have such programs "
        "(ping)",
        _OURS,
        (Measure.NO_NEW_PRIVILEGES, Measure.CAPABILITIES),
    ),
)
