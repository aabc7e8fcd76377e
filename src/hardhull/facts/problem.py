"""Something written that its consumer does not take as it was meant; one record for every configuration."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """Something written that the consumer does not take as it was meant.

    Attributes:
        kind: ``unknown``, ``removed``, ``too-new``, ``type``, ``value``, ``exclusive`` (two settings that exclude each
            other), ``conflict`` (in a file and as an option), ``twice``, ``flag-name`` (the name of the option, not of
            the key), ``nested`` (inside an object that is not a setting) or ``order`` (comes too late).
        key: the key, option or word.
        why: what is wrong, as a sentence part.
        stops: whether the consumer then refuses to start; otherwise it ignores what was written.
        sure: False where it depends on a version that nobody stated.
        instead: what has to stand at the problem's place, in the words of its syntax, where that is beyond doubt; else
            empty.
    """

    kind: str
    key: str
    why: str
    stops: bool = True
    sure: bool = True
    instead: str = ""
