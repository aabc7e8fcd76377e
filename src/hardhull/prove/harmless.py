"""What the kernel refused in tries that worked all the same: it is no evidence for what breaks another one."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from hardhull.prove.evidence import refused

if TYPE_CHECKING:
    from hardhull.prove.evidence import Refused
    from hardhull.prove.trial import Trial


class Harmless:
    """Learns from tries that work, and says what is evidence in one that does not.

    A call of a path counts for every path in the same folder: names are often made anew each time.

    Args:
        before: of the workload as it is declared.
    """

    def __init__(self, before: Trial) -> None:
        self._before = before
        self._used: set[Refused] = set()
        self._whole: set[Refused] = set()

    def learn(self, trial: Trial) -> None:
        """Takes note of what was refused in a try that works."""
        found = {_bare(each) for each in refused(trial, self._before)}
        self._used |= found
        if _ended(trial) or not _ended(self._before):
            self._whole |= found

    def evidence(self, trial: Trial) -> list[Refused]:
        """What was refused in a try that does not work, and in none that did as much and worked."""
        known = self._whole if _ended(trial) else self._used
        return [each for each in refused(trial, self._before) if _bare(each) not in known]


def _ended(trial: Trial) -> bool:
    """Whether it was restarted and stopped as well."""
    seen = trial.used.observation if trial.used else None
    return seen is not None and seen.life is not None


def _bare(one: Refused) -> Refused:
    """The same without the last name of its path."""
    path = one.path or (one.privilege.name if one.privilege.name.startswith("/") else "")
    if not path:
        return one
    folder = posixpath.dirname(path)
    named = one.privilege._replace(name=folder) if one.privilege.name == path else one.privilege
    return one._replace(privilege=named, shown_by=one.shown_by.replace(path, folder), path=folder if one.path else "")
