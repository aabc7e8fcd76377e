"""What was tried and did not work: nothing that may do less has to be tried after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardhull.facts.seccomp import docker_default
from hardhull.prove.filter import capabilities

if TYPE_CHECKING:
    from hardhull.prove.candidate import Candidate
    from hardhull.prove.trial import Trial

CHANCES = 2
"""So many failures of what may do as much, or more, are none of chance."""


class Tried:
    """The tries of one search that did not work."""

    def __init__(self) -> None:
        self._failed: list[Trial] = []

    def add(self, trial: Trial) -> None:
        """Takes note of one that did not work."""
        self._failed.append(trial)

    def decides(self, candidate: Candidate) -> Trial | None:
        """A failed try of a candidate that could do all that this one can; None where it has to be tried.

        Args:
            candidate: that would be tried.
        """
        found = [one for one in self._failed if one.candidate and covers(one.candidate, candidate)]
        return found[-1] if len(found) >= CHANCES else None


def covers(one: Candidate, other: Candidate) -> bool:
    """Whether a candidate may do all that another one may: where it does not work, the other one does not either.

    What cannot be compared is not covered: another account, or a folder in memory, which hides what the image has
    there, beside none or a volume.
    """
    folders = set(one.writable), set(other.writable)
    return (
        (one.user, one.ports, one.low_ports) == (other.user, other.ports, other.low_ports)
        and one.no_new_privileges <= other.no_new_privileges
        and one.alone <= other.alone
        and one.privileged >= other.privileged
        and one.host >= other.host
        and one.devices >= other.devices
        and set(one.owned) >= set(other.owned)
        and one.read_only <= other.read_only
        and folders[0] >= folders[1]
        and all(each.keeps for each in folders[0] - folders[1])
        and _at_most(other.memory, one.memory)
        and _at_most(other.pids, one.pids)
        and _at_most(other.cpus, one.cpus)
        and _capable(one, other)
        and _calling(one, other)
    )


def _at_most(limit: float, most: float) -> bool:
    """Of two limits, of which 0 is none."""
    return not most or 0 < limit <= most


def _capable(one: Candidate, other: Candidate) -> bool:
    if one.capabilities is None or other.capabilities is None:
        return one.capabilities == other.capabilities
    return one.capabilities >= other.capabilities


def _calling(one: Candidate, other: Candidate) -> bool:
    """Whether the filter of one lets through all that the other's does."""
    if other.syscalls is None:
        return one.syscalls is None and _capable(one, other)
    if one.syscalls is not None:
        more = one.syscalls | one.beyond, one.unconditional, one.answers
        less = other.syscalls | other.beyond, other.unconditional, other.answers
        return more[0] >= less[0] and more[1] >= less[1] and more[2] == less[2]
    default = docker_default(capabilities(one))
    return not other.unconditional and (default.allowed | default.partly) >= other.syscalls | other.beyond
